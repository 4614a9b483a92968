/// What was found of a program's configuration.
package struct ConfigurationFindings: Sendable {
  /// The configuration, in the order of the first touch.
  package let entries: [ConfigurationEntry]
  /// What was tried as well and is none, in the same order, capped.
  package let leftOut: [ConfigurationLeftOut]
}

/// A path that was tried and is thought no configuration.
package struct ConfigurationLeftOut: Sendable, Equatable {
  /// Why it is thought so.
  package enum Reason: Sendable, Equatable {
    /// Neither place nor name speaks for it, and nothing that was read or given names it.
    case unnamed
    /// The name of a file with data, or of code.
    case data, code
    /// A line names it as a log, a key, a socket.
    case namedAsData
    /// It is a socket.
    case socket
    /// The program made it, or writes to it.
    case made, written
    /// A directory on the way to others.
    case onTheWay
    /// A file whose link has an entry.
    case followed
  }

  /// Absolute path.
  package let path: String
  package let status: ConfigurationEntry.Status
  package let reason: Reason
}
