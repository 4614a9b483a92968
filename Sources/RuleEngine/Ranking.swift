internal import HeuristicCatalog
internal import History
internal import TraceEvents

/// The candidates of one run, scored; best first.
struct Ranking {
  /// How many candidates are completed by questions to the machine, which cost time.
  static let examined = 12

  let candidates: [Candidate]

  init(run: RankingContext) {
    let calls = Self.callCandidates(run)
    var found = calls
    found += Self.deathCandidates(run)
    found += Self.lostReaderCandidates(run)
    found += Self.wordCandidates(run, besides: calls)
    found += Self.silenceCandidates(run)
    found += Self.waitingCandidates(run)
    candidates = found.sorted { $0.score != $1.score ? $0.score > $1.score : $0.number > $1.number }
  }

  // MARK: Failed calls

  private static func callCandidates(_ run: RankingContext) -> [Candidate] {
    var groups: [Group: [FailedCall]] = [:]
    var order: [Group] = []
    for call in run.history.failures.calls where call.error != .brokenPipe {
      let group = Group(call)
      if groups[group] == nil { order.append(group) }
      groups[group, default: []].append(call)
    }
    return order.compactMap { group -> Candidate? in
      guard let calls = groups[group] else { return nil }
      let scored = calls.map { (call: $0, features: features(of: $0, run)) }
      // The place that speaks most for itself stands for the group: the first of equals.
      guard
        let best = scored.max(by: { left, right in
          sum(left.features) < sum(right.features)
        })
      else { return nil }
      var places: [String] = []
      for call in calls {
        if let path = call.path, !places.contains(path), places.count < 32 { places.append(path) }
      }
      // Who could not make a file and then looks whether it is there did want to make it.
      let told = calls.first { $0.purpose == .create && $0.path == best.call.path } ?? best.call
      return Candidate(
        source: .call(told, places: places), process: told.process,
        number: best.call.lastNumber, features: best.features)
    }
  }

  /// The tries of one process to find one name are one candidate.
  private struct Group: Hashable {
    let process: Int
    let subject: String
    let error: ErrorNumber
    /// What was found elsewhere has nothing to do with what was not.
    let isReplaced: Bool

    init(_ call: FailedCall) {
      process = call.process
      isReplaced = call.replacement != nil
      error = call.error.isAbsence ? .noEntry : call.error
      if call.error.isAbsence, let path = call.path {
        subject = PathName.base(of: path)
      } else {
        subject = call.path ?? call.address?.description ?? call.call.name
      }
    }
  }

  private static func features(
    of call: FailedCall, _ run: RankingContext
  ) -> [(name: String, value: Double)] {
    CallFeatures.all.compactMap { feature in
      let value = feature.function(call, run)
      return value == 0 ? nil : (feature.name, value)
    }
  }

  private static func sum(_ features: [(name: String, value: Double)]) -> Double {
    features.reduce(0) { $0 + $1.value }
  }

  // MARK: Deaths

  private static func deathCandidates(_ run: RankingContext) -> [Candidate] {
    var found: [Candidate] = []
    for process in run.history.processes {
      guard case .killed(let signal, _) = process.end, signal != .brokenPipe,
        // What we end ourselves when the time is up did not die of anything.
        run.history.timeoutNumber.map({ process.endNumber < $0 }) ?? true
      else { continue }
      let delivered =
        process.signals.last { $0.delivery.signal == signal }
        ?? DeliveredSignal(
          number: process.endNumber, time: process.endTime,
          delivery: SignalDelivery(signal: signal, code: 0), isUnseen: true)
      if isCleanUp(delivered, of: process, run) { continue }
      let isOutside = [.kill, .terminate, .interrupt, .hangup].contains(signal)
      found.append(
        Candidate(
          source: .death(delivered), process: process.index, number: delivered.number,
          features: [
            ("process", ProcessFeature.standing(of: process.index, run)),
            (
              "fatal signal",
              isOutside ? RankingWeights.killedFromOutside : RankingWeights.fatalSignal
            ),
            (
              "its parent killed it and complained",
              parentComplained(of: process, delivered, run)
                ? RankingWeights.killedByComplainingParent : 0
            ),
            (
              "the failed write names the file",
              signal == .fileSize
                && run.history.failures.calls.contains {
                  $0.process == process.index && $0.error == .fileTooLarge
                } ? RankingWeights.limitNamesFile : 0
            ),
          ]))
    }
    return found
  }

  /// True if its parent ended it after having complained: what the parent complains of is the
  /// cause, and ending its children is what it then does.
  private static func isCleanUp(
    _ signal: DeliveredSignal, of process: ProcessRecord, _ run: RankingContext
  ) -> Bool {
    guard let parent = process.parent,
      signal.delivery.sender == run.history.processes[parent].pid,
      let complaint = run.firstComplaint[parent]
    else { return false }
    return complaint < signal.number
  }

  /// True if the parent ended it on purpose, and then said something of its own.
  private static func parentComplained(
    of process: ProcessRecord, _ signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    guard let parent = process.parent else { return false }
    let sender =
      signal.delivery.sender
      ?? run.history.sentSignals[process.pid].map {
        run.history.processes[$0.sender].pid
      }
    return sender == run.history.processes[parent].pid
      && run.mentions.lines.contains { $0.process == parent && $0.number > signal.number }
  }

  // MARK: Lost readers

  private static func lostReaderCandidates(_ run: RankingContext) -> [Candidate] {
    var found: [Candidate] = []
    for process in run.history.processes where process.failed || process.index == run.path.leaf {
      if case .killed(.brokenPipe, _) = process.end {
        let signal = process.signals.last { $0.delivery.signal == .brokenPipe }
        found.append(
          Candidate(
            source: .lostReader(
              number: signal?.number ?? process.endNumber, time: signal?.time ?? process.endTime,
              call: signal?.delivery.duringCall, killed: true),
            process: process.index, number: signal?.number ?? process.endNumber,
            features: [
              ("process", ProcessFeature.standing(of: process.index, run)),
              ("lost reader", RankingWeights.lostReader),
            ]))
      } else if let signal = process.signals.last(where: { $0.delivery.signal == .brokenPipe }) {
        found.append(lostReader(signal, process, run))
      }
    }
    let told = Set(found.map(\.process))
    for call in run.history.failures.calls
    where (call.error == .brokenPipe || call.error == .connectionReset && call.purpose != .connect)
      && !told.contains(call.process)
    {
      found.append(
        Candidate(
          source: .lostReader(
            number: call.number, time: call.time, call: call.call, killed: false),
          process: call.process, number: call.number,
          features: [
            ("process", ProcessFeature.standing(of: call.process, run)),
            ("lost reader", RankingWeights.lostReader - 1.2),
            ("mentioned", CallFeatures.mentioned(call, run)),
          ]))
    }
    return found
  }

  private static func lostReader(
    _ signal: DeliveredSignal, _ process: ProcessRecord, _ run: RankingContext
  ) -> Candidate {
    let said = run.mentions.anyLine(after: signal.number, speaksOf: .brokenPipe)
    return Candidate(
      source: .lostReader(
        number: signal.number, time: signal.time, call: signal.delivery.duringCall, killed: false),
      process: process.index, number: signal.number,
      features: [
        ("process", ProcessFeature.standing(of: process.index, run)),
        ("lost reader", RankingWeights.lostReader - 1.2),
        ("mentioned", said ? RankingWeights.errorWordsSomewhere : 0),
      ])
  }

  // MARK: Words and silence

  static func wordCandidates(
    _ run: RankingContext, besides calls: [Candidate]
  ) -> [Candidate] {
    var best: [Int: (line: Int, weight: Double)] = [:]
    for (position, line) in run.mentions.lines.enumerated() {
      let process = run.history.processes[line.process]
      guard process.failed || run.path.contains(line.process) else { continue }
      let module = MissingModule(in: line.text)
      let weight = module == nil ? Complaint.weight(of: line.text.lowercased()) : 1.0
      let known = best[line.process]
      // Of equals, an exception's last line says most; of a list of complaints, the first.
      let isException = Complaint.namesException(line.text) || module != nil
      if let known, known.weight > weight || (known.weight == weight && !isException) { continue }
      best[line.process] = (position, weight)
    }
    // The last line of one that failed is a complaint, whatever its words.
    for (position, line) in run.mentions.lines.enumerated().reversed() {
      let process = run.history.processes[line.process]
      let isClosing =
        line.stream == .standardError
        || !run.mentions.lines.contains {
          $0.process == line.process && $0.stream == .standardError
        }
      guard isClosing, process.failed,
        !endsWarning(position, run.mentions.lines), let known = best[line.process],
        known.weight <= 0.25
      else { continue }
      best[line.process] = (position, RankingWeights.lastLineSaid)
    }
    let hasOtherCandidates = calls.contains { $0.score > 0 }
    return best.sorted { $0.key < $1.key }.map { process, found in
      let line = run.mentions.lines[found.line]
      let record = run.history.processes[process]
      let named = NamedPlace.find(in: line.text, base: record.workingDirectory)
      let namesReadFile = named.map { record.recentFiles.contains($0.file) } ?? false
      let standing = ProcessFeature.standing(of: process, run)
      let paths = Mentions.tokens(of: line.text).filter { $0.hasPrefix("/") && $0.count > 4 }
      let nameCall = calls.contains { candidate in
        candidate.score > 0.5 && isAbout(candidate, paths)
          && candidate.features.contains {
            $0.name == "mentioned" && $0.value >= RankingWeights.nameMentioned - 0.2
          }
      }
      return Candidate(
        source: .words(line: found.line), process: process, number: line.number,
        features: [
          ("process", standing),
          (
            "complaint",
            found.weight > 0.25
              ? RankingWeights.complaint * found.weight + 0.4 : RankingWeights.anyWords
          ),
          ("names a file that was read", namesReadFile ? RankingWeights.complaintNamesReadFile : 0),
          (
            "nothing else failed",
            hasOtherCandidates || found.weight <= 0.25 ? 0 : RankingWeights.onlyWords
          ),
          (
            "the innermost spoke",
            process != run.path.leaf && best[run.path.leaf] != nil
              ? RankingWeights.innermostSpoke : 0
          ),
          ("names a failed call", nameCall ? RankingWeights.wordsNameFailedCall : 0),
          (
            "names a missing module",
            namesMissingModule(line, run) ? RankingWeights.namesMissingModule : 0
          ),
          (
            "names an unknown user",
            UnknownUser.name(in: line.text) == nil ? 0 : RankingWeights.namesUnknownUser
          ),
        ])
    }
  }

  /// False for a call on another path than those that a line writes out in full: then a word of the
  /// line is like its name by chance.
  private static func isAbout(_ candidate: Candidate, _ paths: Set<String>) -> Bool {
    guard !paths.isEmpty, case .call(let call, _) = candidate.source, let path = call.path else {
      return true
    }
    return paths.contains { named in
      [path, call.secondPath ?? path].contains { $0.hasPrefix(named) || named.hasPrefix($0) }
        || PathName.base(of: named) == PathName.base(of: path)
    }
  }

  /// True if the line says that a module is not there, and no place of the search refused to be
  /// looked into: that would be why.
  private static func namesMissingModule(_ line: SpokenLine, _ run: RankingContext) -> Bool {
    MissingModule(in: line.text) != nil
      && !run.history.failures.calls.contains {
        $0.process == line.process && $0.error == .accessDenied && $0.replacement == nil
      }
  }

  /// True if the line is one of a warning's, which can go over several.
  private static func endsWarning(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    lines[max(0, position - 6)...position].contains {
      $0.process == lines[position].process && $0.text.lowercased().contains("warning")
    }
  }

  /// The end of the innermost process, where it said nothing on standard error.
  static func silenceCandidates(_ run: RankingContext) -> [Candidate] {
    guard !run.path.processes.isEmpty else { return [] }
    return silenceCandidates(run, of: run.history.processes[run.path.leaf])
  }

  /// The end of a process, where neither it nor one that it inherited its failure from said
  /// anything on standard error.
  static func silenceCandidates(
    _ run: RankingContext, of process: ProcessRecord
  ) -> [Candidate] {
    let path = run.path.processes.drop { $0 != process.index }
    guard case .exited(let status) = process.end, status != 0,
      !run.mentions.lines.contains(where: {
        path.contains($0.process) && $0.stream == .standardError
      })
    else { return [] }
    return [
      Candidate(
        source: .silence, process: process.index, number: process.endNumber,
        features: [
          ("process", ProcessFeature.standing(of: process.index, run)),
          ("silent", RankingWeights.silentExit),
          ("answer passed on", run.path.processes.count > 1 ? RankingWeights.answerPassedOn : 0),
        ])
    ]
  }

  // MARK: Hangs

  private static func waitingCandidates(_ run: RankingContext) -> [Candidate] {
    guard run.history.timeoutNumber != nil else { return [] }
    return run.history.processes.flatMap { process -> [Candidate] in
      guard let pending = process.pendingCalls.first else { return [] }
      // Who waits for a child waits for what the child waits for.
      let isParent = pending.call.name.hasPrefix("wait")
      return [
        Candidate(
          source: .waiting(pending), process: process.index, number: process.lastNumber,
          features: [
            ("waited at the end", RankingWeights.hangWait + (isParent ? -1.5 : 1.0)),
            ("process", run.path.contains(process.index) ? 0.2 : 0),
          ])
      ]
    }
  }
}
