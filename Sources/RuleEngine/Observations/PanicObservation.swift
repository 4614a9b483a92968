import HeuristicCatalog

/// A runtime of Rust or Go found a fault of its program, and ended it.
struct ProgramPanicked: ObservationKind {
  var language = ""
  var message = ""
  var panicKind: String?
  var meaning: String?
  var remedy: String?
  var thread: String?
  var function: String?
  var foreignFunction: String?
  var file: String?
  var line: Int?
  var sourceLine: String?
  var source: [String] = []
  var stack: [String] = []
  var faultAddress: String?
  var isFatal = false
  var wantsBacktrace = false

  static let name = "program-panicked"
  static let summary =
    "The runtime of a Rust or Go program found a fault of that program, told it, and ended it."
  static let fields: [ObservationField<Self>] = [
    .init("language", \.language, "Rust or Go."),
    .init("message", \.message, "What was wrong, in the words of the runtime or the program."),
    .init(
      "panic_kind", \.panicKind,
      "none, error, bounds, character, overflow, division, borrow, unfinished, unreachable, assertion, unsafe, nil-map, null, type, deadlock, race, recursion, channel, lock, fault."
    ),
    .init("meaning", \.meaning, "What that means, for somebody who never saw it."),
    .init("remedy", \.remedy, "What to change in the program."),
    .init("thread", \.thread, "The thread, if it is not the first one."),
    .init(
      "function", \.function, "The innermost function of the program's own, if a stack was told."),
    .init(
      "foreign_function", \.foreignFunction,
      "The function in C that it came in, called by `function`."),
    .init("file", \.file, "The source file; absolute where it was found."),
    .init("line", \.line, "The line in it."),
    .init("source_line", \.sourceLine, "The text of that line."),
    .init("source", \.source, "That line, marked, between those around it."),
    .init("stack", \.stack, "The program's own functions on the stack, innermost first."),
    .init("fault_address", \.faultAddress, "The address that was used, if a signal began it."),
    .init("is_fatal", \.isFatal, "True for what Go's recover() cannot stop (fatal error)."),
    .init(
      "wants_backtrace", \.wantsBacktrace, "True if no stack was told, and Rust can tell it."),
  ]
}
