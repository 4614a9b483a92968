internal import TraceEvents

/// A word of configuration, or an option, that a program says it does not know.
enum UnknownWord {
  /// True for a line that says so of a word of whatever kind.
  static func isComplaint(_ line: String) -> Bool {
    speaks(line, line.split(whereSeparator: \.isWhitespace))
  }

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
    // Before what is said of it, "--delte: unknown option", or at the end, "syntax error at imapp".
    for (word, next) in zip(words, words.dropFirst())
    where word.hasSuffix(":") && word.hasPrefix("-")
      && strong.contains(where: { $0.hasPrefix(next.lowercased()) })
    {
      return self.word(word)
    }
    if let last = words.last, words.dropLast().suffix(3).map({ $0.lowercased() }) == atEnd {
      return word(last)
    }
    return nil
  }

  private static let atEnd = ["syntax", "error", "at"]

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
    if let quoted = Complaint.quoted(in: line).first(where: { isReference($0[...]) }) {
      return quoted
    }
    // Without quotation marks: "account rely not found", "no such table: custmers".
    let words = line.split(whereSeparator: \.isWhitespace)
    for (before, next) in zip(words, words.dropFirst())
    where referents.contains(name(of: before)) && isReference(next) {
      return String(next)
    }
    return nil
  }

  private static func isReference(_ text: Substring) -> Bool {
    (3...40).contains(text.count) && text.first?.isLetter ?? false
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
      && !common.contains(text.lowercased())
  }

  /// What files define names of, as programs call it.
  private static let referents: Set<String> = [
    "account", "profile", "service", "table", "column", "target", "task", "section", "label", "acl",
    "group", "variable", "environment",
  ]
  /// What stands behind those words, and is no name.
  private static let common: Set<String> = [
    "not", "does", "was", "could", "cannot", "and", "the", "for", "with", "that", "has", "named",
    "called", "did", "from", "file", "name", "doesn", "isn",
  ]

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
    "does not exist", "doesn't exist", "no such", "no rule to make target", "how to build task",
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
    "no such command", "not recognized", "illegal option", "is not known", "syntax error",
  ]
  private static let weak = [
    "invalid", "bad ", "unsupported", "not supported", "unexpected", "undefined",
  ]

  /// What programs call such words.
  private static let kinds: Set<String> = [
    "option", "options", "directive", "keyword", "parameter", "command", "setting", "variable",
    "key", "property", "subcommand", "field", "instruction", "word", "statement", "argument",
    "arguments", "attribute", "section", "type", "verb", "operation", "protocol", "operand",
    "scheme",
    "function", "item", "algorithm", "digest", "cipher", "modifier", "feature", "set",
  ]
}
