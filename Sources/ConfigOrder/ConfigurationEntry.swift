package import TraceEvents

/// One configuration file or directory that a program tried.
package struct ConfigurationEntry: Sendable {
  /// What became of the tries; as docs/report-contract in README defines the words.
  package enum Status: String, Sendable {
    case read, opened, listed, checked, missing, denied, error
  }

  /// Absolute path, by the name that the program used.
  package let path: String
  /// True for a directory.
  package var isDirectory: Bool
  package var status: Status
  /// The error of the last try that failed, where no later one succeeded.
  package var error: ErrorNumber?
  /// Index in `History.processes` of the process that touched it first.
  package let process: Int
  /// Index of the process that read or listed it first; nil if none did.
  package var reader: Int?
  /// Absolute path of the program that it was when it did.
  package var readerProgram: String?
  /// Number of the event of the first try.
  package let number: Int
  /// What led to it.
  package var origin: ConfigurationOrigin
  /// The file that was opened, where the path leads to it by a symbolic link.
  package var realPath: String?
  /// How many bytes were read, as far as the file position told.
  package var bytes: Int64?
  /// True for a file that every program touches (nsswitch.conf and the like).
  package let isSystemWide: Bool
  /// True for one in a hidden place of the home directory.
  package let isPersonal: Bool
}

/// What led a program to a path.
package enum ConfigurationOrigin: Sendable, Equatable {
  /// An option of a command line, by its name: `-c`, `--config`.
  case option(name: String)
  /// Another word of the command line.
  case argument
  /// The value of an environment variable, or a directory that it names.
  case variable(name: String)
  /// A line of a configuration file that was read before; `directory` is the one that was listed to
  /// find the path, for a pattern.
  case line(line: TextLine, directory: String?)
  /// A directory that was listed before.
  case directory(path: String)
  /// Nothing that was seen: it is compiled in.
  case builtIn
}
