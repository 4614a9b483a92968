import Reporting

/// Makes the text of a report in the form that the options ask for.
struct Reporter {
  let tool: String
  let options: Options
  let environment: [String: String]

  /// The report as it is written.
  func text(of report: Report) -> String {
    // The one line of a success quotes nothing but the program's name.
    let isPlain =
      options.format == .text && report.verdict.status == .succeeded && report.findings.isEmpty
      && !options.isVerbose && tool == "whyfail"
    let shown = options.redacts && !isPlain ? Redaction.redacted(report) : report
    switch options.format {
    case .json: return JSONRenderer.render(shown)
    case .markdown: return MarkdownRenderer.render(shown)
    case .text:
      let terminal = Terminal(environment: environment)
      let text = TextRenderer.render(
        shown,
        options: TextOptions(
          width: terminal.width, usesColor: terminal.hasColor && options.output == nil,
          isVerbose: options.isVerbose, usesASCII: !terminal.isUTF8,
          drawsTree: options.drawsTree))
      // Apart from what the target wrote there before.
      let stands = options.output == nil && report.verdict.status != .succeeded
      return stands ? "\n" + text : text
    }
  }
}
