internal import History
internal import TraceEvents

// What was said as a cause of its own: of each process, the line that says most.
extension Ranking {
  static func wordCandidates(_ run: RankingContext, besides calls: [Candidate]) -> [Candidate] {
    var best = clearestLines(run)
    var panics: [Int: Panic] = [:]
    for process in best.keys {
      panics[process] = Observer.panic(of: run.history.processes[process], in: run.mentions)
    }
    // What a runtime says of a panic is a message of its own, whatever the stack below it names.
    for (process, panic) in panics { best[process] = (panic.position, 1) }
    let hasOtherCandidates = calls.contains { $0.score > 0 }
    return best.sorted { $0.key < $1.key }.map { process, found in
      let line = run.mentions.lines[found.line]
      let record = run.history.processes[process]
      // Where the innermost spoke, a summary of it says nothing more.
      let isSummary =
        process != run.path.leaf && best[run.path.leaf] != nil
        && Complaint.isClosing(line.text.lowercased())
      let weight = isSummary ? min(found.weight, 0.25) : found.weight
      let report = run.testReports[process].flatMap { $0.line == found.line ? $0 : nil }
      // Where make stands when a command fails is nothing that it rejects.
      let namesReadFile =
        !Complaint.reportsTarget(line.text)
        && (report?.lineNumber != nil
          || namesReadFile(found.line, record, run.mentions.lines))
      let paths = Mentions.tokens(of: line.text).filter { $0.hasPrefix("/") && $0.count > 4 }
      let namesCall = calls.contains { candidate in
        // What a command beside the failure path could not have says nothing of these words.
        candidate.score > 0.5 && ProcessFeature.standing(of: candidate.process, run) >= 0
          && isAbout(candidate, paths)
          && candidate.features.contains {
            $0.name == .mentioned && $0.value >= RankingWeights.directoryMentioned - 0.1
          }
      }
      return Candidate(
        source: .words(line: found.line), process: process, number: line.number,
        features: [
          (
            .process,
            run.path.contains(process) && run.spokesmen.contains(process)
              ? RankingWeights.innermost : ProcessFeature.standing(of: process, run)
          ),
          (
            .complaint,
            weight > 0.25
              ? RankingWeights.complaint * weight + RankingWeights.complaintAtAll
              : RankingWeights.anyWords
          ),
          (.namesReadFile, namesReadFile ? RankingWeights.complaintNamesReadFile : 0),
          (
            .nothingElseFailed,
            hasOtherCandidates || found.weight <= 0.25 ? 0 : RankingWeights.onlyWords
          ),
          (
            .innermostSpoke,
            process != run.path.leaf && best[run.path.leaf] != nil
              ? RankingWeights.innermostSpoke : 0
          ),
          (
            .panicked,
            panics[process].map { Complaint.error(in: $0.message) == nil } ?? false
              ? RankingWeights.panicked : 0
          ),
          (.loaderSpoke, loaderSpeaks(in: line.text) ? RankingWeights.loaderSpoke : 0),
          (.namesFailedCall, namesCall ? RankingWeights.wordsNameFailedCall : 0),
          (
            .namesMissingModule,
            namesMissingModule(line, run) || namesRevision(line, record)
              ? RankingWeights.namesMissingModule : 0
          ),
          (
            .namesUnknownUser,
            UnknownUser.find(in: line.text) == nil ? 0 : RankingWeights.namesUnknownUser
          ),
        ])
    }
  }

  /// True for the loader's own words on a symbol, a version or a file that it rejects.
  private static func loaderSpeaks(in line: String) -> Bool {
    guard line.contains(".so"), let words = LoaderWords(LogPrefix.removed(from: line.trimmed))
    else {
      return false
    }
    return words.trouble != .missing
  }

  /// True if a line names a file that its process had read; or one beside it does, with a line of
  /// that file, as messages of several lines do.
  private static func namesReadFile(
    _ position: Int, _ process: ProcessRecord, _ lines: [SpokenLine]
  ) -> Bool {
    for near in max(0, position - 2)...min(lines.count - 1, position + 1)
    where lines[near].process == process.index {
      guard
        let place = NamedPlace.find(
          in: lines[near].text, base: process.workingDirectory, known: process.nameableFiles),
        process.recentFiles.contains(place.file)
      else { continue }
      if near == position || place.line != nil && !place.file.hasPrefix("/usr/") { return true }
    }
    return false
  }

  /// True for a shell's report of how a child of it ended ("Hangup", "Killed"): the child's end
  /// speaks for itself.
  static func reportsDeathOfChild(_ line: SpokenLine, _ run: RankingContext) -> Bool {
    run.history.processes[line.process].children.contains { child in
      guard case .killed(let signal, _) = run.history.processes[child].end else { return false }
      return line.number >= run.history.processes[child].endNumber
        && line.text.contains(signal.words)
    }
  }

  /// Of each process that failed, or is of the failure path: the line that complains clearest.
  private static func clearestLines(_ run: RankingContext) -> [Int: (line: Int, weight: Double)] {
    var best: [Int: (line: Int, weight: Double, rank: Double)] = [:]
    let speakers = Set(
      run.mentions.lines.filter {
        $0.stream == .standardError && !Complaint.isClosing($0.text.lowercased())
          || $0.stream == .log
      }.map(\.process))
    let complainers = Set(
      run.mentions.lines.filter { $0.stream == .standardError }.map(\.process))
    let shown = Set(run.mentions.lines.filter(\.isShown).map(\.process))
    for (position, line) in run.mentions.lines.enumerated() {
      let process = run.history.processes[line.process]
      guard process.failed || run.path.contains(line.process),
        !reportsDeathOfChild(line, run), !CallFeatures.wentOn(after: position, run),
        !isEchoed(position, run.mentions.lines)
      else { continue }
      let module = MissingModule(in: line.text)
      let weight = module == nil ? Complaint.weight(of: line.text.lowercased()) : 1.0
      // What the user is told says more than the summary for the system's log.
      let isAside =
        line.stream == .standardOutput && speakers.contains(line.process)
        || line.stream == .syslog
          && (complainers.contains(line.process) || shown.contains(line.process))
      let telling =
        Complaint.telling(line.text)
        - (!isAside ? 0 : line.stream == .syslog && shown.contains(line.process) ? 0.6 : 0.3)
        - (isOfUsage(position, run.mentions.lines) ? 0.5 : 0)
        - (run.rejections[line.process]?.last.map { $0 > position } ?? false ? 0.3 : 0)
        - (isRemarkOnAbsence(position, module, run) ? 1.5 : 0)
      let own =
        (loaderSpeaks(in: line.text) ? 0.4 : 0) + whatIsGiven(in: line.text, process)
        + (UnknownUser.find(in: line.text) == nil ? 0 : 1)
      let rank = weight == 0 ? 0 : max(0.01, weight + telling + own)
      let known = best[line.process]
      // Of equals, an exception's last line says most; of a list of complaints, the first.
      let isException = Complaint.namesException(line.text) || module != nil
      if let known {
        if known.rank > rank || (known.rank == rank && !isException) { continue }
        // What was thrown again came from where it was first.
        if isException, run.mentions.lines[known.line].text == line.text { continue }
      }
      best[line.process] = (position, weight, rank)
    }
    // The last line of one that failed is a complaint, whatever its words.
    for (position, line) in run.mentions.lines.enumerated().reversed() {
      let process = run.history.processes[line.process]
      // Of a file that is only written to, nobody knows that it is a log.
      let isClosing =
        line.stream == .standardError
        || !complainers.contains(line.process)
          && (line.stream != .log
            || !run.mentions.lines.contains { $0.process == line.process && $0.stream != .log })
      guard isClosing, process.failed, line.text.contains(where: \.isLetter),
        !Complaint.isPieceOfData(line.text),
        !endsWarning(position, run.mentions.lines) || isOnlyComplaint(position, run),
        !isOfUsage(position, run.mentions.lines), !isEchoed(position, run.mentions.lines),
        !Complaint.isFrame(line.text.lowercased()),
        !Complaint.isHeadingOfStack(line.text.lowercased()),
        !(Complaint.advises(line.text.lowercased())
          || Complaint.isInformation(line.text.lowercased())
          || Complaint.isClosing(line.text.lowercased()))
          || !hasOther(position, run.mentions.lines),
        let known = best[line.process],
        known.weight <= 0.25
      else { continue }
      best[line.process] = (position, RankingWeights.lastLineSaid, 0)
    }
    // The form of a report of tests tells which line it is, unless the runner itself was broken off.
    for (process, report) in run.testReports where best[process] != nil {
      let broken = run.mentions.lines.contains {
        $0.process == process && $0.stream == .standardError && Complaint.namesException($0.text)
      }
      if !broken || run.mentions.lines[report.line].stream == .standardError {
        best[process] = (report.line, 1, 0)
      }
    }
    return best.mapValues { found in
      let cause = causeBefore(found.line, run) ?? placedBefore(found.line, run)
      return (cause ?? found.line, cause == nil ? found.weight : max(found.weight, 0.6))
    }
  }

  /// True for a remark on a file or module that is missing, after which its program failed over something else.
  private static func isRemarkOnAbsence(
    _ position: Int, _ module: MissingModule?, _ run: RankingContext
  ) -> Bool {
    guard module != nil || run.mentions.line(position, speaksOf: .noEntry) else { return false }
    if CallFeatures.isRemark(position, on: module.map { [$0.name] } ?? [], run) { return true }
    let line = run.mentions.lines[position]
    return run.history.failures.calls.contains { call in
      call.process == line.process && call.error.isAbsence
        && call.path.map { $0.utf8.count > 2 && line.text.contains($0) } ?? false
        && CallFeatures.isOvertaken(call, run)
    }
  }

  /// The line before one that only announces the end, if it says what was wrong: it complains, or
  /// names a place in a file.
  private static func causeBefore(_ position: Int, _ run: RankingContext) -> Int? {
    let lines = run.mentions.lines
    let closing = lines[position]
    let isUsage = Complaint.isUsage(closing.text.lowercased())
    guard endsReport(closing.text) || isUsage else { return nil }
    for near in stride(from: position - 1, through: max(0, position - 4), by: -1) {
      let line = lines[near]
      // The system's log gets the summary of what the user was told.
      let isForLog = closing.stream == .syslog && line.stream == .standardError
      guard line.process == closing.process, line.stream == closing.stream || isForLog else {
        continue
      }
      let text = line.text.lowercased()
      if endsReport(line.text) || !text.contains(where: \.isLetter)
        || Complaint.pointsElsewhere(text)
      {
        continue
      }
      if isEchoed(near, lines) { continue }
      if Complaint.isInformation(text), !text.contains("log: ") { continue }
      let isPlaced = NamedPlace.find(in: line.text, base: "/")?.line != nil
      return Complaint.weight(of: text) > 0 || isUsage
        || (isPlaced || isForLog) && !Complaint.isInformation(text)
        ? near : nil
    }
    return nil
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
      && !isCausedByPath(line, run)
  }

  /// True if git says that it knows no branch, tag or remote of a name: it looks for one in many places.
  private static func namesRevision(_ line: SpokenLine, _ process: ProcessRecord) -> Bool {
    RevisionWords.speaks(process)
      && (RevisionWords.unknownRevision(in: line.text)
        ?? RevisionWords.unknownRemote(in: line.text)) != nil
  }

  /// True if the same message goes on to a path that was not there ("Caused by: failed to read …").
  private static func isCausedByPath(_ line: SpokenLine, _ run: RankingContext) -> Bool {
    run.mentions.lines.drop { $0.number < line.number }.prefix(10).contains { other in
      other.process == line.process && other.text != line.text
        && other.text.lowercased().contains("failed to read")
        && Mentions.tokens(of: other.text).contains {
          $0.hasPrefix("/") && run.failedPaths.contains("\(line.process) \($0)")
        }
    }
  }

  /// True if the same process said something else on the same stream.
  private static func hasOther(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    lines.indices.contains {
      $0 != position && lines[$0].process == lines[position].process
        && lines[$0].stream == lines[position].stream
    }
  }

  /// True if the line stands below one that tells how the program is called, and calls itself no error.
  private static func isOfUsage(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    let line = lines[position]
    return lines[max(0, position - 40)...position].contains {
      $0.process == line.process && $0.stream == line.stream
        && $0.text.prefix(7).lowercased().hasPrefix("usage:")
    } && !Complaint.readsAsError(line.text)
  }

  /// True if the line is one of a warning's, which can go over several; not after a sentence that is a warning
  /// by itself: perl says five of them for a locale, and a script then what it comes to.
  private static func endsWarning(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    // Behind the full stop of a warning of one line another message begins.
    if position > 0, lines[position - 1].process == lines[position].process,
      lines[position - 1].text.lowercased().contains("warning:"),
      lines[position - 1].text.hasSuffix("."),
      lines[position].text.first.map({ !$0.isWhitespace }) ?? false,
      !lines[position].text.lowercased().contains("warning")
    {
      return false
    }
    return lines[max(0, position - 6)...position].contains {
      $0.process == lines[position].process && $0.text.lowercased().contains("warning")
    }
  }
}
