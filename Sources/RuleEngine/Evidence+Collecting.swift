internal import History
internal import TraceEvents

extension Diagnostician {
  /// The lines of the trace that a candidate rests on, in order: what was asked and answered, what
  /// was said, and how it ended.
  func evidence(for candidate: Candidate, complaint: SpokenLine?) -> [Evidence] {
    let process = history.processes[candidate.process]
    var lines: [Evidence] = []
    let add = { (number: Int, time: Double, index: Int, text: String) in
      let record = history.processes[index]
      lines.append(
        Evidence(number: number, time: time, pid: record.pid, program: record.name, text: text))
    }
    switch candidate.source {
    case .call(let call, let places):
      add(call.number, call.time, call.process, call.call.notation)
      if places.count > 1 {
        lines[0].text += "   (and \(places.count - 1) more places)"
      } else if call.count > 1 {
        lines[0].text += "   (\(call.count) times)"
      }
    case .death(let signal):
      add(
        signal.number, signal.time, candidate.process,
        "received \(signal.delivery.signal.name) (\(signal.delivery.signal.words))")
    case .lostReader(let number, let time, let call, let killed):
      add(
        number, time, candidate.process,
        (call.map { $0.notation + ": " } ?? "") + (killed ? "killed by SIGPIPE" : "EPIPE"))
    case .waiting(let pending):
      add(
        pending.number, pending.time, candidate.process, pending.call.notation + " (unfinished)")
    case .words, .silence, .busy: break
    }
    if let complaint {
      add(
        complaint.number, complaint.time, complaint.process,
        "wrote \(TargetText.quoted(complaint.text, limit: 120))")
    }
    if process.end != nil {
      add(process.endNumber, process.endTime, process.index, Wording.ending(of: process))
    }
    return lines.sorted { $0.number < $1.number }
  }
}
