package import HeuristicCatalog

/// The program itself said what is wrong, and no failed call explains it.
package struct LastWords: ObservationKind {
  package var line = ""
  package var lines: [String] = []
  package var stream = ""
  package var file: String?
  package var lineNumber: Int?
  package var sourceLine: String?
  package var lastFile: String?
  package var lastFileText: String?
  package var status: Int?
  package var clear = false
  package var scriptLine: String?

  package static let name = "last-words"
  package static let summary =
    "A process of the failure path complained, and no failed call is nearer to the cause."
  package static let fields: [ObservationField<Self>] = [
    .init("line", \.line, "The line that complains clearest."),
    .init("lines", \.lines, "The lines around it, at most six."),
    .init("stream", \.stream, "Where it was written: standardError, standardOutput, log, syslog."),
    .init("file", \.file, "The file that the words name."),
    .init("line_number", \.lineNumber, "The line number that they name."),
    .init("source_line", \.sourceLine, "That line of that file."),
    .init("last_file", \.lastFile, "The file that the process had opened for reading last."),
    .init("status", \.status, "Exit status of the process."),
    .init("clear", \.clear, "True if the words speak of a failure, by their choice."),
  ]
}

/// A process ended with a failure status, and said nothing.
package struct SilentExit: ObservationKind {
  package var status = 0
  package var programName = ""
  package var lastFile: String?
  package var lastCall: String?
  package var arguments: [String] = []
  package var subcommand: String?

  package static let name = "silent-exit"
  package static let summary = "A process ended with a failure status without a word."
  package static let fields: [ObservationField<Self>] = [
    .init("exit", \.status, "Exit status."),
    .init("program_name", \.programName, "Base name of the program."),
    .init("subcommand", \.subcommand, "The first argument that is no option."),
    .init("arguments", \.arguments, "The arguments."),
    .init("last_file", \.lastFile, "The file that it had opened for reading last."),
    .init("last_call", \.lastCall, "Its last failed call, in strace's notation."),
  ]
}
