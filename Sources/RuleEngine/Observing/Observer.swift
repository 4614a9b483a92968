internal import History
internal import TraceEvents

/// Makes the observation of a candidate: first from the history alone, then, for the few that
/// matter, with what the machine answers.
struct Observer {
  let run: RankingContext
  let inquiry: Inquiry

  var history: History { run.history }

  /// The observation of a candidate; with `asking`, completed by questions to the machine.
  func observation(of candidate: Candidate, asking: Bool) -> any ObservationKind {
    let process = history.processes[candidate.process]
    switch candidate.source {
    case .call(let call, let places):
      return observation(of: call, places: places, process: process, asking: asking)
    case .death(let signal):
      let panic =
        signal.delivery.signal == .abort
        ? programPanicked(process, stack: signal.delivery.stack, asking: asking) : nil
      return panic ?? processKilled(process, signal, asking: asking)
    case .lostReader(_, let time, let call, let killed):
      return readerGone(process, time: time, call: call, killed: killed)
    case .words(let line):
      return programPanicked(process, line: line, asking: asking)
        ?? markedOption(process, line: line, asking: asking)
        ?? extensionComplaint(process, line: line, asking: asking)
        ?? loaderComplaint(process, line: line, asking: asking)
        ?? untakenLibrary(process, line: line, asking: asking)
        ?? lastWords(process, line: line, asking: asking)
    case .silence: return silentExit(process, asking: asking)
    case .waiting(let pending): return waiting(process, pending, asking: asking)
    case .busy: return busy(process)
    }
  }

  private func observation(
    of call: FailedCall, places: [String], process: ProcessRecord, asking: Bool
  ) -> any ObservationKind {
    if isMountOfItsOwn(call, asking: asking) { return mountFailed(call, asking: asking) }
    if asking, call.error == .isDirectory, fileForMissingDirectory(call) != nil {
      return missingPath(call, places, process, asking: true)
    }
    switch call.error {
    case .noEntry, .notDirectory, .tooManyLinks:
      if call.purpose == .connect, call.address != nil {
        return connectionFailed(call, asking: asking)
      }
      if call.purpose == .execute || isSearchOfPath(places, process)
        || isShellsLookup(call, process)
      {
        return failedExecution(call, places: places, process: process, asking: asking)
      }
      if subject(of: call) == nil { return callFailed(call) }
      return libraryNotLoaded(call, places, process, asking: asking)
        ?? missingPath(call, places, process, asking: asking)
    case .accessDenied, .notPermitted, .readOnly:
      if call.address?.port != nil { return connectionFailed(call, asking: asking) }
      if isLock(call) { return lockHeld(call, asking: asking) }
      if setsLimit(call) { return limitRefused(call, asking: asking) }
      if KernelLimits.limit(of: call) != nil { return resourceExhausted(call, asking: asking) }
      if asking, let search = searchOfClosedPath(call, process) { return search }
      if asking, isLinkToDirectory(call) { return pathConflict(call, asking: asking) }
      return subject(of: call) == nil || isPrivileged(call)
        ? callFailed(call) : accessRefused(call, process: process, asking: asking)
    case .deadlock where isLock(call): return lockHeld(call, asking: asking)
    case .executableFormat, .badLibrary,
      .inputOutput
    where call.error != .inputOutput || call.purpose == .execute:
      return failedExecution(call, places: places, process: process, asking: asking)
    case .argumentsTooLong where call.purpose == .execute:
      return argumentListTooLong(call, asking: asking)
    case .addressInUse: return addressInUse(call, asking: asking)
    case .noSpace, .quotaExceeded, .tooManyOpen, .tooManyOpenSystemwide, .noMemory, .fileTooLarge:
      return resourceExhausted(call, asking: asking)
    case .tryAgain where call.address != nil: return connectionFailed(call, asking: asking)
    case .tryAgain where isLock(call): return lockHeld(call, asking: asking)
    case .tryAgain where isForTaskOrMemory(call) || KernelLimits.limit(of: call) != nil:
      return resourceExhausted(call, asking: asking)
    case .interrupted where isLock(call): return lockHeld(call, asking: asking)
    case .invalidArgument where setsLimit(call): return limitRefused(call, asking: asking)
    case .invalidArgument where KernelLimits.limit(of: call) != nil:
      return resourceExhausted(call, asking: asking)
    case .exists, .isDirectory, .notEmpty, .crossDevice, .textBusy, .busy, .nameTooLong:
      return call.path == nil ? callFailed(call) : pathConflict(call, asking: asking)
    default:
      return call.address == nil ? callFailed(call) : connectionFailed(call, asking: asking)
    }
  }

  /// The path that a call is about: its argument, or that of a Unix socket.
  func subject(of call: FailedCall) -> String? {
    if let path = call.path { return path }
    guard case .unix(let path) = call.address else { return nil }
    return PathName.absolute(path, from: history.processes[call.process].workingDirectory)
  }

  /// True for the calls that take a privilege whatever the path is.
  private func isPrivileged(_ call: FailedCall) -> Bool {
    call.error == .notPermitted
      && [
        "mount", "umount2", "chroot", "pivot_root", "swapon", "acct", "mknod", "mknodat", "setns",
      ]
      .contains(call.call.name)
  }

  /// True for the calls whose EAGAIN is that of a limit on tasks, on locked memory or on queued signals:
  /// fork(2), setuid(2), execve(2), mlock(2), mmap(2), timer_create(2).
  private func isForTaskOrMemory(_ call: FailedCall) -> Bool {
    let name = call.call.name
    return ["fork", "vfork", "execve", "execveat", "mmap", "mmap2", "timer_create"].contains(name)
      || ["clone", "set", "mlock"].contains { name.hasPrefix($0) }
  }

  /// True for a hard link to a directory, which EPERM refuses to everybody.
  private func isLinkToDirectory(_ call: FailedCall) -> Bool {
    guard call.error == .notPermitted, call.call.name == "link" || call.call.name == "linkat",
      let path = call.path
    else { return false }
    return inquiry.pathWalk(path)?.components.last?.type == .directory
  }

  /// True for the calls that ask for a lock.
  func isLock(_ call: FailedCall) -> Bool {
    call.call.name == "flock"
      || call.call.name.hasPrefix("fcntl") && call.call.symbols.contains { $0.contains("SETLK") }
  }

  /// True if a name was looked for in two or more directories of PATH: the search for a command.
  func isSearchOfPath(_ places: [String], _ process: ProcessRecord) -> Bool {
    guard places.count >= 2 else { return false }
    if history.isFromLog, process.environmentValue("PATH") == nil {
      // A log has the environment only with `-v`: what is looked for in several directories of programs.
      return places.count >= 3 && Set(places.map(PathName.base)).count == 1
        && places.count {
          let directory = PathName.base(of: PathName.directory(of: $0))
          return directory == "bin" || directory == "sbin"
        } >= 3
    }
    let directories = Set(searchPath(of: process))
    let matching = places.count { directories.contains(PathName.directory(of: $0)) }
    // Some put a directory of their own before PATH, such as git; a script can have put several.
    return matching >= 2 && matching >= places.count - 1
      || matching >= 3 && places.count - matching <= 2 && Set(places.map(PathName.base)).count == 1
  }

  /// The directories of PATH.
  func searchPath(of process: ProcessRecord) -> [String] {
    (process.environmentValue("PATH") ?? "").split(separator: ":").map(String.init)
  }
}
