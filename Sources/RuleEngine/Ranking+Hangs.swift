internal import History
internal import TraceEvents

// What processes were at when the time was up.
extension Ranking {
  static func waitingCandidates(_ run: RankingContext) -> [Candidate] {
    // What was attached to is judged by the look at its threads (WaitGraph).
    guard run.history.isHung, !run.history.isAttached else { return [] }
    // Who sleeps goes on by itself.
    let somebodyHasToType = run.history.processes.contains {
      $0.pendingCalls.contains { $0.isForTerminal }
    }
    return run.history.processes.flatMap { process -> [Candidate] in
      guard let pending = process.tellingWait, !ranInstead(process, pending, run) else {
        return busyCandidates(process, run)
      }
      return [
        Candidate(
          source: .waiting(pending), process: process.index, number: process.lastNumber,
          features: [
            (
              .waitedAtEnd,
              isForAnother(process, pending, run)
                ? RankingWeights.hangOnChild
                : pending.awaitedAt != nil
                  ? RankingWeights.hangServing
                  : pending.isSleep && somebodyHasToType
                    ? RankingWeights.hangOnChild : RankingWeights.hangWait
            ),
            (.process, run.path.contains(process.index) ? RankingWeights.hangOnFailurePath : 0),
          ])
      ]
    }
  }

  /// True if a thread of a process ran while those of its threads waited that are at rest without work: its
  /// first thread, or the one whose end that waits for.
  private static func ranInstead(
    _ process: ProcessRecord, _ pending: PendingCall, _ run: RankingContext
  ) -> Bool {
    guard case .threads(let moments)? = run.history.facts[.threads(pid: process.pid)] else {
      return false
    }
    let waiting = Set(process.pendingCalls.map(\.thread))
    let first = moments.first { $0.thread == process.pid }
    let joined = first?.lock.flatMap { $0.kind == .join ? $0.owner : nil }
    return moments.contains { moment in
      moment.state == "R" && !waiting.contains(moment.thread)
        && (moment.thread == process.pid || moment.thread == joined)
    }
  }

  /// True if what a process waits for is up to another of this run, which waits in turn for something else.
  private static func isForAnother(
    _ process: ProcessRecord, _ pending: PendingCall, _ run: RankingContext
  ) -> Bool {
    // Who waits for a child waits for what the child waits for.
    if pending.call.name.hasPrefix("wait") { return true }
    let below = process.children.map { run.history.processes[$0] }.filter {
      !$0.pendingCalls.isEmpty
    }
    // One thread waits for another that reads what a child is to write, and that one waits for somebody outside.
    if pending.call.name == "futex",
      below.contains(where: { waitsOutside($0) })
        || below.contains(where: { isAwaited($0, by: process) })
    {
      return true
    }
    // dash waits for the signal that a child sends with its end.
    if pending.call.name == "rt_sigsuspend" { return !below.isEmpty }
    if pending.isForEvents, pending.awaitedAt == nil, pending.awaitedPeer == nil {
      return below.contains { !readsPipe($0, of: process) }
    }
    guard case .pipe(let number, _) = pending.target, pending.call.name.hasPrefix("read") else {
      return false
    }
    return run.history.processes.contains { other in
      other.index != process.index && !other.pendingCalls.isEmpty
        && other.pipesAtEnd.contains { $0.number == number && $0.end == .writing }
        && !readsPipe(other, of: process)
        && other.pendingCalls.contains { !$0.call.name.hasPrefix("wait") && !$0.isIdle }
    }
  }

  /// True if one thread of a process waits for the end or the output of a child that waits for something else.
  private static func isAwaited(_ child: ProcessRecord, by process: ProcessRecord) -> Bool {
    guard child.pendingCalls.contains(where: { !$0.isIdle }), !readsPipe(child, of: process) else {
      return false
    }
    return process.pendingCalls.contains { $0.call.name.hasPrefix("wait") }
      || process.pipesAtEnd.contains { own in
        own.end == .reading
          && child.pipesAtEnd.contains { $0.number == own.number && $0.end == .writing }
      }
  }

  /// True if a process waits for somebody to type.
  private static func waitsOutside(_ process: ProcessRecord) -> Bool {
    process.pendingCalls.contains { $0.isForTerminal }
  }

  /// True if a process waits for data from a pipe that another has open for writing, and for no more.
  private static func readsPipe(_ process: ProcessRecord, of writer: ProcessRecord) -> Bool {
    process.pendingCalls.contains { pending in
      guard case .pipe(let number, _) = pending.target,
        pending.call.arguments.count(where: { if case .descriptor = $0 { true } else { false } })
          == 1
      else { return false }
      return writer.pipesAtEnd.contains { $0.number == number && $0.end == .writing }
    }
  }

  /// A process that was in no call when the time was up: it computed, or ran in a circle.
  private static func busyCandidates(
    _ process: ProcessRecord, _ run: RankingContext
  ) -> [Candidate] {
    guard let timeout = run.history.timeoutNumber, process.startNumber < timeout,
      process.end == nil || process.endNumber > timeout
    else { return [] }
    return [
      Candidate(
        source: .busy, process: process.index, number: process.lastNumber,
        features: [
          (.ranAtEnd, RankingWeights.hangBusy),
          (.process, run.path.contains(process.index) ? RankingWeights.hangOnFailurePath : 0),
        ])
    ]
  }
}
