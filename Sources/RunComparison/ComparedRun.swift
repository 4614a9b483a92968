package import TraceEvents

/// One of two runs that are compared.
package struct ComparedRun: Sendable {
  /// What made it fail, as its diagnosis says.
  package struct Cause: Sendable {
    /// The one thing that must change: a path, a name, an address.
    package var subject: String
    package var error: ErrorNumber?
    /// Name of the program that failed.
    package var program: String?
    /// The sentences, words and calls that it rests on.
    package var texts: [String]

    package init(subject: String, error: ErrorNumber?, program: String?, texts: [String]) {
      self.subject = subject
      self.error = error
      self.program = program
      self.texts = texts
    }
  }

  /// One of its processes.
  package struct Process: Sendable {
    /// Position of the process that made it.
    package var parent: Int?
    /// The name that people know its program by.
    package var name: String
    package var arguments: [String]
    /// As a shell sees it, 128 + N for a signal; nil where it did not end.
    package var status: Int32?

    package init(parent: Int?, name: String, arguments: [String], status: Int32?) {
      self.parent = parent
      self.name = name
      self.arguments = arguments
      self.status = status
    }
  }

  /// A configuration file that was read.
  package struct ReadFile: Sendable {
    package var path: String
    /// How many bytes were read.
    package var bytes: Int64

    package init(path: String, bytes: Int64) {
      self.path = path
      self.bytes = bytes
    }
  }

  package var usage: RunUsage
  package var command: [String]
  package var processes: [Process]
  package var cause: Cause?
  /// What it said.
  package var words: [String] = []
  package var readFiles: [ReadFile] = []
  package var workingDirectory: String?
  /// Who the user's own program acted as.
  package var credentials: Credentials?
  /// Names of its user and its groups, its own first, as far as the run tells.
  package var userName: String?
  package var groupNames: [String] = []
  /// The conditions under which it began, by name: limits, mask, what the machine is.
  package var conditions: [Condition] = []

  package init(usage: RunUsage, command: [String], processes: [Process]) {
    self.usage = usage
    self.command = command
    self.processes = processes
  }

  /// One of the conditions under which a run began.
  package struct Condition: Sendable, Hashable {
    package var kind: Difference.Kind
    package var name: String
    package var value: String

    package init(_ kind: Difference.Kind, _ name: String, _ value: String) {
      self.kind = kind
      self.name = name
      self.value = value
    }
  }
}

extension ComparedRun {
  /// The first execution of the program of this name, or else of the user's own.
  func execution(of name: String?) -> RunUsage.Execution? {
    if let name, let program = usage.programs.firstIndex(of: name),
      let execution = usage.executions[program], !execution.environment.isEmpty
    {
      return execution
    }
    return usage.executions.min { $0.key < $1.key }?.value
  }

  /// The home directory that its environment names.
  var home: String? {
    execution(of: nil)?.environment.first { $0.hasPrefix("HOME=") }.map { String($0.dropFirst(5)) }
  }

  var forms: PathForms { PathForms(home: home, directory: workingDirectory) }
}
