internal import History
internal import TraceEvents

// Limits that could not be set.
extension Observer {
  /// True for the calls that set a limit of resources.
  func setsLimit(_ call: FailedCall) -> Bool {
    call.call.name == "setrlimit" || call.call.name == "prlimit64"
  }

  func limitRefused(_ call: FailedCall, asking: Bool) -> LimitRefused {
    let process = history.processes[call.process]
    var seen = LimitRefused()
    seen.call = call.call.name
    seen.error = call.error.name
    seen.limitName = call.call.symbols.first { $0.hasPrefix("RLIMIT_") }.map(String.init) ?? ""
    seen.ulimitOption = Self.ulimitOptions[seen.limitName]
    seen.isSpokenOf = isSpokenOf(call)
    let isUnlimited = call.call.symbols.contains("RLIM_INFINITY")
    // In prlimit64 the process comes first.
    let soft = call.call.integers.compactMap { UInt64(exactly: $0) }
      .dropFirst(call.call.name == "prlimit64" ? 1 : 0).first
    let hard = asking ? inquiry.limitFact(seen.limitName, of: process.pid)?.hard : nil
    seen.wanted = isUnlimited ? "unlimited" : soft.map { String($0) }
    seen.hard = hard.map { String($0) }
    seen.wantsMore = hard.map { hard in isUnlimited || soft.map { $0 > hard } ?? true } ?? false
    guard asking else { return seen }
    seen.user = process.credentials.map { inquiry.userName($0.user) }
    seen.wasSetHere = process.limits[seen.limitName] != nil
    seen.unit = "Limit" + seen.limitName.dropFirst("RLIMIT_".count)
    return seen
  }

  /// True if a later line has the error's own words, or is about limits: "privileges" are more than those.
  private func isSpokenOf(_ call: FailedCall) -> Bool {
    guard CallFeatures.mentioned(call, run) > 0 else { return false }
    return run.mentions.lines.contains { line in
      guard line.number >= call.number else { return false }
      let text = line.text.lowercased()
      return text.contains("limit") || text.contains(call.error.words.lowercased())
        || text.contains(call.error.name.lowercased())
    }
  }

  /// The options of the shell's `ulimit`, by limit (bash(1)).
  private static let ulimitOptions = [
    "RLIMIT_NOFILE": "-n", "RLIMIT_NPROC": "-u", "RLIMIT_CORE": "-c", "RLIMIT_STACK": "-s",
    "RLIMIT_AS": "-v", "RLIMIT_FSIZE": "-f", "RLIMIT_MEMLOCK": "-l", "RLIMIT_CPU": "-t",
    "RLIMIT_DATA": "-d", "RLIMIT_MSGQUEUE": "-q", "RLIMIT_NICE": "-e", "RLIMIT_RTPRIO": "-r",
    "RLIMIT_SIGPENDING": "-i", "RLIMIT_LOCKS": "-x",
  ]
}
