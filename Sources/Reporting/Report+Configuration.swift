package import TraceEvents

extension Report {
  /// The configuration that a target touched.
  package struct Configuration: Codable, Sendable, Equatable {
    /// In the order in which the target first touched each.
    package var entries: [Entry]
    /// One sentence: how many were read, which first, how many are missing.
    package var summary = ""
    /// How files of one name or directory go together, in sentences, where that could be seen.
    package var precedence: [String]
    /// What was tried as well and is thought no configuration; filled where it is asked for (`--all`).
    package var leftOut: [LeftOut]
    /// Where a word stands; filled where it is asked for (`--find`).
    @Nullable package var find: Find?

    private enum CodingKeys: String, CodingKey {
      case entries, summary, precedence, find
      case leftOut = "left_out"
    }

    package init(
      entries: [Entry] = [], precedence: [String] = [], leftOut: [LeftOut] = [], find: Find? = nil
    ) {
      self.entries = entries
      self.precedence = precedence
      self.leftOut = leftOut
      self.find = find
    }
  }
}

extension Report.Configuration {
  /// A path that was tried and is thought no configuration.
  package struct LeftOut: Codable, Sendable, Equatable {
    /// Absolute path.
    package var path: String
    /// What became of it.
    package var status: Entry.Status
    /// Why it is thought so.
    package var reason: String

    package init(path: String, status: Entry.Status, reason: String) {
      self.path = path
      self.status = status
      self.reason = reason
    }
  }

  /// A word, and the lines of files that were read in which it stands.
  package struct Find: Codable, Sendable, Equatable {
    /// A line.
    package struct Line: Codable, Sendable, Equatable {
      /// The file.
      package var path: String
      /// From 1.
      package var line: Int
      /// What stands there.
      package var text: String
      /// True for the last one that is no comment: where later settings override, it is the one that
      /// counts.
      package var isLast: Bool

      private enum CodingKeys: String, CodingKey {
        case path, line, text
        case isLast = "is_last"
      }

      package init(path: String, line: Int, text: String, isLast: Bool) {
        self.path = path
        self.line = line
        self.text = text
        self.isLast = isLast
      }
    }

    /// The word.
    package var word: String
    /// The lines, in the order in which the files were read.
    package var lines: [Line]

    package init(word: String, lines: [Line]) {
      self.word = word
      self.lines = lines
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
    /// The directory, line of a file, option or variable that led to it, if it is known.
    @Nullable package var via: String?
    /// The same at length.
    package var why: Origin
    /// The file that was opened, where the path leads to it by a symbolic link.
    @Nullable package var realPath: String?
    /// The process that read or listed it first.
    @Nullable package var readBy: Reader?
    /// How many bytes were read, if it is known.
    @Nullable package var bytes: Int64?
    /// Whose it is.
    package var scope: Scope

    private enum CodingKeys: String, CodingKey {
      case order, path, kind, status, errno, pid, program, via, why, bytes, scope
      case realPath = "real_path"
      case readBy = "read_by"
    }

    package init(
      order: Int, path: String, kind: Kind = .file, status: Status, errno: ErrorNumber? = nil,
      pid: ProcessID? = nil, program: String? = nil, why: Origin = Origin(kind: .builtIn),
      realPath: String? = nil, readBy: Reader? = nil, bytes: Int64? = nil,
      scope: Scope = .program
    ) {
      self.order = order
      self.path = path
      self.kind = kind
      self.status = status
      self.errno = errno
      self.pid = pid
      self.program = program
      self.via = why.via
      self.why = why
      self.realPath = realPath
      self.readBy = readBy
      self.bytes = bytes
      self.scope = scope
    }
  }
}

extension Report.Configuration {
  /// A process that read a file.
  package struct Reader: Codable, Sendable, Equatable {
    /// Its number.
    package var pid: ProcessID
    /// Absolute path of its program.
    @Nullable package var program: String?

    package init(pid: ProcessID, program: String?) {
      self.pid = pid
      self.program = program
    }
  }

  /// What led a program to a path.
  package struct Origin: Codable, Sendable, Equatable {
    /// The kinds of origin.
    package enum Kind: String, Codable, Sendable, CaseIterable {
      /// An option, or another word, of the command line.
      case commandLine = "command-line"
      /// An environment variable.
      case environment
      /// A line of a file that was read before.
      case line
      /// A directory that was listed before.
      case directory
      /// Nothing that was seen: it is compiled in.
      case builtIn = "built-in"
    }

    /// Which it is.
    package var kind: Kind
    /// The option, for `command-line`; nil for a word without one.
    @Nullable package var option: String?
    /// The variable, for `environment`.
    @Nullable package var variable: String?
    /// The file whose line it is, for `line`.
    @Nullable package var file: String?
    /// The number of the line, from 1.
    @Nullable package var line: Int?
    /// What stands there.
    @Nullable package var text: String?
    /// The directory that was listed to find it.
    @Nullable package var directory: String?

    package init(
      kind: Kind, option: String? = nil, variable: String? = nil, file: String? = nil,
      line: Int? = nil, text: String? = nil, directory: String? = nil
    ) {
      self.kind = kind
      self.option = option
      self.variable = variable
      self.file = file
      self.line = line
      self.text = text
      self.directory = directory
    }

    /// The origin in one word: an option, `$VARIABLE`, `FILE:LINE`, a directory.
    package var via: String? {
      switch kind {
      case .commandLine: option ?? "command line"
      case .environment: variable.map { "$" + $0 }
      case .line: file.map { name in line.map { "\(name):\($0)" } ?? name }
      case .directory: directory
      case .builtIn: nil
      }
    }
  }
}
