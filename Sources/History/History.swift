package import TraceEvents

/// What happened in a trace: the pure fold of its events.
///
/// Memory is bounded whatever the target does; what is given up is counted.
package struct History: Sendable {
  /// All processes that are kept, in the order in which they started.
  package private(set) var processes: [ProcessRecord] = []
  /// The failed calls.
  package private(set) var failures = FailureLog()
  /// What was said.
  package private(set) var words = WordLog()
  /// What the machine was asked while the answer was true.
  package private(set) var facts: [SystemQuestion: SystemAnswer] = [:]
  /// What the capture said about itself.
  package private(set) var notes: [CaptureNote] = []
  /// Number of the event with which the time was up; nil while it is not.
  package private(set) var timeoutNumber: Int?
  /// Number of the event with which the target was found ready, to be ended; nil while it is not.
  package private(set) var settledNumber: Int?
  /// How many events were folded, facts apart.
  package private(set) var eventCount = 0
  /// Time of the last event.
  package private(set) var duration = 0.0
  /// The ends of pipes and socket pairs that went away, for the search of a lost reader.
  package private(set) var closings: [PipeClosing] = []
  /// What a process last wrote to when nobody was left to read, by its index.
  package private(set) var brokenChannels: [Int: DescriptorTarget] = [:]
  /// The signal that a process of this run last sent to a process id, and who sent it.
  package private(set) var sentSignals: [ProcessID: (signal: SignalNumber, sender: Int)] = [:]

  private var current: [ProcessID: Int] = [:]
  /// Files that the user had sent the output of it all to.
  private var givenOutputs: Set<String> = []

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
      if notes.count < 64, !notes.contains(note) { notes.append(note) }
      if note.kind == .timedOut { timeoutNumber = event.number }
      if note.kind == .settled { settledNumber = event.number }
      return nil
    default: break
    }
    let index = current[event.process] ?? startUnseenProcess(event)
    processes[index].lastNumber = event.number
    var digest = Digest(process: index)
    switch event.body {
    case .programExecuted(let execution): execute(execution, by: index)
    case .systemCall(let call): digest = apply(call, event, process: index)
    case .signal(let delivery):
      let signal = DeliveredSignal(number: event.number, time: event.time, delivery: delivery)
      if processes[index].signals.count == 16 { processes[index].signals.remove(at: 4) }
      processes[index].signals.append(signal)
      if delivery.signal == .brokenPipe, let descriptor = delivery.duringCall?.descriptor {
        brokenChannels[index] = processes[index].descriptors[descriptor]
      }
    case .words(let spoken):
      words.record(
        placed(spoken, process: index), number: event.number, time: event.time, process: index)
    case .descriptorReleased(let release):
      // The name that it was opened by, which may be a link, and the file's own.
      digest.path = processes[index].descriptors[release.descriptor]?.path ?? release.path
      digest.secondPath = release.path
    case .processEnded(let end):
      processes[index].end = end
      processes[index].endNumber = event.number
      processes[index].endTime = event.time
      noteClosings(of: index, event)
      processes[index].letGoAfterEnd()
    case .processStarted, .threadStarted, .fact, .note: break
    }
    return digest
  }

  /// Words with the file that they went to, where the stream leads to one.
  private func placed(_ words: Words, process index: Int) -> Words {
    guard words.stream == .standardError || words.stream == .standardOutput, words.path == nil,
      case .file(let path, true)? = processes[index].descriptors[words.descriptor],
      !path.hasPrefix("/dev/"), !givenOutputs.contains(path)
    else { return words }
    var words = words
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
    processes[index].libraries = []
    processes[index].filesSinceExecution = 0
    processes[index].executionNumber = processes[index].lastNumber
    processes[index].executable = execution.executable
    processes[index].workingDirectory = execution.workingDirectory
    // Below a chroot(2) the path that was given is not the machine's.
    let path = resolve(
      execution.path, directory: SystemCall.currentDirectory, process: index)
    processes[index].executedPath = path
    processes[index].formerArguments = processes[index].arguments
    processes[index].arguments = execution.arguments
    processes[index].environment = execution.environment
    processes[index].credentials = execution.credentials
    processes[index].lostPrivilege = execution.lostPrivilege
    processes[index].descriptors.closeOnExec()
    failures.recordSuccess(
      name: PathName.base(of: execution.path),
      subject: path,
      purpose: .execute, number: processes[index].lastNumber, isRelated: { $0 == index })
  }

  // MARK: Calls

  private mutating func apply(_ call: SystemCall, _ event: TraceEvent, process index: Int) -> Digest
  {
    var digest = Digest(process: index)
    let paths = call.paths
    digest.path = paths.first.map { resolve($0.path, directory: $0.directory, process: index) }
    digest.secondPath = paths.dropFirst().first.map {
      resolve($0.path, directory: $0.directory, process: index)
    }
    let target = call.descriptor.flatMap { processes[index].descriptors[$0] }
    if digest.path == nil { digest.path = target?.path }
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
      failures.record(
        FailedCall(
          number: event.number, time: event.time, process: index, call: call, error: error,
          path: digest.path, secondPath: digest.secondPath, target: target,
          address: call.address ?? peer(of: target), generation: processes[index].generation,
          lastNumber: event.number, lastTime: event.time))
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
        number: event.number, time: event.time, call: call, target: target, sockets: sockets))
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
  private mutating func closeConnect(_ call: SystemCall, process index: Int) {
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

  private mutating func noteLimit(_ call: SystemCall, process index: Int) {
    guard let name = call.symbols.first(where: { $0.hasPrefix("RLIMIT_") }) else { return }
    var target = index
    var numbers = call.arguments.compactMap { argument -> Int64? in
      if case .integer(let value) = argument { value } else { nil }
    }
    if call.name == "prlimit64", !numbers.isEmpty {
      let pid = numbers.removeFirst()
      if pid > 0, let other = current[ProcessID(truncatingIfNeeded: pid)] { target = other }
    }
    processes[target].limits[String(name)] = numbers.first
  }

  private mutating func notePeer(_ call: SystemCall, process index: Int) {
    guard let address = call.address else { return }
    processes[index].descriptors.changeSocket(call.descriptor ?? -1) { $0.peer = address }
    guard let port = address.port, port > 0 else { return }
    if port == 53 {
      if let host = address.host, processes[index].nameServers.count < 8,
        !processes[index].nameServers.contains(host)
      {
        processes[index].nameServers.append(host)
      }
    } else {
      processes[index].lastPeer = address
    }
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

  private mutating func applyEffect(
    of call: SystemCall, _ digest: Digest, _ event: TraceEvent, process index: Int
  ) {
    let descriptor = call.descriptor ?? -1
    let value = Int32(truncatingIfNeeded: call.value ?? -1)
    closeConnect(call, process: index)
    switch call.name {
    case "open", "openat", "openat2", "creat":
      guard let path = digest.path else { break }
      let isWritable =
        call.name == "creat" || call.hasSymbol("O_WRONLY") || call.hasSymbol("O_RDWR")
      processes[index].descriptors.open(
        value, .file(path: path, isWritable: isWritable),
        closesOnExec: call.hasSymbol("O_CLOEXEC"))
      if isWritable { processes[index].lastWrittenFile = path }
      if !isWritable, !call.hasSymbol("O_DIRECTORY"), !call.hasSymbol("O_PATH") {
        processes[index].noteRead(path)
        processes[index].noteLibrary(path)
        processes[index].filesSinceExecution += 1
      } else if call.hasSymbol("O_DIRECTORY"), processes[index].listedDirectories.count < 24,
        !processes[index].listedDirectories.contains(path)
      {
        processes[index].listedDirectories.append(path)
      }
    case "dup":
      processes[index].descriptors.duplicate(descriptor, as: value, closesOnExec: false)
    case "dup2", "dup3":
      // dup2 onto itself changes nothing.
      if descriptor != value {
        noteClosing(value, of: index, event)
        processes[index].descriptors.duplicate(
          descriptor, as: value, closesOnExec: call.hasSymbol("O_CLOEXEC"))
      }
    case "fcntl", "fcntl64":
      let symbols = call.symbols
      if symbols.contains("F_DUPFD") || symbols.contains("F_DUPFD_CLOEXEC") {
        processes[index].descriptors.duplicate(
          descriptor, as: value, closesOnExec: symbols.contains("F_DUPFD_CLOEXEC"))
      }
    case "close":
      noteClosing(descriptor, of: index, event)
      processes[index].descriptors.close(descriptor)
    case "close_range":
      var bounds: [Int32] = []
      for case .integer(let value) in call.arguments {
        bounds.append(Int32(clamping: value))
      }
      if bounds.count >= 2, !call.hasSymbol("CLOSE_RANGE_CLOEXEC") {
        processes[index].descriptors.close(from: bounds[0], through: bounds[1])
      }
    case "pipe", "pipe2":
      guard let made = call.madeDescriptors else { break }
      let closesOnExec = call.hasSymbol("O_CLOEXEC")
      processes[index].descriptors.open(
        made.first, .pipe(number: event.number, end: .reading), closesOnExec: closesOnExec)
      processes[index].descriptors.open(
        made.second, .pipe(number: event.number, end: .writing), closesOnExec: closesOnExec)
    case "socket":
      let symbols = call.symbols
      let state = SocketState(
        number: event.number, domain: symbols.first { $0.hasPrefix("AF_") }.map(String.init) ?? "?",
        type: symbols.first { $0.hasPrefix("SOCK_") }.map(String.init) ?? "?")
      processes[index].descriptors.open(
        value, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
    case "socketpair":
      guard let made = call.madeDescriptors else { break }
      let state = SocketState(number: event.number, domain: "AF_UNIX", type: "SOCK_STREAM")
      for end in [made.first, made.second] {
        processes[index].descriptors.open(
          end, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
      }
    case "accept", "accept4":
      let state = SocketState(
        number: event.number, domain: "?", type: "SOCK_STREAM", local: nil, peer: call.address)
      processes[index].descriptors.open(
        value, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
    case "bind":
      processes[index].descriptors.changeSocket(descriptor) { $0.local = call.address }
    case "connect": notePeer(call, process: index)
    case "listen":
      processes[index].descriptors.changeSocket(descriptor) { $0.isListening = true }
    case "chdir":
      if let path = digest.path { processes[index].workingDirectory = path }
    case "fchdir":
      if let path = processes[index].descriptors[descriptor]?.path {
        processes[index].workingDirectory = path
      }
    case "chroot":
      if let path = digest.path { processes[index].rootDirectory = path }
    case "kill", "tgkill": noteKill(call, process: index)
    case "setrlimit", "prlimit64": noteLimit(call, process: index)
    case "setuid", "setreuid", "setresuid", "setfsuid":
      let numbers = call.arguments.compactMap { argument -> Int64? in
        if case .integer(let value) = argument { value } else { nil }
      }
      let effective =
        call.name == "setuid" || call.name == "setfsuid" ? numbers.first : numbers.dropFirst().first
      if let effective, effective >= 0, effective < 0xFFFF_FFFF {
        processes[index].credentials?.user = UInt32(truncatingIfNeeded: effective)
      }
    default: break
    }
    noteSuccess(of: call, digest, event, process: index)
  }

  private mutating func noteKill(_ call: SystemCall, process index: Int) {
    guard sentSignals.count < 4096, case .integer(let target)? = call.arguments.first,
      let name = call.symbols.last, let signal = SignalNumber(name: String(name))
    else { return }
    sentSignals[ProcessID(truncatingIfNeeded: target)] = (signal, index)
  }

  private mutating func noteSuccess(
    of call: SystemCall, _ digest: Digest, _ event: TraceEvent, process index: Int
  ) {
    guard case .returned = call.outcome else { return }
    let purpose = FailedCall.Purpose(call)
    let subject: String
    let name: String
    switch purpose {
    case .connect, .bind:
      guard let address = call.address else { return }
      subject = address.description
      name = subject
    default:
      guard let path = purpose == .make ? digest.secondPath ?? digest.path : digest.path,
        !call.paths.isEmpty
      else { return }
      subject = path
      name = PathName.base(of: path)
    }
    let processes = processes
    failures.recordSuccess(
      name: name, subject: subject, purpose: purpose, number: event.number,
      isRelated: {
        $0 == index || processes[index].parent == $0 || processes[$0].parent == index
      })
  }

  // MARK: Pipes

  private mutating func noteClosing(_ descriptor: Int32, of index: Int, _ event: TraceEvent) {
    guard let target = processes[index].descriptors[descriptor] else { return }
    note(target, of: index, event, atEnd: false)
  }

  private mutating func noteClosings(of index: Int, _ event: TraceEvent) {
    // In order, so that a recording replays to the same history in another process.
    for entry in processes[index].descriptors.all.sorted(by: { $0.key < $1.key }) {
      note(entry.value.target, of: index, event, atEnd: true)
    }
  }

  private mutating func note(
    _ target: DescriptorTarget, of index: Int, _ event: TraceEvent, atEnd: Bool
  ) {
    switch target {
    case .pipe(let number, let end) where end != .writing && number > 0:
      closings.append(
        PipeClosing(
          pipe: number, process: index, number: event.number, time: event.time, atEnd: atEnd))
    case .socket(let state):
      closings.append(
        PipeClosing(
          pipe: state.number, process: index, number: event.number, time: event.time, atEnd: atEnd))
    default: return
    }
    if closings.count > 4096 { closings.removeFirst(1024) }
  }
}

/// A reading end of a pipe (or an end of a socket) that a process gave up.
package struct PipeClosing: Sendable {
  /// The pipe's number in `DescriptorTarget`.
  package let pipe: Int
  /// Index of the process.
  package let process: Int
  package let number: Int
  package let time: Double
  /// True if it was given up by the end of the process, not by `close(2)`.
  package let atEnd: Bool
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
        "setresuid", "mmap", "mmap2", "bind", "connect",
      ].contains(call.name)
    case .invalidArgument: call.name.hasPrefix("readlink")
    case .noChild: call.name.hasPrefix("wait")
    default: rawValue >= 512  // restart codes that a tracer sees, a program never
    }
  }
}
