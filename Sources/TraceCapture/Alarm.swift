private import CTraceShim
import Glibc
import TraceEvents

/// Interrupts the tracer's wait: at a time, or when a signal came to the tracer's own process.
///
/// A signal that falls just before `waitpid` blocks would be lost until the next stop, so the
/// timer behind this repeats until it is set anew.
@safe
final class Alarm {
  private var timer: UnsafeMutableRawPointer?
  /// False where the kernel gave no timer; the kernel's first one is number 0, so a null pointer.
  private let exists: Bool

  /// An alarm of the calling thread, which is the one that waits.
  init() {
    var made: UnsafeMutableRawPointer?
    exists = unsafe wf_timer_create(&made) == 0
    unsafe timer = made
  }

  deinit { if exists { unsafe wf_timer_delete(timer) } }

  /// How often any alarm went off.
  static var wakeCount: Int32 { wf_wake_count() }

  /// When it goes off: `delay` nanoseconds from now, and then every `interval`; nil: never.
  func set(_ wake: (delay: UInt64, interval: UInt64)?) {
    guard exists else { return }
    let delay = Int64(clamping: max(wake?.delay ?? 0, wake == nil ? 0 : 1))
    _ = unsafe wf_timer_set(timer, delay, Int64(clamping: wake?.interval ?? 0))
  }

  /// Handles the signals of this process from here on, see `wf_signals_claim`.
  func claimSignals() { unsafe wf_signals_claim(timer) }

  /// Ends `claimSignals`.
  func releaseSignals() { wf_signals_release() }

  /// The next signal that came to this process, with who sent it (0: the kernel).
  static func nextSignal() -> (signal: Int32, sender: ProcessID)? {
    var info = wf_signal_info()
    return unsafe wf_signals_next(&info) ? (info.signal, info.sender) : nil
  }
}
