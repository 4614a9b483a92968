import Glibc
import TraceEvents

/// When a target is ended, and what came of signals to the tracer.
struct TimeLimit {
  /// How far the end is.
  enum Phase: Equatable {
    case running
    /// The time is up, and what runs is looked at since then.
    case watching(UInt64)
    /// SIGTERM was sent at this time.
    case terminating(UInt64)
    /// SIGKILL was sent.
    case killing
    /// All threads are being let go.
    case releasing
    /// The target has ended; what it left running is served, and nothing told of it.
    case leaving
  }

  /// Seconds that the target has; nil: no end.
  let seconds: Double?
  /// True if signals to this process, and job control, are the target's as well.
  let sharesSignals: Bool
  /// How far the end is.
  var phase = Phase.running
  private let deadline: UInt64?
  private var lastDelivery: [Int32: UInt64] = [:]
  /// Who sent the signals that were handed on to the first process.
  private var senders: [Int32: ProcessID] = [:]
  /// Signals that the first process last got from the kernel itself, as from a terminal's keys.
  private var ofKernel: Set<Int32> = []

  /// Nanoseconds between SIGTERM and SIGKILL.
  static let grace: UInt64 = 2_000_000_000
  /// Nanoseconds for which a program that was running is looked at before it is ended.
  static let watch: UInt64 = 100_000_000
  /// Nanoseconds for which what a target left running may be busy before it is left to itself.
  static let rest: UInt64 = 30_000_000_000
  /// Nanoseconds after which stacks that are still wanted are given up.
  static let sampling: UInt64 = 20_000_000_000
  /// Nanoseconds between looks while something is due.
  static let interval: UInt64 = 50_000_000
  /// A signal that the target got less than this ago came to both of us.
  private static let together: UInt64 = 200_000_000

  /// A limit that begins now.
  init(seconds: Double? = nil, sharesSignals: Bool = false) {
    self.seconds = seconds
    self.sharesSignals = sharesSignals
    deadline = seconds.map { EventStream.now &+ UInt64(max(0, min($0, 1e9)) * 1e9) }
  }

  /// The first process got this signal.
  mutating func delivered(_ signal: Int32, byKernel: Bool) {
    lastDelivery[signal] = EventStream.now
    if byKernel { ofKernel.insert(signal) } else { ofKernel.remove(signal) }
  }

  /// A signal of `sender` is handed on to the first process.
  mutating func handsOn(_ signal: Int32, of sender: ProcessID) { senders[signal] = sender }

  /// Who sent a signal that we handed on; nil if we did not.
  func origin(of signal: Int32) -> ProcessID? { senders[signal] }

  /// True if the first process last got this signal from its terminal.
  func isFromTerminal(_ signal: Int32) -> Bool { ofKernel.contains(signal) }

  /// True if the first process got this signal just now.
  func wasDelivered(_ signal: Int32) -> Bool {
    lastDelivery[signal].map { EventStream.now &- $0 < Self.together } ?? false
  }

  /// True if the time is up and nothing was done about it.
  var isDue: Bool { phase == .running && deadline.map { EventStream.now >= $0 } ?? false }

  /// Nanoseconds until something is due; nil: never.
  var delay: UInt64? {
    if phase == .leaving { return nil }
    if phase != .running { return Self.interval }
    let now = EventStream.now
    return deadline.map { $0 > now ? $0 - now : 1 }
  }
}

extension TraceSession {
  /// When the alarm has to go off next.
  func nextWake() -> (delay: UInt64, interval: UInt64)? {
    let tick = placement.isTogether ? Placement.tick : nil
    let look = settling.map { $0.isOver ? nil : Settling.interval } ?? nil
    let senders = sending.isEmpty ? nil : TimeLimit.interval
    guard let delay = [tick, look, limit.delay, senders].compactMap({ $0 }).min() else {
      return nil
    }
    return (delay, tick ?? TimeLimit.interval)
  }

  /// The alarm went off: a signal came to this process, time is up, or a period is over.
  func wake() {
    while limit.sharesSignals, let (signal, sender) = Alarm.nextSignal() {
      received(signal, from: sender)
    }
    placement.wake(threads)
    if !sending.isEmpty, limit.phase == .running { interruptAll(among: sending) }
    if limit.phase == .running, settling != nil, !threads.isEmpty {
      waiting?(Double(events.elapsed) / 1e9)
    }
    let settles = limit.phase == .running && settling?.settles(threads.keys) ?? false
    if isWaitingForRest {
      if settles || limit.isDue || isRestOverdue { leaveRest() }
    } else if settles {
      if end == nil {
        emitOpens()
        emitNote(.settled, "\(Double(events.elapsed) / 1e9)")
      } else {
        emitNote(.incomplete, "What it had left running was ended once it only waited.")
      }
      terminate()
    } else if limit.phase == .running, settling?.givesUp() == true {
      emitOpens()
      emitNote(.restless, "\(Int((Double(events.elapsed) / 1e9).rounded()))")
      terminate()
    } else if limit.isDue {
      emitNote(.timedOut, "\(limit.seconds ?? 0)")
      lookAround()
    } else if case .watching(let since) = limit.phase, isWatchOver(since) {
      endLook()
    } else if case .terminating(let since) = limit.phase,
      EventStream.now &- since > TimeLimit.grace
    {
      for process in processes.keys { kill(process, SIGKILL) }
      limit.phase = .killing
    }
  }

  /// Tells what everybody waits for and looks at what runs, for a moment; then the end comes.
  private func lookAround() {
    emitWaits()
    let runs = watchRunning()
    takeMoments()
    let asks = askStacks()
    if runs || asks {
      limit.phase = .watching(EventStream.now)
    } else {
      endLook()
    }
  }

  private func endLook() {
    tellLook()
    terminate()
  }

  /// True while what the target left running is waited for, and may be left.
  private var isWaitingForRest: Bool { limit.phase == .running && end != nil && front != nil }

  /// True once that has taken too long.
  private var isRestOverdue: Bool {
    endTime.map { EventStream.now &- $0 > TimeLimit.rest } ?? false
  }

  /// Asks every process of the target to end; after a grace they are killed.
  private func terminate() {
    if letsGo { return release() }
    for process in processes.keys.sorted() {
      kill(process, SIGTERM)
      // One that is stopped by job control would not hear of it.
      kill(process, SIGCONT)
    }
    limit.phase = .terminating(EventStream.now)
  }

  /// A signal came to this process. From the terminal the target has it as well; from a process
  /// that meant us it has not, unless that process is of the target or signalled the whole group.
  private func received(_ signal: Int32, from sender: ProcessID) {
    if signal != SIGTSTP { emitNote(.interrupted, SignalNumber(rawValue: signal).name) }
    if isAttached {
      guard signal != SIGTSTP else { return }
      // Whoever asks again will not wait for stacks.
      return limit.phase == .running ? lookAround() : release()
    }
    if signal != SIGTSTP {
      emitWaits()
      takeMoments()
      tellLook()
    }
    if processes[first] == nil {
      // What is left of the target is in the background and cannot be let go: its filter would
      // answer ENOSYS without a tracer.
      guard signal != SIGTSTP, limit.phase == .running else { return }
      if isWaitingForRest { leaveRest() } else { terminate() }
      return
    }
    // One like pkill(1) may have ended by now.
    guard sender != 0, processes[sender] == nil, !ended.contains(sender),
      !limit.wasDelivered(signal)
    else { return }
    limit.handsOn(signal, of: sender)
    kill(first, signal)
  }

  private func emitNote(_ kind: CaptureNote.Kind, _ text: String) {
    events.emit(
      .note(note: CaptureNote(kind: kind, text: text)), process: first, thread: first)
  }

  /// Tells of the files that are still being opened: FIFOs that nobody writes to.
  private func emitOpens() {
    for id in threads.keys.sorted() {
      guard let thread = threads[id], let call = waitedCall(of: id, in: thread.process.id),
        name(of: call).hasPrefix("open")
      else { continue }
      emitWait(thread)
    }
  }

  /// Tells what every living thread is in, once for each thread and call.
  private func emitWaits() {
    tellAllClosedPipes()
    for id in threads.keys.sorted() {
      if let thread = threads[id] { emitWait(thread) }
    }
    for id in processes.keys.sorted() {
      if let process = processes[id] { tellLogs(of: process) }
    }
  }

  /// Tells what a thread is in; nothing if it is in no call.
  func emitWait(_ thread: TracedThread) {
    // Between two calls, and not waiting, is what stands at a stop of ours.
    if isAttached, ProcessFiles.state(thread.id) == "t" { return }
    guard !thread.toldWait, let call = waitedCall(of: thread.id, in: thread.process.id) else {
      return
    }
    thread.toldWait = true
    let event = described(call, thread: thread.id)
    events.emit(.systemCall(call: event), thread)
    facts.explainWait(event, thread, events)
  }
}
