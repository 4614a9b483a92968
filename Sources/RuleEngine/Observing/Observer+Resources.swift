internal import History
internal import TraceEvents

extension Observer {
  func resourceExhausted(_ call: FailedCall, asking: Bool) -> ResourceExhausted {
    var seen = ResourceExhausted()
    seen.error = call.error.name
    seen.call = call.call.name
    seen.isInferred = call.call.isInferred
    seen.path = call.path ?? call.target?.path
    if let limit = KernelLimits.limit(of: call), describeKernelLimit(limit, call, &seen, asking) {
      return seen
    }
    describeResource(call, &seen, asking)
    guard asking else { return seen }
    if let user = history.processes[call.process].credentials?.user {
      seen.user = inquiry.userName(user)
    }
    describeAsked(call, &seen)
    if seen.resource == "processes" { describeGroup(call, &seen) }
    if let path = seen.path, path != "/dev/full",
      call.error == .noSpace || call.error == .quotaExceeded,
      let status = inquiry.fileSystem(path)
    {
      describeSpace(status, call, &seen)
    }
    return seen
  }

  private func describeSpace(
    _ status: FileSystemStatus, _ call: FailedCall, _ seen: inout ResourceExhausted
  ) {
    seen.fileSystemType = status.type
    seen.storedAt = status.mountPoint
    seen.total = Wording.bytes(status.totalBytes)
    seen.available = Wording.bytes(status.availableBytes)
    if status.type == "tmpfs" { seen.memoryMount = status.mountPoint }
    if call.call.name == "fallocate" {
      seen.askedFor = call.call.integers.last.map { Wording.bytes(UInt64(clamping: $0)) }
    }
    guard status.isFull else { return }
    seen.mountPoint = status.mountPoint
    if status.totalInodes > 0, status.availableInodes == 0 {
      seen.resource = "inodes"
      seen.total = String(status.totalInodes)
      seen.available = "0"
    }
  }

  private func describeResource(
    _ call: FailedCall, _ seen: inout ResourceExhausted, _ asking: Bool
  ) {
    let name = call.call.name
    switch call.error {
    case .noSpace: seen.resource = "space"
    case .quotaExceeded: seen.resource = "quota"
    case .tooManyOpen where name == "mq_open":
      describeLimit("RLIMIT_MSGQUEUE", "message-queues", "-q", call, &seen, asking)
    case .tooManyOpen:
      describeLimit("RLIMIT_NOFILE", "descriptors", "-n", call, &seen, asking)
      if let crowd = history.processes[call.process].crowd, crowd.count > 2 {
        seen.crowd = "\(crowd.count) of them are \(crowd.name)"
      }
    case .tooManyOpenSystemwide: seen.resource = "system-descriptors"
    case .fileTooLarge: describeLimit("RLIMIT_FSIZE", "file-size", "-f", call, &seen, asking)
    case .tryAgain where ["mmap", "mmap2"].contains(name), _ where name.hasPrefix("mlock"):
      describeLimit("RLIMIT_MEMLOCK", "locked-memory", "-l", call, &seen, asking)
    case .tryAgain where name == "timer_create":
      describeLimit("RLIMIT_SIGPENDING", "queued-signals", "-i", call, &seen, asking)
    case .tryAgain: describeLimit("RLIMIT_NPROC", "processes", "-u", call, &seen, asking)
    default: describeMemory(call, &seen, asking)
    }
  }

  /// Memory is limited in two ways: private memory that can be written counts against the limit on data as well
  /// (Linux 4.7, setrlimit(2)).
  private func describeMemory(_ call: FailedCall, _ seen: inout ResourceExhausted, _ asking: Bool) {
    let pid = history.processes[call.process].pid
    if let mappings = inquiry.limitFact("vm.max_map_count", of: pid) {
      seen.resource = "kernel-limit"
      seen.parameter = mappings.name
      seen.parameterMeans = "how many mappings a process may have"
      seen.parameterValue = mappings.soft.map { String($0) }
      seen.suggested = "1048576"
      return
    }
    if asking, let data = inquiry.limit("RLIMIT_DATA", of: pid), let most = data.soft {
      let space = inquiry.limit("RLIMIT_AS", of: pid)
      let left = space.flatMap { space in
        space.soft.map { $0 - min($0, space.used ?? 0) }
      }
      if left.map({ most - min(most, data.used ?? 0) < $0 }) ?? true {
        describeLimit("RLIMIT_DATA", "memory", "-d", call, &seen, asking)
        seen.limitMeans = "data"
        return
      }
    }
    describeLimit("RLIMIT_AS", "memory", "-v", call, &seen, asking)
    seen.limitMeans = "address space"
  }

  /// False where the limit is not the one that was reached.
  private func describeKernelLimit(
    _ limit: KernelLimit, _ call: FailedCall, _ seen: inout ResourceExhausted, _ asking: Bool
  ) -> Bool {
    if call.error == .tooManyOpen,
      let open = inquiry.limitFact("RLIMIT_NOFILE", of: history.processes[call.process].pid),
      let used = open.used, let soft = open.soft, used >= soft
    {
      return false
    }
    seen.resource = "kernel-limit"
    seen.parameter = limit.name
    seen.parameterMeans = limit.means
    seen.suggested = limit.suggested
    seen.isSystemV = ["shm", "sem", "msg"].contains { call.call.name.hasPrefix($0) }
    if asking {
      seen.parameterValue = inquiry.kernelParameter(limit.path)
      if let user = history.processes[call.process].credentials?.user {
        seen.user = inquiry.userName(user)
      }
    }
    return true
  }

  /// How much memory was asked for, and whose directory for temporary files was full.
  private func describeAsked(_ call: FailedCall, _ seen: inout ResourceExhausted) {
    if ["mmap", "mmap2", "mlock", "mlock2"].contains(call.call.name) {
      let numbers = call.call.integers
      // A size from 2 GiB on that fits 32 bits is told as an `int`, which then has a sign.
      seen.askedFor = numbers.first.map {
        Wording.bytes($0 < 0 ? UInt64(UInt32(truncatingIfNeeded: $0)) : UInt64($0))
      }
    }
    let process = history.processes[call.process]
    if let path = seen.path, let directory = process.environmentValue("TMPDIR"),
      directory.count > 1, path.hasPrefix(directory)
    {
      seen.temporaryVariable = "TMPDIR"
    }
  }

  /// The control group, where its limit on tasks is the one that was reached.
  private func describeGroup(_ call: FailedCall, _ seen: inout ResourceExhausted) {
    guard let status = inquiry.controlGroup(of: history.processes[call.process].pid),
      let limit = status.tasksLimit, let tasks = status.tasks, tasks >= limit
    else { return }
    seen.limitWasLow = false
    seen.group = status.tasksGroup
    seen.groupLimit = String(limit)
  }

  /// The unit in which the shell's `ulimit` shows a limit, in bytes.
  private static let ulimitUnits: [String: UInt64] = [
    "RLIMIT_AS": 1024, "RLIMIT_DATA": 1024, "RLIMIT_FSIZE": 1024, "RLIMIT_MEMLOCK": 1024,
  ]

  private func describeLimit(
    _ name: String, _ resource: String, _ option: String, _ call: FailedCall,
    _ seen: inout ResourceExhausted, _ asking: Bool
  ) {
    seen.resource = resource
    seen.limitName = name
    seen.ulimitOption = option
    guard asking, let limit = inquiry.limit(name, of: history.processes[call.process].pid) else {
      return
    }
    let isBytes =
      ["RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"]
      .contains(name)
    let say = { (value: UInt64) in isBytes ? Wording.bytes(value) : String(value) }
    seen.limit = limit.soft.map(say)
    seen.limitWasLow = limit.soft != nil
    let unit = "Limit" + name.dropFirst("RLIMIT_".count)
    if seen.limitWasLow {
      seen.limitOrigin =
        history.processes[call.process].limits[name] != nil
        ? "The limit was set in this run (ulimit \(option))."
        : "The limit was in force before this run: it comes from the shell (ulimit \(option)), from"
          + " /etc/security/limits.conf, or from \(unit)= of a systemd service."
    }
    seen.ulimitValue = limit.soft.map { String($0 / Self.ulimitUnits[name, default: 1]) }
    seen.used = limit.used.map(say)
    // Far from its limit, something else was in the way: unless it was set just now. Processes that the user has in
    // other PID namespaces count as well, and are not seen.
    if name == "RLIMIT_NPROC", let soft = limit.soft, let used = limit.used, used < soft / 2 {
      seen.used = nil
      if history.processes[call.process].limits[name] == nil {
        seen.limitWasLow = false
        seen.limitOrigin = nil
      }
    }
  }
}

extension FileSystemStatus {
  /// True if next to nothing is left, so that it explains ENOSPC: under 2 % of the bytes, or no
  /// inode. Else a quota or a limit of its own is at work, or the file system is another by now.
  var isFull: Bool {
    totalBytes > 0 && availableBytes < max(totalBytes / 50, 65_536)
      || totalInodes > 0 && availableInodes == 0
  }
}
