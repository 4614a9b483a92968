package import TraceEvents

/// What whyfail and whyconf have to say about one run; every rendering shows this one value.
///
/// Its JSON form is the schema `whyfail.report/1`. Texts are raw: they may hold control characters
/// and the stand-ins of `TargetText`, and renderers escape them.
package struct Report: Codable, Sendable, Equatable {
  /// What `schema` says.
  package static let schemaName = "whyfail.report/1"

  /// Name and version of this form.
  package var schema: String
  /// The program that made the report.
  package var tool: Tool
  /// Where the events came from.
  package var source: Source
  /// What was looked at.
  package var target: Target
  /// How the target ended.
  package var outcome: Outcome
  /// What is thought of that.
  package var verdict: Verdict
  /// The most likely root cause first.
  package var findings: [Finding]
  /// Every process of the trace, in the order in which they started.
  package var processes: [Process]
  /// The configuration files that the target touched.
  package var config: Configuration
  /// How the capture went.
  package var capture: Capture
  /// What was last written to a stream that people read, by the process that failed.
  @Nullable package var lastWords: LastWords?
  /// What the processes were, did and had open, where they were looked at: attached to, or out of time.
  @Nullable package var snapshot: Snapshot?
  /// What the threads of a crashed process were in, the crashed one first; where it was asked for.
  @Nullable package var threads: [ThreadGroup]?
  /// How many threads there were besides, of which nothing is told.
  @Nullable package var threadsLeftOut: Int?

  private enum CodingKeys: String, CodingKey {
    case schema, tool, source, target, outcome, verdict, findings, processes, config, capture
    case snapshot, threads
    case threadsLeftOut = "threads_left_out"
    case lastWords = "last_words"
  }

  package init(
    tool: Tool, source: Source, target: Target, outcome: Outcome, verdict: Verdict,
    findings: [Finding] = [], processes: [Process] = [], config: Configuration = Configuration(),
    capture: Capture, lastWords: LastWords? = nil, snapshot: Snapshot? = nil,
    threads: [ThreadGroup]? = nil, threadsLeftOut: Int? = nil
  ) {
    self.threads = threads
    self.threadsLeftOut = threadsLeftOut
    self.snapshot = snapshot
    schema = Self.schemaName
    self.tool = tool
    self.source = source
    self.target = target
    self.outcome = outcome
    self.verdict = verdict
    self.findings = findings
    self.processes = processes
    self.config = config
    self.capture = capture
    self.lastWords = lastWords
  }

  /// The program that made a report.
  package struct Tool: Codable, Sendable, Equatable {
    /// `whyfail` or `whyconf`.
    package var name: String
    /// Its version.
    package var version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// Where the events came from.
  package struct Source: Codable, Sendable, Equatable {
    /// The kinds of source.
    package enum Kind: String, Codable, Sendable, CaseIterable {
      case run, attach, core
      case straceLog = "strace-log"
      case kdumpLog = "kdump-log"
      case recording
    }

    /// What kind it is.
    package var kind: Kind
    /// The file, for a source that is one.
    @Nullable package var path: String?

    package init(kind: Kind, path: String? = nil) {
      self.kind = kind
      self.path = path
    }
  }

  /// What was looked at.
  package struct Target: Codable, Sendable, Equatable {
    /// The command as it was given.
    package var command: [String]
    /// Absolute path of the file that ran, if it is known.
    @Nullable package var executable: String?
    /// Working directory at the start.
    @Nullable package var cwd: String?
    /// Name of the user who it ran as.
    @Nullable package var user: String?
    /// Number of that user.
    @Nullable package var uid: UInt32?
    /// How long it ran.
    @Nullable package var durationSeconds: Double?

    private enum CodingKeys: String, CodingKey {
      case command, executable, cwd, user, uid
      case durationSeconds = "duration_seconds"
    }

    package init(
      command: [String], executable: String? = nil, cwd: String? = nil, user: String? = nil,
      uid: UInt32? = nil, durationSeconds: Double? = nil
    ) {
      self.command = command
      self.executable = executable
      self.cwd = cwd
      self.user = user
      self.uid = uid
      self.durationSeconds = durationSeconds
    }
  }

  /// How the target ended.
  package struct Outcome: Codable, Sendable, Equatable {
    /// The kinds of end.
    package enum Kind: String, Codable, Sendable, CaseIterable {
      case exited, killed
      case notStarted = "not-started"
      case stillRunning = "still-running"
      case unknown
    }

    /// In which way it ended.
    package var kind: Kind
    /// Its exit status, if it exited.
    @Nullable package var exitStatus: Int32?
    /// The signal that killed it, if one did.
    @Nullable package var signal: SignalNumber?
    /// True if the kernel wrote a core file.
    package var coreDumped: Bool

    private enum CodingKeys: String, CodingKey {
      case kind
      case exitStatus = "exit_status"
      case signal
      case coreDumped = "core_dumped"
    }

    package init(
      kind: Kind, exitStatus: Int32? = nil, signal: SignalNumber? = nil, coreDumped: Bool = false
    ) {
      self.kind = kind
      self.exitStatus = exitStatus
      self.signal = signal
      self.coreDumped = coreDumped
    }
  }

  /// What is thought of the run.
  package struct Verdict: Codable, Sendable, Equatable {
    /// The verdicts.
    package enum Status: String, Codable, Sendable, CaseIterable {
      case failed, succeeded, hung, unknown
    }

    /// Which it is.
    package var status: Status
    /// One sentence that names the cause.
    package var summary: String

    package init(status: Status, summary: String) {
      self.status = status
      self.summary = summary
    }
  }

  /// A process of the trace.
  package struct Process: Codable, Sendable, Equatable {
    /// Its number.
    package var pid: ProcessID
    /// The process that created it, if it is known.
    @Nullable package var parent: ProcessID?
    /// Absolute path of the program that it ran last.
    @Nullable package var program: String?
    /// The argument vector of that program.
    package var command: [String]
    /// Its exit status, if it exited.
    @Nullable package var exitStatus: Int32?
    /// The signal that killed it, if one did.
    @Nullable package var signal: SignalNumber?

    private enum CodingKeys: String, CodingKey {
      case pid, parent, program, command
      case exitStatus = "exit_status"
      case signal
    }

    package init(
      pid: ProcessID, parent: ProcessID?, program: String?, command: [String],
      exitStatus: Int32? = nil, signal: SignalNumber? = nil
    ) {
      self.pid = pid
      self.parent = parent
      self.program = program
      self.command = command
      self.exitStatus = exitStatus
      self.signal = signal
    }
  }

  /// How the capture went.
  package struct Capture: Codable, Sendable, Equatable {
    /// How many events there were.
    package var events: Int
    /// How many were lost or left out for want of room.
    package var dropped: Int
    /// True if the trace ends before the target does.
    package var truncated: Bool
    /// What the reader should know about the capture, in sentences.
    package var notes: [String]
    /// How many failed calls are thought harmless.
    package var harmlessFailures: Int
    /// Those calls; filled where they are asked for (`--all`).
    package var harmless: [Evidence]

    private enum CodingKeys: String, CodingKey {
      case events, dropped, truncated, notes
      case harmlessFailures = "harmless_failures"
      case harmless
    }

    package init(
      events: Int, dropped: Int = 0, truncated: Bool = false, notes: [String] = [],
      harmlessFailures: Int = 0, harmless: [Evidence] = []
    ) {
      self.events = events
      self.dropped = dropped
      self.truncated = truncated
      self.notes = notes
      self.harmlessFailures = harmlessFailures
      self.harmless = harmless
    }
  }

  /// Words that a process wrote before it ended.
  package struct LastWords: Codable, Sendable, Equatable {
    /// Who wrote them.
    package var pid: ProcessID
    /// Absolute path of its program.
    @Nullable package var program: String?
    /// Where they went.
    package var stream: Words.Stream
    /// The words, capped.
    package var text: String

    package init(pid: ProcessID, program: String?, stream: Words.Stream, text: String) {
      self.pid = pid
      self.program = program
      self.stream = stream
      self.text = text
    }
  }
}
