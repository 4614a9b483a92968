package import History
package import TraceEvents

/// What a run asked the system for, and what came of it, by path or address: the fold of a stream of
/// events that a comparison needs beside the history, which keeps failures alone.
///
/// Memory is bounded: what comes after the first `subjectCapacity` paths is passed over.
package struct RunUsage: Sendable {
  /// What was done with a path, or an address.
  typealias Purpose = FailedCall.Purpose

  /// Something that was asked for.
  struct Subject: Sendable {
    /// An absolute path, or an address.
    let name: String
    /// For an address.
    let address: SocketAddress?
    /// True if the program named it from its own directory on.
    var isRelative: Bool
    /// What the descriptor that came of it leads to, where that has another name (a link).
    var realPath: String?
    /// How many bytes of it were read at most; 0 where that was not seen.
    var bytes: Int64 = 0
    /// What was tried.
    var tries: [Try] = []
  }

  /// What one program wanted with a subject.
  struct Try: Sendable {
    let program: Int
    let purpose: Purpose
    /// Numbers of the events in which it served and failed first; 0: it never did.
    var served = 0
    var failed = 0
    /// The error of the last failure.
    var error: ErrorNumber?
  }

  /// A program that was run: the first time under its name.
  struct Execution: Sendable {
    let path: String
    let executable: String
    var arguments: [String]
    let environment: [String]
    let credentials: Credentials?
    let workingDirectory: String
  }

  static let subjectCapacity = 200_000
  static let programCapacity = 4000

  private(set) var subjects: [Subject] = []
  /// The programs, by the names that people know them by; the first is whatever ran before.
  private(set) var programs: [String] = [""]
  /// The first execution of each of `programs`.
  private(set) var executions: [Int: Execution] = [:]
  /// True if there was more than is kept.
  package private(set) var isCut = false

  private var subjectOfName: [String: Int] = [:]
  private var programOfName: [String: Int] = ["": 0]
  /// The program that each process runs, by its index in `History.processes`.
  private var programOfProcess: [Int] = []

  package init() {}

  /// Folds an event, of which `history` made `digest`.
  package mutating func apply(
    _ event: TraceEvent, digest: History.Digest?, history: borrowing History
  ) {
    while programOfProcess.count < history.processes.count {
      let parent = history.processes[programOfProcess.count].parent
      programOfProcess.append(parent.map { programOfProcess[$0] } ?? 0)
    }
    guard let digest else { return }
    switch event.body {
    case .systemCall(let call):
      note(call, event, digest)
      noteEndOfConnect(call, event, digest, history)
    case .programExecuted(let execution): note(execution, event, digest, history)
    case .descriptorReleased(let release):
      guard let path = digest.path, release.path.hasPrefix("/"), let known = subjectOfName[path]
      else { break }
      if path != release.path { subjects[known].realPath = release.path }
      subjects[known].bytes = max(subjects[known].bytes, release.position)
    default: break
    }
  }

  /// Replaces the arguments of all programs, such as those that are secret.
  package mutating func mapArguments(_ transform: ([String]) -> [String]) {
    executions = executions.mapValues { execution in
      var execution = execution
      execution.arguments = transform(execution.arguments)
      return execution
    }
  }

  /// Takes note that connections which nobody answered failed, at the end.
  package mutating func finish(_ history: borrowing History) {
    for call in history.unansweredConnects() {
      guard let address = call.address, let known = subjectOfName[address.description] else {
        continue
      }
      fail(known, call.error, number: call.number)
    }
  }

  /// Takes note of what a report tells of a path.
  package mutating func note(
    path: String, program: String, error: ErrorNumber?, isOpened: Bool, number: Int
  ) {
    note(
      path, address: nil, isRelative: false, program: self.program(named: program),
      purpose: isOpened ? .open : .inspect, error: error, number: number)
  }

  private mutating func note(_ call: SystemCall, _ event: TraceEvent, _ digest: History.Digest) {
    var error: ErrorNumber?
    switch call.outcome {
    case .unfinished: return
    case .returned: break
    case .failed(let failure):
      // A connection that is under way fails at the end, or not at all.
      if failure.isAnswer(to: call), failure != .inProgress { return }
      if failure != .inProgress { error = failure }
    }
    let purpose = Purpose(call)
    let program = programOfProcess[digest.process]
    if let address = call.address {
      guard purpose == .connect || purpose == .bind else { return }
      note(
        address.description, address: address, isRelative: false, program: program,
        purpose: purpose, error: error, number: event.number)
      return
    }
    guard let given = call.path, let path = digest.path, !given.isEmpty else { return }
    note(
      path, address: nil, isRelative: !given.hasPrefix("/"), program: program, purpose: purpose,
      error: error, number: event.number)
  }

  /// How a connection ended that was begun without waiting for its end (`SO_ERROR`, `socket(7)`).
  private mutating func noteEndOfConnect(
    _ call: SystemCall, _ event: TraceEvent, _ digest: History.Digest, _ history: borrowing History
  ) {
    guard call.name == "getsockopt", let error = call.error, let descriptor = call.descriptor,
      case .socket(let state)? = history.processes[digest.process].descriptors[descriptor],
      let peer = state.peer, let known = subjectOfName[peer.description]
    else { return }
    fail(known, error, number: event.number)
  }

  /// Takes back that connections to an address served.
  private mutating func fail(_ subject: Int, _ error: ErrorNumber, number: Int) {
    for index in subjects[subject].tries.indices
    where subjects[subject].tries[index].purpose == .connect {
      subjects[subject].tries[index].served = 0
      subjects[subject].tries[index].failed = number
      subjects[subject].tries[index].error = error
    }
  }

  private mutating func note(
    _ execution: ProgramExecution, _ event: TraceEvent, _ digest: History.Digest,
    _ history: borrowing History
  ) {
    let process = history.processes[digest.process]
    let former = programOfProcess[digest.process]
    let program = self.program(named: process.name)
    programOfProcess[digest.process] = program
    if executions[program] == nil {
      executions[program] = Execution(
        path: process.executedPath ?? execution.path, executable: execution.executable,
        arguments: execution.arguments,
        // Those of all programs of a large build would be large.
        environment: executions.count < 200 ? execution.environment : [],
        credentials: process.credentials, workingDirectory: process.workingDirectory)
    }
    note(
      process.executedPath ?? execution.path, address: nil,
      isRelative: !execution.path.hasPrefix("/"), program: former, purpose: .execute, error: nil,
      number: event.number)
  }

  private mutating func note(
    _ name: String, address: SocketAddress?, isRelative: Bool, program: Int, purpose: Purpose,
    error: ErrorNumber?, number: Int
  ) {
    let index: Int
    if let known = subjectOfName[name] {
      index = known
      if isRelative { subjects[index].isRelative = true }
    } else {
      guard subjects.count < Self.subjectCapacity else {
        isCut = true
        return
      }
      index = subjects.count
      subjectOfName[name] = index
      subjects.append(Subject(name: name, address: address, isRelative: isRelative))
    }
    var place = subjects[index].tries.firstIndex {
      $0.program == program && $0.purpose == purpose
    }
    if place == nil {
      guard subjects[index].tries.count < 64 else { return }
      place = subjects[index].tries.count
      subjects[index].tries.append(Try(program: program, purpose: purpose))
    }
    guard let place else { return }
    if let error {
      if subjects[index].tries[place].failed == 0 { subjects[index].tries[place].failed = number }
      subjects[index].tries[place].error = error
    } else if subjects[index].tries[place].served == 0 {
      subjects[index].tries[place].served = number
    }
  }

  private mutating func program(named name: String) -> Int {
    if let known = programOfName[name] { return known }
    guard programs.count < Self.programCapacity else { return 0 }
    programOfName[name] = programs.count
    programs.append(name)
    return programs.count - 1
  }
}
