import Glibc
import TraceEvents

/// Asks for the stack where a signal is about to end a process with a core dump (`signal(7)`).
///
/// A signal that the program handles costs nothing: Java and Go handle SIGSEGV all the time. A walk
/// takes some milliseconds, so only so many are made in a trace.
final class CrashStacks {
  private static let signals: Set<Int32> = [
    SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS,
  ]
  private static let frames = 64
  /// The walker adds up to eight outermost ones.
  private static let briefFrames = 24
  private static let most = 100

  private let walker: (any StackWalker)?
  private var count = 0

  init(walker: (any StackWalker)?) { self.walker = walker }

  /// True if stacks can be told at all.
  var canWalk: Bool { walker != nil }

  /// The stack of a thread that stands still, whatever it stands for.
  func sample(_ thread: TracedThread) -> [StackFrame] {
    guard let walker, count < Self.most else { return [] }
    count += 1
    return walker.stack(
      of: thread.process.id, thread: thread.id, limit: Self.frames, address: nil
    ).frames
  }

  /// The stack of one of several threads, of a crash or not: few frames, and not counted here.
  func brief(_ thread: TracedThread) -> [StackFrame] {
    walker?.stack(
      of: thread.process.id, thread: thread.id, limit: Self.briefFrames, address: nil
    ).frames ?? []
  }

  /// True if the signal is one of those whose stacks are told, whenever they come.
  func isCrash(_ delivery: SignalDelivery) -> Bool {
    delivery.disposition == .standard && Self.signals.contains(delivery.signal.rawValue)
  }

  /// The stack of `thread`, which stands at this delivery; none unless it ends the process. Out of
  /// time it is wanted as well: it tells what a busy program was at.
  func stack(
    at delivery: SignalDelivery, _ thread: TracedThread, isTimeUp: Bool
  ) -> WalkedStack? {
    guard let walker, count < Self.most, delivery.disposition == .standard,
      Self.signals.contains(delivery.signal.rawValue)
        || isTimeUp && delivery.signal == .terminate
    else { return nil }
    count += 1
    return walker.stack(
      of: thread.process.id, thread: thread.id, limit: Self.frames,
      address: delivery.faultAddress ?? thread.faults.first?.faultAddress)
  }

  /// The stack of `thread`, which is about to end and had begun to handle `fault`.
  func stack(of fault: SignalDelivery, _ thread: TracedThread) -> WalkedStack? {
    guard let walker, count < Self.most else { return nil }
    count += 1
    return walker.stack(
      of: thread.process.id, thread: thread.id, limit: Self.frames, address: fault.faultAddress)
  }
}
