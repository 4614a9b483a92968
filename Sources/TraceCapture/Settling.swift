import Glibc
import TraceEvents

/// Finds out when a daemon is ready: all that it consists of waits, and it has looked at no path that
/// it had not looked at before for a while.
///
/// The while grows with the time that the start has taken, since what starts slowly pauses longer.
struct Settling {
  /// Seconds of quiet that are asked for at least.
  let least: Double
  /// Nanoseconds between looks.
  static let interval: UInt64 = 100_000_000

  private static let mostQuiet = 3.0
  /// Sleeping is also how a program waits for another to become ready.
  private static let sleeperFactor = 2.5
  private static let mostPaths = 200_000
  /// How many processes that begin, end or become another program are progress.
  private static let mostChanges = 10_000

  private let start = EventStream.now
  private var lastNews = EventStream.now
  /// The same, without what goes on without end.
  private var lastProgress = EventStream.now
  private var seen: Set<Int> = []
  private(set) var isOver = false
  private var pending = PendingWaits()

  /// Nanoseconds without anything new after which a target that is still busy is given up; nil: never.
  private let patience: UInt64?
  private var isServer = false
  private var changes = 0

  init(least: Double, patience: Double? = nil) {
    self.least = least
    self.patience = patience.map { UInt64(max(0, min($0, 1e9)) * 1e9) }
  }

  /// A call of the target; what it asks for may be new.
  mutating func notice(_ call: SystemCall) {
    if call.name == "listen" { isServer = true }
    for (_, path) in call.paths where seen.count < Self.mostPaths {
      guard seen.insert(path.hashValue).inserted else { continue }
      lastNews = EventStream.now
      lastProgress = lastNews
    }
  }

  /// A process became a program, began or ended.
  mutating func noticeChange() {
    lastNews = EventStream.now
    changes += 1
    if changes <= Self.mostChanges { lastProgress = lastNews }
  }

  /// True, once, for a target that will not settle: it is busy and looks for nothing new, makes processes
  /// without end, or is a server that still looks for something else again and again.
  mutating func givesUp() -> Bool {
    guard let patience, !isOver else { return false }
    let now = EventStream.now
    guard now &- lastProgress > patience || isServer && now &- start > patience / 2 * 3 else {
      return false
    }
    isOver = true
    return true
  }

  /// True, once, when the target is found to have settled.
  mutating func settles(_ threads: Dictionary<ProcessID, TracedThread>.Keys) -> Bool {
    guard !isOver, !threads.isEmpty else { return false }
    let quiet = Double(EventStream.now &- lastNews) / 1e9
    let started = Double(lastNews &- start) / 1e9
    let wanted = max(least, min(started / 2, Self.mostQuiet))
    guard quiet >= wanted else { return false }
    var sleeps = false
    for thread in threads {
      guard let state = ProcessFiles.state(thread) else { continue }
      // Interruptible sleep; a zombie waits for nothing.
      guard state == "S" || state == "Z" else { return false }
      if let call = ProcessFiles.currentCall(thread) {
        let isNarrow = ProcessFiles.isNarrow(thread)
        let name = PendingWaits.name(of: call.number, isNarrow: isNarrow)
        if pending.holds(thread, in: name, call.arguments, isNarrow: isNarrow) { return false }
        sleeps = sleeps || Self.isSleep(name, call.arguments)
      }
    }
    guard !sleeps || quiet >= wanted * Self.sleeperFactor else { return false }
    isOver = true
    return true
  }

  /// True for a call that only waits for time to pass: one that sleeps, or waits for no descriptor.
  private static func isSleep(_ name: String, _ arguments: CallArguments) -> Bool {
    switch name {
    case "nanosleep", "clock_nanosleep": true
    case "select", "pselect6": arguments[0] == 0
    case "poll", "ppoll": arguments[1] == 0
    default: false
    }
  }
}
