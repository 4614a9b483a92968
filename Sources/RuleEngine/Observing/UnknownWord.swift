internal import TraceEvents

/// A word of configuration, or an option, that a program says it does not know.
enum UnknownWord {
  /// True for a line that says that a word of some kind is not known or not taken.
  private static func speaks(_ line: String, _ words: [Substring]) -> Bool {
    let lower = line.lowercased()
    let hasKind = words.contains { kinds.contains(name(of: $0)) }
    return strong.contains { lower.contains($0) }
      || hasKind && weak.contains { lower.contains($0) } && !isOfValue(words)
  }

  /// The first word of the line that a complaint names by its number, where it does not tell the word:
  /// `bad option at line 2 of d.conf`.
  static func first(of source: String, rejectedBy line: String) -> String? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard speaks(line, words), Complaint.quoted(in: line).isEmpty,
      let first = source.split(whereSeparator: { $0.isWhitespace || "=:({".contains($0) }).first,
      !line.contains(first)
    else { return nil }
    return word(first)
  }

  /// The word in a line of complaint; nil where it is about something else.
  static func find(in line: String) -> String? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard speaks(line, words) else { return nil }
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

  /// True for "… sections: bad value": what is bad is what comes behind.
  private static func isOfValue(_ words: [Substring]) -> Bool {
    guard let position = words.lastIndex(where: { $0.lowercased() == "bad" }) else { return false }
    return !words[(position + 1)...].prefix(3).contains { kinds.contains(name(of: $0)) }
  }

  /// The name in quotation marks of something that a line says is not there, and that a file which was
  /// read would have had to define: `Missing script: "biuld"`; nil where it can be a file's.
  static func reference(in line: String) -> String? {
    if let key = key(in: line) { return key }
    let lower = line.lowercased()
    guard references.contains(where: { lower.contains($0) }) else { return nil }
    return Complaint.quoted(in: line).first { text in
      (3...40).contains(text.count) && text.first?.isLetter ?? false
        && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
  }

  /// The key that an exception of Python or Ruby says is missing: `KeyError: 'amount'`,
  /// `key not found: "amount" (KeyError)`.
  private static func key(in line: String) -> String? {
    guard line.contains("KeyError") else { return nil }
    let start =
      line.trimmed.hasPrefix("KeyError: ")
      ? line.startIndex : line.firstRange(of: "key not found: ")?.upperBound
    guard let start, let key = Complaint.quoted(in: String(line[start...])).first,
      (3...40).contains(key.count),
      key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
    else { return nil }
    return key
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
