internal import History
internal import TraceEvents

/// What a process that ran without end did again and again.
extension Observer {
  func describeCircle(_ process: ProcessRecord, in seen: inout Waiting) {
    var counts: [String: Int] = [:]
    var order: [WatchedCall] = []
    for step in process.lastCalls {
      let notation = step.call.notation
      if counts[notation] == nil { order.append(step) }
      counts[notation, default: 0] += 1
    }
    // What was seen once or twice is no circle.
    let steps = order.filter { counts[$0.call.notation] ?? 0 >= 3 }
    guard !steps.isEmpty else { return }
    seen.circle = steps.prefix(6).map {
      "\($0.call.notation)   (\(counts[$0.call.notation] ?? 0) times)"
    }
    for step in steps {
      guard let turn = turn(of: step, process) else { continue }
      (seen.turn, seen.subject) = turn
      return
    }
  }

  /// Why a call that is made again and again leads nowhere, and what it is about.
  private func turn(
    of step: WatchedCall, _ process: ProcessRecord
  ) -> (words: String, subject: String)? {
    let call = step.call
    if case .failed(let error) = call.outcome, !error.isAnswer(to: call) {
      let what = (step.target.map(describe) ?? call.path).map { " on \($0)" } ?? ""
      return ("\(call.name)\(what) fails each time: \(error.words)", subject(of: step, process))
    }
    if call.error == .tryAgain {
      return (
        "\(call.name) says \u{201C}not yet\u{201D} each time (EAGAIN), and nothing waits between two tries",
        subject(of: step, process)
      )
    }
    let events = call.symbols.map { $0.replacing("EPOLL", with: "POLL") }
    let number = call.descriptor ?? -1
    let polls = call.name.contains("poll")
    let what =
      polls && call.name.hasPrefix("epoll")
      ? "something that it waits for"
      : "descriptor \(number)" + (step.target.map { " (\(describe($0)))" } ?? "")
    if polls, events.contains("POLLNVAL") {
      return (
        "\(call.name) is asked about descriptor \(number), which is not open, and so returns at once (POLLNVAL)",
        "descriptor \(number)"
      )
    }
    if polls, events.contains("POLLHUP") || events.contains("POLLERR") {
      let name = events.contains("POLLHUP") ? "POLLHUP" : "POLLERR"
      let why = name == "POLLHUP" ? "its other end was closed" : "there is an error pending on it"
      return (
        "\(call.name) returns at once for \(what): \(why) (\(name)), which the program does not take for the end",
        subject(of: step, process)
      )
    }
    let reads = ["read", "readv", "recvfrom", "recvmsg", "pread64"].contains(call.name)
    if reads, call.value == 0 {
      return (
        "\(call.name) from \(what) gives nothing each time, as it is at its end, and the program does not take that for the end",
        subject(of: step, process)
      )
    }
    return nil
  }

  private func subject(of step: WatchedCall, _ process: ProcessRecord) -> String {
    switch step.target {
    case .file(let path, _): path
    case .socket(let state):
      state.peer?.description ?? state.local?.description ?? process.executedPath ?? process.name
    default: process.executedPath ?? process.name
    }
  }

  private func describe(_ target: DescriptorTarget) -> String {
    switch target {
    case .file(let path, _): path
    case .pipe: "a pipe"
    case .socket(let state):
      (state.peer ?? state.local).map { "a socket of \($0.description)" } ?? "a socket"
    case .other(let name): name
    }
  }
}
