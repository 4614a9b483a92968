internal import TraceEvents

/// What stands behind the arguments of a call: `= -1 ENOENT (No such file or directory) <0.0001>`.
struct StraceResult {
  /// What came of the call.
  enum Outcome {
    case returned(Int64)
    case failed(ErrorNumber)
    /// `= ? ERESTARTSYS`: a signal found it waiting; the kernel makes it again or it ends with EINTR.
    case interrupted
    /// `= ?`, of a call that never returned.
    case unknown
  }

  /// What came of the call.
  var outcome: Outcome
  /// What `-y` tells of a descriptor that was returned, if it begins here; empty after other results.
  private var annotation = 0..<0
  /// A number that strace adds for itself, where the target counts processes in a name space of its
  /// own: `= 5 /* 17466 in strace's PID NS */`.
  var translated: Int64?

  /// Reads it from behind the closing parenthesis; nil if there is none.
  init?(_ bytes: [UInt8], from start: Int, to end: Int) {
    var position = start
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    guard position < end, bytes[position] == UInt8(ascii: "=") else { return nil }
    position += 1
    while position < end, bytes[position] == 0x20 { position += 1 }
    guard position < end else { return nil }
    if bytes[position] == UInt8(ascii: "?") {
      position += 1
      while position < end, bytes[position] == 0x20 { position += 1 }
      outcome =
        StraceLine.stands("ERESTART", in: bytes, at: position, end) ? .interrupted : .unknown
      return
    }
    guard let (value, stop) = StraceText.number(bytes, position..<end) else { return nil }
    outcome = .returned(value)
    position = stop
    annotation = position..<end
    guard position + 1 < end, bytes[position] == 0x20 else { return }
    position += 1
    if StraceLine.stands("/* ", in: bytes, at: position, end) {
      translated = StraceText.number(bytes, (position + 3)..<end)?.value
    }
    // With -X raw and on some processors the negated number is all there is.
    guard value < 0 else { return }
    if StraceLine.stands("(errno ", in: bytes, at: position, end),
      let (number, _) = StraceText.number(bytes, (position + 7)..<end)
    {
      outcome = Self.outcome(ofError: number)
    } else if let error = Self.error(bytes, position, end) {
      outcome = .failed(error)
    }
  }

  /// The path of the descriptor that was returned, if the line tells; `bytes` are those that it was read of.
  func path(in bytes: [UInt8]) -> String? { StraceText.annotation(bytes, annotation) }

  private static func outcome(ofError number: Int64) -> Outcome {
    if (512...516).contains(number) { return .interrupted }
    return .failed(ErrorNumber(rawValue: Int32(truncatingIfNeeded: min(max(number, 0), 4095))))
  }

  private static func error(_ bytes: [UInt8], _ start: Int, _ end: Int) -> ErrorNumber? {
    // Nine of ten failures; the others are looked up by name.
    if StraceLine.stands("ENOENT ", in: bytes, at: start, end) { return .noEntry }
    var position = start
    while position < end, position - start < 24, isOfName(bytes[position]) { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    return ErrorNumber(name: Self.otherNames[name] ?? name)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
  }

  /// Names that mean the same number.
  private static let otherNames = [
    "EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK", "ENOTSUP": "EOPNOTSUPP",
  ]
}
