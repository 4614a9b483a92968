package import TraceEvents

extension Report {
  /// Something that was found out about the run.
  package struct Finding: Codable, Sendable, Equatable {
    /// What a finding is to the failure.
    package enum Role: String, Codable, Sendable, CaseIterable {
      /// It made the run fail.
      case cause
      /// It had a part in it, or is a candidate where no cause could be told.
      case contributing
      /// It is worth knowing.
      case note
    }

    /// Id of the heuristic that made it.
    package var heuristic: String
    /// What it is to the failure.
    package var role: Role
    /// How sure it is, 0…1.
    package var confidence: Double
    /// What the confidence rests on, in a short sentence.
    @Nullable package var confidenceReason: String?
    /// The one thing that must change, in full: a path, a library, an address, a limit.
    package var subject: String
    /// The error that the decisive call failed with.
    @Nullable package var errno: ErrorNumber?
    /// The signal that is at the heart of it.
    @Nullable package var signal: SignalNumber?
    /// Name of the decisive system call.
    @Nullable package var syscall: String?
    /// The process that it happened to.
    @Nullable package var pid: ProcessID?
    /// Absolute path of that process's program.
    @Nullable package var program: String?
    /// One sentence.
    package var title: String
    /// The paragraphs that say why. A line that starts with two spaces or a list marker keeps
    /// its shape, other lines are wrapped.
    package var why: [String]
    /// What to do, first choice first.
    package var fixDetails: [Fix]
    /// What it rests on, in the order of the events.
    package var evidence: [Evidence]
    /// Names of the programs from the one that the user started down to the one that failed;
    /// empty or of one element where that is the same.
    package var pathDown: [String]
    /// What the ranking counted for and against it, in log-odds.
    package var features: [String: Double]

    /// The paragraphs of `why` as one text.
    package var explanation: String { why.joined(separator: "\n\n") }
    /// The fixes as plain sentences or commands.
    package var fixes: [String] { fixDetails.map(\.do) }

    private enum CodingKeys: String, CodingKey {
      case heuristic, role, confidence
      case confidenceReason = "confidence_reason"
      case subject, errno, signal, syscall, pid, program, title, explanation, why, fixes
      case fixDetails = "fix_details"
      case evidence
      case pathDown = "path_down"
      case features
    }

    package init(
      heuristic: String, role: Role, confidence: Double, confidenceReason: String? = nil,
      subject: String, errno: ErrorNumber? = nil, signal: SignalNumber? = nil,
      syscall: String? = nil, pid: ProcessID? = nil, program: String? = nil, title: String,
      why: [String] = [], fixDetails: [Fix] = [], evidence: [Evidence] = [],
      pathDown: [String] = [], features: [String: Double] = [:]
    ) {
      self.heuristic = heuristic
      self.role = role
      self.confidence = confidence
      self.confidenceReason = confidenceReason
      self.subject = subject
      self.errno = errno
      self.signal = signal
      self.syscall = syscall
      self.pid = pid
      self.program = program
      self.title = title
      self.why = why
      self.fixDetails = fixDetails
      self.evidence = evidence
      self.pathDown = pathDown
      self.features = features
    }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      heuristic = try container.decode(String.self, forKey: .heuristic)
      role = try container.decode(Role.self, forKey: .role)
      confidence = try container.decode(Double.self, forKey: .confidence)
      confidenceReason = try container.decodeIfPresent(String.self, forKey: .confidenceReason)
      subject = try container.decode(String.self, forKey: .subject)
      errno = try container.decodeIfPresent(ErrorNumber.self, forKey: .errno)
      signal = try container.decodeIfPresent(SignalNumber.self, forKey: .signal)
      syscall = try container.decodeIfPresent(String.self, forKey: .syscall)
      pid = try container.decodeIfPresent(ProcessID.self, forKey: .pid)
      program = try container.decodeIfPresent(String.self, forKey: .program)
      title = try container.decode(String.self, forKey: .title)
      why = try container.decode([String].self, forKey: .why)
      fixDetails = try container.decode([Fix].self, forKey: .fixDetails)
      evidence = try container.decode([Evidence].self, forKey: .evidence)
      pathDown = try container.decode([String].self, forKey: .pathDown)
      features = try container.decodeIfPresent([String: Double].self, forKey: .features) ?? [:]
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(heuristic, forKey: .heuristic)
      try container.encode(role, forKey: .role)
      try container.encode(confidence, forKey: .confidence)
      try container.encode(_confidenceReason, forKey: .confidenceReason)
      try container.encode(subject, forKey: .subject)
      try container.encode(_errno, forKey: .errno)
      try container.encode(_signal, forKey: .signal)
      try container.encode(_syscall, forKey: .syscall)
      try container.encode(_pid, forKey: .pid)
      try container.encode(_program, forKey: .program)
      try container.encode(title, forKey: .title)
      try container.encode(explanation, forKey: .explanation)
      try container.encode(why, forKey: .why)
      try container.encode(fixes, forKey: .fixes)
      try container.encode(fixDetails, forKey: .fixDetails)
      try container.encode(evidence, forKey: .evidence)
      try container.encode(pathDown, forKey: .pathDown)
      try container.encode(features, forKey: .features)
    }
  }

  /// Something that can be done.
  package struct Fix: Codable, Sendable, Equatable {
    /// What a fix can do to the machine.
    package enum Safety: String, Codable, Sendable, CaseIterable {
      /// It can be undone and harms nothing else.
      case safe
      /// It is right only if the note holds.
      case checkFirst = "check-first"
      /// It removes or overwrites something.
      case destructive
    }

    /// The command, with its words quoted for a shell, or a sentence where none exists.
    package var `do`: String
    /// What it can do to the machine; nil where the question does not arise.
    @Nullable package var safety: Safety?
    /// When or why to do this, in words; stands before a command.
    @Nullable package var note: String?

    package init(do action: String, safety: Safety? = nil, note: String? = nil) {
      self.do = action
      self.safety = safety
      self.note = note
    }
  }

  /// One event that a finding rests on.
  package struct Evidence: Codable, Sendable, Equatable {
    /// Ordinal of the event in its stream.
    @Nullable package var event: Int?
    /// Seconds since the trace began.
    @Nullable package var time: Double?
    /// The process that it happened to.
    @Nullable package var pid: ProcessID?
    /// Absolute path or name of that process's program.
    @Nullable package var program: String?
    /// The event in a line: a call in strace's notation, or words.
    package var text: String

    package init(
      event: Int? = nil, time: Double? = nil, pid: ProcessID? = nil, program: String? = nil,
      text: String
    ) {
      self.event = event
      self.time = time
      self.pid = pid
      self.program = program
      self.text = text
    }
  }
}
