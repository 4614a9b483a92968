package import RunComparison
package import TraceEvents

/// Why a program works in one run ("there") and not in another ("here"); every rendering shows this value.
///
/// Its JSON form is the schema `whyfail.difference/1` (docs/difference.md). Texts are raw, as those of a
/// `Report`.
package struct RunDifference: Encodable, Sendable {
  /// One of the two runs.
  package struct Side: Encodable, Sendable {
    /// The file that it was read from.
    package var name: String
    /// What that is: `recording`, `strace-log`, `kdump-log`, `report`.
    package var source: String
    package var command: [String]
    package var outcome: Report.Outcome
    package var status: Report.Verdict.Status
    package var summary: String
    @Nullable package var user: String?
    @Nullable package var cwd: String?
  }

  /// One thing that differs.
  package struct Item: Encodable, Sendable {
    package var kind: String
    /// What it is about: a path, a variable, an address.
    package var subject: String
    @Nullable package var there: String?
    @Nullable package var here: String?
    @Nullable package var program: String?
    @Nullable package var errno: ErrorNumber?
    /// True if the cause has to do with it.
    package var related: Bool
    /// The difference in words.
    package var sentence: String
  }

  /// What was found, in short.
  package enum Status: String, Encodable, Sendable {
    /// The second run failed of something that worked in the first, or that differs.
    case explained
    /// They differ, and what made the second run fail is not among it, or it did not fail.
    case different
    /// Nothing differs that matters.
    case same
  }

  package var schema = "whyfail.difference/1"
  package var tool: Report.Tool
  package var good: Side
  package var bad: Side
  package var status: Status
  /// One sentence or two: why it works there and not here.
  package var summary: String
  /// What the first run says of the cause: `worked`, `failed-too`, `found-elsewhere`, `not-asked`.
  @Nullable package var causeThere: String?
  /// The cause that the second run's own diagnosis names.
  @Nullable package var cause: Report.Finding?
  /// What differs, the most telling first.
  package var differences: [Item]
  /// What the reader should know of the comparison, in sentences.
  package var notes: [String]

  private enum CodingKeys: String, CodingKey {
    case schema, tool, good, bad, status, summary, cause, differences, notes
    case causeThere = "cause_there"
  }

  /// True if nothing differs that matters.
  package var isEmpty: Bool { status == .same }
}

extension RunDifference.Side {
  init(_ report: Report, name: String, isReport: Bool) {
    self.init(
      name: name, source: isReport ? "report" : report.source.kind.rawValue,
      command: report.target.command, outcome: report.outcome, status: report.verdict.status,
      summary: report.verdict.summary, user: report.target.user, cwd: report.target.cwd)
  }
}

/// A run with its report, ready to be compared.
package struct ReportedRun: Sendable {
  /// The file that it was read from.
  package var name: String
  package var report: Report
  package var run: ComparedRun
  /// True if the report is all that is known of it.
  package var isReport: Bool
  /// True if it was too long for all of its paths to be kept.
  package var isCut: Bool { run.usage.isCut }
}
