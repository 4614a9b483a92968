package import TraceEvents

/// What one process of the trace did and how it ended.
package struct ProcessRecord: Sendable {
  /// Position in `History.processes`; a pid can be used again, this is not.
  package let index: Int
  package let pid: ProcessID
  /// Index of the process that made it; nil for the first.
  package let parent: Int?
  /// Number and time of the event that made it.
  package let startNumber: Int
  package let startTime: Double
  /// Indices of the processes that it made, in order.
  package var children: [Int] = []

  /// Absolute path of the executable; nil before the first `execve(2)` of the trace succeeded.
  package var executable: String?
  /// The path that was given to `execve(2)`: for a script, the script.
  package var executedPath: String?
  package var arguments: [String] = []
  /// Those of the program that it was before, such as the shell that became its last command.
  package var formerArguments: [String] = []
  package var environment: [String] = []
  /// Number of the event with which it became the program that it is; 0 for a fork of its parent.
  package var executionNumber = 0
  package var credentials: Credentials?
  package var workingDirectory = "/"
  package var rootDirectory = "/"
  /// How many times this process itself became a new program; 0 for a fork of its parent.
  package var generation = 0
  /// True if the kernel ran its program without the privilege of its set-user-id bit.
  package var lostPrivilege = false
  /// True if the kernel runs its program in secure-execution mode (AT_SECURE).
  package var isSecure = false
  package var descriptors = DescriptorTable()

  /// How it ended; nil while it runs.
  package var end: ProcessEnd?
  package var endNumber = 0
  package var endTime = 0.0
  /// Number of the last event in which it did anything.
  package var lastNumber = 0
  /// Files opened for reading, each once, most recent last.
  package var recentFiles: [String] { recent.files }
  var recent = RecentFiles()
  /// Shared libraries opened since it became the program that it is, in order, at most `libraryCapacity`.
  package var libraries: [String] = []
  /// Directories opened for listing, in order, at most 24, each once.
  package var listedDirectories: [String] = []
  /// The same since it became the program that it is.
  package var filesOfProgram: ArraySlice<String> {
    recentFiles.suffix(min(recentFiles.count, filesSinceExecution))
  }
  /// How many files it opened for reading since then.
  package var filesSinceExecution = 0
  /// Signals delivered to it that could end it, at most 16, most recent last.
  package var signals: [DeliveredSignal] = []
  /// The signal that it asked for at its parent's end (`PR_SET_PDEATHSIG` of `prctl(2)`).
  package var parentDeathSignal: SignalNumber?
  /// Calls that had not returned when the trace looked at the end.
  package var pendingCalls: [PendingCall] = []
  /// The file opened for writing last.
  package var lastWrittenFile: String? { writtenFiles.last }
  /// The files opened for writing last, each once, most recent last.
  package var writtenFiles: [String] = []
  /// The file that its standard output went to when its program began, if it was one.
  package var outputFile: String?
  /// What its standard input was when it became its program; nil where that is not known, or it was closed.
  package var standardInput: DescriptorTarget?
  /// The standard streams, 0 to 2, that were closed when it became its program; none where nothing is known of them.
  package var closedStreams: [Int] = []
  /// The internet address connected to last, name servers apart.
  package var lastPeer: SocketAddress?
  /// Number of the event in which a stream was connected, or begun to be, to `lastPeer`; nil where that is a socket
  /// for datagrams.
  package var lastStreamNumber: Int?
  /// Time of the last event in which it did anything, and the longest time, in seconds, between two of them
  /// since it connected to `lastPeer`.
  var lastTime = 0.0
  package var longestPause = 0.0
  /// The name servers that it asked.
  package var nameServers: [String] = []
  /// The question to a name server after which it connected to nothing; nil where there is none.
  package var openQuestion: OpenQuestion?
  /// Connections that it began and of which no end was seen, by descriptor.
  package var openConnects: [Int32: OpenConnect] = [:]
  /// What most of its descriptors were when it could not have another.
  package var crowd: DescriptorCrowd?
  /// The ends of pipes that it had when it was seen waiting.
  package var pipesAtEnd: [(number: Int, end: DescriptorTarget.PipeEnd)] = []
  /// The calls by which a process that ran when its time was up went on, at most 64, in order.
  package var lastCalls: [WatchedCall] = []
  /// Its last calls before its time was up, at most `stepCapacity`, in order.
  package var steps: [CallStep] {
    Array(stepRing[nextStep...] + stepRing[..<nextStep])
  }
  var stepRing: [CallStep] = []
  var nextStep = 0
  /// The signal that stopped it (job control), if it did nothing since.
  package var stoppedBy: DeliveredSignal?
  /// The limits that were set in this run for it, by name.
  package var limits: [String: Int64] = [:]
}

/// A question to a name server that led to no connection.
package struct OpenQuestion: Sendable, Hashable {
  /// Number of the event with which the first server was asked for the name.
  package internal(set) var number: Int
  /// The server.
  package internal(set) var server: String
  /// The host name, without the domains that the resolver puts behind it; nil where it was not seen.
  package internal(set) var name: String?
  /// Why the server could not be asked; nil where it could.
  package internal(set) var error: ErrorNumber?
}

/// A connection that was begun without waiting for its end.
package struct OpenConnect: Sendable {
  package let number: Int
  package let time: Double
  package let call: SystemCall
}

/// A call of a process that was watched when its time was up.
package struct WatchedCall: Sendable {
  package let call: SystemCall
  /// What its first descriptor referred to.
  package let target: DescriptorTarget?
}

/// A call with when it ended and what it was about.
package struct CallStep: Sendable {
  package let number: Int
  package let time: Double
  package let call: SystemCall
  /// Absolute path of the first path argument, or of the descriptor that the call was made on.
  package let path: String?

  package init(number: Int, time: Double, call: SystemCall, path: String?) {
    (self.number, self.time, self.call, self.path) = (number, time, call, path)
  }
}

/// The kind of descriptor that a process had most of.
package struct DescriptorCrowd: Sendable, Hashable {
  /// How many.
  package let count: Int
  /// What they are: a path, `connections to 127.0.0.1:80`, `ends of pipes`.
  package let name: String
}

/// A call that had not returned when the trace looked, with what it worked on at that moment.
package struct PendingCall: Sendable {
  /// The thread that was in it.
  package let thread: ProcessID
  package let number: Int
  package let time: Double
  package let call: SystemCall
  /// What its first descriptor referred to.
  package let target: DescriptorTarget?
  /// All sockets that the process had open, by descriptor.
  package let sockets: [SocketState]
}

/// A signal with when it came.
package struct DeliveredSignal: Sendable {
  package let number: Int
  package let time: Double
  package let delivery: SignalDelivery

  /// True where its arrival was not seen, only the death that it brought: SIGKILL.
  package let isUnseen: Bool

  /// Number of the process's event before it; 0 where that is not known.
  package let eventBefore: Int

  /// The files that the process had opened for reading last when it came to a handler, at most four, most recent
  /// last: the handler opens others. Nil where there was none.
  package let filesBefore: [String]?

  package init(
    number: Int, time: Double, delivery: SignalDelivery, isUnseen: Bool = false,
    eventBefore: Int = 0, filesBefore: [String]? = nil
  ) {
    self.filesBefore = filesBefore
    self.isUnseen = isUnseen
    self.eventBefore = eventBefore
    self.number = number
    self.time = time
    self.delivery = delivery
  }
}

extension ProcessRecord {
  /// The name people know it by: the script's base name, or the program's.
  package var name: String {
    if let path = executedPath ?? executable { return PathName.base(of: path) }
    return arguments.first.map(PathName.base) ?? "process \(pid)"
  }

  /// True if it ended in a way that a parent takes for failure.
  package var failed: Bool {
    switch end {
    case .exited(let status): status != 0
    case .killed: true
    case .released, nil: false
    }
  }

  /// True if this process itself became a new program, rather than being a fork of its parent.
  package var hasExecuted: Bool { generation > 0 }

  /// Exit status, as a shell would see it: 128 + N for a death by signal N.
  package var shellStatus: Int32? {
    switch end {
    case .exited(let status): status
    case .killed(let signal, _): 128 + signal.rawValue
    case .released, nil: nil
    }
  }

  /// A loop of a shell's makes a handful of calls in each turn.
  private static let stepCapacity = 32

  /// Keeps a call among the last ones.
  mutating func note(_ step: CallStep) {
    if stepRing.count < Self.stepCapacity {
      stepRing.append(step)
    } else {
      stepRing[nextStep] = step
      nextStep = (nextStep + 1) % Self.stepCapacity
    }
  }

  /// Forgets the last calls, which tell of what it does now alone.
  mutating func forgetSteps() {
    stepRing = []
    nextStep = 0
  }

  /// Interpreters load an extension for nearly every module.
  static let libraryCapacity = 400

  private static let writtenCapacity = 8

  /// Takes note that `path` was opened for writing.
  mutating func noteWritten(_ path: String) {
    if writtenFiles.last == path { return }
    writtenFiles.removeAll { $0 == path }
    if writtenFiles.count == Self.writtenCapacity { writtenFiles.removeFirst() }
    writtenFiles.append(path)
  }

  /// Keeps `path` if its name is that of a shared library or of an interpreter's extension.
  mutating func noteLibrary(_ path: String) {
    let name = PathName.base(of: path)
    guard name.hasSuffix(".so") || name.hasSuffix(".node") || name.contains(".so."),
      libraries.count < Self.libraryCapacity, !path.hasPrefix("/etc/"), !libraries.contains(path)
    else { return }
    libraries.append(path)
  }

  /// Keeps a signal; a fault that is told once more takes the place of its first telling.
  mutating func note(_ signal: DeliveredSignal) {
    let delivery = signal.delivery
    if delivery.endedInHandler == true,
      let known = signals.lastIndex(where: {
        $0.delivery.endedInHandler != true && $0.delivery.disposition == .handled
          && $0.delivery.signal == delivery.signal
          && $0.delivery.instructionPointer == delivery.instructionPointer
      })
    {
      signals[known] = DeliveredSignal(
        number: signals[known].number, time: signals[known].time, delivery: delivery,
        eventBefore: signals[known].eventBefore, filesBefore: signals[known].filesBefore)
      return
    }
    if signals.count == 16 { signals.remove(at: 4) }
    signals.append(signal)
  }

  /// The fault whose handler ended the process, or met its end; nil if there was none.
  package var unreturnedFault: DeliveredSignal? {
    failed ? signals.first { $0.delivery.endedInHandler == true } : nil
  }

  /// Gives up what nobody asks of an ended process, so that many processes take little memory.
  mutating func letGoAfterEnd() {
    descriptors = DescriptorTable()
    guard !failed else { return }
    // What the user's own program was told is asked for whatever came of it.
    if parent != nil { environment = [] }
    recent = RecentFiles()
    libraries = []
    listedDirectories = []
    signals = []
  }

  /// The value of an environment variable.
  package func environmentValue(_ name: String) -> Substring? {
    let prefix = name + "="
    return environment.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
  }
}
