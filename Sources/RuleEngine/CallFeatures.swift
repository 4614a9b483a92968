internal import History
internal import TraceEvents

/// The features of a failed call: each a function of the call and the run that gives log-odds.
enum CallFeatures {
  typealias Function = @Sendable (FailedCall, RankingContext) -> Double

  static let all: [(name: Feature, function: Function)] = [
    (.process, process), (.mentioned, mentioned), (.error, error), (.use, use),
    (.replaced, replaced), (.becameAnother, becameAnother),
    (.lastFailure, lastFailure), (.beforeComplaint, beforeComplaint),
    (.beforeEnd, beforeEnd), (.retriedUntilEnd, retriedUntilEnd),
    (.saidNothing, saidNothing), (.passedOver, passedOver),
    (.optionalPlace, optionalPlace), (.toBeMade, toBeMade), (.lookBefore, probed),
    (.thereAlready, thereAlready),
    (.askedFor, askedFor), (.refusedElsewhere, refusedElsewhere),
    (.closedWithOtherWords, closedWithOtherWords),
    (.askedForMore, askedForMore), (.afterComplaint, aftermath),
    (.otherErrorTold, otherErrorTold), (.toldToNobody, toldToNobody),
  ]

  /// On the failure path or beside it.
  static func process(_ call: FailedCall, _ run: RankingContext) -> Double {
    standing(of: call, run)
  }

  /// What the error by itself says.
  static func error(_ call: FailedCall, _ run: RankingContext) -> Double {
    // It fails for one reason alone: the working directory is gone.
    if isOfGoneDirectory(call) { return ErrorWeight.weight(of: .noSpace) }
    // What gives up waiting for a lock is interrupted.
    return call.error == .interrupted
      ? ErrorWeight.weight(of: .tryAgain) : ErrorWeight.weight(of: call.error)
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
    if wentOn(call, run) { return 0 }
    if let asked = run.lastAsked[call.process] {
      return call.path == asked ? RankingWeights.lastFailure : 0
    }
    return run.lastFailure[call.process] == call.lastNumber ? RankingWeights.lastFailure : 0
  }

  /// Soon followed by the process's first complaint.
  static func beforeComplaint(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard let complaint = run.firstComplaint[call.process], complaint > call.number else {
      return 0
    }
    let between = Double(complaint - call.number)
    return RankingWeights.justBeforeComplaint * 12 / (12 + between)
  }

  /// The words tell that what was written could not be stored, and this call has nothing to do with that.
  static func otherErrorTold(_ call: FailedCall, _ run: RankingContext) -> Double {
    run.storageError == nil ? 0 : RankingWeights.otherErrorTold
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
    wentOn(call, run) || run.mentions.lines.contains { run.path.contains($0.process) }
      ? 0 : RankingWeights.saidNothing
  }

  /// True for what failed long before the time was up, and was not tried again: the program went on without.
  private static func wentOn(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard run.history.isHung, !run.history.isAttached, let timeout = run.history.timeoutTime else {
      return false
    }
    return call.count < 3 && timeout - call.lastTime > 1
  }

  /// The same name is at another place, which refused: that is why this search went on.
  static func refusedElsewhere(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, let path = call.path else { return 0 }
    return run.refusedNames.contains("\(call.process)/" + PathName.base(of: path))
      || isMadeOfAnother(path, run.history.processes[call.process])
      ? RankingWeights.refusedElsewhere : 0
  }

  /// True if the path is that of an extension that was there, with something before it or behind it:
  /// that one was not loaded, and so another place was tried.
  private static func isMadeOfAnother(_ path: String, _ process: ProcessRecord) -> Bool {
    path.hasSuffix(".so")
      && process.libraries.contains { $0 != path && path.contains($0) }
  }
}

extension String {
  /// `x` of `libx.so.1` and `libx.a`, as the linker's option -l names it; nil for other names.
  var linkName: String? {
    guard hasPrefix("lib"), let dot = firstRange(of: ".so") ?? firstRange(of: ".a") else {
      return nil
    }
    let short = self[index(startIndex, offsetBy: 3)..<dot.lowerBound]
    return short.isEmpty ? nil : String(short)
  }
}
