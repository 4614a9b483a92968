private import CTraceShim
import TraceEvents

// Stacks of threads that stand in each other's way, or that run without end.
extension TraceSession {
  /// Has the threads stop whose stack tells more than their call; false if there are none.
  func askStacks() -> Bool {
    guard crashes.canWalk else { return false }
    var asked = 0
    // The order of a dictionary differs from run to run.
    for id in look.moments.keys.sorted() {
      let moments = look.moments[id] ?? []
      // Whoever waits for a thread to end is kept by what that one waits for, whatever it is.
      let joined = Set(
        moments.compactMap { $0.lock?.kind == .join ? $0.lock?.owner : nil })
      for moment in moments where asked < ThreadLook.mostThreads {
        guard let thread = threads[moment.thread] else { continue }
        let isStuck =
          moment.lock.map { $0.kind != .unknown } ?? false || joined.contains(moment.thread)
        guard isStuck || moment.state == "R", wf_interrupt(thread.id) == 0 else { continue }
        thread.samplesLeft = isStuck ? 1 : ThreadLook.samples
        asked += 1
      }
    }
    return asked > 0
  }

  /// Walks the stack of a thread that stands for it.
  func takeSample(_ thread: TracedThread) {
    guard thread.samplesLeft > 0 else { return }
    thread.samplesLeft -= 1
    let frames = crashes.sample(thread)
    // On a machine with much to do a walk may run out of its time: once more.
    if frames.contains(where: { $0.function == nil && $0.module == nil }) || frames.count < 2,
      thread.samplesLeft == 0, !thread.wasSampledAgain
    {
      thread.wasSampledAgain = true
      thread.samplesLeft = 1
    } else if !frames.isEmpty {
      look.stacks[thread.id, default: []].append(frames)
    }
    if thread.samplesLeft > 0 { _ = wf_interrupt(thread.id) }
    // Walks take time, in which no call is seen: the look at calls begins behind them.
    if case .watching = limit.phase, threads.values.allSatisfy({ $0.samplesLeft == 0 }) {
      limit.phase = .watching(EventStream.now)
    }
  }
}
