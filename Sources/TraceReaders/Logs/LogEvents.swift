internal import TraceEvents

/// The events that a reader made of a log and nobody took yet, numbered in order.
struct LogEvents {
  private var events: [TraceEvent] = []
  private var taken = 0
  private var count = 0
  /// Seconds since the log began; 0 where it has no times.
  var time = 0.0

  /// True if there is nothing to take.
  var isEmpty: Bool { taken == events.count }

  /// Adds what happened to `thread` of `process`.
  mutating func add(_ body: TraceEvent.Body, _ process: ProcessID, _ thread: ProcessID) {
    count += 1
    events.append(
      TraceEvent(number: count, time: time, process: process, thread: thread, body: body))
  }

  /// The event that was added first of those that are left.
  mutating func next() -> TraceEvent? {
    guard taken < events.count else { return nil }
    defer {
      taken += 1
      if taken == events.count {
        events.removeAll(keepingCapacity: true)
        taken = 0
      }
    }
    return events[taken]
  }
}
