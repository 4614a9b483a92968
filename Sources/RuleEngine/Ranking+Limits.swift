internal import History
internal import TraceEvents

// Programs that end themselves over a limit: an exception of C++ that nobody caught, a runtime that could
// not get memory.
extension Ranking {
  /// True if a process sent SIGABRT to itself, or ran into a breakpoint, after a call had failed at a finite limit, and spoke of what
  /// it could not get.
  static func isAtLimit(
    _ process: ProcessRecord, before signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    // V8 ends itself by a breakpoint.
    guard [.abort, .trap].contains(signal.delivery.signal) else { return false }
    let failed = run.history.failures.calls.last {
      $0.process == process.index && $0.number < signal.number && $0.replacement == nil
        && limits(for: $0) != nil
    }
    guard let failed, let names = limits(for: failed),
      case .limits(let list) = run.history.facts[.limits(pid: process.pid)],
      list.contains(where: { names.contains($0.name) && $0.soft != nil })
    else { return false }
    let words = speaking(of: failed.error)
    return run.mentions.lines.contains { line in
      line.process == process.index && words.contains { line.text.lowercased().contains($0) }
    }
  }

  /// The limits (`getrlimit(2)`) that a failed call can have met; nil if it is of another kind.
  private static func limits(for call: FailedCall) -> [String]? {
    switch call.error {
    case .noMemory where ["mmap", "mmap2", "brk", "mremap"].contains(call.call.name):
      ["RLIMIT_AS", "RLIMIT_DATA"]
    case .tryAgain where ["fork", "vfork", "clone", "clone3"].contains(call.call.name):
      ["RLIMIT_NPROC"]
    case .tooManyOpen: ["RLIMIT_NOFILE"]
    default: nil
    }
  }

  /// How programs and runtimes say that they met this error, in lower case.
  private static func speaking(of error: ErrorNumber) -> [String] {
    let own =
      error == .noMemory ? ["bad_alloc", "memory allocation", "out of memory", "process oom"] : []
    return [error.words.lowercased()] + own
  }

  /// True for a breakpoint by which a process that has complained gives itself up to the debugger that it takes
  /// its tracer for.
  static func stoppedForDebugger(
    _ process: ProcessRecord, _ signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    signal.delivery.signal == .trap && signal.delivery.sender == process.pid
      && run.firstComplaint[process.index].map { $0 < signal.number } ?? false
  }

  /// Events that can lie between the failure of execve(2) and the signal that comes with it.
  private static let reachOfStart = 3

  /// True for a process that the kernel ended as it was to become a program which could not be loaded: past the
  /// point of no return execve(2) gives EFAULT, or ENOMEM over a limit on address space, with SIGSEGV.
  static func endedInStart(
    _ process: ProcessRecord, _ signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    signal.delivery.signal == .segmentationViolation
      && run.history.failures.calls.contains { call in
        call.process == process.index && call.purpose == .execute
          && ["EFAULT", "ENOMEM"].contains(call.error.name)
          && abs(call.lastNumber - signal.number) <= reachOfStart
      }
  }
}
