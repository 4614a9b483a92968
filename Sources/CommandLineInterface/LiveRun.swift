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
  }

  private let tool: String
  private let command: [String]
  private let options: Options
  private let inspector = RecordingSystemInspector(MachineInspector())
  private var analysis = Analysis()
  private var recording: RecordingWriter?
  private var redactor: EventRedactor?
  private var lastEvent: TraceEvent?

  init(tool: String, command: [String], options: Options) throws(TraceReaderError) {
    self.tool = tool
    self.command = command
    self.options = options
    if options.redactsRecording { redactor = EventRedactor() }
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
    let request = try request(environment: environment)
    let outcome: LaunchOutcome
    do throws(CaptureError) {
      let tracer = Tracer(request, inspector: inspector, walker: LiveStackWalker()) {
        [self] event in take(event)
      }
      outcome = try tracer.run()
    } catch {
      throw RunFailure.capture(error)
    }
    let report = analysis.report(
      tool: tool, source: Report.Source(kind: .run), command: command,
      listsHarmless: options.listsHarmless, find: options.find,
      catalog: { Catalogs.all(tool: tool, environment: environment.values) }, inspector: inspector)
    try closeRecording()
    let status = analysis.history.settledNumber == nil ? ExitStatus.status(for: outcome) : 0
    return Result(report: report, status: status)
  }

  private func request(environment: Environment) throws(RunFailure) -> LaunchRequest {
    var request = LaunchRequest(
      command: command, timeout: options.timeout,
      settle: options.settle ?? (tool == "whyconf" ? Options.usualSettle : nil))
    guard let name = options.user else { return request }
    guard geteuid() == 0 else { throw RunFailure.userNeedsRoot }
    guard let (user, variables) = TargetUser.named(name) else { throw RunFailure.noSuchUser(name) }
    request.user = user
    request.environment = environment.replacing(variables)
    return request
  }

  private func take(_ event: TraceEvent) {
    analysis.apply(event)
    record(event)
    lastEvent = event
  }

  private func record(_ event: TraceEvent) {
    guard let recording else { return }
    recording.append(redactor?.redacted(event) ?? event)
  }

  /// Adds what the diagnosis asked of the machine, so that a replay needs no machine.
  private func closeRecording() throws(RunFailure) {
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
}
