internal import History
internal import TraceEvents

// Scripts that `set -e` ends, or whose last command is a question, without a word.
extension Observer {
  /// How many looks at a script are taken, each of 51 lines.
  private static let looks = 8
  /// Lines on each side of the middle of a look.
  private static let reachOfLook = 50

  /// A command of the shell's own that can fail without a word, with its place in the script.
  private struct Question {
    var text: String
    var line: Int
    /// True for what `set -e` does not heed: `[ … ] && command`, at the end of the script.
    var isLast = false
    /// What the shell answered; nil where that cannot be told.
    var answer: (holds: Bool, fact: String, subject: String?)?
  }

  /// The command over which a script ended with status 1, if it is one of the shell's own that says nothing: the
  /// only one that can have failed, or the first that did for certain.
  func silentCommand(_ process: ProcessRecord, _ seen: SilentExit) -> FailedCheck? {
    guard seen.status == 1, let script = seen.script, seen.exitLine == nil,
      process.children.last.map({ !history.processes[$0].failed }) ?? true
    else { return nil }
    let lines = wholeText(of: script)
    guard let last = lines.last(where: { !Self.isBlank($0.text) }) else { return nil }
    let setting = lines.first { Self.setsErrexit($0.text) }
    let isStrict =
      setting != nil
      || process.arguments.dropFirst().prefix { $0.hasPrefix("-") }.contains {
        !$0.hasPrefix("--") && $0.contains("e")
      }
    var questions: [Question] = []
    var before = ""
    for line in lines {
      let text = line.text.trimmed
      defer { if !text.isEmpty { before = text } }
      if ["\\", "&&", "||", "|"].contains(where: before.hasSuffix) { continue }
      if isStrict, line.number > setting?.number ?? 0, Self.asks(text) {
        questions.append(Question(text: text, line: line.number))
      } else if line.number == last.number, let question = Self.guarded(text) {
        questions.append(Question(text: question, line: line.number, isLast: true))
      }
    }
    for index in questions.indices {
      questions[index].answer = answer(to: questions[index].text, process, script, lines)
    }
    let open = questions.filter { $0.answer?.holds != true }
    guard let found = open.first, open.count == 1 || found.answer != nil else { return nil }
    let place = "\(script) line \(found.line)"
    let reason =
      found.isLast
      ? "It is the last command, and the status of that is the script's."
      : "With set -e a script ends at the first command that fails."
    return FailedCheck(
      text: found.text, held: false, place: place, subject: found.answer?.subject ?? place,
      answer: nil,
      fact: [found.answer?.fact ?? Self.rule(of: found.text), reason].compactMap { $0 }.joined(
        separator: " "))
  }

  /// When a command fails that is no test.
  private static func rule(of text: String) -> String? {
    if text.hasPrefix("read ") {
      return
        "read fails at the end of its input: standard input had no such line, as /dev/null has none, which it is under cron and in CI."
    }
    return text.hasPrefix("((") || text.hasPrefix("let ")
      ? "An arithmetic command fails where its result is 0: ((i++)) gives the value before." : nil
  }

  /// The lines of a script; none where it is longer than a person would read.
  private func wholeText(of script: String) -> [TextLine] {
    var lines: [TextLine] = []
    for look in 0..<Self.looks {
      let middle = look * (Self.reachOfLook + 1) + 1
      let found = inquiry.lines(around: middle, of: script, context: Self.reachOfLook)
        .filter { $0.number > lines.last?.number ?? 0 }
      lines += found
      if lines.last?.number ?? 0 < middle + Self.reachOfLook { return lines }
    }
    return []
  }

  static func isBlank(_ text: String) -> Bool {
    let text = text.trimmed
    return text.isEmpty || text.hasPrefix("#")
  }

  /// True for `set -e`, alone or among others, and for a first line that asks for it.
  private static func setsErrexit(_ text: String) -> Bool {
    let words = text.trimmed.split(whereSeparator: { $0.isWhitespace || $0 == ";" })
    guard let first = words.first, first == "set" || first.hasPrefix("#!") else { return false }
    return words.dropFirst().contains { word in
      word == "errexit" || word.hasPrefix("-") && !word.hasPrefix("--") && word.contains("e")
    }
  }

  /// True for a command of the shell's own that answers with its status, by itself on a line.
  private static func asks(_ text: String) -> Bool {
    if text.contains("&&") || text.contains("||") {
      return text.hasPrefix("[[ ") && text.hasSuffix(" ]]")
        && text.ranges(of: " ]]").count == 1
    }
    if text.hasPrefix("[ ") { return text.hasSuffix(" ]") }
    if text.hasPrefix("[[ ") { return text.hasSuffix(" ]]") }
    if text.hasPrefix("((") { return text.hasSuffix("))") }
    guard !text.contains(where: { ";|&<>".contains($0) }) else { return false }
    return ["test ", "read ", "let "].contains { text.hasPrefix($0) }
  }

  /// The question of `[ … ] && command`; nil for other lines.
  private static func guarded(_ text: String) -> String? {
    guard let mark = text.firstRange(of: " && "), !text.contains("||"),
      text.hasPrefix("[ ") || text.hasPrefix("[[ ") || text.hasPrefix("test ")
    else { return nil }
    let question = String(text[..<mark.lowerBound])
    return asks(question) ? question : nil
  }

  /// What the shell answered to a question, where its words can be known.
  private func answer(
    to text: String, _ process: ProcessRecord, _ script: String, _ lines: [TextLine]
  ) -> (holds: Bool, fact: String, subject: String?)? {
    var words = text.split(separator: " ").map(String.init)
    guard let command = words.first, ["[", "[[", "test"].contains(command) else { return nil }
    words.removeFirst()
    if words.last == "]" || words.last == "]]" { words.removeLast() }
    var values: [String] = []
    for word in words {
      guard let value = ShellVariables.value(of: word, process, script, lines) else { return nil }
      values.append(value)
    }
    guard let test = ShellTest(values) else { return nil }
    let variable = words.lazy.compactMap(ShellVariables.name).first
    let isUnset = variable.map { process.environmentValue($0) == nil } ?? false
    let setting =
      variable.map {
        isUnset
          ? "The variable \($0) is not set: neither the environment nor the script gives it a value."
          : "The variable \($0) is: \(process.environmentValue($0) ?? "")"
      } ?? ""
    switch test.question {
    case .notEmpty(let value): return (value.isEmpty == test.isNegated, setting, variable)
    case .empty(let value): return (value.isEmpty != test.isNegated, setting, variable)
    case .file(let option, let given):
      let path = PathName.absolute(given, from: process.workingDirectory)
      guard case .missing? = inquiry.pathWalk(path)?.end, !test.isNegated, option != "-x" else {
        return nil
      }
      return (false, "\(path) does not exist.", path)
    case .pair(let left, let mark, let right) where mark == "=" || mark == "==":
      guard !right.contains("*"), !test.isNegated else { return nil }
      return (left == right, setting, variable)
    case .pair: return nil
    }
  }
}
