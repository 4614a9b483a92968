internal import History
internal import TraceEvents

// What a command was to make of what it was given: `convert a.pdf a.png`.
extension CallFeatures {
  /// True for a file that words name in the frames of a stack alone: interpreters look for the source of
  /// each, which compiled modules come without.
  static func isForFrames(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error.isAbsence, let path = call.path else { return false }
    let lines = run.mentions.mentions(of: PathName.base(of: path), after: 0).map {
      run.mentions.lines[$0.line]
    }.filter { $0.process == call.process }
    return !lines.isEmpty && lines.allSatisfy { Complaint.isFrame($0.text.lowercased()) }
  }

  /// True for the socket that a client could not make for the answers to itself, whose name has its own
  /// number: it can do without, and nobody spoke of it.
  static func isOwnSocket(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose == .bind, call.error.isAbsence, case .unix(let path)? = call.address,
      PathName.base(of: path).contains(String(run.history.processes[call.process].pid))
    else { return false }
    return run.mentions.mentions(of: path, after: call.number).isEmpty
  }

  /// True for a look that make takes for a target, which it makes where it is not there; it says so
  /// where no rule tells how. What stands on the command line need not be a file at all.
  static func isTarget(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let process = run.history.processes[call.process]
    guard call.error.isAbsence, call.purpose == .inspect, call.replacement == nil,
      !isCommand(call, run),
      let program = process.executable.map(PathName.base),
      ["make", "gmake", "bmake", "ninja"].contains(program)
    else { return false }
    return !run.mentions.lines.contains {
      $0.process == call.process
        && ($0.text.contains("No rule to make target") || $0.text.contains("don't know how to make")
          || $0.text.contains("no known rule to make"))
        && !Complaint.missesGoal(call.call.path ?? "", in: $0.text)
    }
  }

  /// True for a file that tells whether another one of a daemon runs, if nobody named it: the first one finds
  /// none, and makes it once it has started.
  static func isOwnPidFile(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error == .noEntry, call.purpose == .open || call.purpose == .inspect,
      let path = call.path, path.hasSuffix(".pid"), mentioned(call, run) == 0,
      askedFor(call, run) == 0
    else { return false }
    // A shell, and what it starts for that, asks for that of others.
    let shell = run.history.processes[call.process].executable.map(PathName.base)
    return !(shell.map(ShellWords.shells.contains) ?? false)
      && run.mentions.lines.contains { $0.process == call.process }
  }

  /// True for the last operand of a command that had read another one, if what it complained of first in
  /// clear words is not it, and no words about it speak of the error that it had.
  static func isResult(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error.isAbsence, call.purpose == .open || call.purpose == .inspect,
      let given = call.call.path
    else { return false }
    let process = run.history.processes[call.process]
    guard process.arguments.count > 2, process.arguments.last == given, !given.hasPrefix("-") else {
      return false
    }
    let hasRead = process.arguments.dropFirst().dropLast().contains { operand in
      let path = PathName.absolute(operand, from: process.workingDirectory)
      return process.recentFiles.contains(path) && !Observer.isCode(path)
        && path != process.executedPath
    }
    guard hasRead,
      let complaint = run.firstClearComplaint(after: call.number, of: call.process),
      Complaint.weight(of: complaint.text.lowercased()) >= 0.8,
      !complaint.text.contains(PathName.base(of: given))
    else { return false }
    return !run.mentions.mentions(of: given, after: call.number).contains {
      run.mentions.line($0.line, speaksOf: call.error)
    }
  }
}
