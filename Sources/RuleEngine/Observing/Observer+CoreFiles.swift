internal import History
internal import TraceEvents

/// What became of the core file of a process that a signal ended (`core(5)`).
extension Observer {
  /// Those whose standard action is to leave a core file (`signal(7)`).
  private static let leavingCores: Set<SignalNumber> = [
    .quit, .illegalInstruction, .trap, .abort, .bus, .floatingPoint, .segmentationViolation,
    .badSystemCall, .cpuTime, .fileSize,
  ]
  /// A smaller limit leaves no file at all: a page, `min_coredump` of the kernel's ELF format.
  private static let leastSize: UInt64 = 4096

  func describeCore(_ process: ProcessRecord, in seen: inout ProcessKilled) {
    guard case .killed(let signal, let isDumped) = process.end,
      Self.leavingCores.contains(signal),
      let pattern = inquiry.kernelParameter("kernel/core_pattern")
    else { return }
    let limit = inquiry.limitFact("RLIMIT_CORE", of: process.pid)
    if isDumped {
      seen.corePlace = place(pattern, of: process)
    } else if let words = undumpable(process) {
      seen.coreObstacle = words
    } else if let helper = Self.helper(pattern) {
      // Of a pipe the limit counts only where it is 1, which tells a helper's own crash (core(5)).
      seen.coreObstacle =
        "the kernel hands core files to \(helper) (kernel.core_pattern), which did not take this one"
    } else if let soft = limit?.soft, soft < Self.leastSize {
      seen.coreLimit = words(of: soft, hard: limit?.hard, process)
    } else {
      seen.coreObstacle = obstacle(pattern, of: process)
    }
  }

  private func words(of soft: UInt64, hard: UInt64?, _ process: ProcessRecord) -> String {
    var words = "the limit on its size was \(soft == 0 ? "0" : Wording.bytes(soft)) (ulimit -c)"
    if process.limits["RLIMIT_CORE"] != nil {
      words += ", which was set in this run"
    } else {
      words += ", as it was handed down to \(process.name)"
    }
    if let hard, hard < Self.leastSize {
      words += "; so is the hard one, which only root may raise"
    }
    return words
  }

  /// Why the kernel makes no core file of a program that has rights of its own.
  private func undumpable(_ process: ProcessRecord) -> String? {
    guard process.isSecure, inquiry.kernelParameter("fs/suid_dumpable") == "0" else { return nil }
    return
      "the program runs with rights of its file (set-user-id, set-group-id or capabilities), and of"
      + " such the kernel leaves none (fs.suid_dumpable is 0; with 2, and an absolute kernel.core_pattern, root gets one)"
  }

  /// The program that core files are piped to.
  private static func helper(_ pattern: String) -> String? {
    guard pattern.hasPrefix("|") else { return nil }
    return pattern.dropFirst().split(separator: " ").first.map(String.init)
  }

  /// The directory of a pattern, and its last component.
  private func parts(_ pattern: String, _ process: ProcessRecord) -> (
    directory: String, name: String
  ) {
    guard let slash = pattern.lastIndex(of: "/") else { return (process.workingDirectory, pattern) }
    let name = String(pattern[pattern.index(after: slash)...])
    let directory = String(pattern[..<slash])
    if pattern.hasPrefix("/") { return (directory.isEmpty ? "/" : directory, name) }
    let base = process.workingDirectory
    return (base == "/" ? "/" + directory : base + "/" + directory, name)
  }

  private func obstacle(_ pattern: String, of process: ProcessRecord) -> String? {
    let (directory, name) = parts(pattern, process)
    // What % stands for is not known before.
    let path = (directory == "/" ? "" : directory) + "/" + name.prefix { $0 != "%" }
    let isRelative = !pattern.hasPrefix("/")
    if isRelative, process.isSecure {
      return
        "the program runs with rights of its file, and of such the kernel leaves none in a relative"
        + " place (kernel.core_pattern is \(pattern))"
    }
    let place =
      isRelative ? "its working directory \(directory)" : "\(directory) (kernel.core_pattern)"
    if inquiry.refuses(path, operation: .create, credentials: process.credentials) {
      return
        "it was to be made in \(place), where \(process.name) may create no file"
        + (isRelative ? " (started in a directory of its own it leaves one)" : "")
    }
    if case .missing? = inquiry.pathWalk(directory)?.end {
      return "it was to be made in \(place), which does not exist"
    }
    return nil
  }

  /// Where a core file went, and how it is had.
  private func place(_ pattern: String, of process: ProcessRecord) -> String {
    if let helper = Self.helper(pattern) {
      let words = "Its core file went to \(helper) (kernel.core_pattern)"
      if helper.hasSuffix("/systemd-coredump") {
        return words + ": coredumpctl debug \(process.pid) opens it."
      }
      return words
        + (helper.hasSuffix("/apport")
          ? ": it is in a report below /var/crash (apport-unpack)." : ".")
    }
    let (directory, name) = parts(pattern, process)
    return
      "Its core file is in \(directory), named after \(name) (core(5)): whyfail --core FILE reads it."
  }
}
