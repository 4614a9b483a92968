package import TraceEvents

/// One configuration file or directory that a program tried.
package struct ConfigurationEntry: Sendable {
  /// What became of the tries; as docs/report-contract in README defines the words.
  package enum Status: String, Sendable {
    case read, opened, listed, checked, missing, denied, error
  }

  /// Absolute path.
  package let path: String
  /// True for a directory.
  package var isDirectory: Bool
  package var status: Status
  /// The error of the last try that failed, where no later one succeeded.
  package var error: ErrorNumber?
  /// Index in `History.processes` of the process that touched it first.
  package let process: Int
  /// Number of the event of the first try.
  package let number: Int
  /// The directory, file, option or variable that led to it, where that is known.
  package var via: String?
  /// How many bytes were read, as far as the file position told.
  package var bytes: Int64?
  /// True for a file that every program touches (nsswitch.conf and the like).
  package let isSystemWide: Bool
  /// True if an option or an environment variable names it.
  let isNamed: Bool
  /// True if its place or name by itself says configuration.
  let isInLikelyPlace: Bool
}
