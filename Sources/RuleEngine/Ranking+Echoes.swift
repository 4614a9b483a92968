internal import History
internal import TraceEvents

// Lines that repeat, mark or count what other lines tell.
extension Ranking {
  /// True for a line of source that a compiler shows with a mark below it (`^`, `~~~^~~`): what is wrong
  /// stands in the line before.
  static func isEchoed(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    guard position > 0, position + 1 < lines.count else { return false }
    let line = lines[position]
    let (before, mark) = (lines[position - 1], lines[position + 1])
    return [before, mark].allSatisfy { $0.process == line.process && $0.stream == line.stream }
      && isMark(mark.text) && NamedPlace.find(in: before.text, base: "/")?.line != nil
  }

  /// True for a line of marks alone, with a caret among them: `   |     ^~~~`.
  private static func isMark(_ text: String) -> Bool {
    text.utf8.count < 400 && text.contains("^") && text.allSatisfy { "^~-| \t".contains($0) }
  }

  /// True for a line that only announces the end, or counts what went wrong before it.
  static func endsReport(_ text: String) -> Bool {
    let lower = text.lowercased()
    return Complaint.isClosing(lower) || Complaint.isCount(LogPrefix.removed(from: lower))
  }
}

extension Ranking {
  /// True if a process ended a child, and said then that it had waited for too long: its time limit is the
  /// reason, and the signal how it is kept.
  static func gaveUpWaiting(
    _ parent: Int, for child: ProcessRecord, after signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    // SIGKILL does not tell its sender.
    let sender =
      signal.delivery.sender
      ?? run.history.sentSignals[child.pid].map { run.history.processes[$0.sender].pid }
    return sender == run.history.processes[parent].pid
      && run.mentions.lines.contains { line in
        line.process == parent && line.number > signal.number
          && ["TimeoutExpired", " timed out after ", "context deadline exceeded"].contains {
            line.text.contains($0)
          }
      }
  }
}
