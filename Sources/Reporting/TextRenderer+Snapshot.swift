internal import TraceEvents

// What processes are, do and have open.
extension TextRenderer {
  /// How many of one kind are shown without `--verbose`.
  private static var openCap: Int { 6 }
  /// How many processes are shown at length without `--verbose`.
  private static var processCap: Int { 6 }

  /// Writes the tree of processes with what each does, and then what each has open.
  mutating func writeSnapshot() {
    // Of a command that we started, the finding says what matters.
    guard let snapshot = report.snapshot, !snapshot.processes.isEmpty,
      report.outcome.kind == .stillRunning || options.isVerbose
    else { return }
    writeHeading("Processes")
    var depths: [ProcessID: Int] = [:]
    for process in snapshot.processes {
      let depth = min((depths[process.parent] ?? -1) + 1, 12)
      depths[process.pid] = depth
      writeTreeLine(process, depth)
    }
    let watched = snapshot.processes.filter(\.isWatched)
    for process in options.isVerbose ? watched : Array(watched.prefix(Self.processCap)) {
      writeOpen(process)
    }
    if !options.isVerbose, watched.count > Self.processCap {
      let more = watched.count - Self.processCap
      write("")
      write(options.spelled("… what \(more) more have open: --verbose lists it"))
    }
  }

  private mutating func writeTreeLine(_ process: Report.Snapshot.Process, _ depth: Int) {
    let indent = String(repeating: "  ", count: depth + 1)
    let command = shellQuoted(process.command)
    let name = command.isEmpty ? "[\(process.name)]" : command
    let unit = process.unit.map { ", \($0)" } ?? ""
    if !process.isWatched {
      return write(options.styled("\(indent)\(process.pid) \(process.name)\(unit)", .faint))
    }
    let line = "\(process.pid) \(name)".cut(to: 160)
    let threads = process.threadCount > 1 ? ", \(process.threadCount) threads" : ""
    write(
      indent + line
        + "   (\(process.user), for \(durationWords(process.ageSeconds))\(threads)\(unit))")
    guard let doing = process.doing else { return }
    writeFlow(doing, indent: indent + options.spelled("  → "), hanging: indent + "    ")
    let stacks = process.threads.filter { !$0.stack.isEmpty }
    for thread in options.isVerbose ? stacks : Array(stacks.prefix(4)) {
      write("\(indent)    thread \(thread.tid):")
      for frame in thread.stack { write("\(indent)      \(frame)") }
    }
  }

  private mutating func writeOpen(_ process: Report.Snapshot.Process) {
    guard !process.open.isEmpty || process.cwd != nil else { return }
    writeHeading("What \(process.name) (pid \(process.pid)) has open")
    if let directory = process.cwd { writeLabelled("works in", [directory]) }
    if let root = process.root { writeLabelled("root", [root]) }
    let labels: [(Report.Snapshot.Open.Role, String)] = [
      (.listening, "listens"), (.connection, "connected"), (.configuration, "settings"),
      (.log, "logs"), (.data, "files"), (.directory, "directories"), (.pipe, "pipes"),
      (.terminal, "terminal"), (.device, "devices"), (.other, "other"),
    ]
    for (role, label) in labels {
      var lines: [String] = []
      for open in process.open where open.role == role {
        let line = words(open, in: process)
        if !lines.contains(line) { lines.append(line) }
      }
      if !lines.isEmpty { writeLabelled(label, lines) }
    }
    let deleted = process.open.filter(\.isDeleted).map { open in
      "\(open.name)" + (open.size.map { " (\($0) bytes that are freed once it is closed)" } ?? "")
    }
    if !deleted.isEmpty { writeLabelled("deleted", deleted) }
    for limit in process.limits {
      writeLabelled("limit", ["\(limit.used) of \(limit.soft) \(Self.words(ofLimit: limit.name))"])
    }
  }

  private mutating func writeLabelled(_ label: String, _ entries: [String]) {
    let hanging = String(repeating: " ", count: 14)
    let shown = options.isVerbose ? entries.count : Self.openCap
    for (index, entry) in entries.prefix(shown).enumerated() {
      let start = index == 0 ? ("  " + label).padded(to: 14) : hanging
      writeFlow(entry, indent: start, hanging: hanging + "  ")
    }
    if entries.count > shown {
      write(hanging + options.spelled("… and \(entries.count - shown) more"))
    }
  }

  /// A descriptor in words; descriptors of the same words are one line.
  private func words(
    _ open: Report.Snapshot.Open, in process: Report.Snapshot.Process
  ) -> String {
    let others = open.peers.filter { $0.pid != process.pid }
    let names = others.prefix(3).map { "\($0.name) (pid \($0.pid))" }.joined(separator: ", ")
    switch open.role {
    case .listening: return "\(open.local ?? open.name) (\(open.proto ?? "socket"))"
    case .connection:
      var line = open.proto ?? "socket"
      if let local = open.local { line += " \(local)" }
      if let remote = open.remote, remote != open.local {
        line += options.spelled(" → ") + remote
      }
      if !names.isEmpty { line += ", the other end: \(names)" }
      if let state = open.state, state != "ESTABLISHED" { line += " (\(state))" }
      return line
    case .pipe:
      let isWriter = open.access == "write"
      let name = open.name.hasPrefix("pipe:") ? "a pipe" : open.name
      if names.isEmpty { return "\(name), whose other end is its own or nobody's" }
      return "\(name) \(isWriter ? "to" : "from") \(names)"
    case .data where open.access != "read": return "\(open.name) (for writing)"
    default: return open.name
    }
  }

  private static func words(ofLimit name: String) -> String {
    switch name {
    case "RLIMIT_NOFILE": "open files (ulimit -n)"
    case "RLIMIT_NPROC": "processes and threads of its user (ulimit -u)"
    case "RLIMIT_AS": "bytes of address space (ulimit -v)"
    case "RLIMIT_DATA": "bytes of data (ulimit -d)"
    case "RLIMIT_MEMLOCK": "bytes of locked memory (ulimit -l)"
    default: name
    }
  }
}

extension String {
  /// The beginning, of at most so many characters.
  fileprivate func cut(to count: Int) -> String {
    self.count > count ? prefix(count - 1) + "…" : self
  }
}
