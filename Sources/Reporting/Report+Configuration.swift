package import TraceEvents

extension Report {
  /// The configuration that a target touched.
  package struct Configuration: Codable, Sendable, Equatable {
    /// In the order in which the target first touched each.
    package var entries: [Entry]

    package init(entries: [Entry] = []) {
      self.entries = entries
    }
  }
}

extension Report.Configuration {
  /// A configuration file or directory.
  package struct Entry: Codable, Sendable, Equatable {
    /// What an entry is.
    package enum Kind: String, Codable, Sendable, CaseIterable {
      case file, directory
    }

    /// What became of it.
    package enum Status: String, Codable, Sendable, CaseIterable {
      /// It was opened and read, or mapped.
      case read
      /// It was opened, not (or not known to be) read.
      case opened
      /// A directory whose entries were listed.
      case listed
      /// It was looked at and is there; nobody tried to open it.
      case checked
      /// It does not exist.
      case missing
      /// It may not be opened.
      case denied
      /// Opening it failed in another way.
      case error
    }

    /// Whose configuration it is.
    package enum Scope: String, Codable, Sendable, CaseIterable {
      /// The program's own.
      case program
      /// The machine's: name service, locale, cryptography; read for many programs.
      case system
    }

    /// Position in the order, from 1.
    package var order: Int
    /// Absolute path.
    package var path: String
    /// What it is.
    package var kind: Kind
    /// What became of it.
    package var status: Status
    /// The error, where one decided the status.
    @Nullable package var errno: ErrorNumber?
    /// The process that touched it first.
    @Nullable package var pid: ProcessID?
    /// Absolute path of that process's program.
    @Nullable package var program: String?
    /// The directory, file, option or variable that led to it, if it is known.
    @Nullable package var via: String?
    /// How many bytes were read, if it is known.
    @Nullable package var bytes: Int64?
    /// Whose it is.
    package var scope: Scope

    package init(
      order: Int, path: String, kind: Kind = .file, status: Status, errno: ErrorNumber? = nil,
      pid: ProcessID? = nil, program: String? = nil, via: String? = nil, bytes: Int64? = nil,
      scope: Scope = .program
    ) {
      self.order = order
      self.path = path
      self.kind = kind
      self.status = status
      self.errno = errno
      self.pid = pid
      self.program = program
      self.via = via
      self.bytes = bytes
      self.scope = scope
    }
  }
}
