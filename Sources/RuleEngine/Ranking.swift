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

  /// How many places of a search are kept.
  private static let mostPlaces = 32

  private static func callCandidates(_ run: RankingContext) -> [Candidate] {
    var groups: [Group: [FailedCall]] = [:]
    var order: [Group] = []
    let failed = run.history.failures.calls + run.history.unansweredConnects()
    for call in failed where call.error != .brokenPipe {
      let group = Group(call)
      if groups[group] == nil { order.append(group) }
      groups[group, default: []].append(call)
    }
    return order.compactMap { group -> Candidate? in
      guard let all = groups[group] else { return nil }
      // Where the words write one of the places out, that one is meant; but of a library's the loader
      // names the last.
      let named = all.filter { call in
        call.path.map { path in
          !PathName.base(of: path).contains(".so")
            && run.mentions.mentions(of: path, after: call.number).contains { $0.word == path }
        } ?? false
      }
      // A list of all places can follow the line that complains.
      let complained = named.count < 2 ? [] : named.filter { isComplainedOf($0, run) }
      let calls = named.count == 1 ? named : complained.count == 1 ? complained : all
      let scored = calls.map { (call: $0, features: features(of: $0, run)) }
      // The place that speaks most for itself stands for the group: the first of equals.
      guard
        let best = scored.max(by: { left, right in
          sum(left.features) < sum(right.features)
        })
      else { return nil }
      var places: [String] = []
      for call in calls {
        if let path = call.path, !places.contains(path), places.count < mostPlaces {
          places.append(path)
        }
      }
      // For a processor with many features the loader tries eighteen directories below each of its own.
      if places.count == mostPlaces, places.allSatisfy(Observer.isForProcessor) {
        places += calls.compactMap(\.path).filter { !Observer.isForProcessor($0) }.prefix(10)
      }
      // Who could not make a file and then looks whether it is there did want to make it.
      let told = calls.first { $0.purpose == .create && $0.path == best.call.path } ?? best.call
      return Candidate(
        source: .call(told, places: places), process: told.process,
        number: best.call.lastNumber, features: best.features)
    }
  }

  /// True if a line that complains, and is more than the path alone, has the whole path.
  private static func isComplainedOf(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard let path = call.path else { return false }
    return run.mentions.mentions(of: path, after: call.number).contains { mention in
      let text = run.mentions.lines[mention.line].text
      return mention.word == path && text.trimmed != path
        && Complaint.weight(of: text.lowercased()) >= 0.5
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
  ) -> [(name: Feature, value: Double)] {
    CallFeatures.all.compactMap { feature in
      let value = feature.function(call, run)
      return value == 0 ? nil : (feature.name, value)
    }
  }

  private static func sum(_ features: [(name: Feature, value: Double)]) -> Double {
    features.reduce(0) { $0 + $1.value }
  }

  // MARK: Deaths

  private static func deathCandidates(_ run: RankingContext) -> [Candidate] {
    var found: [Candidate] = []
    for process in run.history.processes {
      guard let delivered = fatalSignal(of: process),
        // What we end ourselves when the time is up did not die of anything.
        run.history.timeoutNumber.map({ process.endNumber < $0 }) ?? true,
        // What the user's own program left running did not make it fail.
        run.history.root.map({ $0.end == nil || process.endNumber <= $0.endNumber }) ?? true
      else { continue }
      let signal = delivered.delivery.signal
      if isCleanUp(delivered, of: process, run) || endedInStart(process, delivered, run)
        || stoppedForDebugger(process, delivered, run)
      {
        continue
      }
      let isOutside = [.kill, .terminate, .interrupt, .hangup].contains(signal)
      found.append(
        Candidate(
          source: .death(delivered), process: process.index, number: delivered.number,
          features: [
            (.process, ProcessFeature.standing(of: process.index, run)),
            (
              .fatalSignal,
              isOutside ? RankingWeights.killedFromOutside : RankingWeights.fatalSignal
            ),
            (
              .killedByParent,
              parentComplained(of: process, delivered, run)
                ? RankingWeights.killedByComplainingParent : 0
            ),
            (
              .limitReached,
              isAtLimit(process, before: delivered, run) ? RankingWeights.limitBehindAbort : 0
            ),
            (
              .writeNamesFile,
              signal == .fileSize
                && run.history.failures.calls.contains {
                  $0.process == process.index && $0.error == .fileTooLarge
                } ? RankingWeights.limitNamesFile : 0
            ),
          ]))
    }
    return found
  }

  /// The signal that a process died of: a fault that it never returned from, whatever its handler
  /// then did, or the one that killed it.
  private static func fatalSignal(of process: ProcessRecord) -> DeliveredSignal? {
    if let fault = process.unreturnedFault { return fault }
    guard case .killed(let signal, _) = process.end, signal != .brokenPipe else { return nil }
    let deliveries = process.signals.filter { $0.delivery.signal == signal }
    // Who handles SIGINT, tidies up and then sends it to itself died of the first.
    if let last = deliveries.last, last.delivery.sender == process.pid,
      let first = deliveries.first(where: {
        $0.delivery.disposition == .handled && $0.delivery.sender != process.pid
      })
    {
      return first
    }
    return deliveries.last
      ?? DeliveredSignal(
        number: process.endNumber, time: process.endTime,
        delivery: SignalDelivery(signal: signal, code: 0), isUnseen: true)
  }

  /// True if its parent ended it after having complained: what the parent complains of is the
  /// cause, and ending its children is what it then does.
  private static func isCleanUp(
    _ signal: DeliveredSignal, of process: ProcessRecord, _ run: RankingContext
  ) -> Bool {
    guard let parent = process.parent else { return false }
    if gaveUpWaiting(parent, for: process, after: signal, run) { return true }
    if isLeftBehind(process, signal, run) { return true }
    guard signal.delivery.sender == run.history.processes[parent].pid,
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
      && run.mentions.lines.contains {
        $0.process == parent && $0.number > signal.number && !reportsDeathOfChild($0, run)
      }
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
              (.process, ProcessFeature.standing(of: process.index, run)),
              (.lostReader, RankingWeights.lostReader),
              (
                .innermostSpoke,
                isAfterFailure(process, run) ? RankingWeights.innermostSpoke : 0
              ),
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
            (.process, ProcessFeature.standing(of: call.process, run)),
            (.lostReader, RankingWeights.lostReaderSurvived),
            (.mentioned, CallFeatures.mentioned(call, run)),
            (.otherErrorTold, CallFeatures.otherErrorTold(call, run)),
          ]))
    }
    return found
  }

  /// True if the process whose failure was handed on had failed with words of its own before this one ended:
  /// a pipeline breaks from where it failed up to its start.
  private static func isAfterFailure(_ process: ProcessRecord, _ run: RankingContext) -> Bool {
    guard !run.path.contains(process.index) else { return false }
    let leaf = run.history.processes[run.path.leaf]
    // Which of them ends first is chance: its end of the pipe is closed before it has ended.
    guard case .exited = leaf.end, leaf.failed else { return false }
    return run.mentions.lines.contains {
      $0.process == leaf.index && $0.number < process.endNumber
        && Complaint.readsAsError($0.text)
    }
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
        (.process, ProcessFeature.standing(of: process.index, run)),
        (.lostReader, RankingWeights.lostReaderSurvived),
        (.mentioned, said ? RankingWeights.errorWordsSomewhere : 0),
        (.otherErrorTold, run.storageError == nil ? 0 : RankingWeights.otherErrorTold),
      ])
  }

  // MARK: Silence

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
      !run.history.words.lines.contains(where: {
        path.contains($0.process) && $0.stream == .standardError
          && $0.number >= run.history.processes[$0.process].executionNumber
      })
    else { return [] }
    return [
      Candidate(
        source: .silence, process: process.index, number: process.endNumber,
        features: [
          (.process, ProcessFeature.standing(of: process.index, run)),
          (
            .silent,
            RankingWeights.silentExit
              + (QuietOption.find(in: process) != nil && run.reachedPeer(of: process) != nil
                ? RankingWeights.toldToBeQuiet : askedInVain(process))
          ),
          (.answerPassedOn, run.path.processes.count > 1 ? RankingWeights.answerPassedOn : 0),
        ])
    ]
  }

  /// A name that it was given was looked up, and nothing connected to after that.
  private static func askedInVain(_ process: ProcessRecord) -> Double {
    guard let name = process.openQuestion?.name,
      (process.arguments.dropFirst() + process.environment).contains(where: { $0.contains(name) })
    else { return 0 }
    return RankingWeights.askedInVain
  }
}
