import Glibc
import History
import Reporting
import SystemInspection
import TraceEvents
import TraceReaders

/// `--read`: the report of a log that another tracer wrote, here or elsewhere.
struct ReadCommand {
  let tool: String
  let options: Options

  /// The report of the log at `path`. Nothing is asked of the machine, which need not be the one that
  /// the log is of.
  func report(_ path: String, environment: [String: String]) throws -> Report {
    let log = try LogReader(path: path)
    let form = log.form
    let reader = ReadAhead(log)
    var analysis = try Analysis(baseline: options.baseline)
    var recorder = try Recorder(tool: tool, options: options)
    var last = 0
    while let event = try reader.next() {
      last = event.number
      analysis.fold(event)
      try recorder.record(event, command: reader.command)
    }
    if reader.isTruncated { analysis.noteCutRecording(after: last) }
    try recorder.close()
    return analysis.report(
      tool: tool, source: Report.Source(kind: .init(form), path: path),
      command: reader.command,
      listsHarmless: options.listsHarmless, find: options.find,
      catalog: { Catalogs.all(tool: tool, environment: environment) },
      inspector: RecordedSystemInspector([]))
  }
}

/// Writes the events of a log to a recording, or in the notation of strace, if that is wanted.
private struct Recorder {
  private let tool: String
  private let path: String?
  private var redactor: EventRedactor?
  private var writer: RecordingWriter?
  private let log: StraceLogWriter?

  init(tool: String, options: Options) throws(TraceReaderError) {
    self.tool = tool
    log = try options.straceLog.map { path throws(TraceReaderError) in
      try StraceLogWriter(path: path, begin: 0)
    }
    path = options.record
    if options.redactsRecording { redactor = EventRedactor() }
  }

  /// Adds an event; the file is made with the first one.
  mutating func record(_ event: TraceEvent, command: [String]) throws(TraceReaderError) {
    guard path != nil || log != nil else { return }
    let event = redactor?.redacted(event) ?? event
    log?.append(event)
    guard let path else { return }
    if writer == nil {
      writer = try RecordingWriter(
        path: path,
        header: RecordingHeader(
          tool: "\(tool) \(ToolVersion.text)", created: Double(time(nil)), command: command))
    }
    writer?.append(event)
  }

  func close() throws(TraceReaderError) {
    try writer?.close()
    try log?.close()
  }
}
