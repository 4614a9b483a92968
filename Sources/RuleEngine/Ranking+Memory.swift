internal import History
internal import TraceEvents

// Programs that end themselves for want of memory.
extension Ranking {
  private static let wordsOfWant = [
    "bad_alloc", "out of memory", "Out of memory", "out-of-memory", "OOM", "OutOfMemory",
    "memory allocation of", "annot allocate memory", "ot enough memory",
    "esource temporarily unavailable",
  ]

  /// True if a process said that there is no memory for it, was refused some, and has a limit on it: its end
  /// is a consequence of that.
  static func diedForWantOfMemory(_ process: ProcessRecord, _ run: RankingContext) -> Bool {
    let refused = run.history.failures.calls.filter {
      $0.process == process.index && $0.replacement == nil
    }
    let isOfTasks = refused.contains { $0.error == .tryAgain && $0.call.name.hasPrefix("clone") }
    guard isOfTasks || refused.contains(where: { $0.error == .noMemory }),
      case .limits(let limits) = run.history.facts[.limits(pid: process.pid)],
      limits.contains(where: {
        (isOfTasks ? ["RLIMIT_NPROC"] : ["RLIMIT_AS", "RLIMIT_DATA"]).contains($0.name)
          && $0.soft != nil
      })
    else { return false }
    return run.mentions.lines.contains { line in
      line.process == process.index && wordsOfWant.contains { line.text.contains($0) }
    }
  }
}
