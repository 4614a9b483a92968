import Reporting

/// Makes the text of a report in the form that the options ask for.
struct Reporter {
  let tool: String
  let options: Options
  let environment: [String: String]

  /// The report as it is written.
  func text(of report: Report) -> String {
    let shown = options.redact ? Redaction.redacted(report) : report
    switch options.format {
    case .json: return JSONRenderer.render(shown)
    case .markdown: return MarkdownRenderer().render(shown)
    case .text:
      let terminal = Terminal(environment: environment, isTerminal: options.output == nil)
      return TextRenderer(
        width: terminal.width, usesColor: terminal.hasColor && options.output == nil,
        isASCII: !terminal.isUTF8, isVerbose: options.verbose, showsAll: options.all
      ).render(shown)
    }
  }
}
