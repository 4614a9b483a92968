internal import TraceEvents

/// Which form a log has, by its first lines.
enum LogForm {
  /// How many lines are looked at, and how far.
  private static let mostLines = 400
  private static let mostBytes = 256 << 10

  /// The form of what `buffer` begins with; an error says what it is instead.
  static func found(
    in buffer: LogBuffer, path: String
  ) throws(TraceReaderError) -> LogReader.Form {
    let bytes = buffer.bytes
    let end = min(buffer.end, mostBytes)
    guard end > 0 else {
      throw TraceReaderError(.notALog, path: path, detail: "it is empty")
    }
    let first = 0..<(buffer.lineFeed(from: 0, to: end) ?? end)
    if bytes[0] == UInt8(ascii: "{"),
      contains("\"format\":\"whyfail.recording\"", bytes, first)
    {
      return .recording
    }
    var position = buffer.position
    for _ in 0..<mostLines {
      guard position < end else { break }
      let stop = buffer.lineFeed(from: position, to: end) ?? end
      let line = position..<stop
      if isCallOrEnd(bytes, line) { return .strace }
      if KdumpLine(bytes, line) != nil { return .kdump }
      if let reason = reasonNotToStart(bytes, line) {
        throw TraceReaderError(
          .notALog, path: path,
          detail: "strace itself could not start the program, and said: \(reason)")
      }
      if isSummary(bytes, line) {
        throw TraceReaderError(
          .notALog, path: path,
          detail: "it is the summary of strace -c, which counts calls and does not tell which of "
            + "them failed in which order; trace again without -c (-C has both)")
      }
      position = stop + 1
    }
    throw TraceReaderError(.notALog, path: path, detail: description(bytes, end))
  }

  /// A line that strace alone writes: a call with its result, or an end.
  private static func isCallOrEnd(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let range = StraceLine.own(bytes, range)
    let line = StraceLine(bytes, range)
    switch line.kind {
    case .call, .resumed:
      var scanner = StraceScanner(bytes, from: line.body, to: range.upperBound)
      if scanner.arguments() != nil {
        return StraceResult(bytes, from: scanner.position, to: range.upperBound) != nil
      }
      return contains("<unfinished ...>", bytes, range)
    case .end:
      return contains("exited with ", bytes, range) || contains("killed by SIG", bytes, range)
    case .signal: return StraceLine.stands("SIG", in: bytes, at: line.body, range.upperBound)
    case .frame, .message, .other: return false
    }
  }

  /// What strace says where it finds no program to trace, as the last thing: `strace: Can't stat 'x': No
  /// such file or directory`, `strace: Cannot find executable 'x'`.
  private static func reasonNotToStart(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
    guard
      StraceLine.stands("strace: Can't ", in: bytes, at: range.lowerBound, range.upperBound)
        || StraceLine.stands(
          "strace: Cannot find executable", in: bytes, at: range.lowerBound, range.upperBound)
    else { return nil }
    return TargetText.decoding(bytes[(range.lowerBound + 8)..<range.upperBound].prefix(200))
  }

  private static func isSummary(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    contains("usecs/call", bytes, range) && contains("syscall", bytes, range)
  }

  private static func contains(
    _ literal: StaticString, _ bytes: [UInt8], _ range: Range<Int>
  ) -> Bool {
    range.contains { StraceLine.stands(literal, in: bytes, at: $0, range.upperBound) }
  }

  /// What it is instead, as far as its first bytes say.
  private static func description(_ bytes: [UInt8], _ end: Int) -> String {
    let expected =
      "expected the output of strace or kdump, or a recording (--record)"
    if bytes[..<end].contains(0) {
      return "it is binary (a file of ktrace is made text by kdump); \(expected)"
    }
    if bytes[0] == UInt8(ascii: "{") {
      return "it looks like JSON, but is no recording; \(expected)"
    }
    return "none of its first lines is a call or the end of a process; \(expected)"
  }
}
