internal import TraceEvents

/// Renders a report as Markdown, for tickets (CommonMark, as GitHub and GitLab read it).
///
/// Text of the target is escaped: it makes no markup, no HTML, no links and no mentions. What only
/// proves the rest is folded away with `<details>`; Jira, which has no such thing, shows it open.
package struct MarkdownRenderer {
  private var lines: [String] = []

  init() {}

  /// The report as Markdown; all findings, all evidence.
  package static func render(_ report: Report) -> String {
    var renderer = MarkdownRenderer()
    renderer.write(
      report.mappingTexts(
        { text, place in TargetText.escaped(text, keepingLines: place == .block) },
        // Quoted for a shell, which spells what does not print.
        command: { $0 }))
    return renderer.lines.joined(separator: "\n") + "\n"
  }

  private mutating func write(_ report: Report) {
    if report.tool.name == "whyconf" { return writeConfiguration(of: report) }
    lines.append("**\(escaped(report.verdict.summary))**")
    if !report.target.command.isEmpty {
      lines += ["", "Command: \(code(shellQuoted(report.target.command)))"]
      lines.append("(\(escaped(report.outcome.words))\(source(of: report)))")
    }
    for (index, finding) in report.findings.enumerated() {
      let isMain = index == 0 && finding.role == .cause
      if !isMain { lines += ["", "### \(escaped(finding.title))"] }
      write(finding, isMain: isMain)
    }
    if let words = report.lastWords, !words.text.isEmpty {
      let heading = "Last words on \(words.stream.words)"
      if report.findings.first?.role == .cause {
        writeFolded(heading) { $0.writeFence(words.text) }
      } else {
        lines += ["", "### \(heading)", ""]
        writeFence(words.text)
      }
    }
    if let text = report.threadsText { writeFolded("Threads") { $0.writeFence(text) } }
    write(report.config)
    for note in report.capture.notes { lines += ["", "Note: \(escaped(note))"] }
    lines += [
      "",
      "<sub>\(escaped("\(report.tool.name) \(report.tool.version)")), "
        + "\(counted(report.capture.events, "event", "events"))</sub>",
    ]
  }

  private mutating func write(_ finding: Report.Finding, isMain: Bool) {
    if !finding.why.isEmpty {
      if isMain { lines += ["", "### Why"] }
      for paragraph in finding.why { lines += [""] + self.paragraph(paragraph) }
    }
    if !finding.fixDetails.isEmpty {
      lines += ["", isMain ? "### What to do" : "What to do:", ""]
      for (index, fix) in finding.fixDetails.enumerated() {
        lines.append("\(index + 1). \(line(of: fix))")
      }
    }
    lines += ["", "How sure: \(percentWords(finding.confidence))"]
    if let reason = finding.confidenceReason { lines[lines.count - 1] += " " + escaped(reason) }
    if !finding.evidence.isEmpty {
      let text = finding.evidence.map { evidence in
        let time = evidence.time.map { decimal($0, places: 4) + " " } ?? ""
        let who = evidence.program.map { baseName(of: $0) } ?? ""
        let pid = evidence.pid.map { "[\($0)] " } ?? ""
        return time + who + pid + evidence.text
      }.joined(separator: "\n")
      writeFolded("Evidence") { $0.writeFence(text) }
    }
  }

  /// A part that is folded away until it is wanted. The blank lines let Markdown resume within HTML
  /// (CommonMark 0.31, 4.6).
  private mutating func writeFolded(
    _ heading: String, _ body: (inout MarkdownRenderer) -> Void
  ) {
    lines += ["", "<details>", "<summary>\(heading)</summary>", ""]
    body(&self)
    lines += ["", "</details>"]
  }

  private mutating func write(_ config: Report.Configuration) {
    guard !config.entries.isEmpty else { return }
    writeFolded("Configuration files tried, in order") { $0.writeTable(config.entries) }
  }

  /// The answer of whyconf, in which nothing is folded away.
  private mutating func writeConfiguration(of report: Report) {
    lines.append("**\(escaped(report.configurationSummary))**")
    if report.verdict.status != .succeeded { lines += ["", escaped(report.verdict.summary)] }
    if !report.target.command.isEmpty {
      lines += ["", "Command: \(code(shellQuoted(report.target.command)))"]
    }
    let own = report.config.entries.filter { $0.scope == .program }
    let system = report.config.entries.filter { $0.scope == .system }
    if !own.isEmpty {
      lines.append("")
      writeTable(own)
    }
    if !system.isEmpty { writeFolded("System-wide files") { $0.writeTable(system) } }
    if let find = report.config.find {
      lines += ["", "Where \(code(find.word)) stands:"]
      for line in find.lines {
        lines.append(
          "- \(line.isLast ? "(last) " : "")\(escaped("\(line.path):\(line.line)")): \(code(line.text))"
        )
      }
    }
    for sentence in report.config.precedence { lines += ["", escaped(sentence)] }
    for note in report.capture.notes { lines += ["", "Note: \(escaped(note))"] }
  }

  private mutating func writeTable(_ entries: [Report.Configuration.Entry]) {
    lines += ["| | file | status | why |", "|---|---|---|---|"]
    for entry in entries {
      let link = entry.realPath.map { ", a link to \(escaped($0))" } ?? ""
      lines.append(
        "| \(entry.order) | \(escaped(entry.path))\(link) | \(entry.status.rawValue) "
          + "| \(escaped(entry.why.words)) |")
    }
  }

  /// Where a trace that is neither a run nor a recording of one came from; a recording's report is
  /// that of its run.
  private func source(of report: Report) -> String {
    let kind = report.source.kind
    guard kind != .run, kind != .recording else { return "" }
    return "; from " + escaped(kind.rawValue + (report.source.path.map { " \($0)" } ?? ""))
  }

  /// The lines of a paragraph of an explanation; one that has a shape keeps it.
  func paragraph(_ text: String) -> [String] {
    text.contains("\n") ? fenced(text) : [escaped(text)]
  }

  /// What to do, in a line.
  func line(of fix: Report.Fix) -> String {
    let note = fix.note.map { escaped($0.joiningLines()) + " " } ?? ""
    let safety = fix.safety.map { " (\($0.words))" } ?? ""
    let action = fix.do.joiningLines()
    return "\(note)\(fix.isSentence ? escaped(action) : code(action))\(safety)"
  }

  private mutating func writeFence(_ text: String) { lines += fenced(text) }

  /// A fenced block, whose fence is longer than any run of backquotes in the text.
  private func fenced(_ text: String) -> [String] {
    let fence = String(repeating: "`", count: max(3, longestBackquoteRun(in: text) + 1))
    return [fence, text, fence]
  }

  /// A code span (CommonMark 0.31, 6.1).
  func code(_ text: String) -> String {
    let fence = String(repeating: "`", count: longestBackquoteRun(in: text) + 1)
    let pad = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
    return text.isEmpty ? "" : fence + pad + text + pad + fence
  }

  private func longestBackquoteRun(in text: String) -> Int {
    var longest = 0
    var run = 0
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  /// Text in which Markdown and HTML find nothing to do.
  func escaped(_ text: String) -> String {
    let scalars = Array(text.joiningLines().unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      // A mention or an issue number would notify somebody.
      case "@": result += "&#64;"
      case "#": result += "&#35;"
      // Bare addresses become links without this.
      case ":" where scalars.dropFirst(index + 1).first == "/": result += "&#58;"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "!", "$":
        result += "\\"
        result.unicodeScalars.append(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    // A list or a rule at the start of a line.
    if let first = result.unicodeScalars.first, "-+=".unicodeScalars.contains(first) {
      result = "\\" + result
    }
    return result
  }
}

extension String {
  /// The text with its lines joined by spaces.
  fileprivate func joiningLines() -> String {
    contains("\n") ? split(separator: "\n").joined(separator: " ") : self
  }
}
