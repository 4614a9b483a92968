internal import History
internal import TraceEvents

/// What a process's place says of everything that happened in it.
enum ProcessFeature {
  static func standing(of process: Int, _ run: RankingContext) -> Double {
    if isServing(run.history.processes[process], run) { return RankingWeights.overcome }
    if process == run.path.leaf { return RankingWeights.innermost }
    let leaf = run.history.processes[run.path.leaf]
    // A shell looks for a command, and its fork says that there is none.
    if !leaf.hasExecuted, leaf.parent == process { return RankingWeights.innermost }
    if run.path.contains(process) { return RankingWeights.onFailurePath }
    if isOutlived(run.history.processes[process], by: leaf, run) { return RankingWeights.overcome }
    let record = run.history.processes[process]
    if endedWellBefore(record, run) { return RankingWeights.overcome }
    guard record.failed else { return RankingWeights.offFailurePath }
    let isPassedOver =
      !run.passedOver.isEmpty
      && run.history.lineage(of: process).contains { run.passedOver.contains($0) }
    return isPassedOver || isOvercome(record, run)
      ? RankingWeights.overcome : RankingWeights.offFailurePathButFailed
  }

  /// True for one that failed with another status than that which was handed on, before the innermost started,
  /// which then complained in words of its own.
  private static func isOutlived(
    _ record: ProcessRecord, by leaf: ProcessRecord, _ run: RankingContext
  ) -> Bool {
    guard record.failed, record.hasExecuted, leaf.failed, leaf.hasExecuted,
      leaf.startNumber > record.endNumber, let status = leaf.shellStatus,
      status == run.history.root?.shellStatus, status != record.shellStatus
    else { return false }
    return run.mentions.lines.contains { line in
      let text = line.text.lowercased()
      return line.process == leaf.index && line.stream == .standardError
        && Complaint.weight(of: text) >= 0.6 && !Complaint.isClosing(text)
        && !text.contains(record.name.lowercased())
    }
  }

  /// What `standing(of:)` says, of what a process did at event `number`: a look of one that went on to start the
  /// program whose failure it handed on is none of its cause, where that one complained by itself.
  static func standing(of process: Int, at number: Int, _ run: RankingContext) -> Double {
    guard let place = run.path.processes.firstIndex(of: process),
      place + 1 < run.path.processes.count
    else { return standing(of: process, run) }
    let next = run.history.processes[run.path.processes[place + 1]]
    let leaf = run.history.processes[run.path.leaf]
    guard next.startNumber > number, leaf.hasExecuted,
      run.mentions.lines.contains(where: {
        $0.process == leaf.index && $0.stream == .standardError
          && Complaint.hasSeverity($0.text)
      })
    else { return standing(of: process, run) }
    return RankingWeights.offFailurePath
  }

  /// True if a process waited for clients when the time was up, and tried nothing in vain until then:
  /// whatever it had met before, it had started.
  private static func isServing(_ record: ProcessRecord, _ run: RankingContext) -> Bool {
    guard run.history.isHung, record.tellingWait?.awaitedAt != nil else { return false }
    return !run.history.failures.calls.contains {
      $0.process == record.index && CallFeatures.retriedUntilEnd($0, run) > 0
    }
  }

  /// True if a process, or one that it worked for, ended well, whatever it had met, before the failure
  /// path complained in clear words, and not of it.
  private static func endedWellBefore(_ record: ProcessRecord, _ run: RankingContext) -> Bool {
    var next: Int? = record.index
    var names: [String] = []
    while let index = next, !run.path.contains(index) {
      let process = run.history.processes[index]
      names.append(process.name)
      if case .exited(0) = process.end,
        run.firstClearComplaint(after: process.endNumber, of: run.path.leaf) != nil
      {
        return !isSpokenOf(record, names, run)
      }
      next = process.parent
    }
    return false
  }

  /// True if the failure path then named the process or one that it worked for, or repeated its words, as
  /// git does with those of a hook on the other side.
  private static func isSpokenOf(
    _ record: ProcessRecord, _ names: [String], _ run: RankingContext
  ) -> Bool {
    let words = run.mentions.lines.filter { $0.process == record.index }.map(\.text)
      .filter { $0.utf8.count >= shortestRepeated }
    let isNamed = names.contains { name in
      run.mentions.mentions(of: name, after: record.startNumber).contains {
        run.path.contains(run.mentions.lines[$0.line].process)
      }
    }
    return isNamed
      || run.mentions.lines.contains { line in
        line.number >= record.startNumber && run.path.contains(line.process)
          && words.contains { line.text.contains($0) }
      }
  }

  /// Bytes from which on a line is not the same by chance.
  private static let shortestRepeated = 12

  /// True if the failure path went on after this failure, and then failed over something else, by
  /// its own words.
  private static func isOvercome(_ record: ProcessRecord, _ run: RankingContext) -> Bool {
    guard let parent = record.parent, record.end != nil,
      run.history.processes[parent].children.contains(where: {
        let other = run.history.processes[$0]
        return other.startNumber > record.endNumber && other.hasExecuted && !other.failed
      })
    else { return false }
    return run.mentions.lines.contains { line in
      let text = line.text.lowercased()
      return line.process == run.path.leaf && line.number > record.endNumber
        && Complaint.isAboutInput(text) && !text.contains(record.name.lowercased())
    }
  }
}
