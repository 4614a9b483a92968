internal import History
internal import TraceEvents

// What a script does once a command has failed.
extension Tolerance {
  /// How many lines a block that handles a failure is followed.
  private static let longestBlock = 6

  /// True for a command in the block by which a script answers to the failure of another, and which ends the script:
  /// `backup || { logger "backup failed"; exit 1; }`. That it fails as well is not why.
  static func isReaction(
    _ child: ProcessRecord, by parent: ProcessRecord, in history: History, _ inquiry: Inquiry
  ) -> Bool {
    guard child.hasExecuted, child.name.utf8.count > 1,
      let shell = parent.executable.map(PathName.base), ShellWords.shells.contains(shell),
      let failed = parent.children.lazy.map({ history.processes[$0] }).last(where: { other in
        guard case .exited? = other.end else { return false }
        return other.failed && other.hasExecuted && other.endNumber < child.startNumber
      }), failed.name != child.name
    else { return false }
    // Status 1 without a word is an answer, to which the command in the block can be what was meant.
    if case .exited(1)? = failed.end,
      !FailurePath.heard(in: history).contains(failed.index),
      FailurePath.heard(in: history, onlyShown: true).contains(child.index)
    {
      return false
    }
    return blocks(after: failed.name, of: parent, inquiry).contains { block in
      isWord(child.name, in: block) && ["exit", "return"].contains { isWord($0, in: block) }
    }
  }

  /// The texts of the blocks that a script runs where a command of that name has failed.
  private static func blocks(
    after name: String, of shell: ProcessRecord, _ inquiry: Inquiry
  ) -> [String] {
    if let text = ShellWords.givenText(shell) {
      let lines = text.split(separator: "\n").map(String.init)
      return lines.indices.compactMap { block(after: name, lines[$0], Array(lines[($0 + 1)...])) }
    }
    guard let script = shell.arguments.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
      return []
    }
    let file = PathName.absolute(script, from: shell.workingDirectory)
    guard shell.recentFiles.contains(file) || shell.executedPath == file else { return [] }
    return inquiry.lines(mentioning: [name], in: [file]).prefix(8).compactMap { line in
      let below = inquiry.lines(around: line.number, of: file, context: longestBlock)
        .filter { $0.number > line.number }.map(\.text)
      return block(after: name, line.text, below)
    }
  }

  /// The block that a line runs, or begins, where the command of that name fails in it.
  static func block(after name: String, _ line: String, _ below: [String]) -> String? {
    let text = line.trimmed
    guard !text.hasPrefix("#"), let command = text.firstRange(of: name) else { return nil }
    let rest = text[command.upperBound...]
    var body: String
    if let mark = rest.firstRange(of: "||") {
      body = String(rest[mark.upperBound...]).trimmed
      guard body.hasPrefix("{") || body.hasPrefix("(") else { return nil }
    } else if text.hasPrefix("if ! ") {
      body = rest.firstRange(of: "then").map { String(rest[$0.upperBound...]) } ?? ""
    } else {
      return nil
    }
    if ["}", ")", "fi"].contains(where: body.hasSuffix) { return body }
    for line in below.prefix(longestBlock) {
      let text = line.trimmed
      if ["}", ")", "fi", "else", "elif "].contains(where: text.hasPrefix) { break }
      body += "\n" + text
    }
    return body
  }

  private static func isWord(_ word: String, in text: String) -> Bool {
    text.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" && $0 != "." }
      .contains { $0 == word }
  }
}
