package import TraceEvents

/// What is to be run under the tracer, and how.
package struct LaunchRequest: Sendable {
  /// The command word and its arguments; a word without a slash is looked up along PATH.
  package var command: [String]
  /// The environment, `NAME=value`; nil: the tracer's own.
  package var environment: [String]?
  /// Who it runs as; nil: as the tracer does. Takes root.
  package var user: TargetUser?
  /// Seconds after which it is ended; nil: never.
  package var timeout: Double?
  /// Seconds of quiet at least after which it is ended as one that is ready; nil: never.
  package var settle: Double?
  /// Seconds without anything new after which one that does not settle is ended all the same; nil: never.
  package var patience: Double?
  /// True if it is let go, not ended, once it has settled. It is traced without a filter, which would
  /// outlive us, and slower for that.
  package var keepsRunning: Bool
  /// True if a crash is told of with the stacks of all threads.
  package var tellsThreads: Bool
  /// True if nothing but configuration is asked for: looks at what is there and never configuration
  /// (time zones, fonts, /proc) are not told of then.
  package var asksForConfiguration: Bool
  /// True if listings of directories, the links on the way to what `realpath(3)` resolves and files
  /// that are mapped to be read are told of as well: a diagnosis can do without these, which are a
  /// great part of what compilers and tree walks do.
  package var isThorough: Bool
  /// Where it starts; nil: where the tracer is.
  package var workingDirectory: String?
  /// True if signals and job control of the tracer's own process follow the target's: a program
  /// that is all tracer wants that, one that has other things to do does not.
  package var ownsProcessSignals: Bool

  /// The process that ends with the target, while what the target leaves running is traced on; nil: a
  /// target that failed takes with it what it leaves running, and any other is waited for to its last
  /// process.
  package var front: FrontProcess?

  package init(
    command: [String], environment: [String]? = nil, user: TargetUser? = nil,
    timeout: Double? = nil, settle: Double? = nil, patience: Double? = nil,
    keepsRunning: Bool = false,
    tellsThreads: Bool = false, asksForConfiguration: Bool = false, isThorough: Bool = true,
    workingDirectory: String? = nil, ownsProcessSignals: Bool = true, front: FrontProcess? = nil
  ) {
    self.command = command
    self.environment = environment
    self.user = user
    self.timeout = timeout
    self.settle = settle
    self.patience = patience
    self.keepsRunning = keepsRunning
    self.tellsThreads = tellsThreads
    self.asksForConfiguration = asksForConfiguration
    self.isThorough = isThorough
    self.workingDirectory = workingDirectory
    self.ownsProcessSignals = ownsProcessSignals
    self.front = front
  }
}

/// A user that a target runs as, with what it takes from the user database.
package struct TargetUser: Sendable, Hashable {
  package var user: UInt32
  package var group: UInt32
  /// Supplementary groups (`getgrouplist(3)`).
  package var groups: [UInt32]

  package init(user: UInt32, group: UInt32, groups: [UInt32]) {
    self.user = user
    self.group = group
    self.groups = groups
  }
}

/// How the first process of a trace ended.
package enum LaunchOutcome: Sendable, Hashable {
  /// By `exit_group(2)` with this status.
  case exited(Int32)
  /// By a signal.
  case killed(SignalNumber, coreDumped: Bool)
  /// It was let go while it ran.
  case released
  /// No `execve(2)` succeeded; the last word of the search along PATH.
  case notStarted(ErrorNumber)
}
