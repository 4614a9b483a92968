import HeuristicCatalog

/// Something failed in a run that succeeded.
struct UnheededFailure: ObservationKind {
  var line: String?
  var why: String?
  var detail: String?
  var isCrash = false
  var failed = false

  static let name = "unheeded-failure"
  static let summary =
    "The run succeeded, but an error was shown, or a program of it crashed, and nobody minded."
  static let fields: [ObservationField<Self>] = [
    .init("line", \.line, "The error as the program put it, without the program's name before it."),
    .init(
      "why", \.why, "What was behind it, in a sentence, where a failed call or a signal tells."),
    .init("detail", \.detail, "What else is known of it, in a sentence or two."),
    .init("is_crash", \.isCrash, "True if a signal ended the program."),
    .init("failed", \.failed, "True if the program that said so failed; false if it went on."),
  ]
}
