import Glibc
import TraceEvents

/// Asks what is only true while the thread that failed stands still.
///
/// Asking costs the target time, so a question is asked anew only after a while, twenty at most in
/// a second and two hundred in a trace.
final class StaleFacts {
  private let inspector: any SystemInspector
  private var asked: [SystemQuestion: UInt64] = [:]
  private var count = 0
  private var second: UInt64 = 0
  private var countInSecond = 0

  private static let most = 200
  private static let mostInSecond = 20
  /// Those whose standard action is to leave a core file (`signal(7)`).
  private static let leavingCores: Set<SignalNumber> = [
    .quit, .illegalInstruction, .trap, .abort, .bus, .floatingPoint, .segmentationViolation,
    .badSystemCall, .cpuTime, .fileSize,
  ]
  private static let freshness: UInt64 = 2_000_000_000

  init(inspector: any SystemInspector) { self.inspector = inspector }

  /// Asks what explains the failure of `call`, and hands on the answers.
  func explain(_ call: SystemCall, _ thread: TracedThread, _ events: EventStream) {
    // What to ask takes reads of /proc itself.
    guard let error = call.error, mayAsk(EventStream.now, isRare: Self.rare.contains(error)) else {
      return
    }
    for question in questions(call, error, thread) {
      ask(question, thread, events, isRare: Self.rare.contains(error))
    }
  }

  /// Asks what explains a signal that is about to end a process.
  func explain(_ delivery: SignalDelivery, _ thread: TracedThread, _ events: EventStream) {
    guard delivery.disposition == .standard || delivery.endedInHandler == true else { return }
    let process = thread.process.id
    // The limits tell of stacks that overflow, and of core files that are not left.
    if Self.leavingCores.contains(delivery.signal) { ask(.limits(pid: process), thread, events) }
    switch delivery.signal {
    case .segmentationViolation, .bus:
      guard let address = delivery.faultAddress else { return }
      let answer = ask(.mapping(pid: process, address: address), thread, events)
      if case .mapping(let status) = answer, let path = status.path, path.hasPrefix("/"),
        delivery.signal == .bus
      {
        ask(.fileSystem(path: path), thread, events)
      }
    case .cpuTime, .fileSize: break
    default:
      // A sender like kill(1) is gone in a moment.
      guard let sender = delivery.sender, sender > 0, sender != process else { return }
      ask(.process(pid: sender), thread, events)
    }
  }

  /// Asks who stands in the way of a call that does not return.
  func explainWait(_ call: SystemCall, _ thread: TracedThread, _ events: EventStream) {
    guard isLock(call) else { return }
    for question in lockers(call, thread) { ask(question, thread, events) }
  }

  /// Asks what processes are and have open.
  func tellSnapshot(of pids: [ProcessID], first: ProcessID, _ events: EventStream) {
    let question = SystemQuestion.snapshot(pids: pids)
    let fact = Fact(question: question, answer: inspector.answer(question))
    events.emit(.fact(fact: fact), process: first, thread: first)
  }

  /// Asks for the limits of a process.
  func tellLimits(_ thread: TracedThread, _ events: EventStream) {
    ask(.limits(pid: thread.process.id), thread, events)
  }

  /// Asks whether the control groups of a process that was killed explain it.
  func explainKill(_ memberships: String, _ thread: TracedThread, _ events: EventStream) {
    ask(
      .controlGroup(pid: thread.process.id, memberships: memberships), thread, events)
  }

  /// What a look at `path` that follows no link gives a target: the rights of the target decide, then
  /// what the file system answers us. Nil where it finds something, and where there is nothing.
  func errorOfLook(at path: String, _ thread: TracedThread) -> ErrorNumber? {
    let look = SystemCall(
      name: "newfstatat",
      arguments: [.directory(descriptor: SystemCall.currentDirectory), .path(text: path)],
      outcome: .failed(error: .accessDenied))
    for case .access(let place, _, let credentials) in access(look, thread) {
      // Only the way to it is asked for rights, not what is there.
      let directory = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
      let answer = inspector.answer(
        .access(
          path: directory.isEmpty ? "/" : directory, operation: .search, credentials: credentials))
      if case .accessWalk(let walk) = answer, walk.refusal != nil { return .accessDenied }
      var status = stat()
      guard unsafe lstat(place, &status) != 0 else { return nil }
      return [ENOENT, ENOTDIR, EACCES].contains(errno) ? nil : ErrorNumber(rawValue: errno)
    }
    return nil
  }

  /// Where the way to `path` ends for a target, and by what error; nil if it leads somewhere. What
  /// `realpath(3)` meets.
  func failureOnTheWay(
    to path: String, _ thread: TracedThread
  ) -> (place: String, error: ErrorNumber)? {
    let look = SystemCall(
      name: "newfstatat",
      arguments: [.directory(descriptor: SystemCall.currentDirectory), .path(text: path)],
      outcome: .failed(error: .accessDenied))
    for case .access(let place, let operation, let credentials) in access(look, thread) {
      var status = stat()
      guard unsafe stat(place, &status) != 0 || credentials.user != geteuid() else { return nil }
      var end = place.startIndex
      while end < place.endIndex {
        end = place[place.index(after: end)...].firstIndex(of: "/") ?? place.endIndex
        let way = String(place[..<end])
        if unsafe stat(way, &status) == 0 { continue }
        let error = ErrorNumber(rawValue: errno)
        // A path that was relative is told of as it was given.
        return (end == place.endIndex ? path : way, error)
      }
      let answer = inspector.answer(
        .access(path: place, operation: operation, credentials: credentials))
      if case .accessWalk(let walk) = answer, walk.refusal != nil { return (path, .accessDenied) }
    }
    return nil
  }

  /// Errors of programs that could not be started, which nobody meets by the dozen: what is true of them then
  /// must not be lost among the questions of a busy second.
  private static let rare: Set<ErrorNumber> = [.argumentsTooLong, .textBusy]

  private func mayAsk(_ now: UInt64, isRare: Bool = false) -> Bool {
    if now / 1_000_000_000 != second {
      second = now / 1_000_000_000
      countInSecond = 0
    }
    return count < Self.most && (isRare || countInSecond < Self.mostInSecond)
  }

  @discardableResult
  private func ask(
    _ question: SystemQuestion, _ thread: TracedThread, _ events: EventStream,
    isRare: Bool = false
  ) -> SystemAnswer? {
    let now = EventStream.now
    if let last = asked[question], now &- last < Self.freshness { return nil }
    guard mayAsk(now, isRare: isRare) else { return nil }
    count += 1
    countInSecond += 1
    asked[question] = now
    let answer = inspector.answer(question)
    events.emit(.fact(fact: Fact(question: question, answer: answer)), thread)
    return answer
  }

  private func questions(
    _ call: SystemCall, _ error: ErrorNumber, _ thread: TracedThread
  ) -> [SystemQuestion] {
    switch error {
    case .accessDenied, .notPermitted, .readOnly:
      if isLock(call) { return lockers(call, thread) }
      if call.name == "setrlimit" || call.name == "prlimit64" {
        return [.limits(pid: thread.process.id)]
      }
      if call.name == "kill", case .integer(let target)? = call.arguments.first, target > 0 {
        return [.process(pid: ProcessID(truncatingIfNeeded: target))]
      }
      let what = error == .accessDenied ? program(call, thread).filter(\.isOfProgram) : []
      return access(call, thread) + what
    case .addressInUse, .connectionRefused:
      guard let address = call.address else { return [] }
      if case .unix(let path) = address {
        return [
          .path(path: absolute(path, nil, thread)),
          .listener(address: .unix(path: absolute(path, nil, thread)), isDatagram: false),
        ]
      }
      // Which kind of socket it is, the call does not tell.
      return error == .addressInUse
        ? [
          .listener(address: address, isDatagram: false),
          .listener(address: address, isDatagram: true),
        ] : [.listener(address: address, isDatagram: false), .listening]
    case .noSpace, .quotaExceeded:
      return place(call, thread).map { [.fileSystem(path: $0)] } ?? []
    case .tooManyOpen, .tooManyOpenSystemwide, .noMemory, .fileTooLarge, .argumentsTooLong:
      return [.limits(pid: thread.process.id)]
    case .tryAgain:
      if isLock(call) { return lockers(call, thread) }
      if call.name == "timer_create" { return [.limits(pid: thread.process.id)] }
      guard Self.creating.contains(call.name) else { return [] }
      let memberships = ProcessFiles.controlGroups(thread.id)
      return [.limits(pid: thread.process.id)]
        + (memberships.isEmpty
          ? [] : [.controlGroup(pid: thread.process.id, memberships: memberships)])
    case .interrupted, .deadlock: return isLock(call) ? lockers(call, thread) : []
    case .textBusy, .busy: return place(call, thread).map { [.openers(path: $0)] } ?? []
    case .noEntry, .notDirectory, .tooManyLinks, .executableFormat, .badLibrary:
      return program(call, thread)
    default: return []
    }
  }

  private static let creating: Set<String> = ["fork", "vfork", "clone", "clone3"]

  private func isLock(_ call: SystemCall) -> Bool {
    ["flock", "fcntl", "fcntl64"].contains(call.name)
  }

  private func lockers(_ call: SystemCall, _ thread: TracedThread) -> [SystemQuestion] {
    descriptorPath(call, thread).map { [.lockers(path: $0)] } ?? []
  }

  /// A program that is there and cannot be run all the same: its interpreter may be missing, or it
  /// is for another machine. One that is not there is a step of a search along PATH, and stays as
  /// it is.
  private func program(_ call: SystemCall, _ thread: TracedThread) -> [SystemQuestion] {
    guard call.name.hasPrefix("execve"), let (directory, text) = call.paths.first else { return [] }
    let path = absolute(text, directory, thread)
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? [.path(path: path), .program(path: path)] : []
  }

  /// The path that a call is about, or that its descriptor leads to.
  private func place(_ call: SystemCall, _ thread: TracedThread) -> String? {
    guard call.name != "inotify_add_watch" else { return nil }
    if let (directory, path) = call.paths.last { return absolute(path, directory, thread) }
    return descriptorPath(call, thread)
  }

  private func descriptorPath(_ call: SystemCall, _ thread: TracedThread) -> String? {
    guard let descriptor = call.descriptor,
      let path = ProcessFiles.link("/proc/\(thread.id)/fd/\(descriptor)"), path.hasPrefix("/")
    else { return nil }
    return path
  }

  private func access(_ call: SystemCall, _ thread: TracedThread) -> [SystemQuestion] {
    guard let status = ProcessFiles.status(thread.id) else { return [] }
    var credentials = status.credentials
    // Capabilities in another user namespace give no right over files from outside of it
    // (user_namespaces(7)).
    if let theirs = ProcessFiles.link("/proc/\(thread.id)/ns/user"),
      let ours = ProcessFiles.link("/proc/self/ns/user"), theirs != ours
    {
      credentials.capabilities = 0
    }
    if call.name == "access" || call.name == "faccessat" {
      // These ask for the real user (access(2)).
      credentials.user = status.realUser
      credentials.group = status.realGroup
      if status.realUser != 0 { credentials.capabilities = 0 }
    }
    if case .unix(let path)? = call.address {
      return [
        .access(
          path: absolute(path, nil, thread), operation: call.name == "bind" ? .create : .write,
          credentials: credentials)
      ]
    }
    let paths = call.paths
    return paths.indices.compactMap { index in
      let path = absolute(paths[index].path, paths[index].directory, thread)
      guard
        let operation = AccessOperation(call, path: index, of: paths.count, absolute: path)
      else { return nil }
      return .access(path: path, operation: operation, credentials: credentials)
    }
  }

  /// A target's path as this machine knows it: from its root, its directory or its descriptor.
  func absolute(_ path: String, _ directory: Int32?, _ thread: TracedThread) -> String {
    let files = "/proc/\(thread.id)"
    if path.hasPrefix("/") {
      let root = ProcessFiles.link(files + "/root") ?? "/"
      return root == "/" ? path : root + path
    }
    let own = directory.flatMap { $0 == SystemCall.currentDirectory ? nil : $0 }
    let base = ProcessFiles.link(own.map { "\(files)/fd/\($0)" } ?? files + "/cwd") ?? "/"
    if path.isEmpty { return base }
    // `./x` is told of as `x`: by that name it is asked for later.
    var path = path[...]
    while path.hasPrefix("./"), path.utf8.count > 2 { path = path.dropFirst(2) }
    return base == "/" ? "/" + path : base + "/" + path
  }
}

extension SystemQuestion {
  fileprivate var isOfProgram: Bool { if case .program = self { true } else { false } }
}

extension AccessOperation {
  /// What `call` wants with its path number `index` of `count`; nil if no right is at stake.
  fileprivate init?(_ call: SystemCall, path index: Int, of count: Int, absolute path: String) {
    let symbols = Set(call.symbols)
    switch call.name {
    case "open", "openat", "openat2", "creat":
      var status = stat()
      let creates = call.name == "creat" || symbols.contains("O_CREAT")
      if creates, unsafe lstat(path, &status) != 0 {
        self = .create
      } else if symbols.contains("O_RDWR") {
        self = .readWrite
      } else {
        self = call.name == "creat" || symbols.contains("O_WRONLY") ? .write : .read
      }
    case "execve", "execveat": self = .execute
    case "access", "faccessat", "faccessat2":
      let writes = symbols.contains("W_OK")
      if symbols.contains("R_OK") {
        self = writes ? .readWrite : .read
      } else if writes {
        self = .write
      } else {
        self = symbols.contains("X_OK") ? .execute : .search
      }
    case "mkdir", "mkdirat", "mknod", "mknodat", "symlink", "symlinkat": self = .create
    case "link", "linkat": self = index == 0 ? .search : .create
    case "rename", "renameat", "renameat2": self = index == 0 ? .remove : .create
    case "unlink", "unlinkat", "rmdir": self = .remove
    case "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "chown32", "lchown32",
      "utime", "utimes", "utimensat", "futimesat":
      self = .own
    case "truncate", "truncate64", "setxattr", "lsetxattr", "removexattr", "lremovexattr":
      self = .write
    case "inotify_add_watch": self = .read
    case "mount", "umount", "umount2", "pivot_root", "chroot", "swapon", "swapoff", "acct",
      "open_tree", "move_mount", "mount_setattr":
      return nil
    default: self = .search
    }
  }
}
