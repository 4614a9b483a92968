private import CTraceShim
import Glibc
import TraceEvents

// What the other threads of a process were in when one of them crashed, where that is asked for.
extension TraceSession {
  /// Of how many threads stacks are taken.
  private static var mostThreads: Int { 64 }

  /// Tells what each thread of a process does that the signal is about to end, the one that it is for
  /// first. They all stand still then; gives the stops that they came to, which are still to be served.
  func tellThreads(at delivery: SignalDelivery, _ crashed: TracedThread) -> [ThreadHalt.Stop] {
    let process = crashed.process
    guard !process.hasToldThreads else { return [] }
    process.hasToldThreads = true
    // Before they are stopped: what they wait for is gone from the kernel's lists then.
    var moments = self.moments(of: process.id)
    if let own = moments.firstIndex(where: { $0.thread == crashed.id }) {
      moments.insert(moments.remove(at: own), at: 0)
    }
    let others = moments.dropFirst().prefix(Self.mostThreads - 1).map(\.thread)
    var halt = ThreadHalt(others.filter { threads[$0] != nil })
    halt.wait()
    for index in moments.indices {
      let id = moments[index].thread
      if id == crashed.id {
        moments[index].stack = delivery.stack
      } else if halt.isStopped(id), let thread = threads[id], !halt.isOver {
        moments[index].stack = crashes.brief(thread)
      }
    }
    facts.tellSnapshot(of: [process.id], first: process.id, events)
    let fact = Fact(
      question: .crashedThreads(pid: process.id), answer: .threads(list: moments))
    events.emit(.fact(fact: fact), crashed)
    return halt.stops
  }
}

/// Threads that are made to stop for a look at them.
struct ThreadHalt {
  /// A stop, or the end, of a thread that nobody has served yet.
  struct Stop {
    let thread: ProcessID
    let status: Int32
  }

  /// Nanoseconds for which those are waited for that do not stop, such as in the midst of `vfork(2)`.
  private static let patience: UInt64 = 1_000_000_000
  /// Nanoseconds after which no further stack is taken.
  private static let longest: UInt64 = 20_000_000_000
  /// Microseconds between looks.
  private static let interval: UInt32 = 200

  private let start = EventStream.now
  private var waiting: [ProcessID]
  /// What they came to, in the order of the looks.
  private(set) var stops: [Stop] = []

  /// Has threads stop (`PTRACE_INTERRUPT`).
  init(_ threads: [ProcessID]) {
    waiting = threads.filter { wf_interrupt($0) == 0 }
  }

  /// Waits until all stand still, or some seem not to come to it.
  mutating func wait() {
    while !waiting.isEmpty {
      var moving: [ProcessID] = []
      for id in waiting {
        var status: Int32 = 0
        let result = unsafe wf_wait_thread(id, &status)
        if result == id { stops.append(Stop(thread: id, status: status)) }
        if result == 0 { moving.append(id) }
      }
      waiting = moving
      if waiting.isEmpty || EventStream.now &- start > Self.patience { break }
      usleep(Self.interval)
    }
  }

  /// True if the thread stands still.
  func isStopped(_ thread: ProcessID) -> Bool {
    stops.contains { $0.thread == thread && WaitStatus($0.status).end == nil }
  }

  /// True once it has taken too long.
  var isOver: Bool { EventStream.now &- start > Self.longest }
}
