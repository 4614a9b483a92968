import HeuristicCatalog

/// A limit could not be set.
struct LimitRefused: ObservationKind {
  var call = ""
  var error = ""
  var limitName = ""
  var ulimitOption: String?
  var wanted: String?
  var hard: String?
  var user: String?
  var unit = ""
  var wantsMore = false
  var wasSetHere = false
  var isSpokenOf = false

  static let name = "limit-refused"
  static let summary = "setrlimit(2) or prlimit(2) was refused."
  static let fields: [ObservationField<Self>] = [
    .init("call", \.call, "The system call."),
    .init("error", \.error, "Name of the error: EPERM, EINVAL."),
    .init("limit_name", \.limitName, "RLIMIT_NOFILE and so on."),
    .init("ulimit_option", \.ulimitOption, "The option of the shell's ulimit that sets it."),
    .init("wanted", \.wanted, "The soft limit that was asked for: a number or unlimited."),
    .init("hard", \.hard, "The hard limit then, where that is known and there is one."),
    .init("user", \.user, "The user who asked."),
    .init("unit", \.unit, "What sets it in a unit of systemd: LimitNOFILE."),
    .init("wants_more", \.wantsMore, "True if more was asked for than the hard limit."),
    .init("was_set_here", \.wasSetHere, "True if the limit was set in this run before."),
    .init("is_spoken_of", \.isSpokenOf, "True if the program then spoke of the refusal."),
  ]
}
