internal import History
internal import TraceEvents

// Scripts whose first line hands an option to their interpreter, and ends in a carriage return.
extension Observer {
  /// How interpreters speak of an option that they do not know.
  private static let wordsOnOptions = ["option", "switch", "flag", "argument", "usage", "invalid"]

  /// What a script asks for whose interpreter did not come to read it: the kernel hands all that stands behind
  /// the interpreter's name over as one argument, with the carriage return (execve(2)).
  func markedOption(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> ProgramRejected? {
    guard asking, let script = process.executedPath, script != process.executable,
      !process.recentFiles.contains(script),
      case let text = run.mentions.lines[position].text,
      Self.wordsOnOptions.contains(where: text.lowercased().contains),
      case .script(let line)? = inquiry.programFile(script), line.unicodeScalars.last == "\r"
    else { return nil }
    let words = Self.interpreterWords(in: String(line.unicodeScalars.dropLast()))
    guard words.count > 1, PathName.base(of: words[0]) != "env" else { return nil }
    var seen = ProgramRejected()
    seen.path = script
    seen.reason = "option-carriage-return"
    seen.firstLine = line
    seen.interpreter = words[0]
    seen.option = words.dropFirst().joined(separator: " ")
    seen.hasCarriageReturn = true
    seen.words = LogPrefix.removed(from: text.trimmed)
    return seen
  }
}
