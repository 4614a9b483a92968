internal import History
internal import TraceEvents

// What was said of a failed call.
extension CallFeatures {
  /// Named in what was then said: the path, its last component, the address, the error's words.
  static func mentioned(_ call: FailedCall, _ run: RankingContext) -> Double {
    if let known = run.memo.mentioned[call.number] { return known }
    let value = strongestMention(of: call, run)
    run.memo.mentioned[call.number] = value
    return value
  }

  private static func strongestMention(of call: FailedCall, _ run: RankingContext) -> Double {
    let best = mentions(of: call, run).map(\.value).max() ?? 0
    if best == 0,
      isCutBeforeName(call, run) || isRestated(call, run) || isSpelledOut(call, run)
        || isStartInVain(call, run) || isHiddenLoad(call, run) || isHiddenCommand(call, run)
        || isOfDatabase(call, run) || isToldByCall(call, run)
    {
      run.memo.fitting.insert(call.number)
      return RankingWeights.restated
    }
    if best == 0, !call.error.isAbsence,
      run.mentions.lines.indices.contains(where: {
        run.mentions.lines[$0].number >= call.number
          && run.mentions.line($0, speaksOf: call.error)
          && !isWarningBeforeOtherComplaint($0, run) {
            Complaint.speaks(of: call.error, in: $0.lowercased())
          }
      })
    {
      run.memo.fitting.insert(call.number)
      return RankingWeights.errorWordsSomewhere
    }
    return best
  }

  /// The lines that may be about a call, each with how much it speaks for that.
  static func mentions(
    of call: FailedCall, _ run: RankingContext
  ) -> [(line: Int, value: Double)] {
    let lineage = run.history.lineage(of: call.process).map { run.history.processes[$0] }
    // A program can be called by a link's name: fsck.ext4 is e2fsck.
    let names = Set(
      lineage.flatMap { [$0.name, $0.executable.map(PathName.base) ?? $0.name] })
    let commandWords = Set(
      lineage.flatMap { $0.arguments.prefix(2).flatMap { [$0, PathName.base(of: $0)] } })
    var found: [(line: Int, value: Double)] = []
    for (token, weight) in mentionTokens(of: call) {
      // A program says its own name in every complaint, and often the name of its subcommand.
      if call.purpose != .execute || call.replacement != nil, names.contains(token) { continue }
      // So is the name of its own configuration file without the suffix: e2fsck and /etc/e2fsck.conf.
      if let path = call.path, path.hasPrefix(token + "."), names.contains(PathName.base(of: token))
      {
        continue
      }
      // Words that name x.pem are not about x.pem.rsa, where both were asked for.
      if token != call.path, token != call.secondPath, let path = call.path,
        path.hasPrefix(token) || PathName.base(of: path).hasPrefix(token),
        run.failedPaths.contains(
          "\(call.process) "
            + (token.hasPrefix("/") ? token : PathName.directory(of: path) + "/" + token)),
        PathName.absolute(token, from: PathName.directory(of: path)) != path
      {
        continue
      }
      let isCommandWord = weight < RankingWeights.nameMentioned && commandWords.contains(token)
      for mention in run.mentions.mentions(of: token, after: call.number) {
        let speaker = run.mentions.lines[mention.line].process
        guard isAudience(speaker, of: call.process, run),
          !Complaint.isPieceOfData(run.mentions.lines[mention.line].text),
          !Complaint.reportsTarget(run.mentions.lines[mention.line].text),
          !Complaint.isSpeaker(token, of: run.mentions.lines[mention.line].text)
        else { continue }
        if weight == RankingWeights.directoryMentioned, isSeen(token, call, run) { continue }
        // A name without its suffix, or that of a directory, is said for many reasons: it has to be said of
        // something that could not be used.
        if call.error.isAbsence,
          [RankingWeights.directoryMentioned, RankingWeights.wordMentioned].contains(weight),
          !run.mentions.speaksOfUse(besides: token, around: mention.line)
        {
          continue
        }
        let isShort = weight == RankingWeights.shortNameMentioned
        if call.purpose != .execute, isPlainWord(token), token != call.call.path,
          mention.word == token,
          !run.mentions.quotes(token, inLine: mention.line),
          run.lastFailure[call.process] != call.lastNumber && !isCommand(call, run)
            && !isOperand(token, call, run)
            || !run.mentions.line(mention.line, speaksOf: call.error)
        {
          continue
        }
        if isShort || isCommandWord, !run.mentions.line(mention.line, speaksOf: call.error) {
          continue
        }
        var value = weight
        if mention.word != token, mention.word.contains("/") {
          // The end of a longer path: of this one, or of another with the same last name.
          // What begins at the root with one name alone is an address's: "url: /directory".
          guard let path = call.path, path.hasSuffix(mention.word.droppingDots),
            mention.word.lastIndex(of: "/") != mention.word.startIndex || mention.word == path,
            !isReadFile(mention.word, call, run)
          else { continue }
          value = RankingWeights.pathEndMentioned
        }
        if run.mentions.line(mention.line, speaksOf: call.error) {
          value += RankingWeights.errorWordsOnSameLine
        } else if let said = Complaint.error(in: run.mentions.lines[mention.line].text),
          said != call.error, !said.isAbsence
        {
          // What the words say of it came of another call, a write for instance.
          value *= RankingWeights.mentionOfOtherError
        } else if call.error.isAbsence,
          Complaint.comparesTwo(run.mentions.lines[mention.line].text)
        {
          // What is compared with something else need not be there.
          value *= RankingWeights.mentionInPassing * RankingWeights.mentionOfOtherError
        } else if call.error.isAbsence,
          Complaint.missesGoal(token, in: run.mentions.lines[mention.line].text)
        {
          // A goal need not be a file.
          value *= RankingWeights.mentionOfOtherError
        } else if run.mentions.anyLine(after: call.number, speaksOf: call.error) {
          value += RankingWeights.errorWordsSomewhere
        }
        if call.error.isAbsence, mention.word == token, token != call.call.path,
          isNameOfReadFile(token, call, run)
        {
          value *= RankingWeights.mentionInPassing
        }
        if isNamedBeside(token, weight, mention, call, run) {
          value *= RankingWeights.mentionInPassing
        }
        if run.mentions.isInformation(mention.line)
          || isOutdone(mention.line, token, run)
          || call.error.isAbsence
            && (isBesideError(mention.line, token, run) || isRemark(mention.line, on: [token], run))
          || askedFor(call, run) == 0
            && isWarningBeforeOtherComplaint(mention.line, run, isAboutIt: { $0.contains(token) })
        {
          // The paragraph of a warning is nothing but that.
          value *= RankingWeights.mentionInPassing
          if run.mentions.isInWarning(mention.line) { value *= RankingWeights.mentionInPassing }
        }
        // What is tidied up and is not there was never made, for a reason that is told elsewhere.
        if call.purpose == .remove, call.error.isAbsence, askedFor(call, run) == 0 {
          value *= RankingWeights.mentionInPassing
        }
        if wentOn(after: mention.line, run) { value *= RankingWeights.mentionInPassing }
        // What nobody was to see of a command that the failure did not come from.
        if run.mentions.lines[mention.line].isDiscarded, !run.path.contains(speaker) {
          value *= RankingWeights.mentionInPassing
        }
        // A list of the places that are searched says nothing of one of them.
        if Complaint.isListOfPlaces(mention.word, in: run.mentions.lines[mention.line].text) {
          value *= RankingWeights.mentionInPassing * RankingWeights.mentionInPassing
        }
        if run.mentions.complaintWeight(around: mention.line) < 0.3
          || run.mentions.isReassuring(mention.line)
        {
          value *= RankingWeights.mentionWithoutComplaint
        }
        found.append((mention.line, value))
      }
    }
    return found + mentionsOfUsers(of: call, run)
  }

  /// How many libraries before a missing one are asked whether words name them.
  private static let fewUsers = 6

  /// The lines that name a library opened just before one that is missing: it is likely the one that
  /// needs it, and some programs keep the loader's own words to themselves.
  private static func mentionsOfUsers(
    of call: FailedCall, _ run: RankingContext
  ) -> [(line: Int, value: Double)] {
    guard call.error.isAbsence, call.replacement == nil, let path = call.path,
      Observer.isLibraryName(PathName.base(of: path))
    else { return [] }
    let users = run.history.processes[call.process].libraries
      .prefix(call.librariesBefore).suffix(fewUsers)
    return users.flatMap { user in
      run.mentions.mentions(of: PathName.base(of: user), after: call.number)
        .filter { isAudience(run.mentions.lines[$0.line].process, of: call.process, run) }
        .filter { run.mentions.complaintWeight(around: $0.line) >= 0.3 }
        .map { ($0.line, RankingWeights.userMentioned) }
    }
  }

  /// True if the next words of its process have the words of its error and name no other path that
  /// failed, and nothing else failed in between: a message that names the line of configuration in place
  /// of the path.
  static func isRestated(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose != .inspect, call.path != nil, call.replacement == nil,
      let position = run.mentions.lines.firstIndex(where: {
        $0.process == call.process && $0.number >= call.lastNumber
      }),
      run.mentions.line(position, speaksOf: call.error)
    else { return false }
    let line = run.mentions.lines[position]
    if run.history.failures.calls.contains(where: {
      $0.process == call.process && $0.lastNumber > call.lastNumber && $0.lastNumber < line.number
        && $0.purpose != .connect
    }) {
      return false
    }
    let place = NamedPlace.find(
      in: line.text, base: run.history.processes[call.process].workingDirectory)
    return place.map {
      $0.line != nil && run.history.processes[call.process].recentFiles.contains($0.file)
    } ?? false
  }

  /// True for what failed last before an exception that has the words of its error, in a line that was cut
  /// before it could name anything, as a log of strace cuts them: `FileNotFoundError: [Errno 2] No such fi…`.
  private static func isCutBeforeName(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose != .inspect, call.path != nil, call.replacement == nil else { return false }
    let later = run.mentions.lines.indices.filter {
      run.mentions.lines[$0].process == call.process
        && run.mentions.lines[$0].number >= call.lastNumber
    }
    guard let first = later.first,
      later.contains(where: {
        let text = run.mentions.lines[$0].text
        return text.utf8.last == 0xA6 && text.hasSuffix("…") && Complaint.namesException(text)
          && run.mentions.line($0, speaksOf: call.error)
      })
    else { return false }
    let spoken = run.mentions.lines[first].number
    return !run.history.failures.calls.contains {
      $0.process == call.process && $0.lastNumber > call.lastNumber && $0.lastNumber < spoken
    }
  }

  /// The words about it were thrown away, and its process went on: `source x 2>/dev/null || true`.
  static func toldToNobody(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard let path = call.path else { return 0 }
    let about = run.mentions.mentions(of: path, after: call.number)
      .filter { run.mentions.lines[$0.line].process == call.process }
    return !about.isEmpty && about.allSatisfy { wentOn(after: $0.line, run) }
      ? RankingWeights.toldToNobody : 0
  }

  /// True if nobody was shown a line, and its process started another program after it.
  static func wentOn(after position: Int, _ run: RankingContext) -> Bool {
    let line = run.mentions.lines[position]
    guard !line.isShown, line.stream == .standardError else { return false }
    return run.history.processes[line.process].children.contains {
      let child = run.history.processes[$0]
      return child.startNumber > line.number && child.hasExecuted
    }
  }

  /// True for a warning after which its program went on, and complained of something else.
  private static func isWarningBeforeOtherComplaint(
    _ position: Int, _ run: RankingContext, isAboutIt: (String) -> Bool
  ) -> Bool {
    let line = run.mentions.lines[position]
    guard run.mentions.isWarning(position),
      let complaint = run.firstClearComplaint(after: line.number + 1, of: line.process)
    else { return false }
    return !isAboutIt(complaint.text)
  }

  /// True if the process has found anything in a directory, or works there.
  private static func isSeen(
    _ directory: String, _ call: FailedCall, _ run: RankingContext
  ) -> Bool {
    let process = run.history.processes[call.process]
    let below = directory + "/"
    return process.workingDirectory == directory || process.workingDirectory.hasPrefix(below)
      || process.recentFiles.contains { $0 == directory || $0.hasPrefix(below) }
      || process.listedDirectories.contains { $0 == directory || $0.hasPrefix(below) }
      || process.lastWrittenFile?.hasPrefix(below) ?? false
  }

  /// True if the process had read a file of that name at another place: words that have the name alone
  /// are about that one.
  private static func isNameOfReadFile(
    _ name: String, _ call: FailedCall, _ run: RankingContext
  ) -> Bool {
    !name.contains(".so")
      && run.history.processes[call.process].recentFiles.contains {
        $0 != call.path && PathName.base(of: $0) == name
      }
  }

  /// True if a relative path that words name is that of a file which the process had read.
  private static func isReadFile(
    _ name: String, _ call: FailedCall, _ run: RankingContext
  ) -> Bool {
    let process = run.history.processes[call.process]
    let path = PathName.absolute(name, from: process.workingDirectory)
    return path != call.path && process.recentFiles.contains(path)
  }

  /// True for a word that the process was given as an argument.
  private static func isOperand(
    _ word: String, _ call: FailedCall, _ run: RankingContext
  ) -> Bool {
    run.history.processes[call.process].arguments.dropFirst().contains(word)
  }

  /// True for what is said for many reasons: a word of lower-case letters alone.
  private static func isPlainWord(_ token: String) -> Bool {
    token.utf8.count < 12
      && token.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
  }

  /// The words by which a program would name what the call was about, with their weights.
  static func mentionTokens(of call: FailedCall) -> [(token: String, weight: Double)] {
    var tokens: [(String, Double)] = []
    for (path, given) in zip([call.path, call.secondPath], [call.call.path, nil]) {
      guard let path else { continue }
      tokens.append((path, RankingWeights.pathMentioned))
      let base = PathName.base(of: path)
      if call.purpose == .create || call.purpose == .make {
        // Names of temporary files are made up: words name their directory.
        tokens.append((PathName.directory(of: path), RankingWeights.nameMentioned))
      }
      if call.error.isAbsence, call.purpose == .open || call.purpose == .inspect {
        // What was looked for in a directory that is not there can be told by that directory.
        let directory = PathName.directory(of: path)
        if directory.split(separator: "/").count > 2 {
          tokens.append((directory, RankingWeights.directoryMentioned))
        }
      }
      if let given, given != path, given != base {
        tokens.append((given, RankingWeights.pathMentioned))
      }
      if base.count < 3 {
        tokens.append((base, RankingWeights.shortNameMentioned))
      } else {
        // A short word without a dot, such as "all", is said for many reasons.
        let isTelling = base.count > 4 || base.contains(".")
        tokens.append(
          (base, isTelling ? RankingWeights.nameMentioned : RankingWeights.wordMentioned))
        if let dot = base.lastIndex(of: "."), base.distance(from: base.startIndex, to: dot) >= 4 {
          tokens.append((String(base[..<dot]), RankingWeights.wordMentioned))
          if let end = path.lastIndex(of: ".") {
            tokens.append((String(path[..<end]), RankingWeights.pathEndMentioned))
          }
        }
        if let short = base.linkName {
          tokens.append(("-l" + short, RankingWeights.nameMentioned))
        }
      }
    }
    // Programs write the control characters of a name as escapes.
    for (token, weight) in tokens where token.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      tokens.append((TargetText.escaped(token), weight))
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

  /// Whether words of `speaker` can be about a call of `process`: it is the same process, or one
  /// above it, or one that it passed its failure to.
  static func isAudience(_ speaker: Int, of process: Int, _ run: RankingContext) -> Bool {
    speaker == process || run.path.contains(speaker)
      || run.history.lineage(of: process).contains(speaker)
  }
}

extension String {
  /// Without a leading `./` or `../`.
  fileprivate var droppingDots: Substring {
    var rest = self[...]
    while rest.hasPrefix("./") || rest.hasPrefix("../") {
      rest = rest.drop { $0 == "." }.dropFirst()
    }
    return rest
  }
}
