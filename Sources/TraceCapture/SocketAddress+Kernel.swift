import Glibc
import TraceEvents

extension SocketAddress {
  /// The address in a `struct sockaddr` of this many bytes, which a target made: nothing in it is
  /// taken for granted.
  init(kernel bytes: [UInt8]) {
    guard bytes.count >= 2 else {
      self = .other(family: "AF_UNSPEC")
      return
    }
    let family = UInt64(bytes[0]) | UInt64(bytes[1]) << 8
    switch Int32(family) {
    case AF_INET where bytes.count >= 8:
      let host = bytes[4..<8].map { String($0) }.joined(separator: ".")
      self = .ip4(address: host, port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
    case AF_INET6 where bytes.count >= 24:
      let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
      let text = Self.shortest(Array(bytes[8..<24]))
      // An IPv4 address in IPv6's form (ipv6(7)) is the IPv4 address to everybody but the kernel.
      self =
        text.hasPrefix("::ffff:") && text.contains(".")
        ? .ip4(address: String(text.dropFirst(7)), port: port) : .ip6(address: text, port: port)
    case AF_UNIX:
      let name = bytes[2...]
      if name.first == 0 {
        self = .abstract(name: TargetText.decoding(Array(name.dropFirst())))
      } else {
        self = .unix(path: TargetText.decoding(Array(name.prefix { $0 != 0 })))
      }
    case AF_NETLINK: self = .netlink
    default: self = .other(family: SymbolSet.family.names(of: family))
    }
  }

  private static func shortest(_ bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard unsafe inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
      return "::"
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
