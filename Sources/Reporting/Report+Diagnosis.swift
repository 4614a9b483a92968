package import ConfigOrder
import HeuristicCatalog
package import History
package import RuleEngine
import TraceEvents

extension Report {
  /// How many processes a report lists.
  private static let processLimit = 500

  /// The report of a run: its diagnosis, with what happened and what configuration was tried.
  package init(
    tool: Tool, source: Source, diagnosis: Diagnosis, history: History,
    configuration: ConfigurationFindings, command: [String], userName: String?,
    listsHarmless: Bool = false
  ) {
    let root = history.root
    self.init(
      tool: tool,
      source: source,
      target: Target(
        command: command, executable: root?.hasExecuted == true ? root?.executable : nil,
        cwd: root.flatMap { $0.workingDirectory.isEmpty ? nil : $0.workingDirectory },
        user: userName, uid: root?.credentials?.user,
        durationSeconds: history.hasTimes
          ? (history.duration * 10_000).rounded() / 10_000 : nil),
      outcome: Outcome(history),
      verdict: Verdict(status: Verdict.Status(diagnosis.status), summary: diagnosis.summary),
      findings: diagnosis.findings.map { Finding($0, hasTimes: history.hasTimes) },
      processes: history.processes.prefix(Self.processLimit).map { Process($0, in: history) },
      config: Configuration(configuration, history, listsLeftOut: listsHarmless),
      capture: Capture(
        events: history.eventCount, truncated: root?.end == nil,
        notes: history.notes.map { $0.sentence(isReleased: root?.end == .released) },
        harmlessFailures: diagnosis.harmlessCalls,
        harmless: listsHarmless ? Self.harmlessCalls(diagnosis, history) : []),
      lastWords: diagnosis.lastWords.map {
        LastWords(pid: $0.pid, program: $0.program, stream: $0.stream, text: $0.text)
      }, snapshot: diagnosis.snapshot.map(Snapshot.init),
      threads: diagnosis.threads?.groups.map(ThreadGroup.init),
      threadsLeftOut: diagnosis.threads?.leftOut)
    config.summary = configurationSummary
  }
}

extension Report {
  /// The failed calls that the cause does not rest on, in order; repetitions are one line.
  private static func harmlessCalls(
    _ diagnosis: Diagnosis, _ history: borrowing History
  ) -> [Evidence] {
    let cause = diagnosis.findings.first { $0.role == .cause }
    let blamed = Set((cause?.evidence ?? []).map(\.number))
    var lines: [Evidence] = []
    for failure in history.failures.calls where !blamed.contains(failure.number) {
      let process = history.processes[failure.process]
      var text = failure.call.notation
      if failure.count > 1 { text += "   (\(failure.count) times)" }
      if let replacement = failure.replacement {
        text += replacement.isSameSubject ? "   (served later)" : "   (then \(replacement.subject))"
      }
      lines.append(
        Evidence(
          event: failure.number, time: history.hasTimes ? failure.time : nil, pid: process.pid,
          program: process.name,
          text: text))
    }
    return lines
  }
}

extension CaptureNote {
  /// The note as a sentence for people.
  fileprivate func sentence(isReleased: Bool) -> String {
    switch kind {
    case .settled where isReleased: "It was let go once nothing new was looked for, and runs on."
    case .timedOut where isReleased: "It was let go after \(text) s (--timeout), and runs on."
    case .interrupted where isReleased: "It was let go at \(text), and runs on."
    case .timedOut: "The program was ended since it ran for longer than \(text) s (--timeout)."
    case .settled: "It was stopped once all of it waited for work and nothing new was looked for."
    case .restless:
      "It had not settled after \(text) s and looked for nothing new for long, so that it was "
        + (isReleased ? "let go." : "ended; --timeout SECONDS gives it longer.")
    case .interrupted: "The run was interrupted (\(text))."
    case .lostPrivilege:
      "\(text) is a set-user-id program; traced by an ordinary user it runs without that privilege. "
        + "To see it as it is: sudo whyfail --user NAME …"
    case .ownFilter:
      "\(text) installed a seccomp filter of its own, and was followed more slowly from there."
    case .nestedTracing:
      "\(text) tried to trace; a process that whyfail traces cannot be traced by another."
    case .attached: "It ran before it was watched."
    case .fromLog:
      "This comes from \(text). It does not tell who the user was, permissions, limits, or what else was "
        + "on the disk and running, and nothing of that was asked of this machine."
    case .endOfLog: "The log ends while the program waits."
    case .incomplete: text
    }
  }
}

extension Report.Outcome {
  fileprivate init(_ history: borrowing History) {
    guard let root = history.root else {
      self.init(kind: .unknown)
      return
    }
    if let settled = history.settledNumber, root.end == nil || root.endNumber > settled {
      self.init(kind: .stillRunning)
      return
    }
    switch root.end {
    case .exited(let status):
      self.init(kind: root.hasExecuted ? .exited : .notStarted, exitStatus: status)
    case .killed(let signal, let coreDumped):
      self.init(kind: .killed, signal: signal, coreDumped: coreDumped)
    case .released: self.init(kind: .stillRunning)
    case nil: self.init(kind: .unknown)
    }
  }
}

extension Report.Verdict.Status {
  fileprivate init(_ status: Diagnosis.Status) {
    self =
      switch status {
      case .failed: .failed
      case .succeeded: .succeeded
      case .hung: .hung
      case .unknown: .unknown
      }
  }
}

extension Report.Finding {
  fileprivate init(_ finding: RuleEngine.Finding, hasTimes: Bool) {
    self.init(
      heuristic: finding.heuristic, role: Role(finding.role), confidence: finding.confidence,
      confidenceReason: finding.reason.isEmpty ? nil : finding.reason, subject: finding.subject,
      errno: finding.error, signal: finding.signal, syscall: finding.call, pid: finding.pid,
      program: finding.program, title: finding.title, why: finding.because,
      fixDetails: finding.fixes.map { fix in
        Report.Fix(
          do: fix.text,
          safety: fix.safety.map { safety in
            switch safety {
            case .safe: .safe
            case .checkFirst: .checkFirst
            case .destructive: .destructive
            }
          }, note: fix.note)
      },
      evidence: finding.evidence.map {
        Report.Evidence(
          event: $0.number, time: hasTimes ? $0.time : nil, pid: $0.pid, program: $0.program,
          text: $0.text)
      }, pathDown: finding.pathDown,
      features: Dictionary(
        uniqueKeysWithValues: finding.features.map { ($0.key.rawValue, $0.value) }))
  }
}

extension Report.Finding.Role {
  fileprivate init(_ role: RuleEngine.Finding.Role) {
    self =
      switch role {
      case .cause: .cause
      case .contributing: .contributing
      case .note: .note
      }
  }
}

extension Report.Process {
  fileprivate init(_ record: ProcessRecord, in history: borrowing History) {
    var status: Int32?
    var killer: SignalNumber?
    switch record.end {
    case .exited(let code): status = code
    case .killed(let signal, _): killer = signal
    case .released, nil: break
    }
    self.init(
      pid: record.pid, parent: record.parent.map { history.processes[$0].pid },
      program: record.executedPath ?? record.executable, command: record.arguments,
      exitStatus: status, signal: killer)
  }
}
