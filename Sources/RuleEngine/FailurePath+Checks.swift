internal import History
internal import TraceEvents

// Checks that a script makes with a compiler, whose words it keeps in a log.
extension FailurePath {
  /// How scripts of autoconf say that not even the least program can be built or run.
  private static let givingUp = [
    "compiler cannot create executables", "cannot run C compiled programs",
    "cannot run C++ compiled programs", "cannot compute suffix of ", "fails sanity check",
  ]

  /// For a process of `path` that gave up so: it, and the way from it down to the last one that failed
  /// before with words of its own which nobody was shown; nil where there is none.
  static func failedCheck(
    of path: [Int], in history: borrowing History
  ) -> (giver: Int, chain: [Int])? {
    for giver in path {
      guard
        let line = history.words.lines.first(where: { line in
          line.process == giver && line.stream != .log
            && givingUp.contains { line.text.contains($0) }
        })
      else { continue }
      var last: (end: Int, process: Int)?
      for said in history.words.lines
      where !said.isShown && said.stream == .standardError && said.process != giver
        && said.number < line.number
      {
        let process = history.processes[said.process]
        guard process.failed, process.endNumber < line.number,
          process.endNumber >= last?.end ?? 0,
          Complaint.weight(of: said.text.lowercased()) >= 0.8,
          history.lineage(of: said.process).contains(giver)
        else { continue }
        last = (process.endNumber, said.process)
      }
      guard let last else { continue }
      let chain = history.lineage(of: last.process).prefix { $0 != giver }
      return (giver, chain.reversed())
    }
    return nil
  }
}
