private import CTraceShim
import Glibc
import TraceEvents

/// Which processors the target and the tracer run on.
///
/// A stop costs 6 to 12 µs where tracer and tracee share a processor, and up to 50 where they do not,
/// as one must wake the other across processors, which may have gone to sleep. So a thread that stops
/// often is bound to the tracer's processor, as long as it is the only one that runs. Where several do,
/// no processor sleeps, and a build of two compilers takes half as long again if they are bound.
/// Threads that do not stop are let go: they compute.
///
/// A target cannot see it by `sched_getaffinity(2)` (and so `nproc`), whose answer is corrected at
/// its exit, and what it sets by `sched_setaffinity(2)` is honoured. `Cpus_allowed` in its
/// `/proc/self/status` cannot be corrected, and `sched_getcpu(3)` tells the truth.
struct Placement {
  /// True if the alarm has to be set anew.
  var changedWake = false
  /// False for a target that outlives us: its threads stay where they are.
  var isEnabled = true
  /// True while threads that stop often share the tracer's processor.
  private(set) var isTogether = false
  /// The processors that the target and the tracer were started with.
  private let own = ProcessorMask()
  private let hasChoice: Bool
  private var bound: ProcessorMask?
  private var period = 1
  private var stopsInPeriod = 0
  private var periodStart: UInt64 = 0
  /// For how many periods in a row binding was not worth it.
  private var crowdedTicks = 0
  /// Until when nobody is bound, since it was found not to be worth it.
  private var rest: UInt64 = 0

  /// How long a period is while threads are bound, in nanoseconds.
  static let tick: UInt64 = 10_000_000
  /// Stops after which it is looked at whether to bind.
  private static let sample = 16
  /// Mean time between stops below which a thread that runs alone is bound.
  private static let aloneInterval: UInt64 = 1_000_000
  /// A shell and the child that it has just made run side by side for a moment.
  private static let mostCrowdedTicks = 2
  /// A thread runs, reads from a disk, or has stopped and is served next (`proc_pid_stat(5)`).
  private static let runningStates: Set<Character> = ["R", "D", "t"]
  /// How many threads are asked whether they run.
  private static let mostAsked = 16

  /// The placement of a target that the calling thread traces.
  init() {
    hasChoice = own.count > 1
    periodStart = EventStream.now
  }

  /// The first thread, which is about to start: loading a program takes many stops.
  mutating func begin(_ thread: TracedThread) {
    guard hasChoice, isEnabled else { return }
    thread.lastPeriod = period
    gather([thread.id: thread])
    beginPeriod()
  }

  /// A thread has stopped.
  mutating func stopped(_ thread: TracedThread, among threads: [ProcessID: TracedThread]) {
    guard hasChoice, isEnabled else { return }
    stopsInPeriod += 1
    if isTogether {
      // The second stop within a period: this one stops often.
      let isNew = !thread.isBound && thread.lastPeriod == period
      thread.lastPeriod = period
      if isNew, !thread.ownsAffinity, runsAlone(threads, stopped: thread) { bind(thread) }
      return
    }
    thread.lastPeriod = period
    let now = EventStream.now
    guard stopsInPeriod >= Self.sample, now >= rest else { return }
    if pays(now &- periodStart, threads, stopped: thread) {
      gather(threads)
    } else {
      rest = now &+ Self.tick
    }
    beginPeriod()
  }

  /// A thread was created, with the processors of the one that created it.
  func appeared(_ thread: TracedThread, by creator: TracedThread) {
    thread.ownsAffinity = creator.ownsAffinity
    thread.isBound = creator.isBound
    thread.lastPeriod = period
  }

  /// A period may be over.
  mutating func wake(_ threads: [ProcessID: TracedThread]) {
    guard isTogether else { return }
    let elapsed = EventStream.now &- periodStart
    guard elapsed >= Self.tick / 2 else { return }
    let pays = pays(elapsed, threads)
    crowdedTicks = pays ? 0 : crowdedTicks + 1
    if pays {
      for thread in threads.values
      where thread.isBound && thread.lastPeriod != period && thread.call == nil
        && thread.wait == nil
      {
        free(thread)
      }
    } else if crowdedTicks >= Self.mostCrowdedTicks || stopsInPeriod == 0 {
      part(threads)
      rest = EventStream.now &+ Self.tick
    }
    beginPeriod()
  }

  /// Nobody is bound any more from here on.
  mutating func end(_ threads: [ProcessID: TracedThread]) {
    isEnabled = false
    if isTogether { part(threads) }
  }

  /// Gives the calling thread back the processors that it had.
  func leave() {
    if isTogether { own.bind() }
  }

  /// Puts into the answer of a `sched_getaffinity` what it would be untraced.
  func correctAnswer(
    _ call: PendingCall, length: Int64, _ thread: TracedThread, _ memory: MemoryReader,
    _ threads: [ProcessID: TracedThread]
  ) {
    guard let asked = asked(call, thread, threads), !asked.ownsAffinity, length > 0 else { return }
    let mask = own.bits.prefix(Int(min(length, 1024)))
    _ = memory.write(Array(mask), to: thread.id, at: call.arguments[2])
  }

  /// The target has chosen processors for a thread: it keeps them.
  func targetChose(
    _ call: PendingCall, _ thread: TracedThread, _ threads: [ProcessID: TracedThread]
  ) {
    guard let asked = asked(call, thread, threads) else { return }
    asked.isChoosingAffinity = false
    asked.ownsAffinity = true
    asked.isBound = false
  }

  /// The target is about to choose: from here on nothing may come between its choice and its look at it.
  func targetChooses(
    _ call: PendingCall, _ thread: TracedThread, _ threads: [ProcessID: TracedThread]
  ) {
    guard let asked = asked(call, thread, threads), !asked.ownsAffinity else { return }
    asked.ownsAffinity = true
    asked.isChoosingAffinity = true
  }

  /// The choice was refused.
  func targetDidNotChoose(
    _ call: PendingCall, _ thread: TracedThread, _ threads: [ProcessID: TracedThread]
  ) {
    guard let asked = asked(call, thread, threads), asked.isChoosingAffinity else { return }
    asked.isChoosingAffinity = false
    asked.ownsAffinity = false
    if asked.isBound, !isTogether { free(asked) }
  }

  private func asked(
    _ call: PendingCall, _ thread: TracedThread, _ threads: [ProcessID: TracedThread]
  ) -> TracedThread? {
    let id = Int32(truncatingIfNeeded: call.arguments[0])
    return id == 0 ? thread : threads[id]
  }

  /// True if binding is worth it, by the stops of the period so far.
  private func pays(
    _ elapsed: UInt64, _ threads: [ProcessID: TracedThread], stopped: TracedThread? = nil
  ) -> Bool {
    stopsInPeriod > 0 && elapsed / UInt64(stopsInPeriod) < Self.aloneInterval
      && runsAlone(threads, stopped: stopped)
  }

  /// True if no more than one thread runs: that one, which has just stopped. Of the others the kernel
  /// knows: whoever waits for the output of a child has made no call that is stopped at.
  private func runsAlone(_ threads: [ProcessID: TracedThread], stopped: TracedThread?) -> Bool {
    let others = threads.values.filter { $0.wait == nil && $0.id != stopped?.id }
    guard others.count <= Self.mostAsked else { return false }
    let running = others.count {
      ProcessFiles.state($0.id).map(Self.runningStates.contains) == true
    }
    return running <= (stopped == nil ? 1 : 0)
  }

  private mutating func beginPeriod() {
    period += 1
    stopsInPeriod = 0
    periodStart = EventStream.now
  }

  private mutating func gather(_ threads: [ProcessID: TracedThread]) {
    let processor = Int(wf_current_processor())
    guard processor >= 0, processor / 8 < own.bits.count else { return }
    let mask = ProcessorMask(only: processor, like: own)
    bound = mask
    isTogether = true
    changedWake = true
    mask.bind()
    for thread in threads.values where thread.lastPeriod == period { bind(thread) }
  }

  private mutating func part(_ threads: [ProcessID: TracedThread]) {
    isTogether = false
    changedWake = true
    own.bind()
    for thread in threads.values where thread.isBound { free(thread) }
  }

  private func bind(_ thread: TracedThread) {
    if thread.ownsAffinity { return }
    thread.isBound = true
    bound?.bind(thread.id)
  }

  private func free(_ thread: TracedThread) {
    // What it chooses at this moment must stand.
    if thread.isChoosingAffinity { return }
    thread.isBound = false
    own.bind(thread.id)
  }
}
