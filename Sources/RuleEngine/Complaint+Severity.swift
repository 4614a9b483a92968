internal import TraceEvents

// Lines that call themselves errors.
extension Complaint {
  /// True for a line that says by its severity, by the name of an exception or in the words of
  /// `strerror(3)` that something failed, and does not take it back.
  static func readsAsError(_ line: String) -> Bool {
    let text = line.lowercased()
    if takesBack.contains(where: { text.contains($0) }) { return false }
    if hasSeverity(LogPrefix.removed(from: line)) || hasSeverity(line) { return true }
    // What calls itself an error is one, also where it says that it ignores something.
    if text.contains("ignored") || text.contains("ignoring") { return false }
    return namesException(line)
      || text.contains("command not found") || text.hasSuffix(": not found")
      || endsInErrorWords(text)
  }

  /// The error of which a line has the name, or the words of `strerror(3)`.
  static func error(in line: String) -> ErrorNumber? {
    let text = line.lowercased()
    let names = Set(line.split { !$0.isLetter && !$0.isNumber })
    return ErrorWeight.ofFailures.first {
      names.contains($0.name[...]) || text.contains($0.words.lowercased())
    }
  }

  /// True for a line that complains in clear words, and does not take it back.
  static func isClear(_ line: String) -> Bool {
    let text = line.lowercased()
    return weight(of: text) >= 0.8 && !text.contains("ignor")
      && !takesBack.contains { text.contains($0) }
  }

  /// True if one of the first words is the name of a severity, marked as such: `error:`, `[ERROR]`,
  /// `level=error`, `E:`.
  static func hasSeverity(_ line: String) -> Bool {
    line.prefix(200).split(whereSeparator: \.isWhitespace).prefix(5).contains { word in
      if markedWords.contains(word.lowercased()) { return true }
      // "ERROR:root:" is how the logging module of Python begins.
      let name = (word.split(separator: ":").first ?? word).trimmingMarks
      guard severities.contains(name.lowercased()) else { return false }
      // APT's own: "E: Unable to locate package".
      if name.count == 1 { return word == "E:" }
      return word.contains(":") || word.last.map { "!]>".contains($0) } ?? false
        || word.first == "[" || name == name.uppercased()
    }
  }

  private static let severities: Set<String> = [
    "error", "fatal", "critical", "crit", "emerg", "alert", "panic", "err", "severe", "e",
  ]
  private static let markedWords: Set<String> = [
    "level=error", "level=fatal", "level=panic", "severity=error", "err!",
  ]
  private static let takesBack = [
    "warning", "warn:", "0 errors", "no error", "deprecated", "note:",
    "retrying", "will retry", "broken pipe",
  ]

  /// True if a line ends in what `strerror(3)` says of an error that is no everyday answer.
  private static func endsInErrorWords(_ text: String) -> Bool {
    var text = text.trimmed[...]
    while text.hasSuffix(".") { text.removeLast() }
    return errorWords.contains { text.hasSuffix($0) }
  }

  private static let errorWords: [String] = ErrorWeight.ofFailures.flatMap { error in
    [": " + error.words.lowercased(), "(" + error.words.lowercased() + ")"]
  }
}

extension StringProtocol {
  /// Without the marks that stand around the name of a severity.
  fileprivate var trimmingMarks: SubSequence {
    var rest = self[...]
    while let first = rest.first, "[<(*".contains(first) { rest.removeFirst() }
    while let last = rest.last, "]>):!*,".contains(last) { rest.removeLast() }
    return rest
  }
}
