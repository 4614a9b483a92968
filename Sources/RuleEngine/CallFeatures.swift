internal import History
internal import TraceEvents

/// The features of a failed call: each a function of the call and the run that gives log-odds.
enum CallFeatures {
  typealias Feature = @Sendable (FailedCall, RankingContext) -> Double

  static let all: [(name: String, function: Feature)] = [
    ("process", process), ("mentioned", mentioned), ("error", error), ("use", use),
    ("replaced", replaced), ("became another program", becameAnother),
    ("last failure", lastFailure), ("before complaint", beforeComplaint),
    ("before end", beforeEnd), ("retried until end", retriedUntilEnd),
    ("said nothing", saidNothing), ("passed over in words", passedOver),
    ("optional place", optionalPlace), ("to be made", toBeMade), ("a look before", probed),
    ("there already", thereAlready),
    ("asked for by the user", askedFor), ("refused elsewhere", refusedElsewhere),
    ("closed with other words", closedWithOtherWords),
    ("asked for more than it needs", askedForMore), ("after the complaint", aftermath),
  ]

  /// On the failure path or beside it.
  static func process(_ call: FailedCall, _ run: RankingContext) -> Double {
    ProcessFeature.standing(of: call.process, run)
  }

  /// Named in what was then said: the path, its last component, the address, the error's words.
  static func mentioned(_ call: FailedCall, _ run: RankingContext) -> Double {
    let best = mentions(of: call, run).map(\.value).max() ?? 0
    if best == 0, !call.error.isAbsence,
      run.mentions.anyLine(after: call.number, speaksOf: call.error)
    {
      return RankingWeights.errorWordsSomewhere
    }
    return best
  }

  /// The lines that may be about a call, each with how much it speaks for that.
  static func mentions(
    of call: FailedCall, _ run: RankingContext
  ) -> [(line: Int, value: Double)] {
    let lineage = run.history.lineage(of: call.process).map { run.history.processes[$0] }
    let names = Set(lineage.map(\.name))
    let commandWords = Set(
      lineage.flatMap { $0.arguments.prefix(2).flatMap { [$0, PathName.base(of: $0)] } })
    var found: [(line: Int, value: Double)] = []
    for (token, weight) in mentionTokens(of: call) {
      // A program says its own name in every complaint, and often the name of its subcommand.
      if call.purpose != .execute || call.replacement != nil, names.contains(token) { continue }
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
        guard isAudience(speaker, of: call.process, run) else { continue }
        let isShort = weight == RankingWeights.shortNameMentioned
        if call.purpose != .execute, isPlainWord(token), token != call.call.path,
          mention.word == token,
          !run.mentions.quotes(token, inLine: mention.line),
          run.lastFailure[call.process] != call.lastNumber
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
          guard let path = call.path, path.hasSuffix(mention.word.droppingDots) else { continue }
          value = RankingWeights.pathMentioned - 0.2
        }
        if run.mentions.line(mention.line, speaksOf: call.error) {
          value += RankingWeights.errorWordsOnSameLine
        } else if run.mentions.anyLine(after: call.number, speaksOf: call.error) {
          value += RankingWeights.errorWordsSomewhere
        }
        if run.mentions.complaintWeight(around: mention.line) < 0.3
          || run.mentions.isReassuring(mention.line)
        {
          value *= RankingWeights.mentionWithoutComplaint
        }
        found.append((mention.line, value))
      }
    }
    return found
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
      if let given, given != path, given != base {
        tokens.append((given, RankingWeights.pathMentioned))
      }
      if base.count < 3 {
        tokens.append((base, RankingWeights.shortNameMentioned))
      } else {
        // A short word without a dot, such as "all", is said for many reasons.
        let isTelling = base.count > 4 || base.contains(".")
        tokens.append((base, RankingWeights.nameMentioned - (isTelling ? 0 : 0.8)))
        if let dot = base.lastIndex(of: "."), base.distance(from: base.startIndex, to: dot) >= 4 {
          tokens.append((String(base[..<dot]), RankingWeights.nameMentioned - 0.8))
          if let end = path.lastIndex(of: ".") {
            tokens.append((String(path[..<end]), RankingWeights.pathMentioned - 0.2))
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

  /// What the error by itself says.
  static func error(_ call: FailedCall, _ run: RankingContext) -> Double {
    // What gives up waiting for a lock is interrupted.
    call.error == .interrupted
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
    run.lastFailure[call.process] == call.lastNumber ? RankingWeights.lastFailure : 0
  }

  /// Soon followed by the process's first complaint.
  static func beforeComplaint(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard let complaint = run.firstComplaint[call.process], complaint > call.number else {
      return 0
    }
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

  /// The program complained in clear words, and not of this.
  static func passedOver(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard mentioned(call, run) == 0,
      let complaint = run.firstClearComplaint(after: call.number, of: call.process)
    else { return 0 }
    let text = complaint.text.lowercased()
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
    let weight =
      call.error.isAbsence && call.address == nil
      ? RankingWeights.absencePassedOver : RankingWeights.errorPassedOver
    return weight * (1 - closeness)
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

  /// A configuration file that nobody asked for by name: programs look for many and need few.
  static func optionalPlace(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, let path = call.path,
      call.purpose == .open || call.purpose == .inspect,
      isConfigurationPlace(path, run.history.processes[call.process]), mentioned(call, run) == 0
    else { return 0 }
    let process = run.history.processes[call.process]
    let words = process.arguments.dropFirst() + process.environment
    let given = call.call.path ?? path
    return words.contains { $0.containsBytes(given) || $0.containsBytes(path) }
      ? 0 : RankingWeights.optionalPlace
  }

  /// Named on the command line of its process, word for word.
  static func askedFor(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.replacement == nil, call.purpose != .execute else { return 0 }
    let given = [call.path, call.call.path, call.secondPath].compactMap { $0 }
    let arguments = run.history.processes[call.process].arguments.dropFirst()
    return arguments.contains { argument in given.contains { $0 == argument } }
      ? RankingWeights.askedFor : 0
  }

  /// It failed after its process had complained in clear words, and nobody spoke of it: what is then
  /// done is tidying up.
  static func aftermath(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard mentioned(call, run) == 0, call.error.isAbsence, call.address == nil,
      run.firstClearComplaint(after: call.number, of: call.process) == nil
    else { return 0 }
    let hadComplained = run.mentions.lines.contains {
      $0.process == call.process && $0.number < call.number && $0.stream == .standardError
        && Complaint.weight(of: $0.text.lowercased()) >= 0.55
    }
    return hadComplained ? RankingWeights.afterComplaint : 0
  }

  /// A call by which programs ask for better conditions, and live without: higher limits, huge pages,
  /// memory that is not swapped, a higher priority. It counts where the words speak of its error.
  static func askedForMore(_ call: FailedCall, _ run: RankingContext) -> Double {
    let isLuxury =
      luxuries.contains(call.call.name)
      || call.call.name.hasPrefix("mmap")
        && call.call.symbols.contains { $0.contains("MAP_HUGETLB") }
    guard isLuxury else { return 0 }
    guard let complaint = run.firstClearComplaint(after: call.number, of: call.process) else {
      return 0
    }
    return Complaint.speaks(of: call.error, in: complaint.text.lowercased())
      ? 0 : RankingWeights.asksForMore
  }

  private static let luxuries: Set<String> = [
    "setrlimit", "prlimit64", "setpriority", "sched_setscheduler", "sched_setaffinity", "mlock",
    "mlock2", "mlockall", "io_uring_setup", "perf_event_open", "bpf", "fallocate", "madvise",
  ]

  /// The same name is at another place, which refused: that is why this search went on.
  static func refusedElsewhere(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, let path = call.path else { return 0 }
    return run.refusedNames.contains("\(call.process)/" + PathName.base(of: path))
      ? RankingWeights.refusedElsewhere : 0
  }

  /// Who makes a directory that is there already mostly goes on with it, as `mkdir -p` does.
  static func thereAlready(_ call: FailedCall, _ run: RankingContext) -> Double {
    call.error == .exists && call.call.name.hasPrefix("mkdir") && mentioned(call, run) == 0
      ? RankingWeights.thereAlready : 0
  }

  /// What does not exist yet since it is to be made: the argument of -o, or of a command that was
  /// started to make it.
  static func toBeMade(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, call.purpose == .inspect || call.purpose == .remove,
      let path = call.path, let given = call.call.path
    else { return 0 }
    let process = run.history.processes[call.process]
    if isOutput(given, of: process) || isOutput(path, of: process) {
      return RankingWeights.toBeMade
    }
    let base = PathName.base(of: path)
    let isStarted = process.children.contains { child in
      let started = run.history.processes[child]
      return started.startNumber > call.number
        && started.arguments.contains { $0 == given || $0 == path || $0.contains(base) }
    }
    return isStarted ? RankingWeights.toBeMade : 0
  }

  private static func isOutput(_ path: String, of process: ProcessRecord) -> Bool {
    for (option, value) in zip(process.arguments, process.arguments.dropFirst())
    where value == path && (option == "-o" || option.hasPrefix("--out")) { return true }
    return process.arguments.contains { $0 == "-o" + path || $0 == "of=" + path }
  }

  private static func isConfigurationPlace(_ path: String, _ process: ProcessRecord) -> Bool {
    if path.hasPrefix("/etc/") || path.hasPrefix("/usr/") || path.hasPrefix("/var/lib/") {
      return true
    }
    guard let home = process.environmentValue("HOME"), home.count > 1 else { return false }
    return path.hasPrefix(home + "/.")
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
    let leaf = run.history.processes[run.path.leaf]
    // A shell looks for a command, and its fork says that there is none.
    if !leaf.hasExecuted, leaf.parent == process { return RankingWeights.innermost }
    if run.path.contains(process) { return RankingWeights.onFailurePath }
    let record = run.history.processes[process]
    guard record.failed else { return RankingWeights.offFailurePath }
    return isOvercome(record, run)
      ? RankingWeights.overcome : RankingWeights.offFailurePathButFailed
  }

  /// True if the failure path went on after this failure, and then failed over something else, by
  /// its own words.
  private static func isOvercome(_ record: ProcessRecord, _ run: RankingContext) -> Bool {
    guard let parent = record.parent, record.end != nil,
      run.history.processes[parent].children.contains(where: {
        let other = run.history.processes[$0]
        return other.startNumber > record.endNumber && other.hasExecuted && !other.failed
      })
    else { return false }
    return run.mentions.lines.contains { line in
      let text = line.text.lowercased()
      return line.process == run.path.leaf && line.number > record.endNumber
        && Complaint.isAboutInput(text) && !text.contains(record.name.lowercased())
    }
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

  /// Without a leading `./` or `../`.
  fileprivate var droppingDots: Substring {
    var rest = self[...]
    while rest.hasPrefix("./") || rest.hasPrefix("../") {
      rest = rest.drop { $0 == "." }.dropFirst()
    }
    return rest
  }
}
