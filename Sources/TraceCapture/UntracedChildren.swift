private import CTraceShim
import TraceEvents

// A child that is made with `CLONE_UNTRACED` (`clone(2)`) would inherit the filter and not the tracer: each
// call that the filter picks would give it ENOSYS. So the flag is taken away for the time of the call, and
// the child is traced like any other.
extension TraceSession {
  /// Where the flags of a call stand, and what the program put there.
  enum CloneFlags {
    case register(value: UInt64, isNarrow: Bool)
    case memory(address: UInt64, value: UInt64)
  }

  private static var escapesTracer: UInt64 { 0x80_0000 }

  /// Takes the flag away from a call that is about to run.
  func keepChild(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    guard !isAttached, !letsGo else { return }
    switch row.name {
    case "clone" where call.arguments[0] & Self.escapesTracer != 0:
      thread.cloneFlags = .register(value: call.arguments[0], isNarrow: call.isNarrow)
    case "clone3":
      guard
        let flags = decoder.memory.number(thread.id, at: call.arguments[0], size: 8),
        flags & Self.escapesTracer != 0
      else { return }
      thread.cloneFlags = .memory(address: call.arguments[0], value: flags)
    default: return
    }
    setCloneFlags(of: thread, without: Self.escapesTracer)
  }

  /// Puts the flags back as they were: for the one that made the call, and for what it made.
  func giveBackFlags(of thread: TracedThread) {
    guard thread.cloneFlags != nil else { return }
    setCloneFlags(of: thread, without: 0)
    thread.cloneFlags = nil
  }

  private func setCloneFlags(of thread: TracedThread, without taken: UInt64) {
    switch thread.cloneFlags {
    case .register(let value, let isNarrow):
      _ = wf_set_first_argument(thread.id, isNarrow, value & ~taken)
    case .memory(let address, let value):
      let flags = value & ~taken
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: flags >> (8 * UInt64($0))) }
      _ = decoder.memory.write(bytes, to: thread.id, at: address)
    case nil: break
    }
  }
}
