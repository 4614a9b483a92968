internal import History
internal import TraceEvents

/// Turns of phrase that several kinds of observation share.
enum Wording {
  /// How a process ended: `failed (exit status 1)`, `was killed by SIGSEGV`.
  static func ending(of process: ProcessRecord) -> String {
    switch process.end {
    case .exited(0): "ended successfully"
    case .exited(let status): "failed (exit status \(status))"
    case .killed(let signal, _): "was killed by \(signal.name)"
    case .released, nil: "was still running"
    }
  }

  /// A duration: `0.3 ms`, `12 ms`, `2.5 s`.
  static func seconds(_ seconds: Double) -> String {
    if seconds < 0.0095 { return "\(tenths(seconds * 1000)) ms" }
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    return "\(tenths(seconds)) s"
  }

  /// How long ago, roughly: `12 seconds`, `3 minutes`, `2 hours`, `5 days`.
  static func age(_ seconds: Double) -> String {
    let units: [(String, Double)] = [("day", 86400), ("hour", 3600), ("minute", 60)]
    for (unit, length) in units where seconds >= length * 2 {
      return "\(Int(seconds / length)) \(unit)s"
    }
    let count = max(1, Int(seconds.rounded()))
    return count == 1 ? "1 second" : "\(count) seconds"
  }

  /// A size: `512 bytes`, `1.5 MiB`.
  static func bytes(_ count: UInt64) -> String {
    var value = Double(count)
    if value < 1024 { return count == 1 ? "1 byte" : "\(count) bytes" }
    for unit in ["KiB", "MiB", "GiB", "TiB"] {
      value /= 1024
      if value < 1024 { return "\(tenths(value)) \(unit)" }
    }
    return "\(tenths(value / 1024)) PiB"
  }

  private static func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return scaled % 10 == 0 ? String(scaled / 10) : "\(scaled / 10).\(scaled % 10)"
  }

  /// What a call that had not returned waited for, and the one thing that it waited on.
  static func wait(
    _ pending: PendingCall, by process: ProcessRecord
  ) -> (whatFor: String, subject: String) {
    let call = pending.call
    let target = pending.target
    let name = process.executedPath ?? process.name
    switch call.name {
    case "accept", "accept4":
      guard let local = pending.awaitedAt else { return ("a client to connect", name) }
      return ("a client to connect to \(local.description)", local.description)
    case "read", "readv", "pread64", "recvfrom", "recvmsg", "poll", "ppoll", "select", "pselect6",
      "epoll_wait", "epoll_pwait":
      return waitForInput(pending, process)
    case "write", "writev", "sendto", "sendmsg":
      return (
        "somebody to read what it writes to \(describe(target, call))", describe(target, call)
      )
    case "futex": return ("another of its threads, at a lock or condition (futex)", name)
    case "wait4", "waitid": return ("a child to end", name)
    case "nanosleep", "clock_nanosleep": return ("time to pass (it sleeps)", name)
    case "flock", "fcntl":
      return ("a lock on \(describe(target, call))", describe(target, call))
    case "connect":
      let address = call.address?.description ?? name
      return ("an answer to its connection to \(address)", address)
    case "open", "openat": return ("a file to be opened: \(call.path ?? "?")", call.path ?? name)
    case "pause", "rt_sigsuspend", "rt_sigtimedwait": return ("a signal", name)
    case "vfork", "clone", "clone3":
      return ("the child that it has just made to become its program (\(call.name))", name)
    case "semop", "semtimedop", "msgrcv", "msgsnd":
      return systemVObject(call) ?? ("the system call \(call.name) to return", name)
    case "mq_timedreceive", "mq_timedsend":
      return (messageQueue(call, describe(target, call)), describe(target, call))
    default: return ("the system call \(call.name) to return", name)
    }
  }

  private static func waitForInput(
    _ pending: PendingCall, _ process: ProcessRecord
  ) -> (String, String) {
    let call = pending.call
    if let local = pending.awaitedAt {
      return ("a client to connect to \(local.description)", local.description)
    }
    if let peer = pending.awaitedPeer {
      return ("an answer from \(peer.description)", peer.description)
    }
    if pending.isForTerminal, let path = pending.ownTarget?.path {
      return ("somebody to type at the terminal \(path)", path)
    }
    if let target = pending.ownTarget {
      return ("data from \(describe(target, call))", describe(target, call))
    }
    if call.descriptor == 0 { return ("input on its standard input", "standard input") }
    return ("something to happen (\(call.name))", process.executedPath ?? process.name)
  }

  private static func describe(_ target: DescriptorTarget?, _ call: SystemCall) -> String {
    switch target {
    case .file(let path, _): path
    case .pipe: "a pipe"
    case .socket(let state): state.peer?.description ?? state.local?.description ?? "a socket"
    case .other(let name): name
    case nil: call.descriptor.map { "descriptor \($0)" } ?? "a descriptor"
    }
  }
}
