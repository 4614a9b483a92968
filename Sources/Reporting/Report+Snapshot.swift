internal import RuleEngine
package import TraceEvents

extension Report {
  /// What processes were, did and had open when they were looked at.
  package struct Snapshot: Codable, Sendable, Equatable {
    /// Ancestors first, parents before their children.
    package var processes: [Process]
  }
}

extension Report.Snapshot {
  /// A process that was looked at, or an ancestor of one.
  package struct Process: Codable, Sendable, Equatable {
    package var pid: ProcessID
    package var parent: ProcessID
    /// Its short name.
    package var name: String
    /// Absolute path of its executable, if it is known.
    @Nullable package var program: String?
    package var command: [String]
    package var user: String
    /// The letter of its state, as `proc(5)` has it.
    package var state: String
    /// Seconds since it started.
    package var ageSeconds: Double
    /// The service or container that it belongs to.
    @Nullable package var unit: String?
    /// False for an ancestor, of which no more is told.
    package var isWatched: Bool
    @Nullable package var cwd: String?
    /// Its root directory, where that is not "/".
    @Nullable package var root: String?
    /// What it does, in words to follow its name.
    @Nullable package var doing: String?
    package var threadCount: Int
    /// What its threads do.
    package var threads: [Thread]
    /// What it has open.
    package var open: [Open]
    /// How many descriptors it has open, of which `open` may leave some out.
    package var openCount: Int
    /// Limits that are nearly used up.
    package var limits: [Limit]

    private enum CodingKeys: String, CodingKey {
      case pid, parent, name, program, command, user, state, unit, cwd, root, doing, threads, open
      case limits
      case ageSeconds = "age_seconds"
      case isWatched = "watched"
      case threadCount = "thread_count"
      case openCount = "open_count"
    }
  }

  /// A thread.
  package struct Thread: Codable, Sendable, Equatable {
    package var tid: ProcessID
    package var name: String
    package var state: String
    /// The system call that it is in.
    @Nullable package var syscall: String?
    /// What it does, in words to follow its name.
    package var doing: String
    /// The kind of its wait: `running`, `mutex`, `child`…
    package var kind: String
    /// Whoever would have to act.
    package var waitsFor: [Actor]
    /// Its stack, innermost first, where it was walked.
    package var stack: [String]

    private enum CodingKeys: String, CodingKey {
      case tid, name, state, syscall, doing, kind, stack
      case waitsFor = "waits_for"
    }
  }

  /// A process or thread that is waited for.
  package struct Actor: Codable, Sendable, Equatable {
    package var pid: ProcessID
    @Nullable package var tid: ProcessID?
    package var name: String
  }

  /// An open descriptor.
  package struct Open: Codable, Sendable, Equatable {
    /// What it is for the process.
    package enum Role: String, Codable, Sendable, CaseIterable {
      case listening, connection, configuration, log, data, directory, pipe, terminal, device
      case other
    }

    package var descriptor: Int32
    package var role: Role
    /// The path, address, or what the kernel calls it.
    package var name: String
    /// `read`, `write` or `read-write`.
    package var access: String
    /// True if no name leads to the file any more.
    package var isDeleted: Bool
    @Nullable package var size: Int64?
    @Nullable package var position: Int64?
    /// `tcp`, `udp`, `unix`…, of a socket.
    @Nullable package var proto: String?
    @Nullable package var local: String?
    @Nullable package var remote: String?
    /// State of a TCP connection.
    @Nullable package var state: String?
    /// Whoever has the other end.
    package var peers: [Actor]

    private enum CodingKeys: String, CodingKey {
      case descriptor = "fd"
      case role, name, access, size, position, local, remote, state, peers
      case isDeleted = "deleted"
      case proto = "protocol"
    }
  }

  /// A resource limit that is nearly used up.
  package struct Limit: Codable, Sendable, Equatable {
    /// `RLIMIT_NOFILE`.
    package var name: String
    package var used: UInt64
    package var soft: UInt64
  }
}

extension Report.Snapshot {
  init(_ reading: SnapshotReading) {
    processes = reading.processes.map(Process.init)
  }
}

extension Report.Snapshot.Process {
  fileprivate init(_ process: SnapshotReading.Process) {
    let snapshot = process.snapshot
    let identity = snapshot.identity
    self.init(
      pid: identity.pid, parent: identity.parent, name: identity.name,
      program: identity.executable, command: identity.arguments, user: identity.userName,
      state: identity.state, ageSeconds: (identity.ageSeconds * 100).rounded() / 100,
      unit: identity.unit, isWatched: snapshot.isWatched, cwd: snapshot.workingDirectory,
      root: snapshot.rootDirectory, doing: process.doing, threadCount: snapshot.threadCount,
      threads: process.threads.map(Report.Snapshot.Thread.init),
      open: snapshot.descriptors.map(Report.Snapshot.Open.init),
      openCount: snapshot.descriptorCount,
      limits: snapshot.limits.compactMap(Report.Snapshot.Limit.init))
  }
}

extension Report.Snapshot.Thread {
  fileprivate init(_ thread: SnapshotReading.Thread) {
    self.init(
      tid: thread.moment.thread, name: thread.moment.name, state: thread.moment.state,
      syscall: thread.moment.call?.name, doing: thread.wait.words, kind: thread.wait.kind.rawValue,
      waitsFor: thread.wait.actors.map { .init(pid: $0.pid, tid: $0.thread, name: $0.name) },
      stack: thread.stack)
  }
}

extension Report.Snapshot.Open {
  fileprivate init(_ open: OpenDescriptor) {
    let access =
      switch open.access {
      case .read: "read"
      case .write: "write"
      case .readWrite: "read-write"
      }
    self.init(
      descriptor: open.number, role: Role(open), name: open.name, access: access,
      isDeleted: open.isDeleted, size: open.size, position: open.position,
      proto: open.socket?.protocolName, local: open.socket?.local, remote: open.socket?.remote,
      state: open.socket?.state,
      peers: open.peers.map { .init(pid: $0.pid, tid: nil, name: $0.name) })
  }
}

extension Report.Snapshot.Open.Role {
  fileprivate init(_ open: OpenDescriptor) {
    switch open.kind {
    case .socket: self = open.socket?.isListening ?? false ? .listening : .connection
    case .pipe, .fifo: self = .pipe
    case .terminal: self = .terminal
    case .device: self = .device
    case .directory: self = .directory
    case .other: self = .other
    case .file:
      let name = baseName(of: open.name).lowercased()
      if open.access != .read,
        open.name.hasPrefix("/var/log/") || name.contains("log") || name.hasSuffix(".err")
          || name.hasSuffix(".out")
      {
        self = .log
      } else if open.access == .read, open.name.hasPrefix("/etc/") || name.hasSuffix(".conf") {
        self = .configuration
      } else {
        self = .data
      }
    }
  }
}

extension Report.Snapshot.Limit {
  /// Nil unless four fifths of it are used.
  fileprivate init?(_ limit: ResourceLimit) {
    guard let soft = limit.soft, let used = limit.used, soft > 0,
      Double(used) >= Double(soft) * 0.8
    else { return nil }
    self.init(name: limit.name, used: used, soft: soft)
  }
}

extension Report.Snapshot {
  func mappingTexts(
    _ text: (String, Report.TextPlace) -> String, command: ([String]) -> [String]
  ) -> Report.Snapshot {
    var snapshot = self
    snapshot.processes = processes.map { process in
      var process = process
      process.name = text(process.name, .line)
      process.program = process.program.map { text($0, .line) }
      process.command = command(process.command)
      process.user = text(process.user, .line)
      process.state = text(process.state, .line)
      process.unit = process.unit.map { text($0, .line) }
      process.cwd = process.cwd.map { text($0, .line) }
      process.root = process.root.map { text($0, .line) }
      process.doing = process.doing.map { text($0, .line) }
      process.threads = process.threads.map { thread in
        var thread = thread
        thread.name = text(thread.name, .line)
        thread.state = text(thread.state, .line)
        thread.syscall = thread.syscall.map { text($0, .line) }
        thread.doing = text(thread.doing, .line)
        thread.waitsFor = thread.waitsFor.map { $0.mappingTexts(text) }
        thread.stack = thread.stack.map { text($0, .line) }
        return thread
      }
      process.open = process.open.map { open in
        var open = open
        open.name = text(open.name, .line)
        open.proto = open.proto.map { text($0, .line) }
        open.local = open.local.map { text($0, .line) }
        open.remote = open.remote.map { text($0, .line) }
        open.state = open.state.map { text($0, .line) }
        open.peers = open.peers.map { $0.mappingTexts(text) }
        return open
      }
      return process
    }
    return snapshot
  }
}

extension Report.Snapshot.Actor {
  fileprivate func mappingTexts(
    _ text: (String, Report.TextPlace) -> String
  ) -> Report.Snapshot.Actor {
    .init(pid: pid, tid: tid, name: text(name, .line))
  }
}
