package import History
package import TraceEvents

/// A stream of events in the making: it numbers them and lets a millisecond pass between two.
///
/// Every function that adds an event gives the event's number. Where no process is named, it is
/// the first.
package struct Trace: Sendable {
  /// The process that the user started.
  package static let first: ProcessID = 100
  /// What the first process has open, as a terminal's shell hands it down.
  package static let standardStreams: [Int32: String] = [
    0: "/dev/pts/0", 1: "/dev/pts/0", 2: "/dev/pts/0",
  ]
  /// A user without privileges.
  package static let user = Credentials(user: 1000, group: 1000, groups: [], capabilities: 0)
  /// The user with all of them.
  package static let root = Credentials(user: 0, group: 0, groups: [], capabilities: .max)

  /// The events so far.
  package private(set) var events: [TraceEvent] = []
  private var time = 0.0

  /// A stream without events.
  package init() {}

  /// A stream whose first process runs the program at `path`.
  package init(
    _ path: String, _ arguments: [String] = [], environment: [String] = [],
    directory: String = "/home/ann", credentials: Credentials = Trace.user,
    descriptors: [Int32: String] = Trace.standardStreams
  ) {
    start(directory: directory, credentials: credentials, descriptors: descriptors)
    execute(
      path, arguments, environment: environment, directory: directory, credentials: credentials)
  }

  /// The fold of all events so far.
  package var history: History {
    var history = History()
    for event in events { history.apply(event) }
    return history
  }

  /// Lets time pass.
  package mutating func wait(_ seconds: Double) { time += seconds }

  /// Adds an event of any kind.
  @discardableResult
  package mutating func add(
    _ body: TraceEvent.Body, by process: ProcessID = Trace.first, thread: ProcessID? = nil
  ) -> Int {
    time += 0.001
    events.append(
      TraceEvent(
        number: events.count + 1, time: time, process: process, thread: thread ?? process,
        body: body))
    return events.count
  }

  // MARK: Processes

  /// A first process, with what it holds.
  @discardableResult
  package mutating func start(
    _ process: ProcessID = Trace.first, directory: String = "/home/ann",
    rootDirectory: String = "/",
    credentials: Credentials = Trace.user,
    descriptors: [Int32: String] = Trace.standardStreams
  ) -> Int {
    let state = ProcessState(
      executable: "/usr/bin/whyfail", arguments: ["whyfail"], workingDirectory: directory,
      rootDirectory: rootDirectory, credentials: credentials, descriptors: descriptors)
    return add(.processStarted(start: ProcessStart(parent: nil, state: state)), by: process)
  }

  /// A child, made by fork or, sharing the descriptors, by clone.
  @discardableResult
  package mutating func fork(
    _ child: ProcessID, from parent: ProcessID = Trace.first, sharesDescriptors: Bool = false
  ) -> Int {
    let start = ProcessStart(parent: parent, sharesDescriptors: sharesDescriptors)
    return add(.processStarted(start: start), by: child)
  }

  /// A process becomes the program at `path`; its name is put before `arguments`.
  @discardableResult
  package mutating func execute(
    _ path: String, _ arguments: [String] = [], executable: String? = nil,
    environment: [String] = [], directory: String = "/home/ann",
    credentials: Credentials = Trace.user, lostPrivilege: Bool = false,
    by process: ProcessID = Trace.first
  ) -> Int {
    let execution = ProgramExecution(
      path: path, executable: executable ?? path, arguments: [PathName.base(of: path)] + arguments,
      environment: environment, credentials: credentials, lostPrivilege: lostPrivilege,
      workingDirectory: directory)
    return add(.programExecuted(execution: execution), by: process)
  }

  /// A child that becomes the program at `path`.
  package mutating func spawn(
    _ child: ProcessID, from parent: ProcessID = Trace.first, _ path: String,
    _ arguments: [String] = [], environment: [String] = []
  ) {
    fork(child, from: parent)
    execute(path, arguments, environment: environment, by: child)
  }

  /// A process ends with a status.
  @discardableResult
  package mutating func exit(_ status: Int32, by process: ProcessID = Trace.first) -> Int {
    add(.processEnded(end: .exited(status: status)), by: process)
  }

  /// A signal is delivered to a process and ends it.
  @discardableResult
  package mutating func kill(
    _ signal: SignalNumber, _ process: ProcessID = Trace.first, code: Int32 = 0,
    sender: ProcessID? = nil, faultAddress: UInt64? = nil, during call: SystemCall? = nil,
    stack: [StackFrame] = [], coreDumped: Bool = false
  ) -> Int {
    deliver(
      signal, to: process, code: code, sender: sender, faultAddress: faultAddress, during: call,
      stack: stack)
    return add(.processEnded(end: .killed(signal: signal, coreDumped: coreDumped)), by: process)
  }

  /// A signal is delivered to a process, which may live on.
  @discardableResult
  package mutating func deliver(
    _ signal: SignalNumber, to process: ProcessID = Trace.first, code: Int32 = 0,
    sender: ProcessID? = nil, faultAddress: UInt64? = nil,
    disposition: SignalDelivery.Disposition = .standard, during call: SystemCall? = nil,
    stack: [StackFrame] = []
  ) -> Int {
    let delivery = SignalDelivery(
      signal: signal, code: code, sender: sender, senderUser: sender == nil ? nil : 1000,
      faultAddress: faultAddress, disposition: disposition, duringCall: call, stack: stack)
    return add(.signal(signal: delivery), by: process)
  }

  // MARK: Words and what the capture says

  /// A process writes to standard error, or to another stream; without a line feed of its own the
  /// text gets one, unless it is a piece of a line.
  @discardableResult
  package mutating func say(
    _ text: String, by process: ProcessID = Trace.first, on stream: Words.Stream = .standardError,
    isPiece: Bool = false
  ) -> Int {
    let whole = isPiece || text.hasSuffix("\n") ? text : text + "\n"
    let words = Words(
      stream: stream, descriptor: stream == .standardOutput ? 1 : 2, text: whole,
      byteCount: whole.utf8.count)
    return add(.words(words: words), by: process)
  }

  /// A file that was read up to `position` is about to be closed.
  @discardableResult
  package mutating func release(
    _ descriptor: Int32, _ path: String, position: Int64, by process: ProcessID = Trace.first
  ) -> Int {
    let release = DescriptorRelease(descriptor: descriptor, path: path, position: position)
    return add(.descriptorReleased(release: release), by: process)
  }

  /// A question is answered while the answer is true.
  @discardableResult
  package mutating func fact(_ question: SystemQuestion, _ answer: SystemAnswer) -> Int {
    add(.fact(fact: Fact(question: question, answer: answer)))
  }

  /// The capture says something about itself.
  @discardableResult
  package mutating func note(_ kind: CaptureNote.Kind, _ text: String = "") -> Int {
    add(.note(note: CaptureNote(kind: kind, text: text)))
  }
}
