internal import TraceEvents

// From records to events.
extension KdumpReader {
  /// Calls that take a directory's descriptor before a path.
  private static let fromDirectory: Set<String> = [
    "openat", "fstatat", "faccessat", "readlinkat", "mkdirat", "unlinkat", "fchmodat", "fchownat",
    "mknodat", "mkfifoat", "renameat", "linkat", "funlinkat", "utimensat",
  ]
  /// Calls that take a path.
  private static let onPath: Set<String> = [
    "open", "stat", "lstat", "stat64", "lstat64", "access", "eaccess", "readlink", "chdir", "mkdir",
    "rmdir", "unlink", "rename", "link", "symlink", "chmod", "lchmod", "chown", "lchown", "mknod",
    "mkfifo", "truncate", "statfs", "chroot", "utimes", "pathconf", "lpathconf", "getattrlist",
    "creat", "mount", "nmount", "unmount", "chflags", "shm_open", "revoke", "undelete",
  ]
  /// Calls on a descriptor whose failures tell something.
  private static let onDescriptor: Set<String> = [
    "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "fchdir", "flock",
    "fchmod", "fchown", "ftruncate", "fsync", "dup", "dup2",
  ]
  /// Calls that neither have, whose failures tell something.
  private static let others: Set<String> = [
    "socket", "fork", "vfork", "rfork", "pdfork", "posix_spawn", "kill", "setuid", "setgid",
    "seteuid", "setegid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups",
    "setrlimit", "mlock", "mlockall", "shmget", "semget", "msgget", "setlogin",
  ]

  private static let hardErrors: Set<ErrorNumber> = [
    .inputOutput, .noSpace, .quotaExceeded, .fileTooLarge, .readOnly, .isDirectory, .brokenPipe,
    .connectionReset, .timedOut,
  ]

  /// `open 3`, `open -1 errno 2 No such file or directory`, `read RESTART`.
  func readResult(_ text: String, _ process: LogProcess, _ line: KdumpLine) {
    let words = text.split(separator: " ")
    guard let first = words.first, words.count > 1 else { return }
    // A child begins with the end of the call that made it.
    guard let call = pending.removeValue(forKey: Thread(line)), call.name == KdumpCall.name(first)
    else { return }
    let outcome: SystemCall.Outcome
    if words[1] == "-1", words.count > 3, words[2] == "errno", let number = Int32(words[3]) {
      outcome = .failed(
        error: KdumpError.error(number, words: words.dropFirst(4).joined(separator: " ")))
    } else if words[1] == "JUSTRETURN" {
      outcome = .returned(value: 0)
    } else {
      // 17/0x11, the same number twice; 0<"root">, a user; the first of two, with a comma.
      let digits = words[1].prefix { $0 != "/" && $0 != "<" && $0 != "," }
      let value =
        digits.hasPrefix("0x")
        ? UInt64(digits.dropFirst(2), radix: 16).map { Int64(bitPattern: $0) } : Int64(digits)
      guard let value else { return }
      outcome = .returned(value: value)
    }
    take(call, outcome, process, line)
  }

  private func take(
    _ call: KdumpCall, _ outcome: SystemCall.Outcome, _ process: LogProcess, _ line: KdumpLine
  ) {
    var value: Int64?
    if case .returned(let number) = outcome { value = number }
    if call.name == "execve" || call.name == "fexecve" {
      if value != nil { return execute(call, process, line) }
    } else if call.creates, let value {
      return ProcessID(exactly: value).map { created($0, by: process) } ?? ()
    } else if call.name == "geteuid", let value, !process.hasUser {
      process.hasUser = true
      return emit("geteuid", [], .returned(value: value), process, line)
    } else if call.name == "close" {
      guard let value, value == 0, let descriptor = descriptor(call, 0) else { return }
      if let release = process.close(descriptor) {
        events.add(.descriptorReleased(release: release), process.id, line.thread)
      }
      return emit("close", [.descriptor(number: descriptor)], outcome, process, line)
    }
    guard let arguments = arguments(of: call, failed: value == nil, outcome) else { return }
    if let value { noteEffect(call, value, process) }
    emit(call.name, arguments, outcome, process, line)
  }

  private func emit(
    _ name: String, _ arguments: [SystemCall.Argument], _ outcome: SystemCall.Outcome,
    _ process: LogProcess, _ line: KdumpLine
  ) {
    let call = SystemCall(name: name, arguments: arguments, outcome: outcome)
    events.add(.systemCall(call: call), process.id, line.thread)
    if outcome == .failed(error: .brokenPipe) { broken = call }
  }

  private func descriptor(_ call: KdumpCall, _ index: Int) -> Int32? {
    call.number(index).map { Int32(truncatingIfNeeded: $0) }
  }

  /// The arguments of a call as an event has them; nil for one that tells nothing.
  private func arguments(
    of call: KdumpCall, failed: Bool, _ outcome: SystemCall.Outcome
  ) -> [SystemCall.Argument]? {
    let name = call.name
    if Self.fromDirectory.contains(name) || Self.onPath.contains(name) || name == "execve" {
      var list: [SystemCall.Argument] = []
      let isAt = Self.fromDirectory.contains(name)
      if isAt, let directory = descriptor(call, 0) {
        list.append(.directory(descriptor: directory))
      }
      // Two paths of two arguments; the kernel looks more up on its way through links and loaders.
      let isPair = ["rename", "renameat", "link", "linkat"].contains(name)
      guard !call.names.isEmpty else { return nil }
      list += call.names.prefix(isPair ? 2 : 1).map { .path(text: $0) }
      if name == "open" || name == "openat" {
        list.append(.symbol(name: call.openFlags(isAt ? 2 : 1)))
      } else if name == "access" || name == "faccessat" || name == "eaccess" {
        list.append(.symbol(name: call.symbols(isAt ? 2 : 1)))
      }
      return list
    }
    if name == "socket" {
      return [
        .symbol(name: StraceAddress.family(call.symbols(0))), .symbol(name: call.symbols(1)),
      ]
    }
    if Self.onDescriptor.contains(name) {
      var list: [SystemCall.Argument] = descriptor(call, 0).map { [.descriptor(number: $0)] } ?? []
      if name == "dup2", let second = descriptor(call, 1) {
        list.append(.descriptor(number: second))
      }
      if let address = call.address ?? call.names.first.map({ .unix(path: $0) }) {
        list.append(.address(address: address))
      }
      return list
    }
    guard failed, case .failed(let error) = outcome else { return nil }
    if Self.others.contains(name) { return [] }
    let transfers = ["read", "write", "writev", "readv", "pwrite", "pread", "send", "recv"]
    guard transfers.contains(name) || name.hasPrefix("recv"), Self.hardErrors.contains(error),
      let descriptor = descriptor(call, 0)
    else { return nil }
    return [.descriptor(number: descriptor)]
  }

  private func execute(_ call: KdumpCall, _ process: LogProcess, _ line: KdumpLine) {
    guard let path = call.names.first else { return }
    for release in process.execute() {
      events.add(.descriptorReleased(release: release), process.id, line.thread)
    }
    let words = call.arguments.isEmpty ? [path] : call.arguments
    if process === root, command.isEmpty { command = words }
    events.add(
      .programExecuted(
        execution: ProgramExecution(
          path: path, executable: process.resolved(path), arguments: words, environment: [],
          credentials: nil, workingDirectory: process.workingDirectory)), process.id, line.thread)
  }

  private func noteEffect(_ call: KdumpCall, _ value: Int64, _ process: LogProcess) {
    let made = Int32(truncatingIfNeeded: value)
    switch call.name {
    case "open", "openat":
      guard let name = call.names.first else { return }
      let isAt = call.name == "openat"
      let directory = isAt ? descriptor(call, 0) : nil
      process.open(
        made,
        LogProcess.Descriptor(
          path: process.resolved(name, from: directory ?? SystemCall.currentDirectory),
          closesOnExec: call.openFlags(isAt ? 2 : 1).contains("O_CLOEXEC")))
    case "chdir":
      if let name = call.names.first { process.workingDirectory = process.resolved(name) }
    case "dup", "dup2":
      if let old = descriptor(call, 0), let known = process.descriptors[old] {
        process.open(made, known)
      }
    default: break
    }
  }

  /// `ioctl, "tty", errno 1 Operation not permitted`: a call that the process had promised not to make
  /// (`pledge(2)` of OpenBSD), and is ended for.
  func readPromise(_ text: String, _ process: LogProcess, _ line: KdumpLine) {
    let words = text.split(separator: ",", maxSplits: 2)
    guard words.count == 3, let name = words.first else { return }
    let call = pending[Thread(line)]
    var arguments = call.flatMap { self.arguments(of: $0, failed: true, .unfinished) } ?? []
    if arguments.isEmpty, let descriptor = call.flatMap({ descriptor($0, 0) }) {
      arguments = [.descriptor(number: descriptor)]
    }
    emit(
      KdumpCall.name(name), arguments, .failed(error: .notPermitted), process, line)
    let promise = words[1].filter { $0 != "\"" && $0 != " " }
    guard !promise.isEmpty else { return }
    note(
      "pledge(2) did not let it call \(KdumpCall.name(name)): "
        + "the promise \"\(promise)\" had not been made.")
  }

  // MARK: Signals

  private static let uninteresting: Set<Int32> = [17, 18, 23, 28, 29]
  /// SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
  private static let stops: Set<Int32> = [19, 20, 21, 22]

  /// `SIGSEGV SIG_DFL code=SEGV_MAPERR`, `SIGINT caught handler=0x… mask=0x0 code=SI_USER`,
  /// `SIGBUS SIG_DFL: code=BUS_ADRERR, addr=0x0, trap=6`.
  func readSignal(_ text: String, _ process: LogProcess, _ line: KdumpLine) {
    let words = text.split { $0 == " " || $0 == "," }
    guard let first = words.first,
      let signal = SignalNumber(name: first == "SIGIOT" ? "SIGABRT" : String(first)),
      !Self.uninteresting.contains(signal.rawValue)
    else { return }
    // `code=SEGV_MAPERR`, in older versions of OpenBSD `code SEGV_MAPERR<1>`.
    func value(_ key: String) -> Substring? {
      if let index = words.firstIndex(of: key[...]) { return words.dropFirst(index + 1).first }
      return words.first { $0.hasPrefix(key + "=") }?.dropFirst(key.utf8.count + 1)
    }
    let isStandard = words.dropFirst().first?.hasPrefix("SIG_DFL") ?? false
    var delivery = SignalDelivery(
      signal: signal,
      code: value("code").map { SignalCode.number(String($0.prefix { $0 != "<" })) } ?? 0,
      disposition: isStandard ? .standard : text.contains("SIG_IGN") ? .ignored : .handled)
    if let address = value("addr"), address.hasPrefix("0x") {
      delivery.faultAddress = UInt64(address.dropFirst(2), radix: 16)
    }
    if signal == .brokenPipe { delivery.duringCall = broken }
    events.add(.signal(signal: delivery), process.id, line.thread)
    if isStandard, !Self.stops.contains(signal.rawValue) {
      end(process, .killed(signal: signal, coreDumped: false))
    }
  }
}
