private import CTraceShim
import Glibc
import TraceEvents

/// One trace: the threads that are traced, and the loop that serves their stops.
final class TraceSession {
  /// The living threads, by id.
  var threads: [ProcessID: TracedThread] = [:]
  /// The living processes, by id.
  var processes: [ProcessID: TracedProcess] = [:]
  /// The processes that ended last.
  private(set) var ended: [ProcessID] = []
  /// Stops of threads whose creator's stop has not come yet.
  var early: [ProcessID: Int32] = [:]
  /// Where events go.
  let events: EventStream
  /// Reads memory and makes arguments.
  let decoder = CallDecoder(memory: MemoryReader())
  /// The table, by the index that the filter gives.
  let rows = SystemCallTable.rows
  /// What each row does to descriptors.
  let effects: [CallEffect]
  /// Finds rows by number, for calls that the filter did not select.
  let numbers: RowNumbers
  /// Asks what goes stale.
  let facts: StaleFacts
  /// Answers calls that look at a path before they run.
  let lookup = CachedLookup()
  /// Tells the stacks of crashes.
  let crashes: CrashStacks
  /// The options that threads are traced with (`PTRACE_SEIZE`).
  var options: UInt64 = 0
  /// The process that was launched.
  var first: ProcessID = 0
  /// True until the launched child's first try to exec: what it does before is ours.
  var isLaunching = true
  /// How the first process ended.
  var end: WaitStatus.End?
  /// Where threads run.
  var placement = Placement()
  /// Time limit and interruptions.
  var limit = TimeLimit()
  /// Whether the target has become ready, where it is to be ended then.
  var settling: Settling?
  /// Is told how long it takes until the target settles.
  var waiting: ((Double) -> Void)?
  /// True if the target was there before us, and so outlives us.
  var isAttached = false
  /// The process that ends with the target while what that left running is served; nil: the target is
  /// waited for to its last process.
  var front: FrontProcess?
  /// When the first process ended.
  var endTime: UInt64?
  /// True if the target is let go, not ended, once it has settled or we are interrupted.
  var letsGo = false
  /// Threads that were made while all are let go, and that still have to stop for it.
  var expected: Set<ProcessID> = []
  /// The signal that stopped the target, and has to stop us once all of it stands.
  var stopsSelf: Int32?
  /// What has been said once.
  var saidNotes: Set<CaptureNote.Kind> = []
  /// True once somebody may have moved a process to another control group.
  var mayChangeGroups = false
  /// How often standard output was told of.
  var outputEvents = 0
  /// Threads that are not stopped before their call ends, as it would end early.
  var sending: Set<ProcessID> = []
  /// True if a crash is told of with the stacks of all threads.
  var tellsThreads = false
  /// True if nothing but configuration is asked for.
  var asksForConfiguration = false
  /// The environment of the program that began last.
  var lastEnvironment = EnvironmentBlock()
  /// False if a diagnosis alone is asked for: then not every look is stopped at.
  var isThorough = true
  /// True if a security module labels processes (`/proc/PID/attr`, proc(5)).
  lazy var hasLabels = ProcessFiles.line("/proc/self/attr/current")?.isEmpty == false
  /// What is collected about the threads once time is up.
  var look = ThreadLook()
  /// True if the children of what is attached to are watched as well.
  var followsChildren = true
  /// The logs that were opened.
  var logs = LogFiles()

  init(
    inspector: any SystemInspector, walker: (any StackWalker)?,
    sink: @escaping (TraceEvent) -> Void
  ) {
    events = EventStream(sink: sink)
    effects = rows.map { CallEffect.named($0.name) }
    numbers = RowNumbers(rows)
    facts = StaleFacts(inspector: inspector)
    crashes = CrashStacks(walker: walker)
  }

  /// Launches the command and serves every stop until nothing is left of it.
  func run(_ request: LaunchRequest) throws(CaptureError) -> LaunchOutcome {
    let alarm = Alarm()
    if request.ownsProcessSignals { alarm.claimSignals() }
    defer {
      if request.ownsProcessSignals {
        alarm.releaseSignals()
        // Who sent its signal to us as well, as pkill(1) does by a part of the command line, may be late.
        if case .killed(let signal, _) = end, [SIGINT, SIGTERM, SIGHUP].contains(signal) {
          _ = Glibc.signal(signal, SIG_IGN)
        }
      }
    }
    limit = TimeLimit(seconds: request.timeout, sharesSignals: request.ownsProcessSignals)
    settling = request.settle.map { Settling(least: $0, patience: request.patience) }
    placement = Placement()
    defer { placement.leave() }
    letsGo = request.keepsRunning
    front = request.front
    tellsThreads = request.tellsThreads
    asksForConfiguration = request.asksForConfiguration
    isThorough = request.isThorough
    placement.isEnabled = !letsGo
    var launched = try Launch.start(request)
    first = launched.process
    options = launched.options
    let thread = begin(launched, request)
    placement.begin(thread)
    if letsGo {
      // Without a filter every call stops, from the first on.
      thread.followsCalls = true
      _ = wf_interrupt(thread.id)
    }
    launched.go()
    serveAll(alarm)
    return try outcome(launched)
  }

  /// Serves every stop until no thread is left, or all are let go.
  func serveAll(_ alarm: Alarm) {
    alarm.set(nextWake())
    var wakes = Alarm.wakeCount
    while limit.phase != .leaving, !threads.isEmpty || !expected.isEmpty {
      var status: Int32 = 0
      let id = unsafe wf_wait(&status, stopsSelf == nil)
      if id > 0 {
        serve(id, status)
      } else if id == 0 {
        stopWithTarget()
      } else if id == -ECHILD {
        break
      }
      if Alarm.wakeCount != wakes {
        wakes = Alarm.wakeCount
        wake()
        alarm.set(nextWake())
      } else if placement.changedWake {
        placement.changedWake = false
        alarm.set(nextWake())
      }
    }
    tellServantsLogs()
  }

  /// Serves one stop or end of a thread.
  func serve(_ id: ProcessID, _ status: Int32) {
    let decoded = WaitStatus(status)
    if limit.phase == .releasing { return letGo(id, decoded) }
    guard let thread = threads[id] else {
      // Its creator's stop will introduce it; an end needs no introduction.
      early[id] = decoded.end == nil ? status : nil
      return
    }
    thread.wait = nil
    thread.isInGroupStop = false
    decoder.memory.forget()
    if limit.phase == .leaving { return serveUnseen(decoded.stop(of: id), thread) }
    placement.stopped(thread, among: threads)
    if decoded.end == nil { takeSample(thread) }
    switch decoded.stop(of: id) {
    case .selectedCall(let stop): serve(stop, thread)
    case .call(let stop): serve(stop, thread)
    case .signal(let stop): serve(stop, thread)
    case .group(let stop): serve(stop, thread)
    case .trap(let stop):
      giveBackFlags(of: thread)
      mendInterruption(of: id)
      stop.resume(stoppingAtCalls: stopsAtCalls(thread))
    case .creation(let stop): serve(stop, thread)
    case .execution(let stop): serve(stop, thread)
    case .exiting(let stop): serve(stop, thread)
    case .ended(_, let end): ended(thread, end)
    }
  }

  /// A process is gone.
  func forget(_ process: ProcessID) {
    processes[process] = nil
    if ended.count == Self.mostEnded { ended.removeFirst() }
    ended.append(process)
  }

  private static var mostEnded: Int { 16 }

  /// True if a thread must be resumed so that it stops at its next entry or exit of a call.
  func stopsAtCalls(_ thread: TracedThread) -> Bool {
    thread.followsCalls || thread.call != nil || thread.watchedCalls ?? 0 > 0
      || thread.callsBeforeCode > 0
  }

  /// Says `text` once in a trace.
  func noteOnce(_ kind: CaptureNote.Kind, _ text: String, _ thread: TracedThread) {
    guard saidNotes.insert(kind).inserted else { return }
    events.note(kind, text, thread)
  }

  private func begin(
    _ launched: borrowing LaunchedProcess, _ request: LaunchRequest
  ) -> TracedThread {
    let process = TracedProcess(id: first, descriptors: DescriptorTable())
    let thread = TracedThread(id: first, process: process)
    process.threads = [first]
    process.seesAsWeDo = true
    threads[first] = thread
    processes[first] = process
    let state = launched.state(request)
    process.credentials = state.credentials
    for descriptor in state.descriptors.keys { process.descriptors[descriptor] = .init() }
    events.emit(.processStarted(start: ProcessStart(parent: nil, state: state)), thread)
    return thread
  }

  private func outcome(_ launched: borrowing LaunchedProcess) throws(CaptureError) -> LaunchOutcome
  {
    if let failure = try launched.failure() { return .notStarted(failure) }
    switch end {
    case .exited(let status): return .exited(status)
    case .killed(let signal, let coreDumped):
      return .killed(SignalNumber(rawValue: signal), coreDumped: coreDumped)
    case nil where limit.phase == .releasing: return .released
    case nil: throw CaptureError(.lostTarget, detail: "\(first)")
    }
  }
}

/// Finds rows by a call's number.
struct RowNumbers {
  private var wide = [Int16](repeating: -1, count: 1024)
  private var narrow = [Int16](repeating: -1, count: 1024)

  init(_ rows: [SystemCallRow]) {
    for (index, row) in rows.enumerated() {
      if let number = row.number { wide[Int(number)] = Int16(index) }
      if let number = row.number32 { narrow[Int(number)] = Int16(index) }
    }
  }

  /// The index of the row; nil if no row has that number.
  func row(_ number: UInt64, isNarrow: Bool) -> Int? {
    let plain = isNarrow ? number : number & 0xBFFF_FFFF
    guard plain < 1024 else { return nil }
    let index = isNarrow ? narrow[Int(plain)] : wide[Int(plain)]
    return index < 0 ? nil : Int(index)
  }
}
