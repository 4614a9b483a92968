import Glibc
import TraceEvents

/// Numbers and times the events of one trace, and hands them on.
final class EventStream {
  private let sink: (TraceEvent) -> Void
  private let start: UInt64
  private var number = 0
  /// True once nobody wants to hear of what happens.
  var isMuted = false
  /// Pieces of a line that is not at its end yet.
  private var held: [(time: UInt64, process: ProcessID, thread: ProcessID, words: Words)] = []

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

  /// How many events of other processes came since pieces are held, and how many may.
  private var passed = 0
  private static let mostPassed = 64

  /// Hands one event on, behind what is held of its process.
  func emit(_ body: TraceEvent.Body, process: ProcessID, thread: ProcessID) {
    if !held.isEmpty, endsHolding(body, process) {
      let pieces = held
      held = []
      passed = 0
      for piece in pieces {
        send(.words(words: piece.words), at: piece.time, piece.process, piece.thread)
      }
    }
    send(body, at: elapsed, process, thread)
  }

  /// True if what is held can wait no longer: its process goes on, or has a child that does, or others
  /// did much meanwhile.
  private func endsHolding(_ body: TraceEvent.Body, _ process: ProcessID) -> Bool {
    passed += 1
    var actor = process
    if case .processStarted(let start) = body, let parent = start.parent { actor = parent }
    return passed > Self.mostPassed || held.contains { $0.process == actor }
  }

  /// True while pieces of a line of this process are held.
  func isHolding(of process: ProcessID) -> Bool { held.contains { $0.process == process } }

  /// Keeps a piece of a line until the next event of its process: what the line speaks of may have to be
  /// told first.
  func hold(_ words: Words, _ thread: TracedThread) {
    held.append((elapsed, thread.process.id, thread.id, words))
  }

  /// Hands on an event that was before the words that are held.
  func emitBeforeWords(_ body: TraceEvent.Body, _ thread: TracedThread) {
    let first = held.first { $0.process == thread.process.id }
    send(body, at: first?.time ?? elapsed, thread.process.id, thread.id)
  }

  private func send(
    _ body: TraceEvent.Body, at time: UInt64, _ process: ProcessID, _ thread: ProcessID
  ) {
    if isMuted { return }
    number += 1
    sink(
      TraceEvent(
        number: number, time: Double(time) / 1e9, process: process, thread: thread, body: body))
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
