internal import RunComparison
internal import TraceEvents

extension RunDifference {
  /// How many differences a JSON report has at most.
  private static let itemLimit = 1000

  /// Compares a run that failed with one that went well; with `redacts`, secrets are replaced.
  package init(tool: Report.Tool, good: ReportedRun, bad: ReportedRun, redacts: Bool) {
    let (good, bad) = redacts ? (good.redactingCommands(), bad.redactingCommands()) : (good, bad)
    let comparison = RunComparison(good: good.run, bad: bad.run)
    let wording = DifferenceWording(good: good.report, bad: bad.report)
    var secrets: Set<String> = []
    var list = comparison.differences
    // Before they are put into sentences, which cut them.
    if redacts { list = list.map { Redaction.redacted($0, found: &secrets) } }
    for index in list.indices where list[index].kind == .command {
      list[index].there = shellQuoted(good.run.command)
      list[index].here = shellQuoted(bad.run.command)
    }
    self.init(
      tool: tool, good: Side(good.report, name: good.name, isReport: good.isReport),
      bad: Side(bad.report, name: bad.name, isReport: bad.isReport), status: .different,
      summary: "", causeThere: comparison.counterpart.map(\.code),
      cause: bad.report.findings.first { $0.role == .cause },
      differences: list.prefix(Self.itemLimit).map { Item($0, sentence: wording.sentence($0)) },
      notes: [])
    let hasFailed = bad.report.verdict.status != .succeeded
    let wentWell = good.report.verdict.status == .succeeded
    status =
      if hasFailed, wentWell, cause != nil,
        comparison.counterpart?.explains ?? false || list.contains(where: \.isRelated)
      {
        .explained
      } else if list.isEmpty, bad.report.verdict.status == good.report.verdict.status {
        .same
      } else { .different }
    summary = wording.summary(comparison, list, status)
    notes = Self.notes(good, bad, comparison, listed: list.count)
    if redacts { self = Redaction.redacted(self, found: secrets) }
  }

  /// What could not be compared.
  private static func notes(
    _ good: ReportedRun, _ bad: ReportedRun, _ comparison: RunComparison, listed: Int
  ) -> [String] {
    var notes: [String] = []
    for side in [good, bad] where side.isReport {
      notes.append(
        "\(side.name) is a report: of its run the findings, configuration files and processes are "
          + "known, and nothing else. A recording (--record) tells more.")
    }
    let logs = [good, bad].filter {
      [.straceLog, .kdumpLog].contains($0.report.source.kind) && !$0.isReport
    }
    if !comparison.comparesEnvironments {
      let who = logs.map(\.name).joined(separator: " and ")
      if logs.isEmpty {
        if !good.isReport, !bad.isReport {
          notes.append("One of the runs does not tell its environment, which is not compared.")
        }
      } else {
        notes.append(
          "\(who) \(logs.count == 1 ? "is a log, which does" : "are logs, which do") not tell the "
            + "environment, the user's groups or limits: these are not compared.")
      }
    }
    for side in [good, bad] where side.isCut {
      notes.append(
        "\(side.name) is a long run: paths after the first 200,000 are not compared.")
    }
    if listed > itemLimit {
      notes.append("\(listed - itemLimit) further differences are left out.")
    }
    for side in [good, bad] where side.report.capture.truncated && !side.isReport {
      notes.append("The trace \(side.name) ends before its program does.")
    }
    return notes
  }
}

extension ReportedRun {
  /// With the secrets replaced in every argument vector, where the word before tells of them.
  fileprivate func redactingCommands() -> ReportedRun {
    var result = self
    result.run.command = Redaction.redactedCommand(run.command)
    for index in result.run.processes.indices {
      result.run.processes[index].arguments = Redaction.redactedCommand(
        run.processes[index].arguments)
    }
    result.run.usage.mapArguments(Redaction.redactedCommand)
    return result
  }
}

extension RunDifference.Item {
  init(_ difference: Difference, sentence: String) {
    self.init(
      kind: difference.kind.rawValue, subject: difference.subject, there: difference.there,
      here: difference.here, program: difference.program, errno: difference.error,
      related: difference.isRelated, sentence: sentence)
  }
}

extension Counterpart {
  /// As a JSON report calls it.
  var code: String {
    switch self {
    case .worked: "worked"
    case .failedToo: "failed-too"
    case .foundElsewhere: "found-elsewhere"
    case .notAsked: "not-asked"
    }
  }

  /// True if the other run shows what would have to be otherwise.
  var explains: Bool {
    switch self {
    case .worked, .foundElsewhere: true
    case .failedToo, .notAsked: false
    }
  }
}
