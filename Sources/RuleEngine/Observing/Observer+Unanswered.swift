internal import History
internal import TraceEvents

// Servers on the network that do not answer.
extension Observer {
  /// How many connections wait to be accepted where somebody listens; nil where that is not known.
  func waitingConnections(at address: SocketAddress) -> Int? {
    guard let port = address.port else { return nil }
    var digits = String(port, radix: 16, uppercase: true)
    while digits.utf8.count < 4 { digits = "0" + digits }
    // The local address, the other one, which is none, and TCP_LISTEN (proc(5)).
    let files = ["/proc/net/tcp": 8, "/proc/net/tcp6": 32]
    var most: Int?
    for (file, length) in files.sorted(by: { $0.key < $1.key }) {
      let none = String(repeating: "0", count: length)
      for line in inquiry.lines(containing: ":\(digits) \(none):0000 0A ", in: file) {
        let fields = line.text.split(separator: " ")
        guard fields.count > 4, let mark = fields[4].firstIndex(of: ":"),
          let waiting = Int(fields[4][fields[4].index(after: mark)...], radix: 16)
        else { continue }
        most = max(most ?? 0, waiting)
      }
    }
    return most
  }

  /// A name server that was asked, and for what.
  func describeNameServer(
    _ server: SocketAddress, _ process: ProcessRecord, in seen: inout Waiting
  ) {
    let host = server.host ?? server.description
    let name = process.openQuestion?.name
    seen.whatFor =
      "the name server \(host) to answer" + (name.map { ", which it asked for \($0)" } ?? "")
    seen.explanation =
      "The name server \(host) (/etc/resolv.conf) did not answer: it is down, busy, or a packet filter drops the question or its answer."
    seen.advice =
      "See whether it answers (dig @\(host) \(name ?? "localhost")), or name another one in /etc/resolv.conf."
  }
}
