import FoundationEssentials
import Glibc
import HeuristicCatalog
import History
import Reporting
import RunComparison
import SystemInspection
import TraceEvents
import TraceReaders

/// `whyfail --diff GOOD BAD`: why a program works in one run and not in another.
struct RunDifferenceCommand {
  let tool: String
  let options: Options
  let environment: [String: String]

  /// More than the longest log that anybody looked at: a log that goes on is one without an end.
  private static let mostEvents = 50_000_000

  /// Compares two files, each a recording, a log or a JSON report.
  func difference(_ good: String, _ bad: String) throws -> RunDifference {
    let there = try read(good, baseline: nil)
    // What failed there as well is no reason, unless that run failed of it.
    let wentWell = there.run.report.verdict.status == .succeeded
    let here = try read(bad, baseline: wentWell ? there.baseline : nil)
    return RunDifference(
      tool: Report.Tool(name: tool, version: ToolVersion.text), good: there.run, bad: here.run,
      redacts: options.redacts)
  }

  /// The difference as it is written.
  func text(of difference: RunDifference) -> String {
    switch options.format {
    case .json: return DifferenceRenderer.json(difference)
    case .markdown: return DifferenceRenderer.markdown(difference)
    case .text:
      let terminal = Terminal(environment: environment)
      return DifferenceRenderer.text(
        difference,
        options: TextOptions(
          width: terminal.width, usesColor: terminal.hasColor && options.output == nil,
          isVerbose: options.isVerbose, usesASCII: !terminal.isUTF8))
    }
  }

  private func read(
    _ path: String, baseline: Baseline?
  ) throws -> (run: ReportedRun, baseline: Baseline?) {
    if let report = try ReportFile.report(at: path) {
      return (ReportedRun(name: path, report: report), nil)
    }
    let reader = try LogReader(path: path)
    var analysis = Analysis(baseline: baseline, keepsUsage: true)
    var last = 0
    var count = 0
    while let event = try reader.next() {
      count += 1
      guard count <= Self.mostEvents else {
        throw TraceReaderError(
          .cannotRead, path: path,
          detail: "it does not come to an end within \(Self.mostEvents) events")
      }
      last = event.number
      analysis.fold(event)
    }
    if reader.isTruncated { analysis.noteCutRecording(after: last) }
    let report = analysis.report(
      tool: tool, source: Report.Source(kind: .init(reader.form), path: path),
      command: reader.command, listsHarmless: false,
      catalog: { Catalogs.all(tool: tool, environment: environment) },
      inspector: RecordedSystemInspector([]))
    return (
      ReportedRun(
        name: path, report: report, history: analysis.history,
        usage: analysis.usage ?? RunUsage()),
      Baseline(analysis.history)
    )
  }
}

extension Report.Source.Kind {
  /// What a log is.
  init(_ form: LogReader.Form) {
    self =
      switch form {
      case .recording: .recording
      case .strace: .straceLog
      case .kdump: .kdumpLog
      }
  }
}

/// A file that may be a JSON report.
enum ReportFile {
  /// Begins as a report, and is none.
  struct Damaged: Error {
    let path: String
  }

  private static let mostBytes: UInt64 = 64 << 20

  /// The report in a file; nil for what is no JSON, or is a recording.
  static func report(at path: String) throws -> Report? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular,
      let start = beginning(of: path), start.first == UInt8(ascii: "{"),
      !String(decoding: start, as: UTF8.self).contains("\"whyfail.recording\"")
    else { return nil }
    guard let size = attributes?[.size] as? UInt64, size <= mostBytes,
      let data = FileManager.default.contents(atPath: path),
      let report = try? JSONDecoder().decode(Report.self, from: data),
      report.schema == Report.schemaName
    else { throw Damaged(path: path) }
    return report
  }

  private static func beginning(of path: String) -> [UInt8]? {
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    return count > 0 ? Array(bytes.prefix(count)) : nil
  }
}
