private import CTraceShim
import Glibc
import TraceEvents

/// Which processors the target and the tracer run on.
struct Placement {
  /// True if the alarm has to be set anew.
  var changedWake = false

  static func ofCallingThread() -> Placement { Placement() }
  mutating func stopped(_ thread: TracedThread) {}
  mutating func appeared(_ thread: TracedThread) {}
  mutating func vanished(_ thread: TracedThread) {}
  func leave() {}
  func correctAnswer(
    _ call: PendingCall, result: Int64, _ thread: TracedThread, _ memory: MemoryReader,
    _ threads: [ProcessID: TracedThread]
  ) {}
  mutating func targetChose(
    _ call: PendingCall, _ thread: TracedThread, _ threads: [ProcessID: TracedThread]
  ) {}
}
