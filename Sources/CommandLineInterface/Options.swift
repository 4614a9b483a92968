import ArgumentParser

/// What `whyfail` and `whyconf` were told on their command lines.
struct Options {
  /// The forms of a report.
  enum Format: String, CaseIterable {
    case text, json, markdown
  }

  var format = Format.text
  var output: String?
  var record: String?
  var replay: String?
  var timeout: Double?
  var user: String?
  var verbose = false
  var all = false
  var redact = true
  var list = false
  var explain: String?
  var checkHeuristics = false
  var version = false
  var command: [String] = []
}

extension Options.Format: ExpressibleByArgument {}

/// The grammar of the command lines, for the parser.
struct CommandLineGrammar: ParsableArguments {
  @Option(help: "Form of the report: text, json or markdown.")
  var format: Options.Format = .text

  @Option(
    name: [.customShort("o", allowingJoined: true), .long],
    help: ArgumentHelp("Write the report to FILE, not to standard error.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Also write what was traced to FILE.", valueName: "file"))
  var record: String?

  @Option(help: ArgumentHelp("Report on the recording FILE; no command is run.", valueName: "file"))
  var replay: String?

  @Option(help: ArgumentHelp("End the program after so many SECONDS.", valueName: "seconds"))
  var timeout: Double?

  @Option(help: ArgumentHelp("Run the program as the user NAME (root only).", valueName: "name"))
  var user: String?

  @Flag(help: "Show all findings, all evidence, all configuration files and the processes.")
  var verbose = false

  @Flag(help: "Show the failed calls that were found to be harmless as well.")
  var all = false

  @Flag(
    inversion: .prefixedNo,
    help: "Replace passwords and tokens in the report by [redacted].")
  var redact = true

  @Flag(help: "List the heuristics.")
  var list = false

  @Option(help: ArgumentHelp("Explain the heuristic ID at length.", valueName: "id"))
  var explain: String?

  @Flag(help: "Check your own heuristics, or those in the DIRectories given.")
  var checkHeuristics = false

  @Flag(help: "Print the version.")
  var version = false

  @Argument(
    parsing: .captureForPassthrough, help: "The command to run, with its arguments.")
  var command: [String] = []
}

extension Options {
  /// What the parser made of a command line.
  init(_ parsed: CommandLineGrammar) {
    format = parsed.format
    output = parsed.output
    record = parsed.record
    replay = parsed.replay
    timeout = parsed.timeout
    user = parsed.user
    verbose = parsed.verbose
    all = parsed.all
    redact = parsed.redact
    list = parsed.list
    explain = parsed.explain
    checkHeuristics = parsed.checkHeuristics
    version = parsed.version
    command = parsed.command
  }
}
