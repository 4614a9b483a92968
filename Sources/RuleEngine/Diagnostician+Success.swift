internal import HeuristicCatalog
internal import History
internal import TraceEvents

// Runs that succeeded, and those whose status is an answer.
extension Diagnostician {
  /// How many failures that nobody minded are told of.
  private static let noteLimit = 3

  /// A run that ended well; with notes on what failed on its way.
  func success(_ root: ProcessRecord) -> Diagnosis {
    var notes: [Finding] = []
    var left = 0
    if UnheededFailures.mayBe(in: history) {
      for failure in UnheededFailures.all(in: run) {
        if notes.count == Self.noteLimit {
          left += 1
        } else if let note = note(on: failure), !notes.contains(where: { $0.title == note.title }) {
          notes.append(note)
        }
      }
    }
    if left > 0, let last = notes.indices.last {
      notes[last].because.append("\(left) more of this kind can be found above.")
    }
    return Diagnosis(
      status: .succeeded,
      summary: "\(root.name) succeeded (exit status 0)"
        + (history.hasTimes ? " in \(Wording.seconds(history.duration))." : "."),
      findings: notes, harmlessCalls: history.failures.total)
  }

  /// What is said of something that failed in a run that succeeded: a note, never a cause.
  private func note(on failure: UnheededFailures.Failure) -> Finding? {
    let index =
      switch failure {
      case .complaint(let line): run.mentions.lines[line].process
      case .death(let process): process
      }
    let process = history.processes[index]
    var seen = UnheededFailure()
    seen.failed = process.failed
    var evidence: [Evidence] = []
    switch failure {
    case .complaint(let position):
      let line = run.mentions.lines[position]
      seen.line = LogPrefix.removed(from: line.text.trimmed)
        .droppingPrefix(process.name + ": ")
      evidence = [
        Evidence(
          number: line.number, time: line.time, pid: process.pid, program: process.name,
          text: "wrote \(TargetText.quoted(line.text, limit: 120))")
      ]
    case .death: seen.isCrash = true
    }
    let reason = Diagnostician(self, from: index).explanation(of: failure)
    let heading = "\(process.name) \(Wording.ending(of: process)): "
    seen.why = reason.map { $0.title.droppingPrefix(seen.isCrash ? "" : heading).asSentence }
    let said = seen.line.map { TargetText.escaped($0) }
    seen.detail = reason?.because.first {
      $0.utf8.count < 200 && !$0.contains("\n") && !(said.map($0.contains) ?? false)
    }
    var context = general(process, complaint: nil)
    context.merge(seen.context) { general, _ in general }
    guard
      let heuristic = catalog.matches(seen, general: context).first(where: { $0.role == .note })
    else { return nil }
    let rendered = heuristic.rendered(with: context)
    return Finding(
      heuristic: heuristic.id, role: .note, confidence: heuristic.confidence,
      subject: reason?.subject ?? rendered.subject, error: reason?.error, signal: reason?.signal,
      call: reason?.call, pid: process.pid,
      program: process.executedPath ?? process.executable ?? process.name, title: rendered.title,
      because: rendered.because, fixes: reason?.fixes ?? [],
      references: reason?.references ?? rendered.references,
      evidence: reason?.evidence ?? evidence, pathDown: reason?.pathDown ?? [],
      features: reason?.features ?? [:], reason: reason?.reason ?? "")
  }

  /// What was behind a failure of the process that this run is seen from: a call that the words are
  /// about, or its death; nil where nothing but the words is known.
  private func explanation(of failure: UnheededFailures.Failure) -> Finding? {
    let likely = candidateFindings().filter {
      $0.role == .cause && $0.confidence >= Self.causeThreshold
    }
    switch failure {
    case .death: return likely.first { $0.signal != nil }
    case .complaint(let position):
      let line = run.mentions.lines[position]
      let said = LogPrefix.removed(from: line.text.trimmed)
      return likely.first { finding in
        finding.pid == history.processes[line.process].pid
          && (finding.features[.complaint] != nil
            || finding.evidence.contains { $0.number == line.number })
          // What says no more than the words is no explanation.
          && !finding.title.contains(said)
      }
    }
  }

  /// For a program that says no with its exit status, such as grep: that it did, which is no failure.
  ///
  /// The same holds for one that did nothing but run such a program.
  func answer(of root: ProcessRecord) -> Diagnosis? {
    if hasNoNameService(root) { return nil }
    // A status that comes of the handler of a fault answers nothing.
    guard run.path.processes.allSatisfy({ history.processes[$0].unreturnedFault == nil }) else {
      return nil
    }
    // From the user's process down to the one whose answer it is: each did nothing but run the next.
    // A script on the way, such as zgrep, may answer for the commands that it is made of.
    var candidates = Ranking.silenceCandidates(run, of: root)
    var last = root
    for process in run.path.processes.dropFirst().map({ history.processes[$0] }) {
      guard HandedOn.isOnlyCommand(process, of: last) else { break }
      candidates += Ranking.silenceCandidates(run, of: process)
      last = process
    }
    if last.index == run.path.leaf {
      candidates += Ranking.wordCandidates(run, besides: []).filter { $0.process == last.index }
    }
    for candidate in candidates {
      let observation = observer.observation(of: candidate, asking: false)
      let general = general(history.processes[candidate.process], complaint: nil)
      guard
        let heuristic = catalog.matches(observation, general: general).first(where: {
          $0.role != .cause
        }),
        heuristic.role == .note, heuristic.confidence > 0.9,
        var finding = finding(for: candidate, explainedBy: heuristic)
      else { continue }
      finding.confidence = heuristic.confidence
      return Diagnosis(
        status: .succeeded, summary: finding.title + ", which is its answer, no failure.",
        findings: [finding],
        harmlessCalls: history.failures.total)
    }
    return nil
  }

}

extension String {
  /// Without the beginning, if it has that.
  fileprivate func droppingPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
