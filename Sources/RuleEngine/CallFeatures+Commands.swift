internal import History
internal import TraceEvents

// Commands that were looked for.
extension CallFeatures {
  /// A command that was looked for in each directory of PATH and is in none, the last thing that its process looked
  /// for before words that name nothing: many programs keep the reason to themselves.
  static func soughtAsCommand(_ call: FailedCall, _ run: RankingContext) -> Double {
    if let known = run.memo.soughtAsCommand[call.number] { return known }
    let value = isSoughtAsCommand(call, run) ? RankingWeights.soughtAsCommand : 0
    run.memo.soughtAsCommand[call.number] = value
    return value
  }

  private static func isSoughtAsCommand(_ call: FailedCall, _ run: RankingContext) -> Bool {
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
    guard let first = words.first, words.allSatisfy({ namesNothing($0.text) }) else { return false }
    // Nothing else was looked for in vain between.
    return !run.history.failures.calls.contains {
      $0.process == call.process && $0.number > call.lastNumber && $0.number < first.number
        && $0.replacement == nil && $0.purpose != .remove && $0.path.map(PathName.base) != name
    }
  }

  /// True for words in which nothing is named: no path, number, quotation, option or name of more than letters.
  private static func namesNothing(_ line: String) -> Bool {
    let text = LogPrefix.removed(from: line.trimmed)
    return Complaint.quoted(in: text).isEmpty
      && text.split(separator: " ").allSatisfy { word in
        word.allSatisfy { $0.isLetter || ".,:;!?()'-".contains($0) } && !word.hasPrefix("--")
          && !word.dropLast().contains(".")
      }
  }
}
