internal import TraceEvents
internal import History

/// Whether a process did nothing but run another one and end as it did: `timeout 5 grep …`,
/// `sh -c 'ps ax | grep …'`.
enum HandedOn {
  /// True if `parent` was started for nothing but the command of `child`.
  static func isOnlyCommand(_ child: ProcessRecord, of parent: ProcessRecord) -> Bool {
    guard parent.shellStatus == child.shellStatus, !child.arguments.isEmpty else { return false }
    if !child.hasExecuted { return true }
    // timeout, env, sudo, flock: their own last arguments are the command.
    if parent.arguments.count > child.arguments.count,
      parent.arguments.suffix(child.arguments.count).elementsEqual(child.arguments)
    {
      return true
    }
    return commands(of: parent).contains { matches($0, child.arguments) }
  }

  /// The words of the one command that a shell was given with `-c`, the last one of a pipeline;
  /// nil for other programs, and for a text of more than one command.
  static func shellCommand(_ process: ProcessRecord) -> [ShellWord]? {
    ShellWords.givenText(process).flatMap { ShellWord.onlyCommand(of: $0) }
  }

  /// True if the words became those arguments: what was expanded can have become anything.
  private static func matches(_ words: [ShellWord], _ arguments: [String]) -> Bool {
    let fixed = words.prefix { $0.text != nil }
    guard let name = fixed.first?.text.map(PathName.base) else { return false }
    // The kernel puts a script's interpreter, and its option, before the script.
    let arguments = arguments.drop { PathName.base(of: $0) != name }
    guard !arguments.isEmpty, arguments.startIndex <= 2 else { return false }
    if fixed.count == words.count, words.count != arguments.count { return false }
    return zip(fixed.dropFirst(), arguments.dropFirst()).allSatisfy { $0.text == $1 }
  }
}

/// A word of a shell's command.
struct ShellWord: Equatable {
  /// The word without its quotes; nil where the shell expands it to something.
  var text: String?

  /// The words of a text that is one simple command, or one pipeline: then those of its last
  /// command. Nil for a list of commands, a compound command, and what is not understood.
  ///
  /// What a shell reads is in POSIX.1-2017, XCU 2.2 and 2.10; this knows enough of it to be sure
  /// of the simple cases.
  static func onlyCommand(of text: String) -> [ShellWord]? {
    guard text.utf8.count <= 4096 else { return nil }
    var reader = Reader(text)
    return reader.onlyCommand()
  }
}

extension ShellWord {
  private struct Reader {
    private var rest: Substring
    private var words: [ShellWord] = []
    private var word: ShellWord?
    /// True after a redirection: the next word is its target.
    private var isTarget = false

    init(_ text: String) {
      rest = text.trimmed[...]
    }

    mutating func onlyCommand() -> [ShellWord]? {
      while let character = rest.popFirst() {
        switch character {
        case " ", "\t": endWord()
        case "'":
          guard let end = rest.firstIndex(of: "'") else { return nil }
          append(String(rest[..<end]))
          rest = rest[end...].dropFirst()
        case "\"":
          guard readDoubleQuotes() else { return nil }
        case "\\":
          guard let next = rest.popFirst(), next != "\n" else { return nil }
          append(String(next))
        case "$", "`", "*", "?", "~":
          // Expansions: what becomes of the word is not known, and `$(…)` holds commands.
          guard character != "`", rest.first != "(" else { return nil }
          word = ShellWord(text: nil)
        case "<", ">":
          // A number before is the descriptor that is redirected.
          if word?.text.flatMap(Int.init) != nil { word = nil }
          endWord()
          while let next = rest.first, ">&|".contains(next) { rest.removeFirst() }
          isTarget = true
        case "|":
          guard rest.first != "|", rest.first != "&" else { return nil }
          endWord()
          words = []
        case ";", "&", "\n", "(", ")", "#": return nil
        default: append(String(character))
        }
      }
      endWord()
      guard let first = words.first?.text, !Self.reserved.contains(first) else { return nil }
      return words
    }

    private mutating func readDoubleQuotes() -> Bool {
      append("")
      while let character = rest.popFirst() {
        switch character {
        case "\"": return true
        case "`": return false
        case "$":
          if rest.first == "(" { return false }
          word = ShellWord(text: nil)
        case "\\":
          guard let next = rest.popFirst() else { return false }
          append("$`\"\\".contains(next) ? String(next) : "\\" + String(next))
        default: append(String(character))
        }
      }
      return false
    }

    private mutating func append(_ text: String) {
      if let known = word {
        word = ShellWord(text: known.text.map { $0 + text })
      } else {
        word = ShellWord(text: text)
      }
    }

    private mutating func endWord() {
      guard let word else { return }
      if !isTarget { words.append(word) }
      isTarget = false
      self.word = nil
    }

    /// Words that begin a compound command or change a status (XCU 2.4).
    private static let reserved: Set<String> = [
      "if", "for", "while", "until", "case", "{", "!", "function", "select", "set", "exit", "exec",
    ]
  }
}
