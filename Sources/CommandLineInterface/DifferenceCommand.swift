import Reporting
import TraceReaders

/// `whyconf --diff A B`: what differs between two runs, machines or users.
enum DifferenceCommand {
  /// A file that is no report.
  struct NoReport: Error {
    let path: String
  }

  /// What differs between two files, each a JSON report or a recording.
  static func difference(
    _ first: String, _ second: String, tool: String, environment: [String: String]
  ) throws -> ConfigurationDifference {
    ConfigurationDifference(
      try report(first, tool, environment), name: first,
      try report(second, tool, environment), name: second)
  }

  private static func report(
    _ path: String, _ tool: String, _ environment: [String: String]
  ) throws -> Report {
    // A recording begins with a line that is one object; a report does not end with its first line.
    if let report = try? Replay.report(
      tool: tool, path: path, listsHarmless: false, environment: environment)
    {
      return report
    }
    guard let report = try? ReportFile.report(at: path) else { throw NoReport(path: path) }
    return report
  }
}
