import Glibc
import TraceEvents

/// An internet address and port in the form that addresses are compared in: 16 bytes, an IPv4
/// address mapped into IPv6.
struct InternetAddress: Hashable {
  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
  /// The states of `<net/tcp_states.h>`, by number.
  private static let states = [
    "", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
  ]

  /// The name of a state of TCP; `LISTEN` is one.
  static func stateName(_ state: Int) -> String {
    states.indices.contains(state) ? states[state] : "state \(state)"
  }

  /// The address, in network order.
  var bytes: [UInt8]
  /// The port.
  var port: UInt16

  /// The address of an internet socket; nil for other families and text that is no address.
  init?(_ address: SocketAddress) {
    switch address {
    case .ip4(let text, let port):
      var value = in_addr()
      guard unsafe inet_pton(AF_INET, text, &value) == 1 else { return nil }
      bytes = unsafe Self.mappedPrefix + withUnsafeBytes(of: value) { unsafe Array($0) }
      self.port = port
    case .ip6(let text, let port):
      var value = in6_addr()
      let host = text.split(separator: "%").first.map(String.init) ?? text
      guard unsafe inet_pton(AF_INET6, host, &value) == 1 else { return nil }
      bytes = unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
      self.port = port
    default: return nil
    }
  }

  /// The address in `/proc/net/tcp`'s form `0100007F:0050`; nil for other text.
  init?(listed text: String) {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16),
      [8, 32].contains(parts[0].utf8.count)
    else { return nil }
    var bytes: [UInt8] = []
    let digits = Array(parts[0].utf8)
    for start in stride(from: 0, to: digits.count, by: 8) {
      let word = String(decoding: digits[start..<start + 8], as: UTF8.self)
      guard let value = UInt32(word, radix: 16) else { return nil }
      // The kernel prints each word of the address as a number of the machine's own byte order.
      bytes += unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }
    self.bytes = bytes.count == 4 ? Self.mappedPrefix + bytes : bytes
    self.port = port
  }

  /// True for an IPv4 address.
  var isIP4: Bool { bytes.starts(with: Self.mappedPrefix) }

  /// True for 0.0.0.0 and ::, which stand for every address.
  var isAny: Bool {
    isIP4 ? bytes.suffix(4).allSatisfy { $0 == 0 } : bytes.allSatisfy { $0 == 0 }
  }

  /// True if both cannot be bound at once: the same port, and one address takes in the other.
  ///
  /// :: takes in IPv4 as well, unless its socket is IPV6_V6ONLY, which the lists do not tell.
  func conflicts(with other: InternetAddress) -> Bool {
    guard port == other.port else { return false }
    if bytes == other.bytes { return true }
    if isIP4 == other.isIP4 { return isAny || other.isAny }
    let six = isIP4 ? other : self
    // 0.0.0.0 is in the way of :: and of no other IPv6 address.
    return six.isAny
  }

  /// The address as people write it: `127.0.0.1:80`, `[::1]:80`.
  var text: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = isIP4 ? AF_INET : AF_INET6
    let source = isIP4 ? Array(bytes.suffix(4)) : bytes
    guard unsafe inet_ntop(family, source, &buffer, socklen_t(buffer.count)) != nil else {
      return "?"
    }
    let host = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isIP4 ? "\(host):\(port)" : "[\(host)]:\(port)"
  }

  /// The socket of one line of `/proc/net/tcp*` if it listens.
  static func listener(of line: some Collection<UInt8>) -> (port: UInt16, SocketTable.Entry)? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
      .map { TargetText.decoding($0) }
    guard fields.count > 9, fields[3] == "0A", let local = InternetAddress(listed: fields[1]),
      let user = UInt32(fields[7]), let inode = UInt64(fields[9])
    else { return nil }
    let entry = SocketTable.Entry(
      inode: inode, manner: "listening on \(local.text)", isBound: true, user: user)
    return (local.port, entry)
  }

  /// The socket of one line of `/proc/net/{tcp,udp}*` (`proc_net(5)`) if it is in the way of
  /// `wanted`.
  static func entry(
    of line: some Collection<UInt8>, isDatagram: Bool, conflictingWith wanted: InternetAddress
  ) -> SocketTable.Entry? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
      .map { TargetText.decoding($0) }
    guard fields.count > 9, let local = InternetAddress(listed: fields[1]),
      local.conflicts(with: wanted), let remote = InternetAddress(listed: fields[2]),
      let state = Int(fields[3], radix: 16), let user = UInt32(fields[7]),
      let inode = UInt64(fields[9])
    else { return nil }
    let listening = 10
    if isDatagram {
      let peer = remote.port == 0 ? "" : ", connected to \(remote.text)"
      return SocketTable.Entry(
        inode: inode, manner: "bound to \(local.text)\(peer)", isBound: true, user: user)
    }
    if state == listening {
      return SocketTable.Entry(
        inode: inode, manner: "listening on \(local.text)", isBound: true, user: user)
    }
    return SocketTable.Entry(
      inode: inode,
      manner: "connected from \(local.text) to \(remote.text) (\(stateName(state)))",
      isBound: false, user: user)
  }
}
