internal import History
internal import TraceEvents

/// The check by which a script ended itself: `mountpoint -q /mnt || exit 5`.
struct FailedCheck: Sendable {
  /// Its text, as the script has it.
  var text: String
  /// True if it held, and the script was to end then: `[ -z "$X" ] && exit 3`.
  var held: Bool
  /// Script and line.
  var place: String
  /// What it was about: the last operand of the command that answered, else the place.
  var subject: String
  /// What the command that answered was run as, and how it ended.
  var answer: String?
  /// What is known of the script itself that the check asks for.
  var fact: String?
}

// Scripts that end themselves over a check, without a word.
extension Observer {
  /// How many lines above an `exit` its `if` is looked for.
  private static let reach = 4

  /// The check before the one `exit` with the status that a shell ended with; nil for others.
  func failedCheck(_ process: ProcessRecord, _ seen: SilentExit) -> FailedCheck? {
    guard seen.isShell, seen.status != 0 else { return nil }
    guard let line = seen.exitText, let place = seen.exitPlace,
      let (text, held) = check(before: line, seen)
    else { return nil }
    var found = FailedCheck(text: text, held: held, place: place, subject: place)
    let last = process.children.last.map { history.processes[$0] }
    if let last, last.hasExecuted, last.endNumber <= process.endNumber, case .exited = last.end,
      last.failed != held, text.contains(last.name)
    {
      let words = last.arguments.prefix(12).joined(separator: " ")
      // What only gives the check a text to compare has not answered it.
      if !text.contains("$(" + last.name) { found.answer = "\(words) \(Wording.ending(of: last))" }
      if let operand = last.arguments.dropFirst().last(where: { !$0.hasPrefix("-") }) {
        let path = PathName.absolute(operand, from: last.workingDirectory)
        let isPath = operand.contains("/") || last.recentFiles.contains(path)
        found.subject = isPath ? path : operand
      }
    }
    found.fact = fact(of: text, process, seen)
    if let last, let lock = lockAsked(by: last) {
      found.subject = lock.path
      found.fact = lock.words
    }
    return found
  }

  /// The lock that a command asked for and did not get, and who holds it: `flock -n 9`.
  private func lockAsked(by process: ProcessRecord) -> (path: String, words: String)? {
    guard
      let call = history.failures.calls.last(where: {
        $0.process == process.index && $0.replacement == nil && isLock($0)
      })
    else { return nil }
    let lock = lockHeld(call, asking: true)
    guard let path = lock.path else { return nil }
    let holder = lock.holder.map { name in
      " is held by \(name)" + (lock.holderPid.map { " (pid \($0))" } ?? "")
        + (lock.holderCommand.map { ", whose command line is: \($0)" } ?? ".")
    }
    return (path, "The lock on \(path)" + (holder ?? " is held by another process."))
  }

  /// What stands before the `exit` of a line, or in the `if` above it, and whether it was to hold.
  private func check(before line: String, _ seen: SilentExit) -> (text: String, held: Bool)? {
    if let found = Self.check(in: line) { return found }
    guard let script = seen.script, let number = seen.exitLine,
      line.hasPrefix("exit "), number > 1
    else { return nil }
    let above = inquiry.lines(around: number, of: script, context: Self.reach)
      .filter { $0.number < number }.reversed()
    for other in above {
      let text = other.text.trimmed
      if text == "fi" || text == "else" || text == "done" { return nil }
      if let found = Self.condition(text) { return found }
    }
    return nil
  }

  static func check(in line: String) -> (text: String, held: Bool)? {
    if let found = condition(line) { return line.contains("exit") ? found : nil }
    for (mark, held) in [("||", false), ("&&", true)] {
      guard let place = line.firstRange(of: mark),
        line[place.upperBound...].contains("exit")
      else { continue }
      let text = String(line[..<place.lowerBound]).trimmed
      return text.isEmpty ? nil : (text, held)
    }
    return nil
  }

  /// The condition of a line that begins with `if`.
  private static func condition(_ line: String) -> (text: String, held: Bool)? {
    guard let start = ["if ", "elif "].first(where: line.hasPrefix) else { return nil }
    let rest = line.dropFirst(start.count)
    let end = rest.firstRange(of: "; then")?.lowerBound ?? rest.firstIndex(of: ";") ?? rest.endIndex
    var text = String(rest[..<end]).trimmed
    var held = true
    if text.hasPrefix("! ") {
      text = String(text.dropFirst(2)).trimmed
      held = false
    }
    return text.isEmpty ? nil : (text, held)
  }

  /// What the process itself answers: how many arguments it had, and who it ran as.
  private func fact(of text: String, _ process: ProcessRecord, _ seen: SilentExit) -> String? {
    if text.contains("$#") {
      let position = process.arguments.firstIndex { argument in
        PathName.absolute(argument, from: process.workingDirectory) == seen.script
      }
      guard let position else { return nil }
      let count = process.arguments.count - position - 1
      return "The script was given \(count) argument\(count == 1 ? "" : "s")."
    }
    if text.contains("id -u") || text.contains("$EUID") || text.contains("$UID") {
      return process.credentials.map {
        "The script ran as the user \(inquiry.userName($0.user)) (\($0.user))."
      }
    }
    return nil
  }
}
