internal import History
internal import TraceEvents

// What programs try without need of it.
extension CallFeatures {
  /// Looks that a program takes before it acts: whether the target is a directory (cp opens it with
  /// O_DIRECTORY), and whether there is anything in the place of what it then tried to make. And one
  /// that it takes after: for a file it has opened, under that name with an ending more (unzip).
  static func probed(_ call: FailedCall, _ run: RankingContext) -> Double {
    if isOfSystem(call, run) { return RankingWeights.lookBefore }
    if asksForProcess(call) { return RankingWeights.lookBefore - mentioned(call, run) }
    if isForFrames(call, run) || isOwnName(call, run) {
      return RankingWeights.lookBefore - mentioned(call, run)
    }
    if isOwnSocket(call, run) { return RankingWeights.lookBefore - mentioned(call, run) }
    guard call.error.isAbsence, let path = call.path else { return 0 }
    // In a directory that is gone nothing is found.
    if let given = call.call.path, !given.hasPrefix("/"),
      run.history.failures.calls.contains(where: {
        $0.process == call.process && isOfGoneDirectory($0)
      })
    {
      return RankingWeights.lookBefore - mentioned(call, run)
    }
    // What has too long a name was not missed.
    if run.mentions.mentions(of: path, after: call.number).contains(where: {
      run.mentions.lines[$0.line].text.hasSuffix("is too long")
    }) {
      return RankingWeights.lookBefore - mentioned(call, run)
    }
    // What was to be connected to is a socket.
    if call.purpose == .inspect,
      run.history.failures.calls.contains(where: {
        $0.process == call.process && $0.purpose == .connect && $0.error == call.error
          && $0.address == .unix(path: path)
      })
    {
      return RankingWeights.lookBefore
    }
    // Whether what was given is an address or a file's name is tried out.
    if let given = call.call.path, given.contains("://") { return RankingWeights.lookBefore }
    if call.error == .notDirectory, call.purpose == .open, call.call.hasSymbol("O_DIRECTORY"),
      !run.mentions.anyLine(after: call.number, speaksOf: .notDirectory)
    {
      return RankingWeights.lookBefore
    }
    // unzip tries x.zip.zip and x.zip.ZIP once x.zip is no archive.
    let isExtended = run.history.processes[call.process].recentFiles.contains {
      path.utf8.count > $0.utf8.count + 1 && path.hasPrefix($0 + ".")
    }
    if isExtended, call.purpose == .open || call.purpose == .inspect {
      return RankingWeights.lookBefore
    }
    // Ruby asks for the source of what it then finds as an extension.
    if path.hasSuffix(".rb"),
      run.history.processes[call.process].libraries.contains(String(path.dropLast(3)) + ".so")
    {
      return RankingWeights.lookBefore
    }
    let isToBeMade = run.history.failures.calls.contains {
      $0.process == call.process && $0.secondPath == path
        && !$0.error.isAbsence
    }
    return isToBeMade ? RankingWeights.lookBefore : 0
  }

  /// True for a program that looks along PATH for its own file, to know where it is installed, and was
  /// refused in one directory there, if nobody names that path.
  private static func isOwnName(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let process = run.history.processes[call.process]
    guard call.error == .accessDenied, call.purpose == .inspect || call.purpose == .open,
      process.hasExecuted, let path = call.path, let first = process.arguments.first,
      [PathName.base(of: first), process.name].contains(PathName.base(of: path)),
      let search = process.environmentValue("PATH"),
      search.split(separator: ":").contains(where: { $0 == PathName.directory(of: path) })
    else { return false }
    return !run.mentions.mentions(of: path, after: call.number).contains { $0.word == path }
  }

  /// True for what the C library and runtimes look at beside their work, and nobody then spoke of: files of
  /// the kernel that this one does not have, and the passwords that only root may read.
  private static func isOfSystem(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard let path = call.path, call.purpose == .open || call.purpose == .inspect else {
      return false
    }
    let isKernels =
      call.error.isAbsence && (path.hasPrefix("/sys/") || path.hasPrefix("/proc/"))
    let isShadow =
      call.error == .accessDenied && (path == "/etc/shadow" || path == "/etc/gshadow")
    guard isKernels || isShadow else { return false }
    return askedFor(call, run) == 0
      && run.mentions.mentions(of: path, after: call.number).isEmpty
      && run.mentions.mentions(of: call.call.path ?? path, after: call.number).isEmpty
  }

  /// True for a question for the working directory that was answered with its absence.
  static func isOfGoneDirectory(_ call: FailedCall) -> Bool {
    call.call.name == "getcwd" && call.error == .noEntry
  }

  /// True for signal 0, which asks whether there is such a process: a refusal says that there is (kill(2)).
  private static func asksForProcess(_ call: FailedCall) -> Bool {
    guard ["kill", "tkill", "tgkill"].contains(call.call.name), call.error == .notPermitted else {
      return false
    }
    return call.call.arguments.last.map {
      switch $0 {
      case .integer(0): true
      case .symbol(let name), .text(let name): name == "0"
      default: false
      }
    } ?? false
  }

  /// A configuration file that nobody asked for by name: programs look for many and need few.
  static func optionalPlace(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error.isAbsence, let path = call.path,
      call.purpose == .open || call.purpose == .inspect,
      isConfigurationPlace(path, run.history.processes[call.process]), mentioned(call, run) == 0
    else { return 0 }
    let process = run.history.processes[call.process]
    // A shell looks for what its script tests.
    if call.purpose == .inspect,
      let shell = process.executable.map(PathName.base), ShellWords.shells.contains(shell)
    {
      return 0
    }
    let words = process.arguments.dropFirst() + process.environment
    let given = call.call.path ?? path
    if words.contains(where: { $0.contains(given) || $0.contains(path) }) { return 0 }
    // Who needs one and has it not says so.
    return RankingWeights.optionalPlace
      + (saidNothing(call, run) == 0 ? 0 : RankingWeights.optionalInSilence)
  }

  /// Named on the command line of its process, word for word: a path, or that of a Unix socket.
  static func askedFor(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.replacement == nil else { return 0 }
    if call.purpose == .execute || call.purpose == .inspect && isCommand(call, run) {
      // CC=arm-gcc, EDITOR=viim: programs are told by variables what to run.
      guard let name = call.path.map(PathName.base), name.utf8.count > 1 else { return 0 }
      return run.history.processes[call.process].environment.contains {
        $0.hasSuffix("=" + name) && !$0.hasPrefix("_=")
      } ? RankingWeights.askedFor : 0
    }
    var given = [call.path, call.call.path, call.secondPath].compactMap { $0 }
    if case .unix(let path)? = call.address { given.append(path) }
    let arguments = run.history.processes[call.process].arguments.dropFirst()
    return arguments.contains { argument in given.contains { $0 == argument } }
      ? RankingWeights.askedFor : 0
  }

  /// True for a look into a directory of PATH, as shells look for commands.
  static func isCommand(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard let path = call.path, call.error.isAbsence,
      let search = run.history.processes[call.process].environmentValue("PATH")
    else { return false }
    return search.split(separator: ":").contains { $0 == PathName.directory(of: path) }
  }

  /// A call by which programs ask for better conditions, and live without: higher limits, huge pages,
  /// memory that is not swapped, a higher priority, another owner. It counts where the words speak of its error.
  static func askedForMore(_ call: FailedCall, _ run: RankingContext) -> Double {
    let isLuxury =
      luxuries.contains(call.call.name)
      || call.call.name.hasPrefix("mmap")
        && call.call.symbols.contains { $0.contains("MAP_HUGETLB") }
    guard isLuxury, !failedOnlyThere(call, run) else { return 0 }
    guard let complaint = run.firstClearComplaint(after: call.number, of: call.process) else {
      return 0
    }
    return Complaint.speaks(of: call.error, in: complaint.text.lowercased())
      ? 0 : RankingWeights.asksForMore
  }

  /// True for a request for another priority that was the last failure of its process before it complained
  /// and failed: whoever ends right after it asked for that and no more.
  static func failedOnlyThere(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard priorities.contains(call.call.name), run.path.contains(call.process),
      let complaint = run.firstClearComplaint(after: call.number, of: call.process)
    else { return false }
    return !run.history.failures.calls.contains {
      // Before it speaks it looks for its words in other languages.
      $0.process == call.process && $0.number > call.number && $0.number < complaint.number
        && !$0.error.isAbsence
    }
  }

  static let priorities: Set<String> = [
    "setpriority", "sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity",
    "ioprio_set",
  ]

  private static let luxuries: Set<String> = [
    "setrlimit", "prlimit64", "setpriority", "sched_setscheduler", "sched_setparam",
    "sched_setattr", "sched_setaffinity", "ioprio_set", "mlock", "mlock2", "mlockall", "chown",
    "fchown", "lchown", "fchownat", "io_uring_setup",
    "perf_event_open", "bpf", "fallocate", "madvise",
  ]

  /// Who makes a directory that is there already mostly goes on with it, as `mkdir -p` does.
  static func thereAlready(_ call: FailedCall, _ run: RankingContext) -> Double {
    guard call.error == .exists, let path = call.path,
      call.call.name.hasPrefix("mkdir") || isMadeOnce(call, run)
    else { return 0 }
    let names = [path, call.call.path ?? path, PathName.base(of: path)]
    let isTold = names.contains { name in
      run.mentions.mentions(of: name, after: call.number).contains {
        run.mentions.line($0.line, speaksOf: .exists)
      }
    }
    return isTold ? 0 : RankingWeights.thereAlready - mentioned(call, run)
  }

  /// Events from which on a program went on with something else.
  private static let wayOn = 12

  /// True for a file that is made if it is not there yet, and that is no lock: its program went on.
  private static func isMadeOnce(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.call.hasSymbol("O_EXCL"), let path = call.path,
      let line = run.mentions.lines.first(where: {
        $0.process == call.process && $0.number >= call.lastNumber
      })
    else { return false }
    let name = PathName.base(of: path).lowercased()
    return line.number - call.lastNumber > wayOn && !name.contains("lock") && !name.contains("pid")
  }

  /// What does not exist yet since it is to be made: the argument of -o, or of a command that was
  /// started to make it.
  static func toBeMade(_ call: FailedCall, _ run: RankingContext) -> Double {
    if isResult(call, run) || isTarget(call, run) {
      return RankingWeights.toBeMade - mentioned(call, run)
    }
    if isOwnPidFile(call, run) { return RankingWeights.toBeMade }
    guard call.error.isAbsence, call.purpose == .inspect || call.purpose == .remove,
      let path = call.path, let given = call.call.path
    else { return 0 }
    let process = run.history.processes[call.process]
    if isOutput(given, of: process) || isOutput(path, of: process) {
      return RankingWeights.toBeMade
    }
    let base = PathName.base(of: path)
    // What is fetched is stored under the last part of its address.
    if process.arguments.contains(where: { $0.contains("://") && $0.hasSuffix("/" + base) }) {
      return RankingWeights.toBeMade
    }
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
    // Hidden files are the user's wishes, in whatever directory.
    if PathName.base(of: path).hasPrefix("."), PathName.base(of: path) != "." { return true }
    guard let home = process.environmentValue("HOME"), home.count > 1 else { return false }
    return path.hasPrefix(home + "/.")
  }
}
