internal import History
internal import TraceEvents

// Settings that a shell reads as a script.
extension Observer {
  /// Tells of a line `NAME=two words` in a file that a shell read, where the second word is the command that
  /// it then did not find.
  func describeAssignment(_ process: ProcessRecord, in seen: inout CommandNotFound) {
    guard let shell = process.executable.map(PathName.base), ShellWords.shells.contains(shell),
      !seen.command.isEmpty
    else { return }
    let files = process.recentFiles.filter { !Self.isPlumbing($0) && !$0.hasPrefix("/usr/") }
    let line = inquiry.lines(mentioning: [seen.command], in: Array(files.suffix(8))).first {
      Self.isUnquoted($0.text, before: seen.command)
    }
    guard let line else { return }
    seen.assignmentPlace = "\(line.file) line \(line.number)"
    seen.assignmentText = line.text.trimmed
  }

  /// True for `NAME=value COMMAND …` that is a value of several words, by its look: the value and what
  /// follows begin with a capital letter or a digit, as no command does, or the line has no lower-case name.
  static func isUnquoted(_ line: String, before command: String) -> Bool {
    var text = line.trimmed[...]
    if text.hasPrefix("export ") { text = text.dropFirst(7) }
    guard let mark = text.firstIndex(of: "=") else { return false }
    let name = text[..<mark]
    let value = text[text.index(after: mark)...]
    let words = value.split { $0 == " " || $0 == "\t" }
    return !name.isEmpty
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      && words.count >= 2 && value.first?.isWhitespace == false && words[1] == command
      && !value.contains { "\"'$`\\;&|<>".contains($0) }
      && (command.first.map { $0.isUppercase || $0.isNumber } ?? false)
  }
}
