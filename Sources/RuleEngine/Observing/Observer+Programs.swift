internal import History
internal import TraceEvents

extension Observer {
  func failedExecution(
    _ call: FailedCall, places: [String], process: ProcessRecord, asking: Bool
  ) -> any ObservationKind {
    let path = call.path ?? ""
    if let script = markedScript(call, process) {
      return programRejected(script, call, inquiry.pathWalk(script), asking: asking)
    }
    if asking, call.error == .noEntry, let there = foundInVain(by: call, places, process) {
      return programRejected(there, call, inquiry.pathWalk(there), asking: true)
    }
    if call.error == .noEntry,
      isSearchOfPath(places, process) || isLookup(call, process)
        || isShellsLookup(call, process)
    {
      return commandNotFound(call, places: places, process: process, asking: asking)
    }
    guard asking, let walk = inquiry.pathWalk(path) else {
      return call.error == .noEntry || call.error == .notDirectory || call.error == .tooManyLinks
        ? missingPath(call, places, process, asking: asking)
        : programRejected(path, call, nil, asking: false)
    }
    if case .exists = walk.end { return programRejected(path, call, walk, asking: true) }
    return missingPath(call, places, process, asking: asking)
  }

  /// The script whose byte order mark stands before the name of a command: a shell that reads a script which
  /// the kernel did not take, or that it was told to read, takes the mark for a part of the first word.
  private func markedScript(_ call: FailedCall, _ process: ProcessRecord) -> String? {
    guard let given = call.call.path ?? call.path,
      given.unicodeScalars.contains("\u{FEFF}"),
      PathName.base(of: given).unicodeScalars.first == "\u{FEFF}"
        || given.unicodeScalars.first == "\u{FEFF}"
    else { return nil }
    let lineage = history.lineage(of: process.index)
    if let rejected = history.failures.calls.last(where: {
      $0.error == .executableFormat && $0.number < call.number && lineage.contains($0.process)
    }) {
      return rejected.path
    }
    return lineage.lazy.map { history.processes[$0] }.compactMap { record in
      record.arguments.dropFirst().first { !$0.hasPrefix("-") }
        .map { PathName.absolute($0, from: record.workingDirectory) }
    }.first { inquiry.programFile($0) == .other(content: .utf8ByteOrderMark) }
  }

  /// The search for a command that is in no directory of PATH which its user may look into; nil if it
  /// is known to be in the one that refuses. `execvp(3)` gives EACCES where any of them does.
  func searchOfClosedPath(
    _ call: FailedCall, _ process: ProcessRecord
  ) -> CommandNotFound? {
    guard call.purpose == .execute, call.error == .accessDenied, let path = call.path else {
      return nil
    }
    let name = PathName.base(of: path)
    let places = history.failures.calls.filter {
      $0.process == call.process && $0.purpose == .execute
    }.compactMap(\.path).filter { PathName.base(of: $0) == name }
    // We look along PATH for the program that is to be run, in its place.
    guard isSearchOfPath(places, process) || !process.hasExecuted && places.count >= 2,
      let closed = inquiry.accessWalk(
        path, operation: .execute, credentials: process.credentials)?.refusal?.component.path,
      path.hasPrefix(closed + "/")
    else { return nil }
    if case .exists? = inquiry.pathWalk(path)?.end { return nil }
    var seen = commandNotFound(call, places: places, process: process, asking: true)
    seen.closed = PathName.directory(of: path)
    seen.closedComponent = closed
    return seen
  }

  /// True if a command without a slash was looked for in a PATH of one directory, or of none.
  private func isLookup(_ call: FailedCall, _ process: ProcessRecord) -> Bool {
    // execvp(3) takes an empty part of PATH for the working directory.
    if call.purpose == .execute, let given = call.call.path, !given.isEmpty, !given.contains("/") {
      return true
    }
    guard call.purpose == .execute, let path = call.path, let word = process.arguments.first else {
      return false
    }
    return !process.hasExecuted && !word.contains("/") && word == PathName.base(of: path)
  }

  /// True for a command that a shell looked for in a PATH of one directory, and then said that it did not find
  /// by its bare name: `a.sh: 2: ls: not found`.
  func isShellsLookup(_ call: FailedCall, _ process: ProcessRecord) -> Bool {
    guard call.error.isAbsence, call.purpose == .inspect || call.purpose == .execute,
      let path = call.path, let shell = process.executable.map(PathName.base),
      ShellWords.shells.contains(shell)
    else { return false }
    let name = PathName.base(of: path)
    return run.mentions.lines.contains { line in
      line.number >= call.number && CallFeatures.isAudience(line.process, of: call.process, run)
        && [": \(name): not found", ": \(name): command not found"].contains {
          line.text.hasSuffix($0)
        }
    }
  }

  private func commandNotFound(
    _ call: FailedCall, places: [String], process: ProcessRecord, asking: Bool
  ) -> CommandNotFound {
    var seen = CommandNotFound()
    seen.command = PathName.base(of: call.path ?? "")
    seen.searched = places.map { PathName.directory(of: $0) }
    seen.byName = process.hasExecuted ? process.name : "whyfail"
    seen.pathIsEmpty = places.count == 1 && call.call.path.map { !$0.contains("/") } ?? false
    if let executable = process.executable, PathName.base(of: executable) == "env",
      let script = process.executedPath, PathName.base(of: script) != "env"
    {
      seen.script = script
    }
    guard asking else { return seen }
    describeMistakenScript(process, in: &seen)
    describeAssignment(process, in: &seen)
    // The script may have set another PATH than it came with.
    let found = inquiry.similarCommands(
      to: seen.command,
      searchPath: call.purpose == .inspect && places.count == 1
        ? seen.searched : searchPath(of: process))
    for place in places {
      if case .danglingLink(let link, let target, _) = inquiry.pathWalk(place)?.end {
        seen.link = link
        seen.linkTarget = target
        seen.path = place
        break
      }
    }
    seen.hasCarriageReturn = seen.command.hasSuffix("\r")
    seen.hasBlank = seen.command.contains(" ")
    seen.elsewhere = found.filter { PathName.base(of: $0) == seen.command }
    if seen.elsewhere.isEmpty, !seen.hasBlank, !seen.hasCarriageReturn {
      let ends = ["bin", ".bin", "scripts", "tools"].map { $0 + "/" + seen.command }
      seen.elsewhere = inquiry.nearby(
        ends, around: [process.workingDirectory].filter { $0.utf8.count > 1 })
    }
    switch inquiry.programFile(PathName.absolute(seen.command, from: process.workingDirectory)) {
    case nil, .directory: break
    default: seen.isHere = !seen.command.isEmpty
    }
    if seen.isHere { seen.elsewhere = [] }
    seen.bestElsewhere = seen.elsewhere.first
    // A near name tells nothing where the name itself is known.
    if seen.elsewhere.isEmpty {
      // In capitals it is a variable's name rather than that of a command.
      let isShouted =
        seen.command.count > 2 && seen.command == seen.command.uppercased()
        && seen.command != seen.command.lowercased()
      seen.similar = found.map { PathName.base(of: $0) }.filter {
        $0 != seen.command && (!isShouted || $0 == $0.uppercased())
      }
      describeNearFunction(process, in: &seen)
    }
    seen.isOfSecurePath = process.executable.map(PathName.base) == "sudo"
    seen.package = inquiry.packageShipping(seen.command)
    return seen
  }

  private func programRejected(
    _ path: String, _ call: FailedCall, _ walk: PathWalk?, asking: Bool
  ) -> ProgramRejected {
    var seen = ProgramRejected()
    seen.path = path
    seen.error = call.error.name
    guard asking else { return seen }
    let file = walk?.components.last
    seen.type = file?.type?.rawValue
    let jail = history.processes[call.process].rootDirectory
    if jail != "/" { seen.jail = jail }
    let kind = inquiry.programFile(path)
    if call.error == .noEntry, describeHandler(of: kind, in: &seen) { return seen }
    switch kind {
    case .script(let firstLine):
      seen.firstLine = firstLine
      describeInterpreter(of: firstLine, call, in: &seen)
    case .elf(let facts):
      seen.machine = facts.machine
      seen.bits = facts.bits
      seen.interpreter = facts.interpreter
      describeLoader(facts, call, in: &seen)
    case .damagedElf(let reason):
      seen.reason = "not-a-program"
      seen.content = "damaged: " + reason
    case .empty:
      seen.reason = "empty"
      seen.content = "the file is empty (0 bytes)"
    case .directory: seen.reason = "directory"
    case .other(let content):
      seen.content = content.rawValue
      let isText = [.text, .html, .utf8ByteOrderMark, .utf16].contains(content)
      seen.firstLine =
        isText ? inquiry.lines(around: 1, of: path).first { $0.number == 1 }?.text : nil
      seen.reason = seen.firstLine == nil ? "not-a-program" : "no-interpreter-line"
    case nil: describeByFirstLine(path, file, call, in: &seen)
    }
    return seen
  }

  /// Whether a binary's own loader is what was missing or not accepted, or the program that the
  /// kernel was told to run it with.
  private func describeLoader(
    _ facts: ElfFacts, _ call: FailedCall, in seen: inout ProgramRejected
  ) {
    if call.error != .noEntry, describeHandler(in: &seen) { return }
    if Self.machinesHere.contains(facts.machine), facts.kind == .relocatable || facts.kind == .core
    {
      seen.reason = "object-file"
      seen.content = facts.kind == .core ? "a core file" : "an object file, which is not linked"
      return
    }
    guard let loader = facts.interpreter else {
      seen.reason = "other-machine"
      return
    }
    if let kind = LoaderKind(path: loader) {
      seen.loaderKind = kind.words
      // A package of another release is none that can be installed.
      seen.loaderPackage = kind.package.flatMap { inquiry.isOffered($0) ?? true ? $0 : nil }
      seen.loaderIsReplaceable = kind.isReplaceable
    }
    if seen.jail != nil {
      // The machine has it perhaps, but not what is below the program's root directory.
      seen.loaderPackage = nil
      seen.loaderIsReplaceable = false
      seen.loaderIsOutside = inquiry.pathWalk(loader).map { $0.end == .exists } ?? false
      if seen.loaderIsOutside { seen.loaderKind = nil }
    }
    seen.reason = call.error == .noEntry ? "binary-interpreter-missing" : "other-machine"
    // The kernel looks at the program's own processor before its loader's.
    guard call.error != .noEntry, Self.machinesHere.contains(facts.machine),
      let file = inquiry.programFile(path(of: loader, for: history.processes[call.process]))
    else { return }
    switch file {
    case .elf(let own) where own.machine == facts.machine && own.kind != .relocatable: return
    case .elf(let own): seen.content = "an ELF file for \(own.bits)-bit \(own.machine)"
    case .damagedElf(let reason): seen.content = "a damaged ELF file: " + reason
    case .empty: seen.content = "an empty file (0 bytes)"
    case .directory: seen.content = "a directory"
    case .script: seen.content = "a script"
    case .other(let content): seen.content = content.rawValue
    }
    seen.reason = "loader-rejected"
  }

  /// Tells of a program that runs such files by the kernel's order, if it is the one that is not there
  /// (binfmt_misc); true if so.
  private func describeHandler(
    of file: ProgramFile? = nil, in seen: inout ProgramRejected
  ) -> Bool {
    if case .directory? = file { return false }
    guard let format = inquiry.binaryFormat(seen.path) else { return false }
    seen.handler = format.interpreter
    seen.handlerName = format.name
    seen.handlerIsEnabled = format.isEnabled
    guard format.isEnabled, let walk = inquiry.pathWalk(format.interpreter), walk.end != .exists
    else { return false }
    if case .elf(let facts)? = file {
      seen.machine = facts.machine
      seen.bits = facts.bits
    }
    seen.reason = "handler-missing"
    return true
  }

  /// The processors whose programs this kernel runs by itself.
  private static let machinesHere: Set<String> = ["x86_64", "i386", "x32"]

  /// For a trace without facts of the file's kind: what its first line, if it has one, tells.
  private func describeByFirstLine(
    _ path: String, _ file: PathComponent?, _ call: FailedCall, in seen: inout ProgramRejected
  ) {
    let firstLine = inquiry.lines(around: 1, of: path).first { $0.number == 1 }?.text
    seen.firstLine = firstLine
    if file?.type == .directory {
      seen.reason = "directory"
    } else if file?.size == 0 {
      seen.reason = "empty"
    } else if let firstLine, firstLine.hasPrefix("#!") {
      describeInterpreter(of: firstLine, call, in: &seen)
    } else if firstLine != nil {
      seen.reason = "no-interpreter-line"
    } else {
      seen.reason = call.error == .noEntry ? "binary-interpreter-missing" : "not-a-program"
    }
  }

  func lockHeld(_ call: FailedCall, asking: Bool) -> LockHeld {
    var seen = LockHeld()
    seen.path = call.path ?? call.target?.path
    seen.call = call.call.name
    seen.error = call.error.name
    guard asking, let path = seen.path else { return seen }
    if let holder = lockHolder(path, askedBy: history.processes[call.process]) {
      seen.holder = holder.process?.name
      seen.holderPid = holder.process.map { Int($0.pid) }
      seen.holderCommand = holder.process?.arguments.joined(separator: " ")
      seen.manner = holder.manner
      seen.holderAge = holder.process.map { Wording.age($0.ageSeconds) }
    }
    return seen
  }

  /// The process that a call was to send a signal to: its name, number and user.
  private func signalled(by call: FailedCall) -> String? {
    guard call.call.name == "kill", case .integer(let pid)? = call.call.arguments.first, pid > 0,
      let process = inquiry.process(ProcessID(truncatingIfNeeded: pid))
    else { return nil }
    return "\(process.name) (pid \(pid), user \(process.userName))"
  }

  func callFailed(_ call: FailedCall) -> CallFailed {
    let process = history.processes[call.process]
    var seen = CallFailed()
    seen.call = call.call.name
    seen.notation = call.call.notation
    seen.error = call.error.name
    seen.errorWords = call.error.words
    seen.path = call.path
    seen.second = call.secondPath
    seen.isRoot = process.credentials?.user == 0
    seen.user = process.credentials.map { inquiry.userName($0.user) } ?? ""
    if let descriptor = call.call.descriptor {
      seen.descriptor = Int(descriptor)
      seen.descriptorName =
        switch descriptor {
        case 0: "standard input"
        case 1: "standard output"
        case 2: "standard error"
        default: nil
        }
    }
    seen.isLeakCheck =
      call.call.name == "ptrace"
      && run.mentions.lines.contains { $0.text.contains("LeakSanitizer") }
    if call.error == .notPermitted || call.error == .accessDenied {
      seen.signalled = signalled(by: call)
      seen.capability = Self.capabilities[call.call.name]
      seen.missingCapability = seen.capability.flatMap {
        Capabilities.missing($0, process.credentials)
      }
    }
    return seen
  }

  /// Which capability lets a process make a call that EPERM refused (`capabilities(7)`).
  private static let capabilities = [
    "mount": "CAP_SYS_ADMIN", "umount2": "CAP_SYS_ADMIN", "chroot": "CAP_SYS_CHROOT",
    "setuid": "CAP_SETUID", "setreuid": "CAP_SETUID", "setresuid": "CAP_SETUID",
    "setgid": "CAP_SETGID", "setregid": "CAP_SETGID", "setresgid": "CAP_SETGID",
    "setgroups": "CAP_SETGID", "kill": "CAP_KILL", "setrlimit": "CAP_SYS_RESOURCE",
    "prlimit64": "CAP_SYS_RESOURCE", "mknod": "CAP_MKNOD", "mknodat": "CAP_MKNOD",
    "unshare": "CAP_SYS_ADMIN", "setns": "CAP_SYS_ADMIN", "setpriority": "CAP_SYS_NICE",
    "sched_setscheduler": "CAP_SYS_NICE", "sched_setparam": "CAP_SYS_NICE",
    "sched_setattr": "CAP_SYS_NICE", "ioprio_set": "CAP_SYS_NICE",
    "sched_setaffinity": "CAP_SYS_NICE", "clock_settime": "CAP_SYS_TIME",
    "clock_settime64": "CAP_SYS_TIME", "settimeofday": "CAP_SYS_TIME",
    "mlock": "CAP_IPC_LOCK", "socket": "CAP_NET_RAW",
    "init_module": "CAP_SYS_MODULE", "finit_module": "CAP_SYS_MODULE", "bpf": "CAP_BPF",
    "perf_event_open": "CAP_PERFMON", "swapon": "CAP_SYS_ADMIN", "acct": "CAP_SYS_PACCT",
    "pivot_root": "CAP_SYS_ADMIN", "capset": "CAP_SETPCAP", "ptrace": "CAP_SYS_PTRACE",
    "fchown": "CAP_CHOWN", "chown": "CAP_CHOWN",
  ]
}
