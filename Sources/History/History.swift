package import TraceEvents

/// What happened in a trace: the pure fold of its events.
///
/// Memory is bounded whatever the target does; what is given up is counted.
package struct History: Sendable {
  /// All processes that are kept, in the order in which they started.
  package internal(set) var processes: [ProcessRecord] = []
  /// The failed calls.
  package internal(set) var failures = FailureLog()
  /// What was said.
  package internal(set) var words = WordLog()
  /// What the machine was asked while the answer was true.
  package internal(set) var facts: [SystemQuestion: SystemAnswer] = [:]
  /// What the capture said about itself.
  package internal(set) var notes: [CaptureNote] = []
  /// Number of the event with which the time was up, or the log ended; nil while neither is so.
  package internal(set) var timeoutNumber: Int?
  /// When that was.
  package internal(set) var timeoutTime: Double?
  /// True if the user's own program was still running when the time was up: what it left behind, such
  /// as a daemon, does not make a hang of it.
  package var isHung: Bool {
    guard let timeoutNumber, let root else { return false }
    return root.end == nil || root.endNumber > timeoutNumber
  }
  /// True if the target was there before it was watched.
  package internal(set) var isAttached = false
  /// False for a log whose lines say nothing of times.
  package var hasTimes: Bool { !isFromLog || duration > 0 }
  /// True if the events come from a log of another tracer, with which no question could be asked.
  package internal(set) var isFromLog = false
  /// Number of the event with which the target was found ready, to be ended; nil while it is not.
  package internal(set) var settledNumber: Int?
  /// True if it was ended then although it had not become ready.
  package internal(set) var isRestless = false
  /// How many events were folded, facts apart.
  package internal(set) var eventCount = 0
  /// Time of the last event.
  package internal(set) var duration = 0.0
  /// The ends of pipes and socket pairs that went away, for the search of a lost reader.
  package internal(set) var closings: [PipeClosing] = []
  /// What a process last wrote to when nobody was left to read, by its index.
  package internal(set) var brokenChannels: [Int: DescriptorTarget] = [:]
  /// The signal that a process of this run last sent to a process id, and who sent it.
  package internal(set) var sentSignals: [ProcessID: (signal: SignalNumber, sender: Int)] = [:]

  var current: [ProcessID: Int] = [:]
  /// Files that the user had sent the output of it all to.
  private var givenOutputs: Set<String> = []
  /// Where the user's own program had its output and its complaints to go.
  private var givenStreams: Set<DescriptorTarget> = []

  static let processCapacity = 60_000
  static let factCapacity = 4000

  package init() {}

  /// The process that the user started.
  package var root: ProcessRecord? { processes.first }

  /// The process that now goes by `pid`, or the last that did.
  package func process(pid: ProcessID) -> ProcessRecord? {
    current[pid].map { processes[$0] }
  }

  /// `index`, its parent, and so on up to the first process.
  package func lineage(of index: Int) -> [Int] {
    var line = [index]
    while let parent = processes[line[line.count - 1]].parent { line.append(parent) }
    return line
  }

  /// What `apply` made of a call's arguments.
  package struct Digest: Sendable {
    /// Index of the process.
    package let process: Int
    /// Absolute path of the first path argument, or of the descriptor that the call works on.
    package var path: String?
    /// Absolute path of the second path argument.
    package var secondPath: String?
  }

  /// Folds one event; the digest is for folds that are built upon this one.
  @discardableResult
  package mutating func apply(_ event: TraceEvent) -> Digest? {
    duration = max(duration, event.time)
    if case .fact = event.body {} else { eventCount += 1 }
    switch event.body {
    case .processStarted(let start):
      startProcess(event, start)
      return nil
    case .fact(let fact):
      if facts.count < Self.factCapacity || facts[fact.question] != nil {
        facts[fact.question] = fact.answer
      }
      return nil
    case .note(let note):
      if note.kind == .attached {
        isAttached = true
        return nil
      }
      if notes.count < 64, !notes.contains(note) { notes.append(note) }
      if note.kind == .timedOut || note.kind == .endOfLog {
        (timeoutNumber, timeoutTime) = (event.number, event.time)
      }
      if note.kind == .fromLog { isFromLog = true }
      if note.kind == .restless { isRestless = true }
      if note.kind == .settled || note.kind == .restless { settledNumber = event.number }
      return nil
    default: break
    }
    let index = current[event.process] ?? startUnseenProcess(event)
    let eventBefore = processes[index].lastNumber
    processes[index].lastNumber = event.number
    if processes[index].lastPeer != nil {
      processes[index].longestPause = max(
        processes[index].longestPause, event.time - processes[index].lastTime)
    }
    processes[index].lastTime = event.time
    var digest = Digest(process: index)
    if timeoutNumber == nil { processes[index].stoppedBy = nil }
    switch event.body {
    case .programExecuted(let execution): execute(execution, by: index)
    case .systemCall(let call): digest = apply(call, event, process: index)
    case .signal(let delivery):
      let signal = DeliveredSignal(
        number: event.number, time: event.time, delivery: delivery, eventBefore: eventBefore,
        filesBefore: delivery.disposition == .handled
          ? Array(processes[index].filesOfProgram.suffix(4)) : nil)
      processes[index].note(signal)
      if delivery.signal.stops, delivery.disposition == .standard, timeoutNumber == nil {
        processes[index].stoppedBy = signal
      }
      if delivery.signal == .brokenPipe, let descriptor = delivery.duringCall?.descriptor {
        brokenChannels[index] = processes[index].descriptors[descriptor]
      }
    case .words(let spoken):
      words.record(
        placed(spoken, process: index), number: event.number, time: event.time, process: index,
        isShown: isShown(spoken, process: index),
        isDiscarded: processes[index].descriptors[spoken.descriptor]?.path == "/dev/null"
          && !givenOutputs.contains("/dev/null"))
    case .descriptorReleased(let release):
      // The name that it was opened by, which may be a link, and the file's own.
      digest.path = processes[index].descriptors[release.descriptor]?.path ?? release.path
      digest.secondPath = release.path
    case .processEnded(let end):
      processes[index].end = end
      processes[index].endNumber = event.number
      processes[index].endTime = event.time
      noteClosings(of: index, event)
      if timeoutNumber == nil { processes[index].forgetSteps() }
      processes[index].letGoAfterEnd()
    case .processStarted, .threadStarted, .fact, .note: break
    }
    return digest
  }

  /// True for words that went where those of the first process were to go.
  private func isShown(_ words: Words, process index: Int) -> Bool {
    guard words.stream == .standardError || words.stream == .standardOutput else { return false }
    return processes[index].descriptors[words.descriptor].map(givenStreams.contains) ?? false
  }

  /// Words with the file that they went to, where the stream leads to one, and with the stream that they
  /// were meant for.
  private func placed(_ words: Words, process index: Int) -> Words {
    guard words.stream == .standardError || words.stream == .standardOutput, words.path == nil
    else { return words }
    var words = words
    let entry = processes[index].descriptors.all[words.descriptor]
    // A shell's `echo x >&2` writes to a copy of standard error, as descriptor 1.
    if words.stream == .standardOutput, entry?.given == 2 { words.stream = .standardError }
    guard case .file(let path, true)? = entry?.target, !path.hasPrefix("/dev/"),
      !givenOutputs.contains(path)
    else { return words }
    words.path = path
    return words
  }

  // MARK: Processes

  private mutating func startProcess(_ event: TraceEvent, _ start: ProcessStart) {
    let parent = start.parent.flatMap { current[$0] }
    var record = ProcessRecord(
      index: processes.count, pid: event.process, parent: parent, startNumber: event.number,
      startTime: event.time)
    if let parent {
      let origin = processes[parent]
      record.executable = origin.executable
      record.executedPath = origin.executedPath
      record.arguments = origin.arguments
      record.environment = origin.environment
      record.credentials = origin.credentials
      record.workingDirectory = origin.workingDirectory
      record.rootDirectory = origin.rootDirectory
      record.descriptors = origin.descriptors
      record.limits = origin.limits
    }
    if let state = start.state {
      record.executable = parent == nil ? nil : state.executable
      record.arguments = state.arguments
      record.credentials = state.credentials
      record.workingDirectory = state.workingDirectory
      record.rootDirectory = state.rootDirectory
      record.descriptors = DescriptorTable(links: state.descriptors)
      givenOutputs.formUnion([1, 2].compactMap { state.descriptors[$0] })
      givenStreams.formUnion([1, 2].compactMap { record.descriptors[$0] })
    }
    // A recording that starts processes without end is damaged; the newest share the last record.
    guard processes.count < Self.processCapacity else {
      current[event.process] = processes.count - 1
      return
    }
    if let parent { processes[parent].children.append(record.index) }
    current[event.process] = record.index
    processes.append(record)
  }

  private mutating func startUnseenProcess(_ event: TraceEvent) -> Int {
    startProcess(event, ProcessStart(parent: processes.first?.pid))
    return current[event.process] ?? 0
  }

  private mutating func execute(_ execution: ProgramExecution, by index: Int) {
    processes[index].generation += 1
    processes[index].forgetSteps()
    processes[index].libraries = []
    processes[index].filesSinceExecution = 0
    processes[index].openQuestion = nil
    processes[index].executionNumber = processes[index].lastNumber
    processes[index].executable = execution.executable
    // A log may know less than was seen before.
    if !execution.workingDirectory.isEmpty {
      processes[index].workingDirectory = execution.workingDirectory
    }
    // Below a chroot(2) the path that was given is not the machine's.
    let path = resolve(
      execution.path, directory: SystemCall.currentDirectory, process: index)
    processes[index].executedPath = path
    processes[index].formerArguments = processes[index].arguments
    processes[index].arguments = execution.arguments
    processes[index].environment = execution.environment
    processes[index].credentials = execution.credentials ?? processes[index].credentials
    processes[index].lostPrivilege = execution.lostPrivilege
    processes[index].isSecure = execution.isSecure
    processes[index].descriptors.closeOnExec()
    if case .file(let path, true)? = processes[index].descriptors[1], !Self.isNowhere(path) {
      processes[index].outputFile = path
    }
    processes[index].standardInput = processes[index].descriptors[0]
    let closed = (0...2).filter { processes[index].descriptors[Int32($0)] == nil }
    processes[index].closedStreams = closed.count < 3 ? closed : []
    // A shell looks along PATH, and a child of it becomes what it found.
    let parent = processes[index].parent
    failures.recordSuccess(
      name: PathName.baseBytes(of: execution.path),
      subject: path,
      purpose: .execute, number: processes[index].lastNumber,
      isRelated: { $0 == index || $0 == parent })
  }

  // MARK: Calls

  private mutating func apply(_ call: SystemCall, _ event: TraceEvent, process index: Int) -> Digest
  {
    var digest = Digest(process: index)
    if let first = call.path(at: 0) {
      digest.path = resolve(first.path, directory: first.directory, process: index)
      digest.secondPath = call.path(at: 1).map {
        resolve($0.path, directory: $0.directory, process: index)
      }
    }
    // A number that is no descriptor is nothing that it was before.
    let target =
      call.outcome == .failed(error: .badDescriptor)
      ? nil : call.descriptor.flatMap { processes[index].descriptors[$0] }
    if digest.path == nil { digest.path = target?.path }
    if timeoutNumber != nil {
      noteWatched(call, target, process: index)
    } else if call.outcome != .unfinished {
      processes[index].note(
        CallStep(number: event.number, time: event.time, call: call, path: digest.path))
    }
    switch call.outcome {
    case .unfinished:
      notePending(call, target, event, process: index)
    case .failed(let error):
      if error.isAnswer(to: call) {
        if call.name == "connect" {
          notePeer(call, process: index)
          noteOpenConnect(call, event, process: index)
        }
        break
      }
      var failed = FailedCall(
        number: event.number, time: event.time, process: index, call: call, error: error,
        path: digest.path, secondPath: digest.secondPath, target: target,
        address: call.address ?? peer(of: target), generation: processes[index].generation,
        lastNumber: event.number, lastTime: event.time)
      failed.librariesBefore = processes[index].libraries.count
      failures.record(failed)
      if error == .brokenPipe || error == .connectionReset, let target {
        brokenChannels[index] = target
      }
      if call.name == "connect" { notePeer(call, process: index) }
      if error == .tooManyOpen { processes[index].crowd = processes[index].descriptors.crowd }
      closeConnect(call, process: index)
    case .returned:
      applyEffect(of: call, digest, event, process: index)
    }
    return digest
  }

  /// Keeps what a process does that is out of time, until it is asked to end.
  private mutating func noteWatched(
    _ call: SystemCall, _ target: DescriptorTarget?, process index: Int
  ) {
    guard let timeoutNumber, call.outcome != .unfinished, processes[index].lastCalls.count < 64,
      processes[index].signals.last?.number ?? 0 < timeoutNumber
    else { return }
    processes[index].lastCalls.append(WatchedCall(call: call, target: target))
  }

  private mutating func notePending(
    _ call: SystemCall, _ target: DescriptorTarget?, _ event: TraceEvent, process index: Int
  ) {
    guard processes[index].pendingCalls.count < 64 else { return }
    let open = processes[index].descriptors.all.sorted { $0.key < $1.key }
    let sockets = open.compactMap { entry -> SocketState? in
      if case .socket(let state) = entry.value.target { state } else { nil }
    }
    processes[index].pipesAtEnd = open.compactMap { entry in
      if case .pipe(let number, let end) = entry.value.target { (number, end) } else { nil }
    }
    processes[index].pendingCalls.append(
      PendingCall(
        thread: event.thread, number: event.number, time: event.time, call: call, target: target,
        sockets: sockets))
  }

  private mutating func noteOpenConnect(
    _ call: SystemCall, _ event: TraceEvent, process index: Int
  ) {
    guard let descriptor = call.descriptor, processes[index].openConnects.count < 64 else { return }
    processes[index].openConnects[descriptor] = OpenConnect(
      number: event.number, time: event.time, call: call)
  }

  /// Connections that failed processes began and that nobody answered: no call says so, since
  /// `connect(2)` did not wait, and `poll(2)` just returned.
  package func unansweredConnects() -> [FailedCall] {
    processes.filter(\.failed).flatMap { process in
      process.openConnects.sorted { $0.key < $1.key }.compactMap { descriptor, begun in
        guard begun.call.address?.port ?? 0 > 0 else { return nil }
        // What is refused ends at once; what is not answered, by a time limit.
        let isQuick = process.endTime - begun.time < 0.1
        return FailedCall(
          number: begun.number, time: begun.time, process: process.index, call: begun.call,
          error: isQuick ? .connectionRefused : .timedOut, path: nil, secondPath: nil, target: nil,
          address: begun.call.address, generation: process.generation,
          lastNumber: process.endNumber, lastTime: process.endTime)
      }
    }
  }

  /// The end of a connection is asked for (SO_ERROR), or its descriptor serves something else.
  mutating func closeConnect(_ call: SystemCall, process index: Int) {
    guard !processes[index].openConnects.isEmpty, let descriptor = call.descriptor,
      ["getsockopt", "connect", "close", "dup2", "dup3"].contains(call.name)
    else { return }
    let begun = processes[index].openConnects.removeValue(forKey: descriptor)
    // One of several addresses of a host served: the tries of the others are given up.
    if call.value != nil, let port = begun?.call.address?.port {
      processes[index].openConnects = processes[index].openConnects.filter {
        $0.value.call.address?.port != port
      }
    }
  }

  /// A limit was set, which what the process starts from here on inherits.
  mutating func noteLimit(_ call: SystemCall, process index: Int) {
    guard let name = call.symbols.first(where: { $0.hasPrefix("RLIMIT_") }) else { return }
    var target = index
    var numbers = call.integers
    if call.name == "prlimit64", !numbers.isEmpty {
      let pid = numbers.removeFirst()
      if pid > 0, let other = current[ProcessID(truncatingIfNeeded: pid)] { target = other }
    }
    processes[target].limits[String(name)] = numbers.first
  }

  /// True for what keeps nothing that is written to it: terminals and /dev/null.
  private static func isNowhere(_ path: String) -> Bool {
    path == "/dev/null" || path == "/dev/console" || path.hasPrefix("/dev/tty")
      || path.hasPrefix("/dev/pts/")
  }

  private func peer(of target: DescriptorTarget?) -> SocketAddress? {
    guard case .socket(let state) = target else { return nil }
    return state.peer ?? state.local
  }

  private func resolve(_ path: String, directory: Int32, process index: Int) -> String {
    // The record is large: its fields are looked at where they are, it is not copied.
    guard path.utf8.first == UInt8(ascii: "/") else {
      let base =
        directory == SystemCall.currentDirectory
        ? nil : processes[index].descriptors[directory]?.path
      return PathName.absolute(path, from: base ?? processes[index].workingDirectory)
    }
    let absolute = PathName.absolute(path, from: "/")
    let root = processes[index].rootDirectory
    guard root.utf8.count > 1 else { return absolute }
    return absolute == "/" ? root : root + absolute
  }

  /// A path or address served: earlier failures to have it may be harmless.
  mutating func noteSuccess(
    of call: SystemCall, _ digest: Digest, _ event: TraceEvent, process index: Int
  ) {
    guard case .returned = call.outcome else { return }
    // Asked first, since nothing else can tell of most calls that there is nothing to do.
    guard call.path(at: 0) != nil || call.address != nil else { return }
    let purpose = FailedCall.Purpose(call)
    let subject: String
    let name: Substring.UTF8View
    switch purpose {
    case .connect, .bind:
      guard let address = call.address else { return }
      subject = address.description
      name = subject[...].utf8
    default:
      guard let path = purpose == .make ? digest.secondPath ?? digest.path : digest.path,
        call.path(at: 0) != nil
      else { return }
      subject = path
      name = PathName.baseBytes(of: path)
    }
    guard failures.awaits(name: name) else { return }
    let processes = processes
    // A server that is started for want of one leaves the process that started it.
    let ancestors = purpose == .bind ? Set(lineage(of: index)) : []
    failures.recordSuccess(
      name: name, subject: subject, purpose: purpose, number: event.number,
      isRelated: {
        $0 == index || processes[index].parent == $0 || processes[$0].parent == index
          || ancestors.contains($0)
      })
  }
}

extension ErrorNumber {
  /// True for results that are answers, not failures: "not yet", "no such attribute", "no terminal".
  package func isAnswer(to call: SystemCall) -> Bool {
    switch self {
    case .interrupted: !["flock", "fcntl", "fcntl64"].contains(call.name)
    case .notTerminal: true
    case .inProgress: call.name == "connect"
    case .tryAgain:
      ![
        "clone", "clone3", "fork", "vfork", "flock", "fcntl", "fcntl64", "mlock", "setuid",
        "setresuid", "mmap", "mmap2", "bind", "connect", "timer_create",
      ].contains(call.name)
    case .invalidArgument: call.name.hasPrefix("readlink")
    case .noChild: call.name.hasPrefix("wait")
    default: rawValue >= 512  // restart codes that a tracer sees, a program never
    }
  }
}
