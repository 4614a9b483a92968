internal import History
internal import TraceEvents

/// What a process that waits does again and again, with a pause between.
extension Observer {
  /// A call or program that is repeated.
  private struct Repetition {
    var count: Int
    /// Seconds at which it was seen first and last.
    var first: Double
    var last: Double

    /// True if it was still going on at a time: the last one came before it by no more than the pause
    /// between two. What a program did at its start and then no more was no loop.
    func goes(on time: Double) -> Bool {
      guard count >= 3, last > first else { return false }
      let pause = (last - first) / Double(count - 1)
      return time - last <= max(3 * pause, (last - first) / 2)
    }
  }

  /// Tells what is tried, or looked at, between two pauses.
  func describeAttempts(_ process: ProcessRecord, at time: Double, in seen: inout Waiting) {
    if let call = attempted(by: process, at: time) {
      let what = subject(of: call) ?? call.address?.description ?? call.call.name
      seen.subject = what
      seen.attempts = call.call.notation
      seen.whatFor =
        "\(what): it tries again and again, with a sleep between (\(call.count) times: \(call.error.words))"
      seen.advice = "Make what it waits for come: \(what)."
    } else if let taken = takenName(process) {
      seen.subject = taken.path
      seen.attempts = taken.call.call.notation
      seen.whatFor =
        "\(taken.path) to go: it exists, and the program makes it to be alone, and tries again after a pause"
      describeLock(taken.path, in: &seen)
    } else if !describeLooks(process, at: time, in: &seen),
      !describeRuns(of: process, at: time, in: &seen)
    {
      // Of a process that a signal ended the way down to it is told in any case.
      seen.explanation = history.isHung ? waitersFor(process) : nil
    }
  }

  /// A process as people know it whose loop it is: by its command line, if that is short.
  private func title(of process: ProcessRecord) -> String {
    let command = process.arguments.joined(separator: " ")
    return command.isEmpty || command.utf8.count > 60 || command.contains("\n")
      ? process.executedPath ?? process.name : command
  }

  /// Who waits for a process that pauses, and who for that one.
  private func waitersFor(_ process: ProcessRecord) -> String? {
    let line = history.lineage(of: process.index).dropFirst().prefix(4).map {
      history.processes[$0]
    }.prefix { !$0.pendingCalls.isEmpty }
    guard !line.isEmpty else { return nil }
    let names = line.map { "\($0.name) (pid \($0.pid), \($0.arguments.joined(separator: " ")))" }
    return "Waiting for it: " + names.joined(separator: "; for that one in turn: ") + "."
  }

  /// The failed call that a waiting process, or one above it, repeats; of several the last.
  private func attempted(by process: ProcessRecord, at time: Double) -> FailedCall? {
    let line = Set(history.lineage(of: process.index))
    // What is tried by a new process each time is found below the one that goes on.
    return history.failures.calls.last { call in
      call.replacement == nil
        && (line.contains(call.process)
          || history.processes[call.process].parent.map { line.contains($0) } ?? false)
        && repetition(of: call).goes(on: time)
    }
  }

  /// How often a call failed so, in its process and in those of the same parent.
  private func repetition(of call: FailedCall) -> Repetition {
    let own = Repetition(count: call.count, first: call.time, last: call.lastTime)
    guard call.count < 3, let parent = history.processes[call.process].parent,
      !call.error.isAbsence || call.address != nil
    else { return own }
    return history.failures.calls.filter {
      $0.call.name == call.call.name && $0.error == call.error && $0.path == call.path
        && $0.address == call.address && history.processes[$0.process].parent == parent
    }.reduce(own) { all, next in
      Repetition(
        count: next.number == call.number ? all.count : all.count + next.count,
        first: min(all.first, next.time), last: max(all.last, next.lastTime))
    }
  }

  /// What a process that pauses could not make just before, since it is there (a lock).
  private func takenName(_ process: ProcessRecord) -> (path: String, call: FailedCall)? {
    guard let earliest = process.steps.suffix(6).first?.number,
      let call = history.failures.calls.last(where: {
        $0.process == process.index && $0.error == .exists && $0.lastNumber >= earliest
          && ($0.purpose == .make || $0.call.hasSymbol("O_EXCL"))
      }), let path = call.secondPath ?? call.path
    else { return nil }
    return (path, call)
  }

  // MARK: Looks that find something

  /// Tells of a file that is looked at again and again, and is there, or of a process that is asked for.
  private func describeLooks(
    _ process: ProcessRecord, at time: Double, in seen: inout Waiting
  ) -> Bool {
    var below = process
    for index in history.lineage(of: process.index).prefix(3) {
      defer { below = history.processes[index] }
      // What one above looks at is of the same loop if this pause began after the look.
      guard let look = repeatedLook(history.processes[index], at: time),
        index == process.index || below.startTime > look.time
      else { continue }
      seen.attempts = look.call.notation
      if index != process.index { seen.loopIn = title(of: history.processes[index]) }
      if look.call.name == "kill" {
        describeProcessThatStays(look.call, in: &seen)
      } else if let path = look.path {
        seen.subject = path
        seen.whatFor =
          "\(path) to go or to change: it looks at it again and again, with a pause between, and it is there"
        describeLock(path, in: &seen)
      }
      return true
    }
    return false
  }

  private func repeatedLook(_ process: ProcessRecord, at time: Double) -> CallStep? {
    let looks = process.steps.filter { isLook($0, by: process) }
    return looks.last { look in
      let same = looks.filter {
        $0.call.name == look.call.name && $0.call.arguments == look.call.arguments
      }
      guard let first = same.first, let last = same.last else { return false }
      return Repetition(count: same.count, first: first.time, last: last.time).goes(on: time)
    }
  }

  /// True for a call that finds something and can be what a loop goes on for.
  private func isLook(_ step: CallStep, by process: ProcessRecord) -> Bool {
    guard step.call.value != nil else { return false }
    if step.call.name == "kill" {
      // Signal 0 only asks whether the process is there (kill(2)).
      return step.call.arguments.last.map { $0 == .integer(value: 0) || $0 == .symbol(name: "0") }
        ?? false
    }
    guard FailedCall.Purpose(step.call) == .inspect, let path = step.path else { return false }
    // A shell looks for the commands of its loop, and many programs for the time zone.
    return !Self.isPlumbing(path) && !path.hasPrefix("/usr/") && !path.hasPrefix("/bin/")
      && path != "/etc/localtime" && path != process.workingDirectory
  }

  private func describeProcessThatStays(_ call: SystemCall, in seen: inout Waiting) {
    guard case .integer(let number)? = call.arguments.first, number > 0 else { return }
    let pid = ProcessID(truncatingIfNeeded: number)
    let who = inquiry.process(pid)
    let name = who.map { "\($0.name) (pid \(pid))" } ?? "process \(pid)"
    seen.subject = name
    seen.whatFor =
      "\(name) to end: it asks again and again, with a pause between, whether that process is there, and it is"
    seen.explanation = who.map {
      "\($0.name) runs for \(Wording.age($0.ageSeconds)) as \($0.userName). Its command line: \($0.arguments.joined(separator: " ")). A process that was asked to end (SIGTERM) may ignore that, or take long."
    }
    seen.advice =
      "See why it does not end; if it ignores SIGTERM, only kill -KILL \(pid) ends it, without its cleaning up."
  }

  /// What is in a file that stands for a lock, and whether its process runs.
  private func describeLock(_ path: String, in seen: inout Waiting) {
    guard let line = inquiry.lines(around: 1, of: path).first,
      let pid = Self.writtenPid(line.text), pid > 1
    else {
      seen.advice =
        "See who made \(path): if what made it has ended without removing it, remove it (rm \(path))."
      return
    }
    guard let who = inquiry.process(pid) else {
      seen.explanation =
        "The process id in it is \(pid), and no such process runs: it was left behind."
      seen.advice = "Make sure that no other instance runs, then remove it: rm \(path)."
      return
    }
    seen.holder = "\(who.name) (pid \(pid))"
    seen.explanation =
      "The process id in it is \(pid), which is \(who.name), running for \(Wording.age(who.ageSeconds))."
    seen.advice = "Wait until \(who.name) (pid \(pid)) is done, or see why it is not."
  }

  // MARK: Programs that are run again and again

  /// Tells of a command that a process, or the one above it, runs again and again, and that fails each time.
  @discardableResult
  private func describeRuns(
    of process: ProcessRecord, at time: Double, in seen: inout Waiting
  ) -> Bool {
    for index in history.lineage(of: process.index).prefix(2) {
      // Who ran before the last of them is no part of the loop.
      guard let runs = repeatedRuns(by: history.processes[index], at: time),
        index == process.index || process.arguments == runs.arguments
          || process.startTime >= runs.last
      else { continue }
      let parent = history.processes[index]
      let command = runs.arguments.joined(separator: " ")
      seen.subject = command
      seen.attempts = command
      if index != process.index { seen.loopIn = title(of: parent) }
      seen.whatFor =
        "\u{201C}\(command)\u{201D} to succeed: \(parent.name) (pid \(parent.pid)) runs it again and again (\(runs.count) times), and each time it ends with exit status \(runs.status)"
      seen.advice =
        "Make what it looks for come, or end the loop in \(parent.name) after a number of tries: \(command)."
      return true
    }
    return false
  }

  /// A command that a process has run at least three times until now, with the same failure each time.
  private func repeatedRuns(
    by parent: ProcessRecord, at time: Double
  ) -> (arguments: [String], count: Int, status: Int32, last: Double)? {
    let children = parent.children.map { history.processes[$0] }.filter(\.hasExecuted)
    for child in children.suffix(8).reversed() {
      guard let status = child.shellStatus, status != 0, status < 128 else { continue }
      let same = children.filter { $0.arguments == child.arguments }
      guard let first = same.first, let last = same.last,
        same.allSatisfy({ $0.shellStatus == status || $0.index == last.index }),
        Repetition(count: same.count, first: first.startTime, last: last.startTime).goes(on: time)
      else { continue }
      return (child.arguments, same.count, status, last.startTime)
    }
    return nil
  }

  /// What a process runs again and again that would be told of as busy, or as at a loop's pause; nil if
  /// nothing.
  func loopOfRuns(_ process: ProcessRecord, at time: Double) -> Waiting? {
    var seen = Waiting()
    return describeRuns(of: process, at: time, in: &seen) ? seen : nil
  }
}
