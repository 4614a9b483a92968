internal import TraceCapture
internal import TraceEvents

// From calls to events: those that our own tracer would have told of.
extension StraceReader {
  /// Takes a call that has ended.
  func take(
    _ call: StraceCalls.Call, _ arguments: StraceArguments, _ result: StraceResult,
    _ thread: StraceThread
  ) {
    if case .interrupted = result.outcome {
      thread.interrupted = interrupted(call, arguments)
      return
    }
    let process = thread.process
    switch call.use {
    case .nothing: break
    case .event: if let row = call.row { takeEvent(row, arguments, result, thread) }
    case .writing: takeWriting(call, arguments, result, thread)
    case .reading: takeReading(call, arguments, result, thread)
    case .exit:
      if call.name == "exit_group" || thread.id == process.id, let status = arguments.number(0) {
        exit(thread, Int32(truncatingIfNeeded: status & 0xFF))
      }
    case .user:
      guard !process.hasUser, case .returned(let value) = result.outcome else { return }
      process.hasUser = true
      let event = SystemCall(name: "geteuid", arguments: [], outcome: .returned(value: value))
      events.add(.systemCall(call: event), process.id, thread.id)
    case .disposition: noteDisposition(arguments, result, process)
    case .workingDirectory:
      if process.workingDirectory.isEmpty, case .returned = result.outcome,
        let path = arguments.text(0)
      {
        process.workingDirectory = path
      }
    }
  }

  private func interrupted(
    _ call: StraceCalls.Call, _ arguments: StraceArguments
  ) -> SystemCall {
    var list: [SystemCall.Argument] = []
    if let row = call.row, call.use == .event {
      list = arguments.decoded(by: row, succeeded: false)
    } else if let descriptor = arguments.descriptor {
      list = [.descriptor(number: descriptor)]
    }
    return SystemCall(name: call.name, arguments: list, outcome: .unfinished)
  }

  private func takeEvent(
    _ row: SystemCallRow, _ arguments: StraceArguments, _ result: StraceResult,
    _ thread: StraceThread
  ) {
    let value: Int64
    var error: ErrorNumber?
    switch result.outcome {
    case .returned(let number): value = number
    case .failed(let number): (value, error) = (-1, number)
    // The call never returned: exec that succeeded in another thread, the end of the process.
    case .interrupted, .unknown: return
    }
    let failed = error != nil
    switch row.emission {
    case .execution:
      if !failed { return execute(arguments, thread) }
    case .creation:
      if !failed {
        let made = result.translated ?? value
        // The argument list is all that tells whether it is a thread.
        let text = arguments.ranges.flatMap { arguments.bytes[$0] + [0x20] }
        return ProcessID(exactly: made).map { created($0, by: thread, text) } ?? ()
      }
    case .failures, .readAffinity, .setAffinity: if !failed { return }
    case .link: if error == .invalidArgument { return }
    case .leaving: return
    case .close:
      if failed, error == .badDescriptor { return }
      if !failed, let number = arguments.descriptor { release(number, thread) }
    case .closeRange:
      if !failed, let first = arguments.number(0), let last = arguments.number(1),
        !arguments.flags(2, have: "CLOSE_RANGE_CLOEXEC")
      {
        for number in thread.process.descriptors.keys.sorted()
        where Int64(number) >= first && Int64(number) <= last & 0xFFFF_FFFF {
          release(number, thread)
        }
      }
    case .listing:
      guard !failed, let number = arguments.descriptor else { break }
      if thread.process.descriptors[number]?.isListed == true { return }
      var known = thread.process.descriptors[number] ?? LogProcess.Descriptor()
      known.isListed = true
      thread.process.open(number, known)
    case .programBreak:
      guard !failed, let wanted = arguments.number(0),
        UInt64(bitPattern: value) < UInt64(bitPattern: wanted)
      else { return }
      error = .noMemory
    case .socketError:
      guard arguments.plain(2) == "SO_ERROR", !failed else { return }
      error = socketError(arguments)
    case .filter:
      guard
        row.name == "seccomp"
          || [
            "PR_SET_PDEATHSIG", "PR_SET_DUMPABLE", "PR_SET_SECCOMP", "PR_CAPBSET_DROP",
            "PR_SET_NO_NEW_PRIVS",
          ].contains(arguments.plain(0))
      else { return }
    case .wait:
      if !failed { noteWait(row, arguments, value) }
      if (0..<arguments.ranges.count).contains(where: { arguments.flags($0, have: "WNOHANG") }) {
        return
      }
    case .mapping:
      if !failed {
        guard !arguments.flags(3, begin: "MAP_ANON"), !arguments.flags(3, begin: "MAP_DENYWRITE")
        else { return }
      }
    case .always, .tracing: if !matters(row, arguments, failed: failed) { return }
    case .words, .messages, .socketCall: return
    }
    if !failed { noteEffect(row, arguments, result, value, thread) }
    emit(row, arguments, value: value, error: error, thread)
  }

  /// Adds a call as an event.
  private func emit(
    _ row: SystemCallRow, _ arguments: StraceArguments, value: Int64, error: ErrorNumber?,
    _ thread: StraceThread
  ) {
    let call = SystemCall(
      name: row.name, arguments: arguments.decoded(by: row, succeeded: error == nil),
      outcome: error.map { .failed(error: $0) } ?? .returned(value: value))
    events.add(.systemCall(call: call), thread.process.id, thread.id)
    if error == .brokenPipe { thread.broken = call }
  }

  /// Which of the calls that are always told of the tracer's filter would have picked.
  private func matters(
    _ row: SystemCallRow, _ arguments: StraceArguments, failed: Bool
  ) -> Bool {
    switch row.name {
    case "newfstatat", "fstatat64": !arguments.flags(3, have: "AT_EMPTY_PATH")
    case "statx": !arguments.flags(2, have: "AT_EMPTY_PATH")
    case "prlimit64": arguments.plain(2) != "NULL"
    case "fcntl", "fcntl64":
      arguments.flags(1, begin: "F_DUPFD") || arguments.flags(1, begin: "LK")
    default: true
    }
  }

  /// The error that `getsockopt(2)` read: `[ECONNREFUSED]`, in older versions `[111]`.
  private func socketError(_ arguments: StraceArguments) -> ErrorNumber? {
    let text = arguments.plain(3).filter { $0 != "[" && $0 != "]" }
    if let number = Int32(text) { return number == 0 ? nil : ErrorNumber(rawValue: number) }
    return ErrorNumber(name: text)
  }

  /// A process becomes a program.
  private func execute(_ arguments: StraceArguments, _ thread: StraceThread) {
    let isAt = arguments.ranges.count > 3 && arguments.text(0) == nil
    let first = isAt ? 1 : 0
    guard let path = arguments.text(first) else { return }
    let process = thread.process
    for release in process.execute() {
      events.add(.descriptorReleased(release: release), process.id, thread.id)
    }
    let list = { (index: Int) in
      index < arguments.ranges.count ? arguments.strings(arguments.ranges[index]) : nil
    }
    let words = list(first + 1) ?? [path]
    if process === root, command.isEmpty { command = words }
    var directory = SystemCall.currentDirectory
    if isAt, let number = arguments.descriptor { directory = number }
    events.add(
      .programExecuted(
        execution: ProgramExecution(
          path: path, executable: process.resolved(path, from: directory), arguments: words,
          environment: list(first + 2) ?? [], credentials: nil,
          workingDirectory: process.workingDirectory)), process.id, thread.id)
  }

  /// Takes note of what a successful call did, as far as later lines need it.
  private func noteEffect(
    _ row: SystemCallRow, _ arguments: StraceArguments, _ result: StraceResult, _ value: Int64,
    _ thread: StraceThread
  ) {
    let process = thread.process
    let made = Int32(truncatingIfNeeded: value)
    let own = arguments.descriptor ?? -1
    switch row.name {
    case "open", "creat": noteOpening(arguments, at: 0, made, result, process)
    case "openat", "openat2": noteOpening(arguments, at: 1, made, result, process)
    case "dup", "dup2", "dup3": copy(own, as: made, arguments.flags(2, have: "O_CLOEXEC"), process)
    case "fcntl", "fcntl64":
      if arguments.flags(1, begin: "F_DUPFD") {
        copy(own, as: made, arguments.flags(1, have: "F_DUPFD_CLOEXEC"), process)
      }
    case "connect":
      if arguments.ranges.count > 1,
        case .unix(let path)? = StraceAddress.address(arguments.bytes, arguments.ranges[1]),
        SystemLog.isItsSocket(path)
      {
        var descriptor = process.descriptors[own] ?? LogProcess.Descriptor()
        descriptor.isSystemLog = true
        process.open(own, descriptor)
      }
    case "chdir":
      if let path = arguments.text(0) { process.workingDirectory = process.resolved(path) }
    case "fchdir": process.workingDirectory = process.descriptors[own]?.path ?? ""
    default: break
    }
  }

  private func noteOpening(
    _ arguments: StraceArguments, at index: Int, _ made: Int32, _ result: StraceResult,
    _ process: LogProcess
  ) {
    guard let text = arguments.text(index) else { return }
    var directory = SystemCall.currentDirectory
    if index > 0, let number = arguments.descriptor { directory = number }
    let path = result.path(in: arguments.bytes) ?? process.resolved(text, from: directory)
    let writes =
      arguments.flags(index + 1, begin: "O_WRONLY") || arguments.flags(index + 1, begin: "O_RDWR")
    let bits: UInt64 =
      (writes ? 1 : 0) | (arguments.flags(index + 1, begin: "O_APPEND") ? 0o2000 : 0)
    process.open(
      made,
      LogProcess.Descriptor(
        path: path, closesOnExec: arguments.flags(index + 1, begin: "O_CLOEXEC"),
        isLog: LogFiles.isLog(path, flags: bits)))
  }

  private func copy(_ old: Int32, as new: Int32, _ closesOnExec: Bool, _ process: LogProcess) {
    guard old != new else { return }
    guard var descriptor = process.descriptors[old] else {
      process.descriptors[new] = nil
      return
    }
    // What is read through the copy is counted there.
    descriptor.bytesRead = 0
    descriptor.closesOnExec = closesOnExec
    process.open(new, descriptor)
  }

  /// A descriptor was closed.
  func closed(_ number: Int32, _ thread: StraceThread) {
    release(number, thread)
    let call = SystemCall(
      name: "close", arguments: [.descriptor(number: number)], outcome: .returned(value: 0))
    events.add(.systemCall(call: call), thread.process.id, thread.id)
  }

  private func release(_ number: Int32, _ thread: StraceThread) {
    guard let release = thread.process.close(number) else { return }
    events.add(.descriptorReleased(release: release), thread.process.id, thread.id)
  }

  /// A parent learns of a child's end, which nothing told before.
  private func noteWait(_ row: SystemCallRow, _ arguments: StraceArguments, _ value: Int64) {
    guard row.name != "waitid", let child = ProcessID(exactly: value),
      unfollowed[child] != nil || threads[child]?.process.id == child,
      case .integer(let status)? = arguments.decoded(by: row, succeeded: true).first(where: {
        if case .integer(let number) = $0 { number != -1 && number != value } else { false }
      }) ?? .integer(value: 0)
    else { return }
    let signal = Int32(truncatingIfNeeded: status & 0x7F)
    finish(
      child,
      signal == 0
        ? .exited(status: Int32(truncatingIfNeeded: status >> 8 & 0xFF))
        : .killed(signal: SignalNumber(rawValue: signal), coreDumped: status & 0x80 != 0))
  }
}
