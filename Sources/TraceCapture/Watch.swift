private import CTraceShim
import TraceEvents

// What a program does that was running when its time was up: a loop that never ends shows in its calls.
extension TraceSession {
  /// How many calls of a thread are told of.
  private static var mostWatchedCalls: Int { 24 }

  /// Has the threads that are in no call stop at each of their calls. False if there are none.
  func watchRunning() -> Bool {
    var found = false
    for id in threads.keys.sorted() {
      guard let thread = threads[id], !thread.toldWait, let state = ProcessFiles.state(id),
        state == "R" || isAttached && state == "t" && !thread.isInGroupStop, wf_interrupt(id) == 0
      else { continue }
      thread.watchedCalls = Self.mostWatchedCalls
      found = true
    }
    return found
  }

  /// True if enough was seen, or for long enough.
  func isWatchOver(_ since: UInt64) -> Bool {
    let age = EventStream.now &- since
    // A stack takes as long as its debugging information is large.
    if threads.values.contains(where: { $0.samplesLeft > 0 }) { return age > TimeLimit.sampling }
    return age > TimeLimit.watch || threads.values.allSatisfy { $0.watchedCalls ?? 0 == 0 }
  }

  /// Tells of a call that no row selects.
  func tellWatched(_ call: PendingCall, _ result: Int64, _ thread: TracedThread) {
    thread.watchedCalls? -= 1
    // A call that the kernel makes again was interrupted by us.
    if (-516 ... -512).contains(result) { return }
    let name =
      numbers.row(call.number, isNarrow: call.isNarrow).map { rows[$0].name }
      ?? CallNames.name(call.number, isNarrow: call.isNarrow)
    let failed = result < 0 && result >= -4095
    events.emit(
      .systemCall(
        call: SystemCall(
          name: name, arguments: decoder.answered(name, call, thread: thread.id, result: result),
          outcome: failed
            ? .failed(error: ErrorNumber(rawValue: Int32(-result))) : .returned(value: result))),
      thread)
  }
}
