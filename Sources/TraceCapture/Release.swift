private import CTraceShim
import TraceEvents

// Letting go of what outlives us.
extension TraceSession {
  /// Begins to let all threads go: each has to stop for that.
  func release() {
    guard limit.phase != .releasing else { return }
    limit.phase = .releasing
    for id in early.keys.sorted() { _ = wf_detach(id, 0) }
    early = [:]
    sending = []
    interruptAll()
    // The kernel lets them go when this process ends, without a stop.
    for id in sending.sorted() { if let thread = threads[id] { forget(thread) } }
  }

  /// Lets a thread go that has stopped, with the signal that it was about to get.
  func letGo(_ id: ProcessID, _ status: WaitStatus) {
    if let end = status.end {
      if let thread = threads[id] { ended(thread, end) }
      return
    }
    // In the midst of a call, whose result may have to be mended: to the stop behind it, which is asked
    // for anew, as any stop takes the place of the one that was asked for.
    if status.isCallStop {
      _ = wf_interrupt(id)
      _ = wf_continue(id, 0)
      return
    }
    mendInterruption(of: id)
    // What it has just made is traced as well, and comes to a stop of its own.
    if let created = status.created(by: id), threads[created] == nil { expected.insert(created) }
    _ = wf_detach(id, status.deliveredSignal)
    expected.remove(id)
    if let thread = threads[id] { forget(thread) }
  }

  private func forget(_ thread: TracedThread) {
    threads[thread.id] = nil
    let process = thread.process
    process.threads.remove(thread.id)
    guard process.threads.isEmpty else { return }
    releaseAll(thread)
    processes[process.id] = nil
    events.emit(.processEnded(end: .released), thread)
  }
}
