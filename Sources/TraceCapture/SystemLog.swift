/// The system's log, as programs send to it (`syslog(3)`, `sd_journal_send(3)`).
enum SystemLog {
  /// True for the sockets that whoever keeps the log listens on.
  static func isItsSocket(_ path: String) -> Bool {
    path == "/dev/log" || path == "/run/systemd/journal/dev-log"
      || path == "/run/systemd/journal/socket"
  }

  /// The message of a datagram: without `<PRIORITY>` and time stamp of RFC 3164; of the journal's
  /// fields, the one that is for people.
  static func message(in datagram: String) -> String {
    for line in datagram.split(separator: "\n") where line.hasPrefix("MESSAGE=") {
      return String(line.dropFirst(8))
    }
    var rest = datagram[...]
    if rest.first == "<", let end = rest.prefix(6).firstIndex(of: ">") {
      rest = rest[rest.index(after: end)...]
    }
    // "Nov 24 22:05:31 ": RFC 3164, section 4.1.2.
    let stamp = rest.prefix(16)
    if stamp.count == 16, stamp.last == " ", stamp.filter({ $0 == ":" }).count == 2,
      stamp.first?.isUppercase == true
    {
      rest = rest.dropFirst(16)
    }
    return String(rest)
  }
}
