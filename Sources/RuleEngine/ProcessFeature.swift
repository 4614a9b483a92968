internal import History
internal import TraceEvents

/// What a process's place says of everything that happened in it.
enum ProcessFeature {
  static func standing(of process: Int, _ run: RankingContext) -> Double {
    if process == run.path.leaf { return RankingWeights.innermost }
    let leaf = run.history.processes[run.path.leaf]
    // A shell looks for a command, and its fork says that there is none.
    if !leaf.hasExecuted, leaf.parent == process { return RankingWeights.innermost }
    if run.path.contains(process) { return RankingWeights.onFailurePath }
    let record = run.history.processes[process]
    if endedWellBefore(record, run) { return RankingWeights.overcome }
    guard record.failed else { return RankingWeights.offFailurePath }
    let isPassedOver =
      !run.passedOver.isEmpty
      && run.history.lineage(of: process).contains { run.passedOver.contains($0) }
    return isPassedOver || isOvercome(record, run)
      ? RankingWeights.overcome : RankingWeights.offFailurePathButFailed
  }

  /// True if a process, or one that it worked for, ended well, whatever it had met, before the failure
  /// path complained in clear words, and not of it.
  private static func endedWellBefore(_ record: ProcessRecord, _ run: RankingContext) -> Bool {
    var next: Int? = record.index
    var names: [String] = []
    while let index = next, !run.path.contains(index) {
      let process = run.history.processes[index]
      names.append(process.name.lowercased())
      if case .exited(0) = process.end,
        let complaint = run.firstClearComplaint(after: process.endNumber, of: run.path.leaf)
      {
        let text = complaint.text.lowercased()
        return !names.contains { text.contains($0) }
      }
      next = process.parent
    }
    return false
  }

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
