package import History
internal import TraceEvents

/// What went wrong in a run that succeeded, where nobody minded: errors that were shown to the user,
/// and children that crashed.
package enum UnheededFailures {
  /// One of them.
  enum Failure {
    /// Position of a line in `RankingContext.mentions`.
    case complaint(line: Int)
    /// Index of a process that a signal ended.
    case death(process: Int)
  }

  /// True if there may be any; takes no knowledge of heuristics.
  package static func mayBe(in history: borrowing History) -> Bool {
    guard case .exited(0)? = history.root?.end else { return false }
    for line in history.words.lines where isComplaint(line, in: history) { return true }
    for process in history.processes where isCrash(process) { return true }
    return false
  }

  /// All of them, in order: of each process its most telling line.
  static func all(in run: RankingContext) -> [Failure] {
    let history = run.history
    let lines = run.mentions.lines
    var found: [(number: Int, failure: Failure)] = []
    var chosen: [Int: (line: Int, value: Double)] = [:]
    for (position, line) in lines.enumerated()
    where isComplaint(line, in: history) && !isHeeded(line, in: history)
      && !Ranking.reportsDeathOfChild(line, run)
    {
      let value = Complaint.namesException(line.text) ? 1 : Complaint.telling(line.text)
      if let known = chosen[line.process], known.value >= value { continue }
      chosen[line.process] = (position, value)
    }
    for (_, choice) in chosen {
      found.append((lines[choice.line].number, .complaint(line: choice.line)))
    }
    for process in history.processes where isCrash(process) && chosen[process.index] == nil {
      found.append((process.endNumber, .death(process: process.index)))
    }
    return found.sorted { $0.number < $1.number }.map(\.failure)
  }

  /// True for a line that somebody was to see and that speaks of an error: of a process that failed
  /// in clear words, of one that did not by calling itself one.
  private static func isComplaint(_ line: SpokenLine, in history: borrowing History) -> Bool {
    guard line.isShown, line.number >= history.processes[line.process].executionNumber else {
      return false
    }
    guard history.processes[line.process].failed else {
      return line.stream == .standardError && Complaint.readsAsError(line.text)
    }
    return Complaint.readsAsError(line.text)
      || line.stream == .standardError && Complaint.isClear(line.text)
  }

  /// True if the run says that it passes over it, or the same command served later.
  private static func isHeeded(_ line: SpokenLine, in history: borrowing History) -> Bool {
    let process = history.processes[line.process]
    guard process.failed, let parent = process.parent else { return false }
    let above = history.lineage(of: parent)
    if history.words.lines.contains(where: {
      above.contains($0.process) && $0.number > process.endNumber
        && $0.text.lowercased().contains("ignored")
    }) {
      return true
    }
    return history.processes[parent].children.contains { index in
      let other = history.processes[index]
      return other.startNumber > process.endNumber && other.arguments == process.arguments
        && other.hasExecuted == process.hasExecuted && !other.failed
    }
  }

  /// True for a program that died of a fault of its own, or of the kernel's hand.
  private static func isCrash(_ process: ProcessRecord) -> Bool {
    guard case .killed(let signal, _) = process.end, process.hasExecuted else { return false }
    return [
      .segmentationViolation, .bus, .abort, .illegalInstruction, .floatingPoint,
      .badSystemCall,
    ].contains(signal)
  }
}
