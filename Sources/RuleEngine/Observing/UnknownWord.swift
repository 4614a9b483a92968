internal import TraceEvents

/// A word of configuration, or an option, that a program says it does not know.
enum UnknownWord {
  /// The word in a line of complaint; nil where it is about something else.
  static func find(in line: String) -> String? {
    let lower = line.lowercased()
    let words = line.split(whereSeparator: \.isWhitespace)
    let hasKind = words.contains { kinds.contains(name(of: $0)) }
    guard
      strong.contains(where: { lower.contains($0) })
        || hasKind && weak.contains(where: { lower.contains($0) })
    else { return nil }
    for quoted in Complaint.quoted(in: line) {
      if let word = word(quoted[...]) { return word }
    }
    // Without quotation marks: behind what it is called.
    for (before, next) in zip(words, words.dropFirst())
    // Behind the end of a sentence another one begins.
    where kinds.contains(name(of: before)) && !before.hasSuffix("type:")
      && !before.hasSuffix(".") && !before.hasSuffix(",")
    {
      if let word = word(next) { return word }
    }
    return nil
  }

  /// The name in quotation marks of something that a line says is not there, and that a file which was
  /// read would have had to define: `Missing script: "biuld"`; nil where it can be a file's.
  static func reference(in line: String) -> String? {
    let lower = line.lowercased()
    guard references.contains(where: { lower.contains($0) }) else { return nil }
    return Complaint.quoted(in: line).first { text in
      (3...40).contains(text.count) && text.first?.isLetter ?? false
        && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
  }

  private static let references = [
    "missing script", "no such service", "no such target", "no such task", "unknown target",
    "unable to find", "not defined", "could not find", "cannot find", "not found",
    "does not exist", "doesn't exist", "no such",
  ]

  private static func name(of word: Substring) -> String {
    word.lowercased().filter { $0.isLetter }
  }

  /// A name without its dashes, colon, value or line feed.
  private static func word(_ text: Substring) -> String? {
    let start = text.drop { $0 == " " || $0 == "-" || $0 == "<" || $0 == "[" }
    let word = start.prefix {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")
    }
    guard (3...40).contains(word.count), word.first?.isLetter ?? false,
      !kinds.contains(word.lowercased())
    else { return nil }
    return String(word)
  }

  /// What is said of such words, and what is said of others as well.
  private static let strong = [
    "unknown", "unrecognized", "unrecognised", "bad configuration", "no such option",
    "no such command", "not recognized", "illegal option",
  ]
  private static let weak = ["invalid", "bad ", "unsupported", "unexpected", "undefined"]

  /// What programs call such words.
  private static let kinds: Set<String> = [
    "option", "options", "directive", "keyword", "parameter", "command", "setting", "variable",
    "key", "property", "subcommand", "field", "instruction", "word", "statement", "argument",
    "arguments", "attribute", "section", "type",
  ]
}
