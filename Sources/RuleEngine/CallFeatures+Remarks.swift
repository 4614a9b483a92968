internal import History
internal import TraceEvents

// Remarks on what is missing, after which a program goes on and then fails over something else.
extension CallFeatures {
  /// True for what is missing by remarks alone: its program went on after each, and complained of something else.
  static func isOnlyRemarked(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error.isAbsence, call.address == nil, let path = call.path,
      mentioned(call, run) > 0
    else { return false }
    let names = [path, call.call.path ?? path, PathName.base(of: path)].filter { $0.utf8.count > 2 }
    let lines = Set(mentions(of: call, run).map(\.line))
    return !lines.isEmpty && lines.allSatisfy { isRemark($0, on: names, run) }
  }

  /// True for lines of a program that went on without what is missing, then met an error which nobody passes over,
  /// and said more.
  static func isOvertaken(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error.isAbsence, call.address == nil, call.path != nil, mentioned(call, run) > 0
    else { return false }
    let lines = Set(mentions(of: call, run).map(\.line))
    guard let last = lines.max() else { return false }
    let said = run.mentions.lines[last].number
    let saysSo = lines.allSatisfy { isLight($0, run) || saysGoingOn($0, run) }
    // Without such words a connection in vain is meant, of which the last line is all that is said.
    guard saysSo || !lines.contains(where: { Complaint.hasSeverity(run.mentions.lines[$0].text) })
    else { return false }
    return run.history.failures.calls.contains { other in
      other.process == call.process && other.number > said && other.replacement == nil
        && (saysSo || unanswered.contains(other.error) && other.address?.port != nil)
        && !other.error.isAbsence && ErrorWeight.weight(of: other.error) >= 1.3
        && run.mentions.lines.contains {
          $0.process == call.process && $0.number > other.number && $0.stream != .log
        }
    }
  }

  private static let unanswered: Set<ErrorNumber> = [
    .connectionRefused, .hostUnreachable, .networkUnreachable, .timedOut,
  ]

  /// True for a connection in vain that came after a remark on what was missing, and before the last words.
  static func overtakes(_ call: FailedCall, _ run: RankingContext) -> Bool {
    unanswered.contains(call.error) && call.address?.port != nil
      && run.history.failures.calls.contains {
        $0.process == call.process && $0.error.isAbsence && $0.number < call.number
          && isOvertaken($0, run)
      }
  }

  private static func saysGoingOn(_ position: Int, _ run: RankingContext) -> Bool {
    let text = run.mentions.lines[position].text.lowercased()
    return ["not used", "unused", "ignor", "continuing", "instead", "logging to", "using "]
      .contains { text.contains($0) }
  }

  /// True for what is missing by lines alone that say that its program goes on without it.
  static func isDoneWithout(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let lines = Set(mentions(of: call, run).map(\.line))
    return !lines.isEmpty && lines.allSatisfy { isLight($0, run) }
  }

  /// True for a line that does not call itself an error, and after which its program complained of something
  /// else than one of `names`, and of that in particular.
  static func isRemark(
    _ position: Int, on names: [String], _ run: RankingContext
  ) -> Bool {
    let line = run.mentions.lines[position]
    if LoaderWords.goesOn(line.text) { return true }
    if Complaint.hasSeverity(LogPrefix.removed(from: line.text)) { return false }
    let isLight = isLight(position, run)
    // What a runner of tests shows of a test's log is beside what it reports.
    if isLight, let report = run.testReports[line.process], report.line != position,
      !names.contains(where: { run.mentions.lines[report.line].text.contains($0) })
    {
      return true
    }
    return particulars(of: line.process, run).contains { other in
      other.line > position && (isLight || other.isPlaced)
        && !names.contains { run.mentions.lines[other.line].text.contains($0) }
    }
  }

  /// True for what failed last before words that have all parts of its name, as "master key unavailable" has those
  /// of master.key.
  static func isSpelledOut(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose == .open, call.error.isAbsence, call.replacement == nil, let path = call.path
    else { return false }
    let parts = PathName.base(of: path).lowercased().split { !$0.isLetter }
    guard parts.count > 1, parts.allSatisfy({ $0.utf8.count > 2 }),
      let line = run.mentions.lines.first(where: {
        $0.process == call.process && $0.number >= call.lastNumber
      }),
      !run.history.failures.calls.contains(where: {
        $0.process == call.process && $0.lastNumber > call.lastNumber
          && $0.lastNumber < line.number && $0.purpose != .connect
      })
    else { return false }
    let words = Set(line.text.lowercased().split { !$0.isLetter })
    return parts.allSatisfy(words.contains)
  }

  /// True for a line that says itself that its program goes on.
  private static func isLight(_ position: Int, _ run: RankingContext) -> Bool {
    let text = run.mentions.lines[position].text.lowercased()
    return run.mentions.isWarning(position) || run.mentions.isReassuring(position)
      || run.mentions.isInformation(position)
      || lightWords.contains { text.contains($0) }
  }

  private static let lightWords = [
    "skip", "default", "optional", "notice", "going on", "falling back", "fallback", "warn",
  ]

  /// The lines of a process that complain of something in particular and not of an absence: of a place in a file
  /// that was read, of what it was given (`isPlaced`), or by a severity.
  private static func particulars(
    of index: Int, _ run: RankingContext
  ) -> [(line: Int, isPlaced: Bool)] {
    if let known = run.memo.particulars[index] { return known }
    let process = run.history.processes[index]
    let known = process.nameableFiles
    var found: [(line: Int, isPlaced: Bool)] = []
    for (position, line) in run.mentions.lines.enumerated() where line.process == index {
      let text = LogPrefix.removed(from: line.text.trimmed)
      let folded = text.lowercased()
      guard line.stream != .log, line.text.first.map({ !$0.isWhitespace }) ?? false,
        !isConsequence(folded), !Complaint.isFrame(folded), !Complaint.isHeadingOfStack(folded),
        !Complaint.isInformation(folded), !Complaint.isClosing(folded), !Complaint.advises(folded),
        !Complaint.pointsElsewhere(folded),
        !Complaint.isUsage(folded), !run.mentions.isWarning(position), !folded.hasSuffix("?"),
        !Complaint.reportsTarget(text)
      else { continue }
      let isThrown =
        folded.contains("panicked at") || folded.contains("uncaught ")
        || folded.hasPrefix("exception in thread")
      guard isThrown || Complaint.weight(of: folded) >= 0.4 else { continue }
      let isPlaced =
        isThrown || namesWhatWasGiven(text, process)
        || NamedPlace.find(in: text, base: process.workingDirectory, known: known).map { place in
          !place.file.hasPrefix("/usr/") && process.recentFiles.contains(place.file)
        } ?? false
      if isPlaced || Complaint.hasSeverity(text) || Complaint.namesException(text) {
        found.append((position, isPlaced))
      }
    }
    run.memo.particulars[index] = found
    return found
  }

  /// True for a line that has a variable of the environment or an argument of its process, or an option.
  private static func namesWhatWasGiven(_ text: String, _ process: ProcessRecord) -> Bool {
    let operands = process.arguments.dropFirst()
    return text.split { " ,;:'\"`()=".contains($0) }.contains { word in
      guard word.utf8.count > 3 else { return false }
      if word.hasPrefix("--") { return true }
      let word = String(word)
      return word == word.uppercased() && process.environmentValue(word) != nil
        || operands.contains(word)
    }
  }

  /// True for words that can well be what becomes of something that is missing; `text` in lower case.
  private static func isConsequence(_ text: String) -> Bool {
    consequences.contains { text.contains($0) }
  }

  private static let consequences = [
    "no such file", "without ", "startup", "start up", "cannot start", "could not start",
    "failed to start", "unable to start", "initiali", "giving up", "abort", "cannot continue",
    "could not continue", "exiting", "could not load", "failed to load", "unable to load",
    "cannot load", "can't load", "could not read", "failed to read", "unable to read",
    "could not open", "failed to open", "unable to open", "cannot open", "can't open",
    "configuration", "unusable", "during handling",
  ]
}
