internal import History
internal import TraceEvents

extension Observer {
  func resourceExhausted(_ call: FailedCall, asking: Bool) -> ResourceExhausted {
    var seen = ResourceExhausted()
    seen.error = call.error.name
    seen.call = call.call.name
    seen.path = call.path ?? call.target?.path
    switch call.error {
    case .noSpace: seen.resource = "space"
    case .quotaExceeded: seen.resource = "quota"
    case .tooManyOpen: describeLimit("RLIMIT_NOFILE", "descriptors", "-n", call, &seen, asking)
    case .tooManyOpenSystemwide: seen.resource = "system-descriptors"
    case .fileTooLarge: describeLimit("RLIMIT_FSIZE", "file-size", "-f", call, &seen, asking)
    case .tryAgain where ["mmap", "mmap2", "mlock"].contains(call.call.name):
      describeLimit("RLIMIT_MEMLOCK", "memory", "-l", call, &seen, asking)
    case .tryAgain: describeLimit("RLIMIT_NPROC", "processes", "-u", call, &seen, asking)
    default: describeLimit("RLIMIT_AS", "memory", "-v", call, &seen, asking)
    }
    guard asking else { return seen }
    if let user = history.processes[call.process].credentials?.user {
      seen.user = inquiry.userName(user)
    }
    if let path = seen.path, call.error == .noSpace || call.error == .quotaExceeded,
      let status = inquiry.fileSystem(path), status.isFull
    {
      seen.mountPoint = status.mountPoint
      seen.fileSystemType = status.type
      seen.total = Wording.bytes(status.totalBytes)
      seen.available = Wording.bytes(status.availableBytes)
      if status.totalInodes > 0, status.availableInodes == 0 {
        seen.resource = "inodes"
        seen.total = String(status.totalInodes)
        seen.available = "0"
      }
    }
    return seen
  }

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
    let isBytes = ["RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_MEMLOCK"].contains(name)
    let say = { (value: UInt64) in isBytes ? Wording.bytes(value) : String(value) }
    seen.limit = limit.soft.map(say)
    seen.limitWasLow = limit.soft != nil
    seen.used = limit.used.map(say)
  }
}

extension FileSystemStatus {
  /// True if next to nothing is left, so that it explains ENOSPC: under 2 % of the bytes, or no
  /// inode. Else a quota or a limit of its own is at work, or the file system is another by now.
  var isFull: Bool {
    availableBytes < max(totalBytes / 50, 65_536) || totalInodes > 0 && availableInodes == 0
  }
}
