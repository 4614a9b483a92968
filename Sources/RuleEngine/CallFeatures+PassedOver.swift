internal import History
internal import TraceEvents

// What was said after a failed call, and is not about it.
extension CallFeatures {
  /// The program complained in clear words, and not of this.
  static func passedOver(_ call: FailedCall, _ run: RankingContext) -> Double {
    // It can have been the last call to fail, and be told just before the words that matter.
    if isOvertaken(call, run) { return RankingWeights.absencePassedOver * 3 }
    if isOnlyRemarked(call, run) { return RankingWeights.absencePassedOver * 2 }
    if isNotCleared(call, run) { return RankingWeights.absencePassedOver * 2 }
    if call.error.isAbsence, isRemarkBesideErrors(call, run) {
      return RankingWeights.absencePassedOver
    }
    guard mentioned(call, run) < 0.5, !isStartInVain(call, run),
      let complaint = run.firstClearComplaint(after: call.number, of: call.process)
    else { return 0 }
    let text = complaint.text.lowercased()
    // Programs look up names, such as their own, and live without; then they speak of something else.
    if call.address?.port == 53, !speaksOfNames(after: call, run), !isGivenAddress(call, run) {
      return RankingWeights.absencePassedOver * (Complaint.weight(of: text) >= 0.8 ? 2 : 1)
    }
    if call.error.isAbsence, let path = call.path,
      let position = run.mentions.lines.firstIndex(where: {
        $0.number == complaint.number && $0.text == complaint.text
      }), isOutdone(position, PathName.base(of: path), run)
    {
      return RankingWeights.absencePassedOver
    }
    // What failed right before the words can be what they mean without naming it; not where they
    // are about what the program was given.
    var closeness = 6 / (6 + Double(complaint.number - call.lastNumber).magnitude)
    // When a line was written to a log is not known.
    if call.purpose == .inspect || Complaint.isAboutInput(text) || complaint.stream == .log {
      closeness = 0
    }
    if run.lastFailure[call.process] == call.lastNumber,
      Complaint.speaks(of: call.error, in: text)
    {
      closeness = max(closeness, 0.8)
    }
    // Clear words that speak of nothing missing, or of no file ("no decode delegate"), are not about
    // what is not there.
    if call.error.isAbsence, call.address == nil, Complaint.weight(of: text) >= 0.8,
      !Complaint.speaksOfAbsence(text) || !Complaint.speaksOfFile(text)
    {
      closeness = min(closeness, 0.3)
    }
    if call.error.isAbsence, call.address == nil, isAboutElse(complaint, call, run) {
      closeness = 0
    }
    let weight =
      call.error.isAbsence && call.address == nil
        || Complaint.isAboutInput(text) && !overtakes(call, run)
      ? RankingWeights.absencePassedOver : RankingWeights.errorPassedOver
    return weight * (1 - closeness)
  }

  /// True for what was in the way and was then to be removed, which was refused: who says "File exists" then, as
  /// tar does, tells the first of both.
  private static func isNotCleared(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error == .exists, let path = call.path else { return false }
    return run.history.failures.calls.contains { other in
      other.process == call.process && other.path == path && other.purpose == .remove
        && other.number > call.number && other.replacement == nil
        && [.accessDenied, .notPermitted, .readOnly].contains(other.error)
    }
  }

  /// True for what is missing by a remark alone, of a program that calls other lines errors and goes on after it
  /// without a failure: "state file x does not exist".
  private static func isRemarkBesideErrors(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard let path = call.path else { return false }
    let said = run.mentions.mentions(of: path, after: call.number).filter {
      run.mentions.lines[$0.line].process == call.process
    }
    guard let last = said.last else { return false }
    let goesOn = run.mentions.lines.dropFirst(last.line + 1).contains {
      $0.process == call.process && $0.text.contains(where: \.isLetter)
        && !Complaint.isClosing($0.text.lowercased())
    }
    return goesOn && said.allSatisfy { isBesideError($0.line, path, run) }
  }

  /// The program said something after it, on standard output at least, that is not about it: "nothing
  /// to commit" is an answer, and what git looked for in between is its own affair.
  static func closedWithOtherWords(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, call.address == nil, mentioned(call, run) == 0,
      passedOver(call, run) == 0,
      run.mentions.lines.contains(where: {
        $0.process == call.process && $0.number >= call.number && $0.stream != .log
      })
    else { return 0 }
    return RankingWeights.closedWithOtherWords
  }

  /// It failed after its process had complained in clear words, and nobody spoke of it: what is then
  /// done is tidying up.
  static func aftermath(_ call: FailedCall, _ run: RankingContext) -> Double {
    if isTriedAfterComplaint(call, run) { return RankingWeights.afterComplaint }
    if call.purpose == .remove, call.error.isAbsence, isAside(call, run) {
      return RankingWeights.afterComplaint - mentioned(call, run)
    }
    guard mentioned(call, run) == 0, call.error.isAbsence, call.address == nil,
      run.firstClearComplaint(after: call.number, of: call.process) == nil
    else { return 0 }
    let hadComplained = run.mentions.lines.contains {
      $0.process == call.process && $0.number < call.number && $0.stream == .standardError
        && Complaint.weight(of: $0.text.lowercased()) >= 0.55
    }
    return hadComplained ? RankingWeights.afterComplaint : 0
  }

  /// True for a removal of what is not there that is not all that was complained of: who tidies up
  /// removes what may be there.
  private static func isAside(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let names = [call.path, call.call.path].compactMap { $0 }
    let complaints = run.mentions.lines.filter {
      isAudience($0.process, of: call.process, run) && $0.stream != .log
        && Complaint.weight(of: $0.text.lowercased()) >= 0.55
    }
    return complaints.contains { line in !names.contains { line.text.contains($0) } }
      || complaints.isEmpty
        && run.mentions.lines.contains { isAudience($0.process, of: call.process, run) }
  }
}
