internal import TraceEvents

/// Socket addresses in the notations of strace's versions:
/// `{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}`,
/// `{sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::1", &sin6_addr)}`,
/// `{sa_family=AF_FILE, path="/dev/log"}`, `{AF_UNIX, "/dev/log"}`.
enum StraceAddress {
  /// The address at `range`; nil if there is none.
  static func address(_ bytes: [UInt8], _ range: Range<Int>) -> SocketAddress? {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    guard scanner.current == UInt8(ascii: "{"), let members = scanner.members(),
      let first = members.first
    else { return nil }
    let named =
      StraceText.value(of: "sa_family", in: bytes, members)
      ?? StraceText.value(of: "sin_family", in: bytes, members)
    let family = family(StraceText.plain(bytes, named ?? first))
    switch family {
    case "AF_INET":
      guard let host = host(bytes, members) else { return .other(family: family) }
      return .ip4(address: host, port: port(bytes, members))
    case "AF_INET6":
      guard let host = host(bytes, members) else { return .other(family: family) }
      // An IPv4 address in IPv6's form (ipv6(7)) is the IPv4 address to everybody but the kernel.
      return host.hasPrefix("::ffff:") && host.contains(".")
        ? .ip4(address: String(host.dropFirst(7)), port: port(bytes, members))
        : .ip6(address: host, port: port(bytes, members))
    case "AF_UNIX":
      let path =
        StraceText.value(of: "sun_path", in: bytes, members)
        ?? StraceText.value(of: "path", in: bytes, members) ?? members.dropFirst().first
      guard let path else { return .unix(path: "") }
      if path.lowerBound < path.upperBound, bytes[path.lowerBound] == UInt8(ascii: "@") {
        let name = StraceText.quoted(bytes, (path.lowerBound + 1)..<path.upperBound)
        return .abstract(name: name.map { TargetText.decoding($0.bytes) } ?? "")
      }
      guard let name = StraceText.quoted(bytes, path) else { return .unix(path: "") }
      return .unix(path: TargetText.decoding(name.bytes))
    case "AF_NETLINK": return .netlink
    default: return .other(family: family)
    }
  }

  /// The name of today: `PF_INET` is `AF_INET`, and `AF_FILE` and `AF_LOCAL` are `AF_UNIX`.
  static func family(_ text: String) -> String {
    let name = text.hasPrefix("PF_") ? "AF_" + text.dropFirst(3) : text
    return ["AF_FILE", "AF_LOCAL"].contains(name) ? "AF_UNIX" : name
  }

  private static func port(_ bytes: [UInt8], _ members: [Range<Int>]) -> UInt16 {
    for member in members {
      guard let call = find("htons(", in: bytes, member),
        let (value, _) = StraceText.number(bytes, call..<member.upperBound)
      else { continue }
      return UInt16(truncatingIfNeeded: value)
    }
    return 0
  }

  private static func host(_ bytes: [UInt8], _ members: [Range<Int>]) -> String? {
    for member in members {
      let place = find("inet_addr(", in: bytes, member) ?? find("AF_INET6, ", in: bytes, member)
      guard let place, let text = StraceText.quoted(bytes, place..<member.upperBound) else {
        continue
      }
      return TargetText.decoding(text.bytes)
    }
    return nil
  }

  /// Behind the first `literal` in `range`.
  private static func find(
    _ literal: StaticString, in bytes: [UInt8], _ range: Range<Int>
  ) -> Int? {
    range.first { StraceLine.stands(literal, in: bytes, at: $0, range.upperBound) }
      .map { $0 + literal.utf8CodeUnitCount }
  }
}
