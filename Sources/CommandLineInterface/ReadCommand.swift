import Glibc
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
    let reader = try LogReader(path: path)
    if reader.form == .recording {
      return try Replay.report(
        tool: tool, path: path, listsHarmless: options.listsHarmless, find: options.find,
        environment: environment)
    }
    var analysis = Analysis()
    var redactor = options.redactsRecording ? EventRedactor() : nil
    var recording: RecordingWriter?
    while let event = try reader.next() {
      analysis.apply(event)
      guard let target = options.record else { continue }
      // The command is known by the first exec, which is not the first event.
      if recording == nil {
        recording = try RecordingWriter(
          path: target,
          header: RecordingHeader(
            tool: "\(tool) \(ToolVersion.text)", created: Double(time(nil)), command: []))
      }
      recording?.append(redactor?.redacted(event) ?? event)
    }
    try recording?.close()
    return analysis.report(
      tool: tool, source: Report.Source(kind: .straceLog, path: path), command: reader.command,
      listsHarmless: options.listsHarmless, find: options.find,
      catalog: { Catalogs.all(tool: tool, environment: environment) },
      inspector: RecordedSystemInspector([]))
  }
}
