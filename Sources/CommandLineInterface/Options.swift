/// What a command line asks for.
struct Options: Sendable, Equatable {
  /// The forms of a report.
  enum Format: String, CaseIterable {
    case text, json, markdown
  }

  /// What is to be done.
  enum Action: Sendable, Equatable {
    case help
    case version
    /// Run and trace a command: its words, never none.
    case run([String])
    /// Watch running processes: their numbers, or names.
    case attach([String])
    /// Say who uses a file, tree, port, socket, device or mount.
    case holder(String)
    /// Report on the recording at a path.
    case replay(String)
    /// Report on a log of another tracer, or a recording, at a path or `-`.
    case read(String)
    /// Report on a core file, or with `last` on the newest one that is found; of a program that is
    /// not under its own name here.
    case core(String, program: String?)
    /// Say why it works in the first of two runs and not in the second, or, of whyconf, what differs
    /// between the configuration of two: recordings, logs or reports.
    case difference(String, String)
    case list
    /// Show the libraries of a program.
    case libraries(String)
    /// Explain the heuristic of an id.
    case explain(String)
    /// Check the heuristics in directories, or, with none, the user's own.
    case checkHeuristics([String])
  }

  var action = Action.help
  var format = Format.text
  /// Where the report goes; nil: standard error.
  var output: String?
  /// Where the events go as well.
  var record: String?
  /// The recording or log of a run that went well.
  var baseline: String?
  /// Where they go in the notation of strace.
  var straceLog: String?
  /// Seconds after which the command is ended, above 0.
  var timeout: Double?
  /// Seconds of quiet after which a daemon is taken for ready and ended, above 0; nil: not, except
  /// by whyconf.
  var settle: Double?
  /// The same for whyconf, if nothing is said.
  static let usualSettle = 1.0
  /// Seconds without anything new after which whyconf ends what does not settle, without `--timeout`.
  static let patience = 30.0
  /// The directory that the paths of `--libraries` count from.
  var root = "/"
  /// Who the command runs as, a name or a number.
  var user: String?
  /// Whether all findings, evidence, configuration and processes are shown.
  var isVerbose = false
  /// Whether a crash is told of with the stacks of all threads.
  var showsThreads = false
  /// Whether the harmless failed calls are listed.
  var listsHarmless = false
  /// The word whose lines in the configuration are shown.
  var find: String?
  /// Whether what led to what is drawn.
  var drawsTree = false
  /// Whether a daemon that has settled is let go, not ended.
  var keepsRunning = false
  /// Whether the descendants of running processes are watched with them.
  var followsChildren = true
  /// Whether a running process is told to read its configuration anew.
  var reloads = false
  /// Whether tries are shown as they come, until the process ends or whyconf is interrupted.
  var follows = false
  /// Whether secrets are replaced in the report.
  var redacts = true
  /// Whether they are replaced in a recording as well.
  var redactsRecording = false
}

extension Options {
  /// The option that whyconf alone has, where one is given.
  var configurationOption: String? {
    if reloads { return "--reload" }
    if follows { return "--follow" }
    if keepsRunning { return "--keep-running" }
    if find != nil { return "--find" }
    return drawsTree ? "--tree" : nil
  }
}

/// What is wrong with a command line, in one line.
struct UsageError: Error, Equatable {
  var words: String
}
