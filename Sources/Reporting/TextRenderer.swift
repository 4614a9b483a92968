internal import TraceEvents

/// Renders a report for a terminal: the cause first, then why, then what to do.
///
/// All text of the target is escaped, so that nothing in it is taken for a command by a terminal;
/// it may still say what it likes inside its own line.
package struct TextRenderer {
  /// How many lines of evidence are shown without `--verbose`.
  static let evidenceCap = 8
  /// How many candidates are shown for a verdict of `unknown`, and how many side findings else.
  static let candidateCap = 3

  let report: Report
  let options: TextOptions
  private var lines: [String] = []

  private init(report: Report, options: TextOptions) {
    self.report = report.mappingTexts { text, place in
      options.spelled(TargetText.escaped(text, keepingLines: place == .block))
    }
    self.options = options
  }

  /// The report as text, each line ended by a line feed.
  package static func render(_ report: Report, options: TextOptions = TextOptions()) -> String {
    var renderer = TextRenderer(report: report, options: options)
    if report.tool.name == "whyconf" {
      renderer.writeConfigurationReport()
    } else if report.verdict.status == .succeeded {
      renderer.writeSuccess()
    } else {
      renderer.writeDiagnosis()
    }
    var text = ""
    for line in renderer.lines {
      text += line
      text += "\n"
    }
    return text
  }

  private mutating func writeSuccess() {
    write(successSentence)
    // The verdict has said it already.
    let findings = report.findings.filter { !report.verdict.summary.hasPrefix($0.title) }
    for finding in findings {
      writeFlow(finding.title, indent: "  note: ", hanging: "    ")
      for paragraph in options.isVerbose ? finding.why : Array(finding.why.prefix(1)) {
        for line in TextFlow.shapedLines(of: paragraph, width: options.width, indent: "    ") {
          write(line)
        }
      }
    }
    let notes = report.capture.notes
    for note in options.isVerbose ? notes : Array(notes.prefix(Self.candidateCap)) {
      writeFlow(note, indent: "  note: ", hanging: "    ")
    }
    writeHarmlessCalls()
    if options.isVerbose {
      writeConfiguration()
      writeProcesses()
    }
  }

  /// One line whatever the width, so that scripts and eyes can skip it.
  private var successSentence: String {
    let time = report.target.durationSeconds.map { " in \(durationWords($0))" } ?? ""
    if report.outcome.kind == .exited, report.outcome.exitStatus == 0 {
      return "\(report.tool.name): \(report.targetName) succeeded (exit status 0)\(time)"
        + (report.findings.isEmpty ? "; nothing to explain." : ", but not all of it went well.")
    }
    // An exit status that is an answer, as of grep; the verdict says so.
    return "\(report.tool.name): \(report.verdict.summary)"
  }

  private mutating func writeDiagnosis() {
    let title = "── \(report.tool.name) "
    let rule = String(repeating: "─", count: max(2, options.width - displayWidth(of: title)))
    write(options.styled(options.spelled(title + rule), .faint))
    for line in TextFlow.lines(of: report.verdict.summary, width: options.width) {
      write(options.styled(line, .strong))
    }
    var others = report.findings
    let isUnknown = report.verdict.status == .unknown
    if !isUnknown, let index = others.firstIndex(where: { $0.role == .cause }) {
      let cause = others.remove(at: index)
      writeWhy(cause)
      writeFixes(cause)
      writeConfidence(cause)
      writeEvidence(cause)
      writeOthers(others, heading: "Also", isExplained: options.isVerbose)
      writeLastWords(isNeeded: options.isVerbose)
    } else {
      let heading =
        report.outcome.kind == .stillRunning ? "What went wrong meanwhile" : "Nearest things"
      writeOthers(others, heading: heading, isExplained: true)
      writeLastWords(isNeeded: true)
    }
    writeThreads()
    writeSnapshot()
    writeConfiguration()
    if options.isVerbose { writeProcesses() }
    writeClosing()
  }
}

// MARK: - The cause

extension TextRenderer {
  /// Writes why a finding holds.
  mutating func writeWhy(_ finding: Report.Finding) {
    guard !finding.why.isEmpty || finding.pathDown.count > 1 else { return }
    writeHeading("Why")
    if finding.pathDown.count > 1 {
      writeFlow(finding.pathDown.joined(separator: options.spelled(" → ")), indent: "  ")
    }
    for paragraph in finding.why {
      for line in TextFlow.shapedLines(of: paragraph, width: options.width, indent: "  ") {
        write(line)
      }
    }
  }

  /// Writes what to do about a finding.
  mutating func writeFixes(_ finding: Report.Finding) {
    guard !finding.fixDetails.isEmpty else { return }
    writeHeading("What to do")
    FixText.lines(of: finding.fixDetails, width: options.width).forEach { write($0) }
  }

  private mutating func writeConfidence(_ finding: Report.Finding) {
    write("")
    let sure = "How sure: " + percentWords(finding.confidence)
    guard let reason = finding.confidenceReason, !reason.isEmpty else { return write(sure) }
    let hanging = String(repeating: " ", count: displayWidth(of: sure) + 3)
    writeFlow(reason, indent: sure + "   ", hanging: hanging)
  }

  private mutating func writeEvidence(_ finding: Report.Finding) {
    guard !finding.evidence.isEmpty else { return }
    writeHeading("Evidence")
    writeCapped(finding.evidence, cap: Self.evidenceCap) { renderer, evidence in
      renderer.writeEvidenceLine(evidence)
    }
  }

  private mutating func writeEvidenceLine(_ evidence: Report.Evidence, indent: String = "  ") {
    var line = indent
    if let time = evidence.time { line += decimal(time, places: 4) + " " }
    if let program = evidence.program { line += baseName(of: program) }
    if let pid = evidence.pid { line += evidence.program == nil ? "pid \(pid)" : "[\(pid)]" }
    if line.last != " " { line += " " }
    let hanging = String(repeating: " ", count: indent.utf8.count + 7)
    for line in TextFlow.lines(
      of: evidence.text, width: options.width, indent: line, hanging: hanging)
    {
      write(options.styled(line, .faint))
    }
  }
}

// MARK: - What else there is

extension TextRenderer {
  /// How likely a candidate is to be that is shown where no cause is known.
  private static let worthShowing = 0.05

  private mutating func writeOthers(
    _ findings: [Report.Finding], heading: String, isExplained: Bool
  ) {
    guard !findings.isEmpty else { return }
    writeHeading(heading)
    // What is hardly likely leads nobody anywhere, unless it is all that there is.
    let likely = findings.count { $0.confidence >= Self.worthShowing }
    let cap = isExplained ? min(Self.candidateCap, max(1, likely)) : Self.candidateCap
    writeCapped(findings, cap: cap) { renderer, finding in
      renderer.writeOther(finding, isExplained: isExplained)
    }
  }

  private mutating func writeOther(_ finding: Report.Finding, isExplained: Bool) {
    let sure = isExplained ? " (\(percentWords(finding.confidence)))" : ""
    writeFlow(finding.title + sure, indent: "  - ", hanging: "    ")
    guard isExplained else { return }
    for paragraph in options.isVerbose ? finding.why : Array(finding.why.prefix(1)) {
      for line in TextFlow.shapedLines(of: paragraph, width: options.width, indent: "    ") {
        write(line)
      }
    }
    guard options.isVerbose else { return }
    for fix in finding.fixDetails {
      for line in fix.do.split(separator: "\n") { write("      \(line)") }
    }
    for evidence in finding.evidence { writeEvidenceLine(evidence, indent: "      ") }
  }

  /// What the program said is on the screen already, unless it went elsewhere.
  private mutating func writeLastWords(isNeeded: Bool) {
    guard let words = report.lastWords, !words.text.isEmpty else { return }
    let wasSeen = words.stream == .standardError || words.stream == .standardOutput
    guard isNeeded || !wasSeen else { return }
    let program = words.program.map { baseName(of: $0) } ?? "pid \(words.pid)"
    writeHeading("Last words of \(program) (\(words.stream.words))")
    let all = words.text.split(whereSeparator: \.isNewline)
    for line in options.isVerbose ? all : all.suffix(Self.evidenceCap) { write("  > \(line)") }
  }

  private mutating func writeProcesses() {
    guard !report.processes.isEmpty else { return }
    writeHeading("Processes")
    var depths: [ProcessID: Int] = [:]
    for process in report.processes {
      // Parents come before their children; the depth is capped for very deep trees.
      let depth = min((process.parent.flatMap { depths[$0] } ?? -1) + 1, 12)
      depths[process.pid] = depth
      let command = shellQuoted(process.command)
      let name = command.isEmpty ? process.program ?? "?" : command
      var line = String(repeating: "  ", count: depth + 1) + "\(process.pid) \(name)"
      if let end = process.endWords { line += options.spelled(" → ") + end }
      write(line)
    }
  }

  private mutating func writeClosing() {
    if !report.capture.notes.isEmpty || report.capture.dropped > 0 || report.capture.truncated {
      write("")
    }
    for note in report.capture.notes { writeFlow(note, indent: "Note: ", hanging: "      ") }
    if report.capture.dropped > 0 {
      write("Note: \(counted(report.capture.dropped, "event was", "events were")) left out.")
    }
    if report.capture.truncated {
      writeFlow(
        "The trace ends before the program does; what came later is not known.", indent: "Note: ",
        hanging: "      ")
    }
    writeHarmlessCalls()
  }

  private mutating func writeHarmlessCalls() {
    if !report.capture.harmless.isEmpty {
      writeHeading("Failed calls that were harmless")
      for evidence in report.capture.harmless { writeEvidenceLine(evidence) }
    } else if report.capture.harmlessFailures > 0, report.verdict.status != .succeeded {
      let calls = counted(
        report.capture.harmlessFailures, "other failed call was", "other failed calls were")
      writeFlow("\(calls) harmless; --all lists them.")
    }
  }
}

// MARK: - Lines

extension TextRenderer {
  /// Adds a line.
  mutating func write(_ line: String) {
    lines.append(line)
  }

  /// Adds a heading, with an empty line before it.
  mutating func writeHeading(_ heading: String) {
    write("")
    write(options.styled(heading, .strong))
  }

  /// Adds a paragraph.
  mutating func writeFlow(_ text: String, indent: String = "", hanging: String? = nil) {
    for line in TextFlow.lines(
      of: text, width: options.width, indent: indent, hanging: hanging)
    {
      write(line)
    }
  }

  /// Writes the first `cap` items, or all with `--verbose`, and says how many are left out.
  mutating func writeCapped<Item>(
    _ items: [Item], cap: Int, write writeItem: (inout TextRenderer, Item) -> Void
  ) {
    // One line that says "and 1 more" takes as much room as the item.
    let shown = options.isVerbose || items.count <= cap + 1 ? items.count : cap
    for item in items.prefix(shown) { writeItem(&self, item) }
    if shown < items.count {
      write(options.spelled("  … and \(items.count - shown) more; --verbose lists them"))
    }
  }
}
