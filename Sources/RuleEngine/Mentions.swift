internal import History
internal import TraceEvents

/// An index of what was said, to find which failed calls the words are about.
struct Mentions {
  /// Where a name was said.
  struct Mention: Equatable {
    /// Position in the list of lines.
    let line: Int
    /// The word that was said, which may be a path of which the name asked for is the last part.
    let word: String
  }

  let lines: [SpokenLine]
  private var mentionsByToken: [String: [Mention]] = [:]
  /// The last word of each line that was cut in its midst, as a log of strace cuts them.
  private var cutWords: [Mention] = []
  private let folded: [String]
  private let errorLines = ErrorLines()
  private let blockWeights: [Double]

  /// Indexes every word of `lines`, and the last component of those that are paths.
  init(_ lines: [SpokenLine]) {
    self.lines = lines
    let folded = lines.map { $0.text.lowercased() }
    self.folded = folded
    let weights = folded.map { Complaint.weight(of: $0) }
    // A message can go over several lines: what names the culprit need not be what complains.
    blockWeights = lines.indices.map { position in
      var weight = weights[position]
      for near in max(0, position - 3)..<min(lines.count, position + 2)
      where lines[near].process == lines[position].process {
        weight = max(weight, weights[near])
      }
      return weight
    }
    for (position, line) in lines.enumerated() {
      if let word = Self.cutWord(of: line.text) {
        cutWords.append(Mention(line: position, word: word))
      }
      for word in Self.tokens(of: line.text).sorted() {
        add(word, Mention(line: position, word: word))
        guard word.utf8.contains(UInt8(ascii: "/")),
          // In quotation marks can stand a whole sentence.
          word.hasPrefix("/") || !word.contains(" ")
        else { continue }
        add(PathName.base(of: word), Mention(line: position, word: word))
        // The template of a temporary name (mktemp(3)).
        if word.hasSuffix("XXXXXX") {
          let directory = PathName.directory(of: word)
          add(directory, Mention(line: position, word: directory))
        }
      }
    }
  }

  private mutating func add(_ token: String, _ mention: Mention) {
    var known = mentionsByToken[token] ?? []
    if let last = known.last, last.line == mention.line {
      if mention.word.count > last.word.count { known[known.count - 1] = mention }
    } else {
      known.append(mention)
    }
    mentionsByToken[token] = known
  }

  /// Lines after event `number` that contain `token` as a word, or as the end of a path.
  func mentions(of token: String, after number: Int) -> [Mention] {
    var found = mentionsByToken[token] ?? []
    for cut in cutWords where cut.word.utf8.count < token.utf8.count && token.hasPrefix(cut.word) {
      found.append(Mention(line: cut.line, word: token))
    }
    return found.filter { lines[$0.line].number >= number }
  }

  /// The beginning of a name at the end of a line that was cut; nil where it is too short to tell names
  /// apart, or the line is whole.
  private static func cutWord(of text: String) -> String? {
    guard text.utf8.last == 0xA6, text.hasSuffix("…") else { return nil }
    let run = text.dropLast().unicodeScalars.split(whereSeparator: separates).last
    guard let word = run.map({ String(Substring($0)) }), text.dropLast().hasSuffix(word),
      word.utf8.count >= 6
    else { return nil }
    return word
  }

  /// True if line `position` itself says that it does not matter.
  func isReassuring(_ position: Int) -> Bool {
    folded[position].contains("ignored") || folded[position].contains("ignoring")
      || folded[position].contains("skipping")
  }

  /// True if line `position` calls itself information.
  func isInformation(_ position: Int) -> Bool { Complaint.isInformation(folded[position]) }

  /// True for a line that calls itself a warning.
  func isWarning(_ position: Int) -> Bool {
    let text = LogPrefix.removed(from: lines[position].text.trimmed)
    return text.prefix(7).lowercased() == "warning" || folded[position].contains("[warn")
      || isInWarning(position)
  }

  /// True for a sentence below the heading of a warning, with nothing that calls itself an error between;
  /// and for what a program says of a plugin that it does without.
  func isInWarning(_ position: Int) -> Bool {
    let line = lines[position]
    // What has plugins does without one of them.
    if folded[position].contains("plugin"), folded[position].contains("is unavailable") {
      return true
    }
    guard Self.withoutFrame(line.text).first?.isUppercase ?? false else { return false }
    for near in stride(from: position - 1, through: max(0, position - 8), by: -1)
    where lines[near].process == line.process && lines[near].stream == line.stream {
      let text = Self.withoutFrame(lines[near].text)
      if text.hasPrefix("Error: ") { return false }
      if text.hasPrefix("Warning: ") { return true }
    }
    return false
  }

  /// A line without the rule that a box of text has on its left.
  private static func withoutFrame(_ text: String) -> Substring {
    text.drop { "│╷╵| ".contains($0) }
  }

  /// True if line `position` has `token` in quotation marks, and not as a value among others
  /// (`level="0" subsystem="config"`).
  func quotes(_ token: String, inLine position: Int) -> Bool {
    if lines[position].text.ranges(of: "=\"").count > 2 { return false }
    return Complaint.quoted(in: lines[position].text).contains {
      $0 == token || $0.hasSuffix("/" + token)
    }
  }

  /// True if line `position`, or one beside it of the same message, can be about a file that could not be used, by
  /// other words than `name`.
  func speaksOfUse(besides name: String, around position: Int) -> Bool {
    let name = name.lowercased()
    // What a log tells of each step is no complaint.
    if lines[position].stream == .log, Complaint.weight(of: folded[position]) < 0.3 { return false }
    return (max(0, position - 1)...min(lines.count - 1, position + 1)).contains { near in
      lines[near].process == lines[position].process
        && lines[near].stream == lines[position].stream
        && Complaint.speaksOfUse(" " + folded[near].replacing(name, with: ""))
    }
  }

  /// How much line `position`, with the lines around it, sounds like a complaint.
  func complaintWeight(around position: Int) -> Double { blockWeights[position] }

  /// True if line `position` has the words of `error`, in the C locale, or its name.
  func line(_ position: Int, speaksOf error: ErrorNumber) -> Bool {
    errorLines.speak(of: error, lines, folded)[position]
  }

  /// True if any line after event `number` has the words of `error`.
  func anyLine(after number: Int, speaksOf error: ErrorNumber) -> Bool {
    let speak = errorLines.speak(of: error, lines, folded)
    return lines.indices.contains { lines[$0].number >= number && speak[$0] }
  }

  /// The words of a line: maximal runs without blanks, quotes and most punctuation, without closing
  /// full stops and slashes.
  static func tokens(of text: String) -> Set<String> {
    var found: Set<String> = []
    for name in quotedNames(in: text) { found.insert(name) }
    for run in text.unicodeScalars.split(whereSeparator: Self.separates) {
      var token = String(Substring(run))
      while let last = token.last, last == "." || last == "…" { token.removeLast() }
      // What stands behind `file:` in an address.
      if token.hasPrefix("///"), text.contains("file://") { token = String(token.dropFirst(2)) }
      if token.isEmpty { continue }
      found.insert(token)
      if token.utf8.contains(UInt8(ascii: "/")) {
        while token.count > 1, token.hasSuffix("/") { token.removeLast() }
        found.insert(token)
      }
    }
    return found
  }

  /// What stands in quotation marks with a blank in it: a name that is no single word.
  private static func quotedNames(in text: String) -> [String] {
    guard text.utf8.contains(where: { $0 == 0x27 || $0 == 0x22 || $0 == 0x60 || $0 == 0xE2 }) else {
      return []
    }
    var names: [String] = []
    for (open, close) in [("'", "'"), ("\"", "\""), ("`", "'"), ("\u{2018}", "\u{2019}")] {
      let parts = text.split(separator: Character(open), omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated().dropFirst() {
        guard open != close || index % 2 == 1 else { continue }
        guard
          let end = part.firstIndex(of: Character(close)) ?? (open == close ? part.endIndex : nil)
        else { continue }
        let name = part[..<end]
        if name.contains(" "), (3...255).contains(name.utf8.count) { names.append(String(name)) }
      }
    }
    return names
  }

  private static func separates(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\r", "\"", "'", "`", "(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":",
      "=",
      "|", "!", "?", "*", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{AB}", "\u{BB}":
      true
    default: false
    }
  }
}

/// How much a line sounds like the complaint of a program that fails.
enum Complaint {
  /// 0 for a line that says nothing of a failure, more for clearer words; `text` in lower case.
  static func weight(of text: String) -> Double {
    var weight = 0.0
    // Lines of source that a traceback quotes are no words to the user.
    if numberOfReason(text) != nil { return 0.8 }
    if isSource(text) || isHeadingOfStack(text) || isPieceOfData(text) || LoaderWords.goesOn(text) {
      return 0
    }
    // PostgreSQL logs as LOG what it complains of before it gives up.
    if isInformation(text), !text.contains("log: ") { return 0 }
    for (word, value) in words where text.contains(word) { weight = max(weight, value) }
    for word in reassurances where text.contains(word) { weight -= 0.5 }
    if text.contains("warning"), !text.contains("error"), !text.contains("fatal"),
      !text.contains("did not match"),
      // Not where it is a part of an option: --no-warnings.
      text.split(separator: " ").contains(where: { $0.contains("warning") && !$0.hasPrefix("-") })
    {
      weight = min(weight, 0.2)
    }
    if isAboutInput(text) { weight = max(weight, 0.7) }
    // "No recipients specified."
    if text.contains(" specified"), text.hasPrefix("no ") || text.contains(": no ") {
      weight = max(weight, 0.7)
    }
    if text.hasPrefix("expected ") { weight = max(weight, 0.5) }
    if isOfVersions(text) { weight = max(weight, 1) }
    if isFailedTest(text) { weight = max(weight, 0.9) }
    if text.contains("root"), PrivilegeWords.refuseRoot(text) || PrivilegeWords.wantRoot(text) {
      weight = max(weight, 0.9)
    }
    if isRubyException(text) { weight = max(weight, 0.9) }
    // What ends in a colon announces the message, which is read with it.
    if text.hasSuffix(":") { weight -= text.contains("error: ") ? 0.2 : 0.4 }
    return max(weight, 0)
  }

  /// True for a line of source as a traceback shows it: indented, or what makes the message that
  /// comes at the end (interpreters write the indentation by itself).
  private static func isSource(_ text: String) -> Bool {
    text.hasPrefix("    ") || isFrame(text)
      || ["raise ", "throw "].contains(where: text.trimmed.hasPrefix) && text.contains("(")
  }

  /// True for a piece out of the midst of data in JSON, as a compiler gives its messages to the program that shows
  /// them.
  static func isPieceOfData(_ text: String) -> Bool {
    !text.hasPrefix("{") && text.utf8.count > 120 && text.ranges(of: "\":").count > 3
      && text.contains(",\"")
  }

  /// `a.rb:3:in `m': Your Ruby version is 3.1.2 (Bundler::RubyVersionMismatch)`.
  private static func isRubyException(_ text: String) -> Bool {
    (text.contains(":in `") || text.contains(":in '")) && text.hasSuffix(")") && !isFrame(text)
  }

  /// True for a frame of a stack, as Java, JavaScript, Rust, Lisp and Python show them:
  /// `at a.b.C(C.java:12)`, `3: core::panicking::panic`, `File "a.py", line 3`. Its words are names.
  static func isFrame(_ text: String) -> Bool {
    let text = text.trimmed
    if text.hasPrefix("at ") { return text.contains("(") || text.contains(":") }
    if text.hasPrefix("from "), text.contains(":in `") || text.contains(":in '") { return true }
    if text.hasPrefix("file \""), text.contains("\", line ") { return true }
    // Lua's, and Ruby's without a message.
    if text.hasPrefix("[c]: in ") || text.hasPrefix("[c]: at 0x") || isFrameOfGuile(text)
      || text.hasSuffix(": in main chunk")
      || text.contains(": in function ") && text.hasSuffix("'") || text.hasSuffix(": in function <")
    {
      return true
    }
    if let mark = text.firstRange(of: ":in `") ?? text.firstRange(of: ":in '"),
      text[mark.upperBound...].firstIndex(of: "'") == text.indices.last
    {
      return true
    }
    let number = text.prefix { $0.isASCII && $0.isNumber }
    return !number.isEmpty && number.count < 4
      && text.dropFirst(number.count).hasPrefix(text.contains("::") ? ": " : ": (")
  }

  /// True for what stands above a stack; `text` in lower case.
  static func isHeadingOfStack(_ text: String) -> Bool {
    headings.contains { text.hasSuffix($0) }
  }

  private static let headings = [
    "stack traceback:", "traceback (most recent call last):", "stack trace:",
  ]

  /// True for words about what a program was given to read, not about what it could not have.
  static func isAboutInput(_ text: String) -> Bool {
    inputWords.contains { text.contains($0) }
      // Files with holes are sparse.
      || text.contains("pars") && text.replacing("sparse", with: "").contains("pars")
  }

  private static let inputWords = [
    "syntax", "unterminated", "keyword", "directive", "malformed", "unexpected", "literal",
    "invalid argument", "invalid option", "unknown option", "unrecognized option", "not valid",
    "unknown flag", "unknown shorthand flag", "flag provided but not defined",
    "missing separator", "unclosed", "closing brace", "unbound variable", "no argument",
    "bad configuration", "schema",
  ]

  /// True if `text`, in lower case, can be about something that is not there, or could not be used.
  static func speaksOfAbsence(_ text: String) -> Bool {
    absenceWords.contains { text.contains($0) }
  }

  private static let absenceWords = [
    "no such", "not found", "not exist", "n't exist", "missing", "find", "cannot", "can't",
    "could not", "couldn't", "unable", "fail", "not be ", "no file", "without", "need", "require",
    "enoent", "absent", "open", "load", "read", "no ",
  ]

  /// True if `text`, in lower case, can be about a file that could not be used: more than "no decode
  /// delegate".
  static func speaksOfFile(_ text: String) -> Bool {
    let text = " " + text
    return fileWords.contains { text.contains($0) }
  }

  private static let fileWords = [
    "file", "no such", "not found", "not exist", "n't exist", "missing", " find", "cannot", "can't",
    "could not", "couldn't", "unable", "fail", "enoent", "absent", " open", "dlopen", " load",
    " read", "unread",
  ]

  /// True if `text`, in lower case, can be about a file that could not be found, opened or made.
  static func speaksOfUse(_ text: String) -> Bool { useWords.contains { text.contains($0) } }

  private static let useWords = [
    "no such", "not found", "not exist", "n't exist", "missing", "absent", "enoent", "find",
    "found", " open", " load", "unload", " read", "unread", "locat", "access", "exist", " writ",
    "creat", "import", "includ", "resolv", "fetch", " get ", " start", "execut", " run ", "fail",
    "file", "director", "os error 2", "errno 2", "invalid", "unknown", "not a ", " use ",
  ]

  /// True for a line that says of two things that they are not the same.
  static func comparesTwo(_ line: String) -> Bool {
    let text = line.lowercased()
    return ["does not match", "doesn't match", "is different than", "differs from", "mismatch"]
      .contains { text.contains($0) }
  }

  /// True if `text`, in lower case, has the words of `error`.
  static func speaks(of error: ErrorNumber, in text: String) -> Bool {
    text.contains(error.words.lowercased())
      || otherWords[error, default: []].contains { text.contains($0) }
      // Python and Rust.
      || text.contains("[errno ") && text.contains("[errno \(error.rawValue)]")
      || text.contains("(os error ") && text.contains("(os error \(error.rawValue))")
      || endsWithBeginning(of: error, text)
  }

  /// True for a line that was cut in the midst of the error's words, as a log of strace cuts them.
  private static func endsWithBeginning(of error: ErrorNumber, _ text: String) -> Bool {
    // The last byte alone decides for nearly all lines.
    guard text.utf8.last == 0xA6, text.hasSuffix("…") else { return false }
    let said = text.dropLast()
    var words = Substring(error.words.lowercased())
    while words.utf8.count >= 7 {
      if said.hasSuffix(words) { return true }
      words = words.dropLast()
    }
    return false
  }

  /// True for the line in which a traceback names its exception: `ValueError: …`,
  /// `configparser.MissingSectionHeaderError: …`, and in Node.js `AssertionError [ERR_ASSERTION]: …`.
  static func namesException(_ line: String) -> Bool {
    let line = line.drop { $0 == "\t" || $0 == " " }
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
    guard name.count > 5, name.hasSuffix("Error") || name.hasSuffix("Exception") else {
      return false
    }
    let rest = line[name.endIndex...]
    return rest.isEmpty || rest.first == ":" || rest.hasPrefix(" [") && rest.contains("]: ")
  }

  /// How programs that do not use `strerror(3)` put it.
  private static let otherWords: [ErrorNumber: [String]] = [
    .noEntry: [
      "not found", "does not exist", "doesn't exist", "cannot find", "can't find", "enoent",
    ],
    .accessDenied: ["permission", "access denied", "not readable", "not writable", "not allowed"],
    .notPermitted: ["permission", "not permitted", "not allowed", "must be root", "privilege"],
    .addressInUse: ["already in use", "in use"],
    .connectionRefused: ["refused", "could not connect", "couldn't connect", "unable to connect"],
    .readOnly: ["read-only", "readonly"],
    .noSpace: ["no space", "disk full", "full"],
    .noMemory: ["out of memory", "cannot allocate", "not enough memory"],
    .tooManyOpen: ["too many open"],
    .tryAgain: ["locked", "resource temporarily unavailable", "could not lock", "unable to lock"],
    .exists: ["already exists", "exists"],
    .networkUnreachable: ["unreachable"], .hostUnreachable: ["unreachable", "no route"],
    .timedOut: ["timed out", "timeout"],
  ]

  private static let words: [(String, Double)] = [
    ("fatal", 1.0), ("error", 1.0), ("panic", 1.0), ("exception", 1.0), ("traceback", 0.9),
    ("failed", 0.9), ("failure", 0.8), ("cannot", 0.9), ("can not", 0.9), ("can't", 0.9),
    ("could not", 0.9), ("couldn't", 0.9), ("unable to", 0.9), ("emerg", 1.0), ("alert", 0.9),
    ("not found", 0.8), ("no such", 0.8), ("denied", 0.9), ("refused", 0.9), ("unknown", 0.6),
    ("unrecognized", 0.7), ("unexpected", 0.6), ("illegal", 0.6), ("missing", 0.7), ("bad ", 0.5),
    ("undefined", 0.6), ("unbound", 0.8), ("not set", 0.5), ("must be", 0.4), ("usage:", 0.3),
    ("too many", 0.6), ("too long", 0.5), ("timed out", 0.8), ("terminated", 0.5), ("killed", 0.5),
    ("assert", 0.9), ("attempt to", 0.7), ("***", 0.5), ("not a ", 0.4), ("does not", 0.6),
    ("abort", 0.8), ("doesn't", 0.6), ("invalid", 0.7), ("{undef,", 0.8),
    ("no module", 0.9), ("not permitted", 0.9), ("syntax", 0.8), ("corrupt", 0.8),
    ("unsupported", 0.6), ("required", 0.5), ("should be", 0.5), ("is owned by", 0.9),
    ("already exists", 0.8), ("not allowed", 0.8), ("not available", 0.6), ("expired", 0.9),
    ("not configured", 0.6), ("not defined", 0.8), ("prevents", 0.6), ("did not match", 0.9),
    ("but it is not installable", 1.0), ("but it is not going to be installed", 1.0),
    ("but it is not installed", 1.0), ("not supported", 0.6),
    ("dubious ownership", 1.0), ("bad magic", 0.9), ("packet loss", 0.6), ("rejected]", 0.9),
    ("no tests ran", 0.5), ("no tracking information", 0.9), ("conflict (", 0.9),
    ("not specified", 0.7), ("unterminated", 0.7), ("not known", 0.7), ("not recognized", 0.7),
    ("not recognised", 0.7), ("not installed", 0.8),
    ("no valid", 0.8), ("globally writable", 0.9), ("must have no more", 0.9),
    ("must have mode", 0.9), ("no matching ", 0.9), ("bad option", 0.9), ("bad decrypt", 0.9),
    ("wrong ", 0.6), ("no secret key", 0.9), ("no public key", 0.9), ("wrong password", 0.9),
    ("wrong passphrase", 0.9), ("incorrect password", 0.9),
    ("no names found", 0.8), ("no stash entries", 0.7), ("no space left", 0.8),
    ("too open", 0.9), ("insecure", 0.9),
    ("bad permission", 1.0), ("is not sorted", 0.8), ("warning", 0.2), ("no ", 0.15),
    ("exhausted", 0.7), ("too small", 0.7), (" refusing", 0.8), ("doesn't allow", 0.9),
  ]
  private static let reassurances = [
    "ignored", "skipping", "0 errors", "no error", "warning:", "note:", "deprecated", "parsed ok",
  ]
}
