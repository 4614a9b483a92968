package import HeuristicCatalog
package import History
package import TraceEvents

/// Names the root cause of a run: ranks the candidates, matches the heuristics, explains.
package struct Diagnostician {
  /// Above this, the first finding is called the cause.
  static let causeThreshold = 0.40
  /// Below this, a finding beside a cause is not worth a reader's time.
  static let worthTelling = 0.5
  /// How many findings a diagnosis has at most.
  static let findingLimit = 8

  let history: History
  let catalog: HeuristicCatalog
  let run: RankingContext
  let observer: Observer

  package init(history: History, catalog: HeuristicCatalog, inspector: any SystemInspector) {
    self.history = history
    self.catalog = catalog
    run = RankingContext(history: history, path: FailurePath(in: history))
    observer = Observer(run: run, inquiry: Inquiry(history: history, inspector: inspector))
  }

  /// The diagnosis. A run that succeeded has no finding of role `cause`.
  package func diagnosis() -> Diagnosis {
    guard let root = history.root else {
      return Diagnosis(
        status: .unknown, summary: "Nothing was traced.", findings: [], harmlessCalls: 0)
    }
    let isHung = history.timeoutNumber != nil
    if case .exited(0) = root.end { return success(root) }
    if let settled = history.settledNumber, root.end == nil || root.endNumber > settled {
      return Diagnosis(
        status: .succeeded,
        summary: "\(root.name) became ready, waited for work, and was stopped again"
          + " (\(Wording.seconds(history.duration))).",
        findings: [], harmlessCalls: history.failures.total)
    }
    if !isHung, let answer = answer(of: root) { return answer }
    let findings = rankedFindings()
    var diagnosis = Diagnosis(
      status: isHung ? .hung : .failed, summary: "", findings: findings,
      harmlessCalls: max(0, history.failures.total - 1), lastWords: lastWords())
    if let cause = findings.first, cause.role == .cause {
      diagnosis.summary = cause.title.asSentence
    } else {
      diagnosis.summary =
        "\(root.name) \(Wording.ending(of: root)), and I could not tell why"
        + (lastWords() == nil ? ": no failed call explains it, and it wrote nothing." : ".")
    }
    return diagnosis
  }

  // MARK: Success

  private func success(_ root: ProcessRecord) -> Diagnosis {
    Diagnosis(
      status: .succeeded,
      summary: "\(root.name) succeeded (exit status 0) in \(Wording.seconds(history.duration)).",
      findings: [], harmlessCalls: history.failures.total)
  }

  /// For a program that says no with its exit status, such as grep: that it did, which is no failure.
  ///
  /// The same holds for one that did nothing but run such a program.
  private func answer(of root: ProcessRecord) -> Diagnosis? {
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
      guard let heuristic = catalog.matches(observation).first(where: { $0.role != .cause }),
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

  // MARK: Failure

  private func rankedFindings() -> [Finding] {
    let ranking = Ranking(run: run)
    var candidates = Array(ranking.candidates.prefix(60)).map(loweredIfBenign)
    freeWords(in: &candidates)
    strengthenAnswer(in: &candidates)
    candidates.sort { $0.score != $1.score ? $0.score > $1.score : $0.number > $1.number }
    var findings: [Finding] = []
    for candidate in candidates.prefix(Ranking.examined) {
      guard let finding = finding(for: candidate) else { continue }
      if findings.contains(where: { $0.subject == finding.subject }) { continue }
      findings.append(finding)
    }
    findings.sort { $0.confidence > $1.confidence }
    assignRoles(&findings)
    if let cause = findings.first, cause.role == .cause {
      findings.removeAll { $0.role != .cause && !isWorthTelling($0, beside: cause) }
    }
    return Array(findings.prefix(Self.findingLimit))
  }

  /// Words that name a call stand behind it, but not behind one that is known to be harmless.
  private func freeWords(in candidates: inout [Candidate]) {
    let named = candidates.filter {
      $0.features.contains { $0.name == "mentioned" && $0.value > 1 }
    }
    for index in candidates.indices where isWords(candidates[index].source) {
      let own = named.filter { $0.process == candidates[index].process }
      guard !own.isEmpty,
        own.allSatisfy({ $0.features.contains { $0.name == Self.harmlessFeature } })
      else { continue }
      candidates[index].features.removeAll { $0.name == "names a failed call" }
    }
  }

  /// A command that answers with its exit status did that, whatever it passed over on its way.
  private func strengthenAnswer(in candidates: inout [Candidate]) {
    for index in candidates.indices {
      guard case .silence = candidates[index].source else { continue }
      let observation = observer.observation(of: candidates[index], asking: false)
      guard
        catalog.matches(observation).contains(where: { $0.role == .note && $0.confidence > 0.9 })
      else { continue }
      candidates[index].features.append(
        ("its exit status is an answer", RankingWeights.statusIsAnswer))
    }
  }

  private static let harmlessFeature = "known to be harmless"

  /// Benign heuristics lower a candidate; they never hide it.
  private func loweredIfBenign(_ candidate: Candidate) -> Candidate {
    var candidate = candidate
    let observation = observer.observation(of: candidate, asking: false)
    let general = general(history.processes[candidate.process], complaint: nil)
    for heuristic in catalog.matches(observation, general: general)
    where heuristic.role == .benign {
      candidate.features.append(
        (Self.harmlessFeature, RankingWeights.knownBenign * (heuristic.lowers ?? 1)))
      // Part of its name was said: that of the thing that was looked for here among other places.
      if let said = candidate.features.first(where: { $0.name == "mentioned" })?.value,
        said < RankingWeights.nameMentioned - 0.2
      {
        candidate.features.append((Self.harmlessFeature, -said))
      }
      break
    }
    return candidate
  }

  /// The finding of a candidate, in the words of `chosen`, or of the heuristic that fits best.
  private func finding(for candidate: Candidate, explainedBy chosen: Heuristic? = nil) -> Finding? {
    let observation = observer.observation(of: candidate, asking: true)
    let process = history.processes[candidate.process]
    let complaint = complaint(about: candidate)
    var general = general(process, complaint: complaint)
    let variable = variable(behind: candidate, observation, process)
    if let variable { general["environment_variable"] = .text(variable.name) }
    guard
      let heuristic = chosen
        ?? catalog.matches(observation, general: general).first(where: { $0.role != .benign })
    else { return nil }
    var context = observation.context
    context.merge(general) { own, _ in own }
    var rendered = heuristic.rendered(with: context)
    if let place = askedPlace(of: candidate, subject: rendered.subject, process: process),
      !rendered.because.contains(where: { $0.containsBytes(TargetText.escaped(place.text.trimmed)) }
      )
    {
      rendered.because.insert(
        "\(TargetText.escaped(place.file)) line \(place.number) names it:  "
          + TargetText.escaped(place.text.trimmed), at: 0)
    }
    if let place = callingPlace(of: candidate, process) {
      rendered.because.insert(
        "\(TargetText.escaped(place.file)) line \(place.number) runs it:  "
          + TargetText.escaped(place.text.trimmed), at: 0)
    }
    if let variable {
      rendered.because.append(
        TargetText.escaped(
          "The path comes from the environment variable \(variable.name), which is \(variable.value)."
        ))
    } else if let variable = self.variable(holding: rendered.subject, of: candidate, process) {
      rendered.because.append(variable)
    }
    if let warning = warning(before: candidate, complaint: complaint) {
      rendered.because.append(
        TargetText.escaped("Before, \(name(of: warning.process)) warned: \(warning.text.trimmed)"))
    }
    if let complaint, !rendered.title.contains(complaint.text.trimmed),
      !isWords(candidate.source)
    {
      rendered.because.append(
        TargetText.escaped(
          "\(name(of: complaint.process)) then said: "
            + LogPrefix.removed(from: complaint.text.trimmed)))
    }
    let down = pathDown(to: candidate.process)
    return Finding(
      heuristic: heuristic.id, role: role(of: heuristic),
      confidence: confidence(of: candidate, heuristic), subject: rendered.subject,
      error: error(of: candidate), signal: signal(of: candidate, process),
      call: call(of: candidate), pid: process.pid,
      program: process.executedPath ?? process.executable ?? process.arguments.first ?? "",
      title: rendered.title, because: rendered.because, fixes: rendered.fixes,
      references: rendered.references, evidence: evidence(for: candidate, complaint: complaint),
      pathDown: down.count > 1 ? down : [],
      features: Dictionary(
        candidate.features.map { ($0.name, ($0.value * 100).rounded() / 100) },
        uniquingKeysWith: { $0 + $1 }), reason: reason(for: candidate))
  }

  private func role(of heuristic: Heuristic) -> Finding.Role {
    switch heuristic.role {
    case .cause: .cause
    case .contributing: .contributing
    case .note, .benign: .note
    }
  }

  private func confidence(of candidate: Candidate, _ heuristic: Heuristic) -> Double {
    ((candidate.score.asProbability * heuristic.confidence) * 1000).rounded() / 1000
  }

  /// One cause at most: the first finding whose heuristic claims causes and that is likely enough.
  private func assignRoles(_ findings: inout [Finding]) {
    for index in findings.indices where findings[index].role == .cause {
      if index == 0, findings[index].confidence >= Self.causeThreshold { continue }
      findings[index].role = findings[index].confidence >= 0.5 ? .contributing : .note
    }
  }

  private func isWords(_ source: Candidate.Source) -> Bool {
    if case .words = source { true } else { false }
  }

  /// Whether a finding beside the cause adds to it: it is likely, and more than an echo of it.
  private func isWorthTelling(_ finding: Finding, beside cause: Finding) -> Bool {
    guard finding.confidence >= Self.worthTelling else { return false }
    // The many names by which an interpreter looks for one module.
    // And who answers no has done what it was to do.
    if ["names a missing module", "its exit status is an answer"].contains(where: {
      cause.features[$0] != nil
    }), finding.error?.isAbsence ?? false {
      return false
    }
    if finding.features["complaint"] != nil { return false }
    return finding.features["mentioned"] != nil
      || finding.pid == history.processes[run.path.leaf].pid
  }

  // MARK: Particulars

  private func general(
    _ process: ProcessRecord, complaint: SpokenLine?
  ) -> [String: FieldValue] {
    let root = history.root ?? process
    var context: [String: FieldValue] = [
      "program": .text(process.name),
      "pid": .number(Double(process.pid)),
      "ending": .text(
        history.timeoutNumber == nil
          ? Wording.ending(of: process.end == nil ? root : process) : "did not end"),
      "command": .text(process.arguments.joined(separator: " ")),
      "working_directory": .text(process.workingDirectory),
      "root_program": .text(root.name),
      "is_root_program": .flag(root.index == process.index),
      "program_user": .text(process.credentials.map { observer.inquiry.userName($0.user) } ?? "?"),
    ]
    context["program_path"] = (process.executedPath ?? process.executable).map { .text($0) }
    if case .exited(let status) = process.end { context["exit_status"] = .number(Double(status)) }
    if let complaint { context["said"] = .text(complaint.text.trimmed) }
    return context
  }

  func name(of process: Int) -> String { history.processes[process].name }

  /// The line in which somebody complained of a candidate.
  private func complaint(about candidate: Candidate) -> SpokenLine? {
    let lines = run.mentions.lines
    switch candidate.source {
    case .words(let line): return lines[line]
    case .call(let call, _):
      let mentions = CallFeatures.mentions(of: call, run)
      if let best = mentions.max(by: { $0.value < $1.value }), best.value > 1 {
        let line = lines[best.line]
        // A line of source in a traceback names it; what says what happened comes after.
        guard line.text.hasPrefix("    "), !run.mentions.line(best.line, speaksOf: call.error),
          let message = lines.indices.first(where: {
            $0 > best.line && lines[$0].process == line.process
              && run.mentions.line($0, speaksOf: call.error)
          })
        else { return line }
        return lines[message]
      }
      if call.error.isAbsence {
        guard run.lastFailure[call.process] == call.lastNumber,
          let line = run.firstClearComplaint(after: call.number, of: call.process),
          Complaint.speaks(of: call.error, in: line.text.lowercased())
        else { return nil }
        return line
      }
      return lines.indices.first {
        lines[$0].number >= call.number && run.mentions.line($0, speaksOf: call.error)
      }.map { lines[$0] }
    case .death, .lostReader, .silence, .waiting, .busy:
      return nil
    }
  }

  private func pathDown(to process: Int) -> [String] {
    var names: [String] = []
    for index in history.lineage(of: process).reversed() {
      let record = history.processes[index]
      // A fork that became no program of its own is its parent still.
      guard record.hasExecuted || record.parent == nil else { continue }
      if names.last != record.name { names.append(record.name) }
    }
    return names.count > 8 ? Array(names.prefix(3)) + ["…"] + names.suffix(4) : names
  }

  private func error(of candidate: Candidate) -> ErrorNumber? {
    switch candidate.source {
    case .call(let call, _): call.error
    case .lostReader: .brokenPipe
    default: nil
    }
  }

  private func signal(of candidate: Candidate, _ process: ProcessRecord) -> SignalNumber? {
    switch candidate.source {
    case .death(let signal): signal.delivery.signal
    case .lostReader(_, _, _, true): .brokenPipe
    default: nil
    }
  }

  private func call(of candidate: Candidate) -> String? {
    switch candidate.source {
    case .call(let call, _): call.call.name
    case .lostReader(_, _, let call, _): call?.name
    case .waiting(let pending): pending.call.name
    default: nil
    }
  }

  private func lastWords() -> QuotedWords? {
    let lines = history.words.lines
    // A log is read at the end, whenever it was written.
    let line =
      lines.last { run.path.contains($0.process) && $0.stream != .log }
      ?? lines.last { run.path.contains($0.process) }
    return line.map {
      QuotedWords(
        pid: history.processes[$0.process].pid, program: name(of: $0.process), stream: $0.stream,
        text: $0.text)
    }
  }

  /// In a few words, what made the engine sure.
  private func reason(for candidate: Candidate) -> String {
    let strong = candidate.features.filter { $0.value > 0.3 }.sorted { $0.value > $1.value }
    return strong.prefix(3).map { Self.reasons[$0.name] ?? $0.name }.joined(separator: "; ")
  }

  private static let reasons = [
    "process": "it happened in the process that failed",
    "mentioned": "the program then named it",
    "error": "this error is rarely harmless",
    "use": "it wanted to use it, not only to look",
    "last failure": "it was the last call to fail",
    "before complaint": "the complaint followed at once",
    "before end": "the end followed soon",
    "retried until end": "it was tried again and again, up to the end",
    "said nothing": "nothing else explains it",
    "fatal signal": "the signal ended the process",
    "lost reader": "the write failed for want of a reader",
    "complaint": "the program said so",
    "names a missing module": "the words name what is missing",
    "names an unknown user": "the words name who is unknown",
    "its exit status is an answer": "it answers with its exit status",
    "answer passed on": "the answer was taken for a failure",
    "names a file that was read": "the words name a file that it had read",
    "waited at the end": "it was waiting there when the time was up",
    "ran at the end": "it was running when the time was up",
    "silent": "nothing was said",
  ]
}

extension String {
  /// With one full stop at its end.
  fileprivate var asSentence: String {
    hasSuffix(".") || hasSuffix("!") || hasSuffix("?") ? self : self + "."
  }
}
