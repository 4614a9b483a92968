private import CTraceShim
import Glibc
import TraceEvents

/// What a target left running when it ended: it goes on as it would without us, only slower.
package final class RunningRest {
  private let session: TraceSession
  private let front: FrontProcess

  init(_ session: TraceSession, front: FrontProcess) {
    self.session = session
    self.front = front
  }

  /// Ends the front with this status, and serves what runs until nothing is left of it.
  package func serve(status: Int32) {
    session.forgetAll()
    front.leave(status: status)
    session.serveRest()
  }
}

// Serving what outlives its report.
extension TraceSession {
  /// Ends the trace, with all that still runs left as it is.
  func leaveRest() {
    let roots = processes.values.filter { $0.parent.flatMap { processes[$0] } == nil }
    let names = roots.sorted { $0.id < $1.id }.map { process in
      let word = process.arguments.first ?? process.program
      return "\(word.split(separator: "/").last ?? "a process") (pid \(process.id))"
    }
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    let listed = names.prefix(3).joined(separator: ", ")
    events.emit(
      .note(
        note: CaptureNote(
          kind: .incomplete,
          text: "It left \(listed)\(more) running; what comes of that is not told here.")),
      process: first, thread: first)
    limit.phase = .leaving
  }

  /// Gives up what is kept for events that will not come, and the descriptors that this takes.
  func forgetAll() {
    events.isMuted = true
    placement.end(threads)
    logs = LogFiles()
    for process in processes.values { process.descriptors = DescriptorTable() }
  }

  /// Serves a stop of what runs on: it is traced, as is all that it makes, and otherwise left alone.
  func serveUnseen(_ stop: consuming Stop, _ thread: TracedThread) {
    switch consume stop {
    case .selectedCall(let stop):
      var info = wf_call_info()
      let isCreation =
        unsafe wf_call_info(thread.id, &info) == 0
        && numbers.row(
          info.number, isNarrow: info.architecture == CallConvention.i386.rawValue
        ).map { rows[$0].emission == .creation } ?? false
      if isCreation || thread.followsCalls { serve(stop, thread) } else { stop.resume() }
    case .call(let stop): serve(stop, thread)
    case .signal(let stop): stop.deliver(stoppingAtCalls: thread.followsCalls)
    case .group(let stop): stop.listen()
    case .trap(let stop):
      giveBackFlags(of: thread)
      stop.resume(stoppingAtCalls: stopsAtCalls(thread))
    case .creation(let stop): serve(stop, thread)
    case .execution(let stop): serve(stop, thread)
    case .exiting(let stop): stop.resume()
    case .ended(_, let end): ended(thread, end)
    }
  }

  /// Serves every stop, and tells nothing, until no thread is left.
  func serveRest() {
    while !threads.isEmpty {
      var status: Int32 = 0
      let id = unsafe wf_wait(&status, true)
      if id > 0 {
        serve(id, status)
      } else if id == -ECHILD {
        break
      }
    }
  }
}
