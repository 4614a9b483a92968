internal import History
internal import TraceEvents

extension CallFeatures {
  /// Looks that a program takes before it acts: whether the target is a directory (cp opens it with
  /// O_DIRECTORY), and whether there is anything in the place of what it then tried to make.
  static func probed(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, let path = call.path else { return 0 }
    if call.error == .notDirectory, call.purpose == .open, call.call.hasSymbol("O_DIRECTORY"),
      !run.mentions.anyLine(after: call.number, speaksOf: .notDirectory)
    {
      return RankingWeights.lookBefore
    }
    let isToBeMade = run.history.failures.calls.contains {
      $0.process == call.process && $0.secondPath == path
        && !$0.error.isAbsence
    }
    return isToBeMade ? RankingWeights.lookBefore : 0
  }
}
