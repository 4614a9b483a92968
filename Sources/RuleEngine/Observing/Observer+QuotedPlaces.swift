internal import History
internal import TraceEvents

/// A line of a file that was read and that has what words quote without telling where it stands.
struct QuotedPlace: Sendable {
  let word: String
  let line: TextLine
  /// A word of that file that is near to it, where the words miss something of its name.
  let near: String?
}

// Where what words quote stands, if they do not tell.
extension Observer {
  private static let mostFiles = 6

  /// Tells where what the words quote stands, if they name no line, or one of the source that read it.
  func describeQuotedPlace(_ line: String, _ process: ProcessRecord, in seen: inout LastWords) {
    // A place in a library is where the program noticed it, not where it comes from.
    guard let file = seen.file, seen.lineNumber != nil,
      !seen.fileIsLibrarys || !Self.speaksOfValue(line)
    else {
      let own = seen.fileIsLibrarys ? nil : seen.file
      seen.tools.quotedPlace = quotedPlace(line, process, file: own)
      return
    }
    // A value that a line of source could not take came from the data that were read.
    guard Self.isCode(file), Self.speaksOfValue(line), let source = seen.sourceLine,
      let data = seen.lastFile, !Self.isCode(data), data != file,
      let place = quotedPlace(line, process, file: data), !source.contains(place.word)
    else { return }
    seen.tools.quotedPlace = place
  }

  /// True for words about a value that could not be read as a number or the like.
  private static func speaksOfValue(_ line: String) -> Bool {
    let text = line.lowercased()
    return [
      "for input string", "invalid literal", "invalid value", "could not convert", "parse",
      "not a number", "invalid integer", "invalid digit", "invalid syntax", "isn't numeric",
      "not a valid", "numberformat",
    ].contains { text.contains($0) }
  }

  /// The one line that has what the words quote, among the files that the user named and those of
  /// configuration or data that were read; nil where the words tell a line, or several lines have it.
  func quotedPlace(_ line: String, _ process: ProcessRecord, file: String?) -> QuotedPlace? {
    let words = Self.quotedWords(in: line, process)
    guard !words.isEmpty else { return nil }
    let files = file.map { [$0] } ?? filesOfTheUser(process)
    for file in files {
      for word in words {
        let lines = inquiry.lines(mentioning: [word], in: [file]).filter { found in
          let text = found.text.trimmed
          return !text.hasPrefix("#") && !text.hasPrefix("//") && !text.hasPrefix(";")
            && !text.hasPrefix("--")
        }
        if lines.isEmpty { continue }
        guard lines.count == 1 else { return nil }
        let near =
          UnknownWord.reference(in: line) == word || UnknownWord.find(in: line) == word
          ? inquiry.words(besides: word, in: [file]).first : nil
        return QuotedPlace(word: word, line: lines[0], near: near)
      }
    }
    return nil
  }

  /// What is likely to stand in a file as it stands in a line of complaint, likeliest first.
  static func quotedWords(in line: String, _ process: ProcessRecord) -> [String] {
    var words: [String] = []
    // R tells the expression: "Error in print(dat$y) : object 'dat' not found".
    if let start = line.firstRange(of: "Error in ")?.upperBound,
      let end = line[start...].firstRange(of: " : ")?.lowerBound
    {
      words.append(String(line[start..<end]))
    }
    // Erlang and Elixir: "undefined function lists:revers/1".
    if let start = line.firstRange(of: "undefined function ")?.upperBound {
      let name = line[start...].prefix { !$0.isWhitespace && $0 != "/" && $0 != "(" }
      words.append(String(name))
    }
    // Lisps: "Unbound variable: yy".
    for mark in ["nbound variable: ", "nbound identifier: ", "ndefined variable: "] {
      guard let start = line.firstRange(of: mark)?.upperBound else { continue }
      words.append(String(line[start...].prefix { !$0.isWhitespace && $0 != "." }))
    }
    words += Complaint.quoted(in: line)
    return words.filter { word in
      (2...80).contains(word.utf8.count) && !word.hasPrefix("/") && !word.hasPrefix("-")
        && word.contains(where: \.isLetter) && word != process.name
        && (word.utf8.count > 2 || word.contains(where: \.isNumber) || line.contains("nbound "))
        // What the user gave by itself stands nowhere else.
        && !process.arguments.dropFirst().contains(word)
    }
  }

  /// The name that words about users quote, where the list of users or groups was read last and does not
  /// have it: `failed to parse reuid: 'web'`.
  func userLookedUp(in line: String, _ process: ProcessRecord) -> UnknownUser? {
    let text = line.lowercased()
    guard ["uid", "gid", "user", "owner", "account", "group"].contains(where: text.contains),
      let list = process.recentFiles.last(where: { !Self.isPlumbing($0) }),
      list == "/etc/passwd" || list == "/etc/group"
    else { return nil }
    let names = Complaint.quoted(in: line).filter { name in
      (2...32).contains(name.utf8.count) && name.first.map { $0.isLetter || $0 == "_" } ?? false
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
    guard names.count == 1, let name = names.first,
      process.arguments.contains(where: {
        $0 == name || $0.hasSuffix("=" + name) || $0.hasPrefix(name + ":")
      }),
      !inquiry.lines(mentioning: [name], in: [list]).contains(where: {
        $0.text.hasPrefix(name + ":")
      })
    else { return nil }
    return UnknownUser(name: name, isGroup: list == "/etc/group")
  }

  /// Words after which a sentence goes on.
  private static let openEnds: Set<Substring> = [
    "of", "to", "type", "the", "a", "an", "with", "for", "in", "is", "as", "from", "by", "and",
    "or",
    "than", "expected", "got",
  ]

  /// A line whose sentence goes on in the next one, which is indented, with that; nil for others.
  static func continued(_ text: String, by next: String) -> String? {
    guard let last = text.split(separator: " ").last, openEnds.contains(last),
      next.hasPrefix("   "), next.utf8.count < 120, next.contains(where: \.isLetter)
    else { return nil }
    return text + " " + next.trimmed
  }

  /// Tells the word that a complaint names by its place alone, and which near one the program knows.
  func describeRejectedWord(
    _ process: ProcessRecord, _ source: String?, says line: String, in seen: inout LastWords
  ) {
    guard seen.unknownWord == nil, let source,
      let word = UnknownWord.first(of: source.trimmed, rejectedBy: line)
    else { return }
    seen.unknownWord = word
    seen.tools.rejectedSource = source.trimmed
    describeNearWords(process, isReference: false, in: &seen)
  }

  /// Files that a person wrote for this program: those of the command line first, then others that were
  /// read, the last first.
  private func filesOfTheUser(_ process: ProcessRecord) -> [String] {
    let named = process.arguments.dropFirst().flatMap { argument -> [String] in
      let value = argument.split(separator: "=", maxSplits: 1).last.map(String.init) ?? argument
      return [argument, value]
    }.map { PathName.absolute($0, from: process.workingDirectory) }
    let read = process.recentFiles.reversed().filter { file in
      !Self.isPlumbing(file) && file != process.executable
    }
    let given = read.filter { named.contains($0) || $0 == process.executedPath }
    let others = read.filter {
      !given.contains($0) && !Self.isCode($0) && !$0.hasPrefix("/usr/") && !$0.hasPrefix("/var/")
    }
    return Array((given + others).prefix(Self.mostFiles))
  }
}
