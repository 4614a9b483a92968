/// Where a socket is bound or connects to (`struct sockaddr`).
package enum SocketAddress: Codable, Sendable, Hashable {
  /// `AF_INET`: dotted address and port (`ip(7)`).
  case ip4(address: String, port: UInt16)
  /// `AF_INET6`: address in its shortest form, and port (`ipv6(7)`).
  case ip6(address: String, port: UInt16)
  /// `AF_UNIX` with a name in the file system (`unix(7)`).
  case unix(path: String)
  /// `AF_UNIX` in the abstract name space, without the leading null byte.
  case abstract(name: String)
  /// `AF_NETLINK`.
  case netlink
  /// Any other family, by its `AF_` name or number.
  case other(family: String)

  /// The port, for an internet address.
  package var port: UInt16? {
    switch self {
    case .ip4(_, let port), .ip6(_, let port): port
    default: nil
    }
  }

  /// The host part, for an internet address.
  package var host: String? {
    switch self {
    case .ip4(let address, _), .ip6(let address, _): address
    default: nil
    }
  }

  /// The address as people write it: `127.0.0.1:80`, `[::1]:80`, a path, `@name`.
  package var description: String {
    switch self {
    case .ip4(let address, let port): "\(address):\(port)"
    case .ip6(let address, let port): "[\(address)]:\(port)"
    case .unix(let path): path
    case .abstract(let name): "@" + name
    case .netlink: "the kernel (netlink)"
    case .other(let family): family
    }
  }

  /// The address as strace prints it.
  package var notation: String {
    switch self {
    case .ip4(let address, let port):
      "{AF_INET, \(port), \"\(address)\"}"
    case .ip6(let address, let port):
      "{AF_INET6, \(port), \"\(address)\"}"
    case .unix(let path): "{AF_UNIX, \(TargetText.quoted(path))}"
    case .abstract(let name): "{AF_UNIX, @\(TargetText.quoted(name))}"
    case .netlink: "{AF_NETLINK}"
    case .other(let family): "{\(family)}"
    }
  }
}
