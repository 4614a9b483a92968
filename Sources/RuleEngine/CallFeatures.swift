internal import History
internal import TraceEvents

/// What the ranking looks at, for one run.
struct RankingContext {
  let history: History
  let path: FailurePath
  let mentions: Mentions
  /// Number of the last failed call of each process.
  let lastFailure: [Int: Int]
  /// Number of the first complaint of each process of the failure path.
  let firstComplaint: [Int: Int]

  init(history: History, path: FailurePath) {
    self.history = history
    self.path = path
    mentions = Mentions(history.words.lines)
    var last: [Int: Int] = [:]
    for call in history.failures.calls where call.replacement == nil {
      last[call.process] = max(last[call.process] ?? 0, call.lastNumber)
    }
    lastFailure = last
    var complaints: [Int: Int] = [:]
    for line in history.words.lines where complaints[line.process] == nil {
      if Complaint.weight(of: line.text.lowercased()) > 0 { complaints[line.process] = line.number }
    }
    firstComplaint = complaints
  }

  /// Number of the event that ended `process`, or of the last event.
  func endNumber(of process: Int) -> Int {
    let record = history.processes[process]
    return record.end == nil ? Int.max : record.endNumber
  }
}

/// The features of a failed call: each a function of the call and the run that gives log-odds.
enum CallFeatures {
  typealias Feature = @Sendable (FailedCall, RankingContext) -> Double

  static let all: [(name: String, function: Feature)] = [
    ("process", process), ("mentioned", mentioned), ("error", error), ("use", use),
    ("replaced", replaced), ("became another program", becameAnother), ("last failure", lastFailure), ("before complaint", beforeComplaint),
    ("before end", beforeEnd), ("retried until end", retriedUntilEnd),
    ("said nothing", saidNothing),
  ]

  /// On the failure path or beside it.
  static func process(_ call: FailedCall, _ run: RankingContext) -> Double {
    ProcessFeature.standing(of: call.process, run)
  }

  /// Named in what was then said: the path, its last component, the address, the error's words.
  static func mentioned(_ call: FailedCall, _ run: RankingContext) -> Double {
    var best = 0.0
    let names = Set(run.history.lineage(of: call.process).map { run.history.processes[$0].name })
    for (token, weight) in mentionTokens(of: call) {
      // A program says its own name in every complaint.
      if call.purpose != .execute || call.replacement != nil, names.contains(token) { continue }
      for mention in run.mentions.mentions(of: token, after: call.number) {
        guard isAudience(run.mentions.lines[mention.line].process, of: call.process, run) else {
          continue
        }
        var value = weight
        if run.mentions.line(mention.line, speaksOf: call.error) {
          value += RankingWeights.errorWordsOnSameLine
        } else if run.mentions.anyLine(after: call.number, speaksOf: call.error) {
          value += RankingWeights.errorWordsSomewhere
        }
        best = max(best, value)
      }
    }
    if best == 0, !call.error.isAbsence,
      run.mentions.anyLine(after: call.number, speaksOf: call.error)
    {
      best = RankingWeights.errorWordsSomewhere
    }
    return best
  }

  /// The words by which a program would name what the call was about, with their weights.
  static func mentionTokens(of call: FailedCall) -> [(token: String, weight: Double)] {
    var tokens: [(String, Double)] = []
    for (path, given) in zip([call.path, call.secondPath], [call.call.path, nil]) {
      guard let path else { continue }
      tokens.append((path, RankingWeights.pathMentioned))
      if let given, given != path { tokens.append((given, RankingWeights.pathMentioned)) }
      let base = PathName.base(of: path)
      if base.count >= 3 {
        tokens.append((base, RankingWeights.nameMentioned))
        if let dot = base.lastIndex(of: "."), base.distance(from: base.startIndex, to: dot) >= 4 {
          tokens.append((String(base[..<dot]), RankingWeights.nameMentioned - 0.8))
        }
        if base.hasPrefix("lib"), let dot = base.firstRange(of: ".so") {
          let short = base[base.index(base.startIndex, offsetBy: 3)..<dot.lowerBound]
          tokens.append(("-l" + short, RankingWeights.nameMentioned))
        }
      }
    }
    if let address = call.address {
      if let port = address.port, port > 0 {
        tokens.append((String(port), RankingWeights.addressMentioned))
      }
      if let host = address.host { tokens.append((host, RankingWeights.nameMentioned)) }
      if case .unix(let path) = address {
        tokens.append((path, RankingWeights.pathMentioned))
        tokens.append((PathName.base(of: path), RankingWeights.nameMentioned))
      }
    }
    return tokens
  }

  /// What the error by itself says.
  static func error(_ call: FailedCall, _ run: RankingContext) -> Double {
    ErrorWeight.weight(of: call.error)
  }

  /// Using a file counts more than looking whether it is there.
  static func use(_ call: FailedCall, _ run: RankingContext) -> Double {
    switch call.purpose {
    case .inspect: RankingWeights.onlyLooked
    case .open, .create, .execute, .list, .make, .remove, .enter, .change, .connect, .bind:
      RankingWeights.wantedToUse
    case .other: 0
    }
  }

  /// Another place or a later try served.
  static func replaced(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard let replacement = call.replacement else { return 0 }
    return replacement.isSameSubject
      ? RankingWeights.replacedBySame : RankingWeights.replacedByOther
  }

  /// Its process then became another program, and so had got what it needed.
  static func becameAnother(_ call: FailedCall, _ run: RankingContext) -> Double {
    call.generation < run.history.processes[call.process].generation
      ? RankingWeights.becameAnother : 0
  }

  /// The last failed call of its process.
  static func lastFailure(_ call: FailedCall, _ run: RankingContext) -> Double {
    run.lastFailure[call.process] == call.lastNumber ? RankingWeights.lastFailure : 0
  }

  /// Soon followed by the process's first complaint.
  static func beforeComplaint(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard let complaint = run.firstComplaint[call.process], complaint > call.number else { return 0 }
    let between = Double(complaint - call.number)
    return RankingWeights.justBeforeComplaint * 12 / (12 + between)
  }

  /// Soon followed by the end of its process.
  static func beforeEnd(_ call: FailedCall, _ run: RankingContext) -> Double {
    let end = run.endNumber(of: call.process)
    guard end != Int.max else { return 0 }
    return RankingWeights.justBeforeEnd * 20 / (20 + Double(end - call.lastNumber))
  }

  /// Tried again and again, up to the end.
  static func retriedUntilEnd(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.count > 3, run.lastFailure[call.process] == call.lastNumber else { return 0 }
    return RankingWeights.retriedUntilEnd
  }

  /// Where nobody said anything, the calls are all there is.
  static func saidNothing(_ call: FailedCall, _ run: RankingContext) -> Double {
    run.mentions.lines.contains { run.path.contains($0.process) } ? 0 : RankingWeights.saidNothing
  }

  /// Whether words of `speaker` can be about a call of `process`: it is the same process, or one
  /// above it, or one that it passed its failure to.
  private static func isAudience(_ speaker: Int, of process: Int, _ run: RankingContext) -> Bool {
    speaker == process || run.path.contains(speaker)
      || run.history.lineage(of: process).contains(speaker)
  }
}

/// What a process's place says of everything that happened in it.
enum ProcessFeature {
  static func standing(of process: Int, _ run: RankingContext) -> Double {
    if process == run.path.leaf { return RankingWeights.innermost }
    if run.path.contains(process) { return RankingWeights.onFailurePath }
    let record = run.history.processes[process]
    return record.failed
      ? RankingWeights.offFailurePathButFailed : RankingWeights.offFailurePath
  }
}
