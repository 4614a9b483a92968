import Glibc
import ElfInspection
import HeuristicCatalog
import History
import Reporting
import SystemInspection
import TraceCapture
import TraceEvents
import TraceReaders

/// A command that is run and traced: events flow into the analysis and, if wanted, a recording.
final class LiveRun {
  /// What came of a run.
  struct Result {
    let report: Report
    let status: Int32
    /// What the command left running.
    var rest: RunningRest?
  }

  private let tool: String
  private var command: [String]
  private let options: Options
  private let inspector = RecordingSystemInspector(MachineInspector())
  private var analysis: Analysis
  private var recording: RecordingWriter?
  private var straceLog: StraceLogWriter?
  private var redactor: EventRedactor?
  private var lastEvent: TraceEvent?

  private var hasToldThatItWaits = false
  private var hasAskedConditions = false
  /// What was last shown of a path, with `--follow`.
  private var shown: [String: String] = [:]

  private let processes: [Int32]
  private let front: FrontProcess?

  /// A run of the command in `options`, or with `processes` of what runs already; `front` ends with the
  /// command.
  init(
    tool: String, options: Options, processes: [Int32] = [], front: FrontProcess? = nil
  ) throws(TraceReaderError) {
    self.front = front
    self.tool = tool
    analysis = try Analysis(baseline: options.baseline)
    self.options = options
    self.processes = processes
    command =
      if case .run(let command) = options.action { command } else {
        processes.first.map { ProcessWords.command(of: $0) } ?? []
      }
    if options.redactsRecording { redactor = EventRedactor() }
    if let path = options.straceLog {
      straceLog = try StraceLogWriter(path: path, begin: Double(time(nil)))
    }
    if let path = options.record {
      recording = try RecordingWriter(
        path: path,
        header: RecordingHeader(
          tool: "\(tool) \(ToolVersion.text)", created: Double(time(nil)),
          command: redactor?.redacted(command: command) ?? command))
    }
  }

  /// Runs the command to its end, and reports.
  func run(environment: Environment) throws(RunFailure) -> Result {
    if !processes.isEmpty { return try watch(environment) }
    let request = try request(environment: environment)
    // Who writes a recording asks about the target while it stands at its start.
    let relay =
      request.isThorough || recording != nil ? nil : EventRelay { [self] event in take(event) }
    let outcome: LaunchOutcome
    let rest: RunningRest?
    do throws(CaptureError) {
      let tracer = Tracer(
        request, inspector: inspector, walker: LiveStackWalker(),
        waiting: { [self] seconds in tellThatItWaits(seconds) }
      ) { [self] event in
        if let relay { relay.give(event) } else { take(event) }
      }
      defer { relay?.finish() }
      let terminal = TerminalModes()
      outcome = try tracer.run()
      rest = tracer.rest()
      // One that was ended in the midst of its work leaves the terminal as it needed it.
      if analysis.history.settledNumber != nil { terminal?.restore() }
    } catch {
      throw RunFailure.capture(error)
    }
    let report = try finish(.run, environment)
    let status = analysis.history.settledNumber == nil ? ExitStatus.status(for: outcome) : 0
    return Result(report: report, status: status, rest: rest)
  }

  /// Says once, on a terminal, what is waited for.
  private func tellThatItWaits(_ seconds: Double) {
    guard !hasToldThatItWaits, seconds > 2, isatty(STDERR_FILENO) == 1 else { return }
    hasToldThatItWaits = true
    let word = command.first ?? "it"
    Output.complain(
      tool,
      tool == "whyconf"
        ? "waiting for \(word) to settle; Ctrl-C ends it"
        : "\(word) has ended; waiting for what it left running to settle; Ctrl-C leaves it")
  }

  private func finish(
    _ kind: Report.Source.Kind, _ environment: Environment
  ) throws(RunFailure) -> Report {
    let report = analysis.report(
      tool: tool, source: Report.Source(kind: kind), command: command,
      listsHarmless: options.listsHarmless, find: options.find,
      isBrief: tool == "whyfail" && options.format == .text && !options.isVerbose
        && recording == nil,
      catalog: { Catalogs.all(tool: tool, environment: environment.values) }, inspector: inspector)
    try closeRecording()
    return report
  }

  /// Watches running processes.
  private func watch(_ environment: Environment) throws(RunFailure) -> Result {
    let isForConfiguration = tool == "whyconf"
    let outcome: LaunchOutcome
    do throws(CaptureError) {
      let request = AttachRequest(
        processes: processes, followsChildren: options.followsChildren,
        takesSnapshot: !isForConfiguration, reloads: options.reloads,
        settle: options.follows
          ? nil : options.settle ?? (isForConfiguration ? Options.usualSettle : nil),
        timeout: options.timeout, tellsThreads: options.showsThreads)
      let attachment = Attachment(
        request, inspector: inspector, walker: isForConfiguration ? nil : LiveStackWalker()
      ) { [self] event in
        let told = take(event)
        if options.follows, let told { show(told, at: event.time) }
      }
      outcome = try attachment.run()
    } catch {
      throw RunFailure.capture(error)
    }
    return Result(
      report: try finish(.attach, environment),
      status: isForConfiguration ? 0 : ExitStatus.status(for: outcome))
  }

  /// Shows a try as it comes, one line for each change.
  private func show(_ told: (path: String, program: String, status: String), at time: Double) {
    guard shown[told.path] != told.status else { return }
    if shown.count > 100_000 { shown = [:] }
    shown[told.path] = told.status
    let seconds = (time * 1000).rounded() / 1000
    let line = "\(seconds) \(told.program): \(told.status) \(told.path)"
    try? Output().write(TargetText.escaped(line) + "\n")
  }

  private func request(environment: Environment) throws(RunFailure) -> LaunchRequest {
    var request = LaunchRequest(
      command: command, timeout: options.timeout,
      settle: options.settle ?? (tool == "whyconf" ? Options.usualSettle : nil),
      patience: tool == "whyconf" && options.timeout == nil ? Options.patience : nil,
      keepsRunning: options.keepsRunning, tellsThreads: options.showsThreads,
      asksForConfiguration: tool == "whyconf" && recording == nil && straceLog == nil,
      isThorough: tool == "whyconf" || straceLog != nil, front: front)
    guard let name = options.user else { return request }
    guard geteuid() == 0 else { throw RunFailure.userNeedsRoot }
    guard let (user, variables) = TargetUser.named(name) else { throw RunFailure.noSuchUser(name) }
    request.user = user
    request.environment = environment.replacing(variables)
    return request
  }

  @discardableResult
  private func take(_ event: TraceEvent) -> (path: String, program: String, status: String)? {
    let told = analysis.apply(event)
    if recording != nil, !hasAskedConditions, case .programExecuted = event.body {
      // While it stands at its start; the answer is recorded with the other facts, at the end.
      hasAskedConditions = true
      _ = inspector.answer(.conditions(pid: event.process))
    }
    record(event)
    lastEvent = event
    return told
  }

  private func record(_ event: TraceEvent) {
    guard recording != nil || straceLog != nil else { return }
    let event = redactor?.redacted(event) ?? event
    recording?.append(event)
    straceLog?.append(event)
  }

  /// Adds what the diagnosis asked of the machine, so that a replay needs no machine.
  private func closeRecording() throws(RunFailure) {
    do throws(TraceReaderError) {
      try straceLog?.close()
    } catch {
      // The run itself is over and its report holds: the log alone ends early.
      Output.complain(tool, error.description)
    }
    guard let recording else { return }
    if var event = lastEvent {
      for fact in inspector.takeNewFacts() {
        event.number += 1
        event.body = .fact(fact: fact)
        record(event)
      }
    }
    do throws(TraceReaderError) {
      try recording.close()
    } catch {
      // The run itself is over and its report holds: the recording alone ends early.
      Output.complain(tool, error.description)
    }
  }
}

/// Why a command could not be run or traced: a failure of whyfail's own, not a diagnosis.
enum RunFailure: Error {
  case capture(CaptureError)
  case userNeedsRoot
  case noSuchUser(String)
  case noSuchName(String)
}
