import Glibc
import TraceEvents

/// Numbers and times the events of one trace, and hands them on.
final class EventStream {
  private let sink: (TraceEvent) -> Void
  private let start: UInt64
  private var number = 0

  init(sink: @escaping (TraceEvent) -> Void) {
    self.sink = sink
    start = EventStream.now
  }

  /// Nanoseconds of the monotonic clock.
  static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Nanoseconds since the trace began.
  var elapsed: UInt64 { Self.now &- start }

  /// Hands one event on.
  func emit(_ body: TraceEvent.Body, process: ProcessID, thread: ProcessID) {
    number += 1
    sink(
      TraceEvent(
        number: number, time: Double(elapsed) / 1e9, process: process, thread: thread, body: body))
  }

  /// Hands on an event of a thread.
  func emit(_ body: TraceEvent.Body, _ thread: TracedThread) {
    emit(body, process: thread.process.id, thread: thread.id)
  }

  /// Hands on a note of the capture.
  func note(_ kind: CaptureNote.Kind, _ text: String, _ thread: TracedThread) {
    emit(.note(note: CaptureNote(kind: kind, text: text)), thread)
  }
}
