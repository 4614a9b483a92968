import HeuristicCatalog
import History
import Reporting
import SystemInspection
import TraceEvents
import TraceReaders

/// A recording, diagnosed again by the same engine.
enum Replay {
  /// The report of the recording at `path`; needs neither the program nor the machine.
  static func report(
    tool: String, path: String, listsHarmless: Bool, find: String? = nil, baseline: String? = nil,
    environment: [String: String]
  ) throws(TraceReaderError) -> Report {
    let reader = ReadAhead(try RecordingReader(path: path))
    var analysis = try Analysis(baseline: baseline)
    var last = 0
    while let event = try reader.next() {
      last = event.number
      analysis.fold(event)
    }
    if reader.isTruncated { analysis.noteCutRecording(after: last) }
    return analysis.report(
      tool: tool, source: Report.Source(kind: .recording, path: path),
      command: reader.command, listsHarmless: listsHarmless, find: find,
      catalog: { Catalogs.all(tool: tool, environment: environment) },
      // Every answer that the diagnosis had is a fact of the stream.
      inspector: RecordedSystemInspector([]))
  }
}
