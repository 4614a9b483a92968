private import CTraceShim

/// A thread that stands still until it is resumed, which consumes this value.
///
/// A stop that is dropped without being resumed is resumed: no thread is ever left standing.
/// A thread that died meanwhile (`ESRCH`) needs no resuming; its end comes as a stop of its own.
struct StoppedThread: ~Copyable {
  /// The thread.
  let id: Int32

  init(_ id: Int32) { self.id = id }

  /// Lets it run, with `signal` delivered unless 0. Corresponds to `PTRACE_CONT`.
  consuming func run(delivering signal: Int32 = 0) {
    _ = wf_continue(id, signal)
    discard self
  }

  /// Lets it run to the next entry or exit of a system call. Corresponds to `PTRACE_SYSCALL`.
  consuming func runToCall(delivering signal: Int32 = 0) {
    _ = wf_continue_to_call(id, signal)
    discard self
  }

  /// Leaves it in its group stop, and hears when that ends. Corresponds to `PTRACE_LISTEN`.
  consuming func listen() {
    _ = wf_listen(id)
    discard self
  }

  /// Lets it go for good. Corresponds to `PTRACE_DETACH`.
  consuming func detach() {
    _ = wf_detach(id, 0)
    discard self
  }

  deinit { _ = wf_continue(id, 0) }
}

/// What a thread stopped for, each with what can be done with it.
enum Stop: ~Copyable {
  /// The filter selected a call that is about to run.
  case selectedCall(SelectedCallStop)
  /// Entry or exit of a system call, which was asked for.
  case call(CallStop)
  /// A signal is about to be delivered.
  case signal(SignalStop)
  /// The whole process was stopped by this signal (job control).
  case group(GroupStop)
  /// First stop of a new thread, or the end of a group stop.
  case trap(TrapStop)
  /// It created a process or thread.
  case creation(CreationStop)
  /// `execve(2)` succeeded.
  case execution(ExecutionStop)
  /// It is about to end; its memory and descriptors are still there.
  case exiting(ExitingStop)
  /// It is gone; there is nothing to resume.
  case ended(thread: Int32, end: WaitStatus.End)
}

/// `PTRACE_EVENT_SECCOMP`.
struct SelectedCallStop: ~Copyable {
  let thread: StoppedThread
  /// Goes on to the call's exit stop.
  consuming func resumeToExit() { thread.runToCall() }
  /// Goes on without another stop.
  consuming func resume() { thread.run() }
}

/// Syscall-entry-stop or syscall-exit-stop (`PTRACE_O_TRACESYSGOOD`).
struct CallStop: ~Copyable {
  let thread: StoppedThread
  /// Goes on to the next entry or exit.
  consuming func resumeToCall() { thread.runToCall() }
  /// Goes on to what the filter selects.
  consuming func resume() { thread.run() }
}

/// Signal-delivery-stop.
struct SignalStop: ~Copyable {
  let thread: StoppedThread
  /// The signal.
  let signal: Int32
  /// Delivers the signal and goes on.
  consuming func deliver(stoppingAtCalls: Bool) {
    let number = signal
    if stoppingAtCalls {
      thread.runToCall(delivering: number)
    } else {
      thread.run(delivering: number)
    }
  }

  /// Lets the thread go for good, without the signal.
  consuming func letGo() { thread.detach() }
}

/// Group-stop: only listening leaves the process stopped as job control wants it.
struct GroupStop: ~Copyable {
  let thread: StoppedThread
  /// The signal that stopped the process.
  let signal: Int32
  /// Leaves it stopped until SIGCONT.
  consuming func listen() { thread.listen() }
}

/// `PTRACE_EVENT_STOP` without a group stop.
struct TrapStop: ~Copyable {
  let thread: StoppedThread
  /// Goes on.
  consuming func resume(stoppingAtCalls: Bool) {
    if stoppingAtCalls { thread.runToCall() } else { thread.run() }
  }
}

/// `PTRACE_EVENT_FORK`, `_VFORK` or `_CLONE`.
struct CreationStop: ~Copyable {
  let thread: StoppedThread
  /// The new thread's id, if the kernel still knows it.
  let created: Int32?
  /// Goes on.
  consuming func resume(stoppingAtCalls: Bool) {
    if stoppingAtCalls { thread.runToCall() } else { thread.run() }
  }
}

/// `PTRACE_EVENT_EXEC`.
struct ExecutionStop: ~Copyable {
  let thread: StoppedThread
  /// The thread that called exec had this id before; it has its process's now.
  var formerID: Int32 { WaitStatus.message(thread.id) ?? thread.id }
  /// Goes on.
  consuming func resume(stoppingAtCalls: Bool) {
    if stoppingAtCalls { thread.runToCall() } else { thread.run() }
  }
}

/// `PTRACE_EVENT_EXIT`.
struct ExitingStop: ~Copyable {
  let thread: StoppedThread
  /// How it is about to end, if the kernel tells.
  var status: WaitStatus? { WaitStatus.message(thread.id).map(WaitStatus.init) }
  /// Lets it end.
  consuming func resume() { thread.run() }
}

/// A status of `waitpid(2)`, taken apart.
struct WaitStatus {
  /// How a thread ended.
  enum End: Equatable {
    case exited(Int32)
    case killed(signal: Int32, coreDumped: Bool)

    /// True for what a parent takes for failure.
    var isFailure: Bool { self != .exited(0) }
  }

  private let raw: Int32

  init(_ raw: Int32) { self.raw = raw }

  /// How it ended; nil if it did not.
  var end: End? {
    let signal = raw & 0x7F
    if signal == 0 { return .exited(raw >> 8 & 0xFF) }
    if signal != 0x7F { return .killed(signal: signal, coreDumped: raw & 0x80 != 0) }
    return nil
  }

  /// The signal of a stop.
  var stopSignal: Int32 { raw >> 8 & 0xFF }

  /// The event of a stop; 0 for none.
  var event: Int32 { raw >> 16 & 0xFF }

  /// The signal that a stopped thread is about to get; 0 for stops of other kinds.
  var deliveredSignal: Int32 { event == 0 && stopSignal != Self.callSignal ? stopSignal : 0 }

  /// True for the entry or exit of a call.
  var isCallStop: Bool { end == nil && event == 0 && stopSignal == Self.callSignal }

  /// What thread `id` made, if that is what it stopped for.
  func created(by id: Int32) -> Int32? { (1...3).contains(event) ? Self.message(id) : nil }

  // ptrace(2)
  private static let callSignal: Int32 = 5 | 0x80
  private static let trapSignal: Int32 = 5

  /// The stop of thread `id` that this status tells of.
  func stop(of id: Int32) -> Stop {
    if let end { return .ended(thread: id, end: end) }
    let thread = StoppedThread(id)
    switch event {
    case 1, 2, 3:
      return .creation(CreationStop(thread: thread, created: Self.message(id)))
    case 4: return .execution(ExecutionStop(thread: thread))
    case 6: return .exiting(ExitingStop(thread: thread))
    case 7: return .selectedCall(SelectedCallStop(thread: thread))
    case 128 where stopSignal != Self.trapSignal:
      return .group(GroupStop(thread: thread, signal: stopSignal))
    case 128: return .trap(TrapStop(thread: thread))
    default:
      if stopSignal == Self.callSignal { return .call(CallStop(thread: thread)) }
      return .signal(SignalStop(thread: thread, signal: stopSignal))
    }
  }

  /// What the kernel says of the thread's stop (`PTRACE_GETEVENTMSG`).
  fileprivate static func message(_ thread: Int32) -> Int32? {
    var message: UInt64 = 0
    guard unsafe wf_event_message(thread, &message) == 0 else { return nil }
    return Int32(truncatingIfNeeded: message)
  }
}
