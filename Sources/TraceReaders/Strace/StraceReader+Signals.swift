internal import TraceEvents

// Signals, and the end of the log.
extension StraceReader {
  /// Ignored by default and of no interest where handled, as for the tracer; and what glibc keeps for
  /// itself.
  private static let uninteresting: Set<Int32> = [17, 18, 23, 28, 32, 33]
  /// SIGHUP, SIGINT, SIGQUIT, SIGTERM.
  private static let asksToEnd: Set<Int32> = [1, 2, 3, 15]
  private static let mostFrames = 64

  /// `--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---`, in older versions
  /// `--- SIGSEGV (Segmentation fault) @ 0 (0) ---`.
  func readSignal(_ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread) {
    let name = String(
      decoding: bytes[range].prefix { $0 != 0x20 && $0 != 0x7D }.prefix(16), as: UTF8.self)
    // A stop by job control is told of beside its signal.
    if name == "stopped" { return }
    guard let signal = SignalNumber(name: Self.otherNames[name] ?? name) else {
      return noteStrangeLine()
    }
    var scanner = StraceScanner(
      bytes, from: min(range.lowerBound + name.utf8.count + 1, range.upperBound),
      to: range.upperBound)
    let members = scanner.members() ?? []
    func number(_ key: StaticString) -> Int64? {
      StraceText.value(of: key, in: bytes, members).flatMap { StraceText.wholeNumber(bytes, $0) }
    }
    let code = StraceText.value(of: "si_code", in: bytes, members)
      .map { StraceText.plain(bytes, $0) }
    if signal.rawValue == 17 { noteChild(number("si_pid"), code, bytes, members) }
    guard !Self.uninteresting.contains(signal.rawValue) else { return }
    var delivery = SignalDelivery(
      signal: signal, code: code.map { SignalCode.number($0) } ?? 0,
      disposition: thread.process.dispositions[signal.rawValue] ?? .standard)
    if let sender = number("si_pid"), delivery.code <= 0 {
      delivery.sender = ProcessID(truncatingIfNeeded: sender)
      delivery.senderUser = number("si_uid").map { UInt32(truncatingIfNeeded: $0) }
    }
    if delivery.code > 0 || members.isEmpty, [4, 5, 7, 8, 11].contains(signal.rawValue) {
      delivery.faultAddress =
        number("si_addr").map { UInt64(bitPattern: $0) } ?? oldAddress(bytes, range)
      // The old form has no code: an address that is not 0 was a fault.
      if members.isEmpty { delivery.code = 1 }
    }
    if signal == .brokenPipe { delivery.duringCall = thread.broken }
    if delivery.disposition == .standard, Self.asksToEnd.contains(signal.rawValue),
      let call = thread.interrupted
    {
      events.add(.systemCall(call: call), thread.process.id, thread.id)
    }
    thread.interrupted = nil
    heldSignal = (delivery, thread)
  }

  /// Older names.
  private static let otherNames = ["SIGCLD": "SIGCHLD", "SIGPOLL": "SIGIO", "SIGIOT": "SIGABRT"]

  /// The second number of `@ 80482f0 (1234)`.
  private func oldAddress(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64? {
    guard let sign = bytes[range].firstIndex(of: UInt8(ascii: "@")),
      let open = bytes[sign..<range.upperBound].firstIndex(of: UInt8(ascii: "("))
    else { return nil }
    let digits = bytes[(open + 1)..<range.upperBound].prefix { $0 != UInt8(ascii: ")") }
    return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// A parent hears of a child that it made; of one that has no lines this is all that is known.
  private func noteChild(
    _ child: Int64?, _ code: String?, _ bytes: [UInt8], _ members: [Range<Int>]
  ) {
    guard let child = child.flatMap({ ProcessID(exactly: $0) }),
      unfollowed[child] != nil || threads[child]?.process.id == child,
      let range = StraceText.value(of: "si_status", in: bytes, members)
    else { return }
    let status = StraceText.plain(bytes, range)
    if code == "CLD_EXITED", let number = Int32(status) {
      finish(child, .exited(status: number & 0xFF))
    } else if code == "CLD_KILLED" || code == "CLD_DUMPED", let signal = SignalNumber(name: status)
    {
      finish(child, .killed(signal: signal, coreDumped: code == "CLD_DUMPED"))
    }
  }

  /// ` > /usr/lib/libc.so.6(abort+0xd3) [0x22a1b]`, of a signal; that of a call is not needed.
  func noteFrame(_ bytes: [UInt8], _ range: Range<Int>) {
    guard heldSignal != nil, heldSignal?.delivery.stack.count ?? 0 < Self.mostFrames else { return }
    let text = StraceText.plain(bytes, range).drop { $0 == ">" || $0 == " " }
    guard let open = text.lastIndex(of: "["), text.hasSuffix("]"),
      let address = UInt64(text[text.index(after: open)...].dropFirst(2).dropLast(), radix: 16)
    else { return }
    let place = text[..<open].drop { $0 == " " }
    guard let parenthesis = place.lastIndex(of: "(") else { return }
    let function = place[place.index(after: parenthesis)...].prefix { $0 != "+" && $0 != ")" }
    heldSignal?.delivery.stack.append(
      StackFrame(
        address: address, module: String(place[..<parenthesis]), offset: address,
        function: function.isEmpty ? nil : String(function)))
  }

  /// Tells of a signal once all of its frames were read.
  func flushSignal() {
    guard let (delivery, thread) = heldSignal else { return }
    heldSignal = nil
    if delivery.disposition == .standard { thread.lastSignal = delivery.signal }
    events.add(.signal(signal: delivery), thread.process.id, thread.id)
  }

  /// `rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN, …}, …)`
  func noteDisposition(
    _ arguments: StraceArguments, _ result: StraceResult, _ process: LogProcess
  ) {
    guard case .returned(let value) = result.outcome, value >= 0, arguments.ranges.count > 1,
      let signal = SignalNumber(name: arguments.plain(0))
    else { return }
    var scanner = StraceScanner(
      arguments.bytes, from: arguments.ranges[1].lowerBound, to: arguments.ranges[1].upperBound)
    let handler: String
    if let members = scanner.members(), let first = members.first {
      let range = StraceText.value(of: "sa_handler", in: arguments.bytes, members) ?? first
      handler = StraceText.plain(arguments.bytes, range)
    } else {
      handler = arguments.plain(1)
    }
    switch handler {
    case "NULL": break
    case "SIG_DFL": process.dispositions[signal.rawValue] = nil
    case "SIG_IGN": process.dispositions[signal.rawValue] = .ignored
    default: process.dispositions[signal.rawValue] = .handled
    }
  }

  // MARK: The end of the log

  /// Tells what is known at the end: who had said how it would end, and who still waits.
  func finish() {
    flushSignal()
    let living = threads.values.sorted { $0.id < $1.id }
    for thread in living {
      // Older versions say no more of an end than the call that brings it.
      if let status = thread.process.exitStatus {
        finish(thread.process, .exited(status: status))
      } else if let pending = thread.pending, pending.call?.use == .exit,
        let (status, _) = StraceText.number(pending.text, 0..<pending.text.count)
      {
        finish(thread.process, .exited(status: Int32(truncatingIfNeeded: status & 0xFF)))
      }
    }
    if let root, !root.hasEnded { tellOpenEnd(root, living) }
    if strangeLines > 0 {
      note(
        .incomplete,
        "\(strangeLines) \(strangeLines == 1 ? "line" : "lines") of the log could not be read as "
          + "strace's, or \(strangeLines == 1 ? "was" : "were") damaged; the first is line "
          + "\(firstStrangeLine).")
    }
    if hasUnfollowedFailure {
      note(
        .incomplete,
        "A child failed of which the log does not tell more: strace follows children with -f.")
    }
    if command.isEmpty {
      note(
        .incomplete,
        "The log does not begin with the start of the program, so its name is not known.")
    }
  }

  /// Calls that can take any time.
  private static let waits: Set<String> = [
    "wait4", "waitpid", "waitid", "read", "readv", "recvfrom", "recvmsg", "recvmmsg", "accept",
    "accept4", "connect", "poll", "ppoll", "select", "_newselect", "pselect6", "epoll_wait",
    "epoll_pwait", "epoll_pwait2", "futex", "nanosleep", "clock_nanosleep", "pause",
    "rt_sigsuspend", "rt_sigtimedwait", "flock", "fcntl", "fcntl64", "msgrcv", "semop",
    "semtimedop", "restart_syscall", "open", "openat", "io_getevents", "mq_timedreceive",
  ]

  /// The first process had not ended: it waited, if all that lived were in calls which can take any time.
  /// Else the log is only a part.
  private func tellOpenEnd(_ root: LogProcess, _ living: [StraceThread]) {
    let alive = living.filter { !$0.process.hasEnded }
    let waits = alive.allSatisfy { thread in
      thread.pending.map { Self.waits.contains($0.name) && !$0.isCutShort } ?? false
    }
    guard waits, alive.contains(where: { $0.process === root }) else { return }
    note(.endOfLog, "")
    for thread in alive {
      guard let pending = thread.pending else { continue }
      events.add(
        .systemCall(call: Self.waiting(pending)), thread.process.id, thread.id)
    }
  }

  private func note(_ kind: CaptureNote.Kind, _ text: String) {
    let id = root?.id ?? 0
    events.add(.note(note: CaptureNote(kind: kind, text: text)), id, id)
  }
}

/// The reasons of a signal (`sigaction(2)`) by their names.
enum SignalCode {
  /// The number of `name`, which may be one in digits; 0 where it is not known.
  static func number(_ name: String) -> Int32 {
    Int32(name) ?? numbers[name] ?? 0
  }

  /// The name of the reason `code` of `signal`, or its number in digits.
  static func name(_ code: Int32, of signal: SignalNumber) -> String {
    let prefix = code <= 0 || code == 0x80 ? "SI_" : prefixes[signal.rawValue]
    guard let prefix else { return String(code) }
    return numbers.first { $0.value == code && $0.key.hasPrefix(prefix) }?.key ?? String(code)
  }

  private static let prefixes: [Int32: String] = [
    4: "ILL_", 5: "TRAP_", 7: "BUS_", 8: "FPE_", 11: "SEGV_", 31: "SYS_",
  ]

  private static let numbers: [String: Int32] = [
    "SI_USER": 0, "SI_KERNEL": 0x80, "SI_QUEUE": -1, "SI_TIMER": -2, "SI_MESGQ": -3,
    "SI_ASYNCIO": -4, "SI_SIGIO": -5, "SI_TKILL": -6, "SEGV_MAPERR": 1, "SEGV_ACCERR": 2,
    "SEGV_BNDERR": 3, "SEGV_PKUERR": 4, "BUS_ADRALN": 1, "BUS_ADRERR": 2, "BUS_OBJERR": 3,
    "FPE_INTDIV": 1, "FPE_INTOVF": 2, "FPE_FLTDIV": 3, "FPE_FLTOVF": 4, "FPE_FLTUND": 5,
    "FPE_FLTRES": 6, "FPE_FLTINV": 7, "FPE_FLTSUB": 8, "ILL_ILLOPC": 1, "ILL_ILLOPN": 2,
    "ILL_ILLADR": 3, "ILL_ILLTRP": 4, "ILL_PRVOPC": 5, "ILL_PRVREG": 6, "ILL_COPROC": 7,
    "ILL_BADSTK": 8, "TRAP_BRKPT": 1, "TRAP_TRACE": 2, "SYS_SECCOMP": 1,
  ]
}
