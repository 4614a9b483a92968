import HeuristicCatalog

/// A process ended with a failure status, and said nothing.
struct SilentExit: ObservationKind {
  var status = 0
  var programName = ""
  var invocation = ""
  var lastFile: String?
  var lastCall: String?
  var arguments: [String] = []
  var subcommand: String?
  var wroteOutput = false
  var script: String?
  var exitLine: Int?
  var exitText: String?
  var exitPlace: String?
  var linesBefore: String?
  var isShell = false
  var startupLine: Int?
  var startupText: String?
  var quietOption: String?
  var peer: String?
  var peerHolder: String?
  var testedPath: String?
  var testedIsMissing = false
  var testedIsEmpty = false
  var testedIsEmptyText = false
  var testedText: String?
  var testedPair: String?
  var testedVariable: String?
  var testedVariableSet: String?
  var askedAt: String?
  var askedText: String?
  var failedCheck: FailedCheck?
  var peerIsHere = false
  var vainLookup: VainLookup?
  var check: String? { failedCheck?.text }
  var checkHeld: Bool { failedCheck?.held ?? false }
  var testedOtherwise: Bool { testedPath != nil && !testedIsMissing && !testedIsEmpty }

  static let name = "silent-exit"
  static let summary = "A process ended with a failure status without a word."
  static let fields: [ObservationField<Self>] = [
    .init(
      "check", \.check, "The check of a script behind which its one exit with this status stands."),
    .init("check_held", \.checkHeld, "True if it held, false if it failed."),
    .init("check_place", \.failedCheck?.place, "Script and line of that check."),
    .init("check_subject", \.failedCheck?.subject, "What it was about, else its place."),
    .init("check_answer", \.failedCheck?.answer, "The command that answered, and how it ended."),
    .init("check_fact", \.failedCheck?.fact, "What is known of what it asks the script itself."),
    .init(
      "vain_lookup", \.vainLookup?.server,
      "The name server that it asked in vain, or was to ask, before it connected to nothing."),
    .init("vain_name", \.vainLookup?.name, "The name that it asked for, where it was seen."),
    .init(
      "vain_trouble", \.vainLookup?.trouble,
      "Why the server could not be asked, in words; absent where it was asked."),
    .init(
      "vain_resolver", \.vainLookup?.resolver,
      "What /etc/resolv.conf and /etc/nsswitch.conf say of who is asked."),
    .init("vain_near", \.vainLookup?.near, "A line of /etc/hosts with a near name."),
    .init("peer_is_here", \.peerIsHere, "True if `peer` is an address of this machine."),
    .init("exit", \.status, "Exit status."),
    .init("program_name", \.programName, "Base name of the program."),
    .init(
      "invocation", \.invocation,
      "Its command line, with the base name of the program; of a shell that was started for one command of its own, that command."
    ),
    .init("subcommand", \.subcommand, "The first argument that is no option."),
    .init("arguments", \.arguments, "The arguments."),
    .init("last_file", \.lastFile, "The file that it had opened for reading last."),
    .init("script", \.script, "The script that it ran."),
    .init(
      "exit_line", \.exitLine, "The one line of that script that ends it with this status."),
    .init(
      "exit_text", \.exitText,
      "The text of that line, or of the one command that ends it so in what `sh -c` was given."),
    .init("exit_place", \.exitPlace, "Where that is: script and line, or the command line."),
    .init("lines_before", \.linesBefore, "The lines above it in the script, with their numbers."),
    .init("is_shell", \.isShell, "True if it is a shell."),
    .init("wrote_output", \.wroteOutput, "True if it wrote to its standard output."),
    .init(
      "startup_line", \.startupLine,
      "The line of `last_file`, which a shell reads as it starts, that ends it with that status."),
    .init("startup_text", \.startupText, "Its text."),
    .init("quiet_option", \.quietOption, "An option that hides its words: -q, --quiet."),
    .init("peer", \.peer, "The address that it had connected to last."),
    .init("peer_holder", \.peerHolder, "Who listens there, on this machine."),
    .init("tested_path", \.testedPath, "The path that test(1) was asked about."),
    .init("tested_is_missing", \.testedIsMissing, "True if it does not exist."),
    .init("tested_is_empty", \.testedIsEmpty, "True if it was to have a size, and has 0 bytes."),
    .init(
      "tested_otherwise", \.testedOtherwise, "True if it is there, and not as it was asked for."),
    .init(
      "tested_is_empty_text", \.testedIsEmptyText, "True if a text was to be not empty, and was."),
    .init("tested_text", \.testedText, "The text that was to be empty."),
    .init("tested_pair", \.testedPair, "The comparison that did not hold: 2 -gt 3."),
    .init(
      "tested_variable", \.testedVariable, "The variable of make that the empty text came from."),
    .init("tested_variable_set", \.testedVariableSet, "Where the makefile sets it."),
    .init("asked_at", \.askedAt, "The line of the makefile that asks so."),
    .init("asked_text", \.askedText, "Its text."),
    .init("last_call", \.lastCall, "Its last failed call, in strace's notation."),
  ]
}
