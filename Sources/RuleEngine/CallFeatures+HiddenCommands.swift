internal import History
internal import TraceEvents

// Commands that were not found, where the program keeps that to itself.
extension CallFeatures {
  /// True for a command that was looked for in each directory of PATH and is in none, the last thing that its process
  /// looked for before words that name nothing.
  static func isHiddenCommand(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose == .execute || call.purpose == .inspect, call.replacement == nil,
      isCommand(call, run), let path = call.path,
      run.path.contains(call.process),
      let search = run.history.processes[call.process].environmentValue("PATH")
    else { return false }
    let name = PathName.base(of: path)
    let places = Set(search.split(separator: ":").filter { $0.hasPrefix("/") })
    let tried = places.count { run.failedPaths.contains("\(call.process) \($0)/\(name)") }
    guard places.count > 2, tried == places.count else { return false }
    let words = run.mentions.lines.filter {
      $0.number >= call.number && $0.process == call.process && $0.stream != .log
    }
    guard let first = words.first, words.allSatisfy({ Complaint.namesNothing($0.text) }) else {
      return false
    }
    // Who then ran something else had no need of it, and the words can be about that.
    let ranOther = run.history.processes[call.process].children.contains {
      let child = run.history.processes[$0]
      return child.startNumber > call.lastNumber && child.hasExecuted
    }
    // Nothing else was looked for in vain between.
    return !ranOther
      && !run.history.failures.calls.contains {
        $0.process == call.process && $0.number > call.lastNumber && $0.number < first.number
          && $0.replacement == nil && $0.purpose != .remove && $0.path.map(PathName.base) != name
      }
  }
}
