private import CTraceShim
import TraceEvents

/// The system's log, as programs send to it (`syslog(3)`, `sd_journal_send(3)`).
package enum SystemLog {
  /// True for the sockets that whoever keeps the log listens on.
  package static func isItsSocket(_ path: String) -> Bool {
    path == "/dev/log" || path == "/run/systemd/journal/dev-log"
      || path == "/run/systemd/journal/socket"
  }

  /// The message of a datagram: without `<PRIORITY>` and time stamp of RFC 3164; of the journal's
  /// fields, the one that is for people.
  package static func message(in datagram: String) -> String {
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

  /// The datagram that `syslog(3)` has ready on its stack: `<PRIORITY>Mmm dd hh:mm:ss …`, up to its end.
  static func datagram(inStack bytes: [UInt8]) -> String? {
    for start in bytes.indices where bytes[start] == UInt8(ascii: "<") {
      let head = bytes[start...].prefix(24)
      guard let mark = head.dropFirst().prefix(4).firstIndex(of: UInt8(ascii: ">")),
        mark > start + 1, bytes[(start + 1)..<mark].allSatisfy({ (0x30...0x39).contains($0) }),
        head.count == 24, isStamp(bytes[(mark + 1)...].prefix(16))
      else { continue }
      let text = bytes[start...].prefix(CallDecoder.longestWords).prefix { $0 != 0 }
      return TargetText.decoding(Array(text))
    }
    return nil
  }

  /// True for `Nov 24 22:05:31 ` (RFC 3164, section 4.1.2).
  private static func isStamp(_ bytes: ArraySlice<UInt8>) -> Bool {
    let form = "Aaa 99 99:99:99 ".utf8
    guard bytes.count == form.count else { return false }
    return zip(bytes, form).allSatisfy { byte, kind in
      switch kind {
      case UInt8(ascii: "A"): (0x41...0x5A).contains(byte)
      case UInt8(ascii: "a"): (0x61...0x7A).contains(byte)
      // Days below ten are written with a blank before them.
      case UInt8(ascii: "9"): (0x30...0x39).contains(byte) || byte == 0x20
      default: byte == kind
      }
    }
  }
}

extension TraceSession {
  /// How much of the stack is looked through, in bytes; glibc's buffer has 1024 (`vsyslog(3)`).
  private static var syslogStack: Int { 8192 }

  /// A message to the system's log is lost where nobody keeps one: glibc has it ready on its stack when
  /// it tries to connect.
  func tellLostMessage(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    guard
      case .address(address: .unix(let path))? = decoder.arguments(
        of: row, call, thread: thread.id, result: -1
      ).last, SystemLog.isItsSocket(path)
    else { return }
    var registers = wf_registers()
    guard unsafe wf_registers(thread.id, &registers) == 0 else { return }
    let stack = decoder.memory.available(thread.id, at: registers.rsp, cap: Self.syslogStack)
    guard let datagram = SystemLog.datagram(inStack: stack) else { return }
    let text = SystemLog.message(in: datagram) + "\n"
    events.emit(
      .words(
        words: Words(
          stream: .syslog, descriptor: Int32(truncatingIfNeeded: call.arguments[0]), text: text,
          byteCount: text.utf8.count)), thread)
  }

  /// Tells what was sent to the system's log: by `syslog(3)`, or to systemd's journal.
  func emitMessage(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
    let isVector = row.arguments.contains(.message)
    if thread.process.descriptors[descriptor]?.isSystemLog != true {
      guard let address = decoder.arguments(of: row, call, thread: thread.id, result: 0).last,
        case .address(address: .unix(let path)) = address, SystemLog.isItsSocket(path)
      else { return }
    }
    let found =
      isVector
      ? decoder.message(thread.id, at: call.arguments[1], isNarrow: call.isNarrow)
      : decoder.memory.data(
        thread.id, at: call.arguments[1], count: Int(clamping: call.arguments[2]),
        cap: CallDecoder.longestWords)
    guard let data = found, !data.isEmpty else { return }
    let text = SystemLog.message(in: data) + "\n"
    events.emit(
      .words(
        words: Words(
          stream: .syslog, descriptor: descriptor, text: text, byteCount: text.utf8.count)), thread)
  }
}
