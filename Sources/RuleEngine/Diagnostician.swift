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
  /// A run that went well, to compare with.
  let baseline: Baseline?

  package init(
    history: History, catalog: HeuristicCatalog, inspector: any SystemInspector,
    baseline: Baseline? = nil
  ) {
    self.baseline = baseline
    self.history = history
    self.catalog = catalog
    let inquiry = Inquiry(history: history, inspector: inspector)
    let found = Tolerance.path(in: history, inquiry)
    run = RankingContext(history: history, path: found.path, tolerated: found.tolerated)
    observer = Observer(run: run, inquiry: inquiry)
  }

  /// The same run seen from one of its processes: as if the user had started that one.
  init(_ other: Diagnostician, from process: Int) {
    baseline = other.baseline
    history = other.history
    catalog = other.catalog
    let found = Tolerance.path(in: history, from: process, other.observer.inquiry)
    run = RankingContext(history: history, path: found.path, tolerated: found.tolerated)
    observer = Observer(run: run, inquiry: other.observer.inquiry)
  }

  /// The diagnosis. A run that succeeded has no finding of role `cause`.
  package func diagnosis() -> Diagnosis {
    var diagnosis = verdict()
    diagnosis.threads = CrashedThreads(history, observer.inquiry)
    return diagnosis
  }

  private func verdict() -> Diagnosis {
    guard let root = history.root else {
      return Diagnosis(
        status: .unknown, summary: "Nothing was traced.", findings: [], harmlessCalls: 0)
    }
    if history.isAttached, root.end == nil || root.end == .released { return running(root) }
    let isHung = history.isHung
    if case .exited(0) = root.end { return success(root) }
    if let settled = history.settledNumber, root.end == nil || root.endNumber > settled {
      let became = history.isRestless ? "did not become ready" : "became ready, waited for work"
      return Diagnosis(
        status: history.isRestless ? .unknown : .succeeded,
        summary: "\(root.name) \(became), and was stopped again"
          + " (\(Wording.seconds(history.duration))).",
        findings: [], harmlessCalls: history.failures.total)
    }
    if root.end == .released, !isHung {
      return Diagnosis(
        status: .unknown,
        summary: "\(root.name) had not failed when it was looked at: it was running.",
        findings: [], harmlessCalls: history.failures.total)
    }
    if !isHung, let answer = answer(of: root) { return answer }
    var findings = rankedFindings()
    var snapshot: SnapshotReading?
    if isHung {
      let graph = WaitGraph(observer.inquiry)
      snapshot = SnapshotReading(graph)
      if let circle = self.circle(graph) { put(circle, first: &findings) }
    }
    var diagnosis = Diagnosis(
      status: isHung ? .hung : .failed, summary: "", findings: findings,
      harmlessCalls: max(0, history.failures.total - 1), lastWords: lastWords())
    diagnosis.snapshot = snapshot
    if root.end == nil, !isHung, history.isFromLog, findings.first?.role != .cause {
      diagnosis.status = .unknown
      diagnosis.summary =
        "The log ends before \(root.name) does, and nothing in it explains a failure."
    } else if let cause = findings.first, cause.role == .cause {
      diagnosis.summary = cause.title.asSentence
    } else {
      diagnosis.summary =
        "\(root.name) \(Wording.ending(of: root)), and I could not tell why"
        + (lastWords() == nil ? ": no failed call explains it, and it wrote nothing." : ".")
    }
    return diagnosis
  }

  // MARK: Failure

  func rankedFindings() -> [Finding] {
    var findings = candidateFindings()
    preferWordsOfAsker(&findings)
    preferRejectedProgram(&findings)
    preferNameService(&findings)
    preferLostLibrary(&findings)
    preferFailedCheck(&findings)
    preferToldFailure(&findings)
    assignRoles(&findings)
    if let cause = findings.first, cause.role == .cause {
      findings.removeAll { $0.role != .cause && !isWorthTelling($0, beside: cause) }
    }
    return Array(findings.prefix(Self.findingLimit))
  }

  /// What the best candidates are, the surest first; each heuristic claims its role.
  func candidateFindings() -> [Finding] {
    let ranking = Ranking(run: run)
    var candidates = Array(ranking.candidates.prefix(60)).map(loweredIfBenign)
    freeWords(in: &candidates)
    strengthenAnswer(in: &candidates)
    candidates.sort { $0.score != $1.score ? $0.score > $1.score : $0.number > $1.number }
    strengthenUnrivalled(in: &candidates)
    var findings: [Finding] = []
    for candidate in candidates.prefix(Ranking.examined) {
      guard let finding = finding(for: candidate) else { continue }
      if findings.contains(where: { $0.subject == finding.subject }) { continue }
      findings.append(finding)
    }
    return findings.sorted { $0.confidence > $1.confidence }
  }

  /// How many log-odds the second candidate has to be behind for the first to have no rival.
  private static let clearMargin = 3.0

  /// The first candidate, where it is likely by itself, is the more so the farther the next is behind.
  func strengthenUnrivalled(in candidates: inout [Candidate]) {
    guard let first = candidates.first, first.score > 0 else { return }
    // Words about the call that is first speak for it, not against it.
    let rival = candidates.dropFirst().first { other in
      !other.features.contains { $0.name == .namesFailedCall && $0.value != 0 }
    }
    let margin = first.score - max(rival?.score ?? -Self.clearMargin, -Self.clearMargin)
    let clarity = min(max(margin / Self.clearMargin, 0), 1) * min(first.score, 1)
    candidates[0].features.append((.unrivalled, RankingWeights.unrivalled * clarity))
  }

  /// Words that name a call stand behind it, but not behind one that is known to be harmless.
  func freeWords(in candidates: inout [Candidate]) {
    let named = candidates.filter {
      $0.features.contains { $0.name == .mentioned && $0.value > 1 }
    }
    for index in candidates.indices where isWords(candidates[index].source) {
      let own = named.filter { $0.process == candidates[index].process }
      guard !own.isEmpty,
        own.allSatisfy({ $0.features.contains { $0.name == .knownHarmless } })
      else { continue }
      candidates[index].features.removeAll { $0.name == .namesFailedCall }
    }
  }

  /// A command whose exit status says what happened did that, whatever it passed over on its way.
  func strengthenAnswer(in candidates: inout [Candidate]) {
    for index in candidates.indices {
      switch candidates[index].source {
      case .silence, .words: break
      default: continue
      }
      let observation = observer.observation(of: candidates[index], asking: false)
      // That of another machine is what that one answered, good or bad.
      let isOfPeer = (observation as? SilentExit)?.peer != nil
      guard
        catalog.matches(observation).contains(where: {
          $0.confidence > 0.9 && ($0.role == .note || isOfPeer && $0.role == .cause)
        })
      else { continue }
      candidates[index].features.append(
        (.statusIsAnswer, RankingWeights.statusIsAnswer))
    }
  }

  /// Benign heuristics lower a candidate; they never hide it.
  func loweredIfBenign(_ candidate: Candidate) -> Candidate {
    var candidate = candidate
    if case .call(let call, _) = candidate.source, baseline?.contains(call) ?? false {
      candidate.features.append((.failedInBaseline, RankingWeights.failedInBaseline))
    }
    if case .call(let call, _) = candidate.source, CallFeatures.failedOnlyThere(call, run) {
      return candidate
    }
    let observation = observer.observation(of: candidate, asking: false)
    let general = general(history.processes[candidate.process], complaint: nil)
    for heuristic in catalog.matches(observation, general: general)
    where heuristic.role == .benign {
      candidate.features.append(
        (.knownHarmless, RankingWeights.knownBenign * (heuristic.lowers ?? 1)))
      // Part of its name was said: that of the thing that was looked for here among other places.
      if let said = candidate.features.first(where: { $0.name == .mentioned })?.value,
        said < RankingWeights.nameMentioned - 0.2
      {
        candidate.features.append((.knownHarmless, -said))
      }
      break
    }
    return candidate
  }

  /// One cause at most: the first finding whose heuristic claims causes and that is likely enough.
  func assignRoles(_ findings: inout [Finding]) {
    for index in findings.indices where findings[index].role == .cause {
      if index == 0, findings[index].confidence >= Self.causeThreshold { continue }
      findings[index].role = findings[index].confidence >= 0.5 ? .contributing : .note
    }
  }

  func isWords(_ source: Candidate.Source) -> Bool {
    if case .words = source { true } else { false }
  }

  /// Whether a finding beside the cause adds to it: it is likely, and more than an echo of it.
  func isWorthTelling(_ finding: Finding, beside cause: Finding) -> Bool {
    guard finding.confidence >= Self.worthTelling else { return false }
    // The loader's variants for newer processors are the same search.
    if Observer.isForProcessor(finding.subject) || Observer.isForProcessor(finding.subject + "/x") {
      return false
    }
    // What words explain needs no file that was looked for besides, such as the many names by which an
    // interpreter looks for one module; and who answers no has done what it was to do.
    if cause.features[.complaint] != nil || cause.features[.statusIsAnswer] != nil,
      finding.error?.isAbsence ?? false
    {
      return false
    }
    if finding.features[.complaint] != nil { return false }
    return finding.features[.mentioned] != nil
      || finding.pid == history.processes[run.path.leaf].pid
  }

  func lastWords() -> QuotedWords? {
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
}

extension String {
  /// With one full stop at its end.
  var asSentence: String {
    hasSuffix(".") || hasSuffix("!") || hasSuffix("?") ? self : self + "."
  }
}
