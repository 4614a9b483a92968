package import TraceEvents

/// One line that a process wrote, put together where it was written in pieces.
package struct SpokenLine: Sendable {
  /// Number and time of the write that began it.
  package let number: Int
  package let time: Double
  /// Index of the process in `History.processes`.
  package let process: Int
  package let stream: Words.Stream
  /// The file that it was written to, for a log.
  package let path: String?
  /// True if it went where the user's own program was to write: most likely before their eyes.
  package let isShown: Bool
  /// True if it went to /dev/null.
  package let isDiscarded: Bool
  /// Without its line feed, cut at `WordLog.lineLimit` bytes.
  package var text: String
  /// True once its line feed was written.
  package var isComplete: Bool
}

/// What the processes of a trace said, line by line, bounded: the first lines and the last are kept, and
/// of those between the first that read as complaints.
package struct WordLog: Sendable {
  static let capacity = 800
  static let keptFromStart = 100
  static let keptComplaints = 100
  static let lineLimit = 2000

  /// All lines that are kept, in order; empty lines are left out.
  package private(set) var lines: [SpokenLine] = []
  /// Blanks that were written by themselves, as the beginning of a line that is still to come.
  private var indentations: [Origin: String] = [:]
  /// How many lines behind those from the start are kept for what they say.
  private var complaints = 0
  /// How many lines were forgotten.
  package private(set) var forgotten = 0

  private struct Origin: Hashable {
    let process: Int
    let stream: Words.Stream
  }

  /// Writes to standard output of fewer bytes than this are no part of a full buffer: each is taken for
  /// a line of its own, since writes of a few bytes, such as that of the line feed, are not traced.
  private static let leastBuffer = 512

  mutating func record(
    _ words: Words, number: Int, time: Double, process: Int, isShown: Bool = true,
    isDiscarded: Bool = false
  ) {
    let text = ControlSequences.removed(from: words.text)
    let isWhole = words.stream == .standardOutput && words.byteCount < Self.leastBuffer
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == "\n" || $0 == "\r\n" }
      let piece = rest[..<(end ?? rest.endIndex)]
      append(
        piece, isComplete: end != nil || isWhole, words, number: number, time: time,
        process: process, isShown: isShown, isDiscarded: isDiscarded)
      rest = end.map { rest[rest.index(after: $0)...] } ?? ""
    }
  }

  private mutating func append(
    _ piece: Substring, isComplete: Bool, _ words: Words, number: Int, time: Double, process: Int,
    isShown: Bool, isDiscarded: Bool
  ) {
    let stream = words.stream
    let open = lines.suffix(16).lastIndex {
      !$0.isComplete && $0.process == process && $0.stream == stream
    }
    if let open {
      let room = Self.lineLimit - lines[open].text.utf8.count
      if room > 0 { lines[open].text += Self.cut(piece, to: room) }
      lines[open].isComplete = isComplete
      return
    }
    let origin = Origin(process: process, stream: stream)
    if piece.allSatisfy(\.isWhitespace) {
      let isKept = !isComplete && piece.utf8.count <= 80 && indentations.count < 64
      indentations[origin] = isKept ? String(piece) : nil
      return
    }
    let piece = (indentations.removeValue(forKey: origin) ?? "") + piece
    // What was seen when it was written is in the log as well, if that is where it went.
    if stream == .log, isKnown(piece[...]) { return }
    lines.append(
      SpokenLine(
        number: number, time: time, process: process, stream: stream, path: words.path,
        isShown: isShown, isDiscarded: isDiscarded, text: Self.cut(piece[...], to: Self.lineLimit),
        isComplete: isComplete))
    if lines.count > Self.capacity {
      while complaints < Self.keptComplaints,
        Self.complains(lines[Self.keptFromStart + complaints])
      {
        complaints += 1
      }
      lines.remove(at: Self.keptFromStart + complaints)
      forgotten += 1
    }
  }

  /// True for a line with one of the words by which programs complain; which of these is meant is
  /// decided at the end.
  private static func complains(_ line: SpokenLine) -> Bool {
    complaintWords.occurs(in: line.text)
  }

  private static let complaintWords = WordSet([
    "error", "fatal", "panic", "exception", "failed", "failure", "cannot", "can't", "could not",
    "unable to", "no such", "not found", "denied", "refused", "abort", "emerg", "critical",
    "no space left", "read-only file", "input/output", "timed out", "not permitted", "too large",
    "quota exceeded",
  ])

  private func isKnown(_ piece: Substring) -> Bool {
    let end = piece.prefix(Self.lineLimit)
    return lines.contains { $0.text.hasSuffix(end) }
  }

  /// The first `limit` bytes of a piece, in whole scalars: a character can have any number of them.
  private static func cut(_ piece: Substring, to limit: Int) -> String {
    var kept = String.UnicodeScalarView()
    var count = 0
    for scalar in piece.unicodeScalars {
      count += UTF8.width(scalar)
      if count > limit { break }
      kept.append(scalar)
    }
    return String(kept)
  }
}
