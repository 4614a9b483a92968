private import CTraceShim
import Glibc
import TraceEvents

extension TraceSession {
  /// Ignored by default and of no interest where handled: SIGCHLD, SIGCONT, SIGURG (Go sends it to
  /// itself a hundred times a second), SIGWINCH; and what glibc keeps for itself.
  private static var uninteresting: Set<Int32> { [17, 18, 23, 28, 32, 33] }

  private static var asksToEnd: Set<Int32> { [SIGHUP, SIGINT, SIGQUIT, SIGTERM] }

  private static var faults: Set<Int32> { [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV] }

  /// A signal is about to be delivered.
  func serve(_ stop: consuming SignalStop, _ thread: TracedThread) {
    if stop.signal == SIGCHLD { thread.process.hearsOfChildren = true }
    var registers = wf_registers()
    var held: [ThreadHalt.Stop] = []
    if !isLaunching, !Self.uninteresting.contains(stop.signal),
      var delivery = delivery(of: stop.signal, thread, &registers)
    {
      if thread.id == first { limit.delivered(stop.signal, byKernel: delivery.sender == nil) }
      // Somebody got tired of waiting: what for is still in the registers.
      if delivery.disposition == .standard, Self.asksToEnd.contains(stop.signal),
        isInterrupted(thread)
      {
        emitWait(thread)
      }
      if stop.signal == SIGPIPE { tellAllClosedPipes() }
      let isTimeUp = limit.phase != .running
      if let walk = crashes.stack(at: delivery, thread, isTimeUp: isTimeUp) {
        tellFault(before: delivery, walk, registers.general, thread)
        delivery.stack = walk.frames
        if delivery.faultAddress != nil { delivery.place = walk.place }
        if Self.faults.contains(stop.signal), delivery.code > 0 {
          delivery.machine = machineState(registers.general, at: registers.rip, thread)
        }
      }
      if tellsThreads, crashes.isCrash(delivery) { held = tellThreads(at: delivery, thread) }
      keepFault(delivery, registers.general, thread)
      facts.explain(delivery, thread, events)
      events.emit(.signal(signal: delivery), thread)
      if delivery.code > 0, Self.faults.contains(stop.signal), delivery.disposition == .standard,
        ProcessFiles.status(thread.process.id)?.isInit == true
      {
        return letDie(stop, thread, held)
      }
      // Who does not die of it sees the call fail, as of any other.
      if stop.signal == SIGXFSZ, delivery.disposition != .standard, let call = delivery.duringCall {
        events.emit(.systemCall(call: call), thread)
        facts.explain(call, thread, events)
      }
    }
    stop.deliver(stoppingAtCalls: thread.followsCalls)
    // Most are killed by that, and know nothing of it.
    for stop in held { serve(stop.thread, stop.status) }
  }

  /// Lets the first process of a PID namespace die of its own fault. Of such a process the kernel drops the signal as
  /// long as it is traced (`force_sig_info_to_task()`, Linux 5.3), so that the fault would come again for ever; once it is
  /// let go it dies at the next.
  private func letDie(
    _ stop: consuming SignalStop, _ thread: TracedThread,
    _ held: [ThreadHalt.Stop]
  ) {
    let signal = stop.signal
    stop.letGo()
    for stop in held { serve(stop.thread, stop.status) }
    if let leader = threads[thread.process.id] {
      ended(leader, .killed(signal: signal, coreDumped: false))
    }
  }

  /// The whole process was stopped by job control, and stays so; and so do we, for whoever waits
  /// for us sees to the target through us alone.
  func serve(_ stop: consuming GroupStop, _ thread: TracedThread) {
    let signal = stop.signal
    thread.isInGroupStop = true
    // A stop that is asked for now comes only once it is continued.
    thread.samplesLeft = 0
    stop.listen()
    guard thread.id == first, limit.sharesSignals, !isAttached else { return }
    // Who is to end the target in time must not stop with it, unless the terminal stops the job.
    if limit.seconds == nil || limit.isFromTerminal(signal) { stopsSelf = signal }
  }

  /// Stops this process as the target was, until it is continued; then the target goes on too. It
  /// cannot run before we have seen that, so where the whole job was continued the two SIGCONT are
  /// one to it.
  func stopWithTarget() {
    guard let signal = stopsSelf else { return }
    stopsSelf = nil
    front?.stop(by: signal)
    wf_stop_self(signal)
    kill(first, SIGCONT)
  }

  /// True if the signal found the thread waiting in a call: that one ends with ERESTARTSYS and its
  /// kin, or EINTR.
  private func isInterrupted(_ thread: TracedThread) -> Bool {
    var registers = wf_registers()
    guard unsafe wf_registers(thread.id, &registers) == 0 else { return false }
    let result = Int32(truncatingIfNeeded: registers.rax)
    return (-516 ... -512).contains(result) || result == -EINTR
  }

  private func delivery(
    of signal: Int32, _ thread: TracedThread, _ registers: inout wf_registers
  ) -> SignalDelivery? {
    var info = wf_signal_info()
    guard unsafe wf_signal_info(thread.id, &info) == 0 else { return nil }
    _ = unsafe wf_registers(thread.id, &registers)
    var delivery = SignalDelivery(signal: SignalNumber(rawValue: signal), code: info.code)
    delivery.instructionPointer = registers.rip
    // SI_USER, SI_QUEUE, SI_TKILL
    if info.code == 0 || info.code == -1 || info.code == -6 {
      // What we hand on is another's.
      delivery.sender =
        info.sender == getpid() ? limit.origin(of: signal) ?? info.sender : info.sender
      delivery.senderUser = info.sender_user
    } else if info.code > 0, Self.faults.contains(signal) {
      delivery.faultAddress = info.address
    }
    if let status = ProcessFiles.status(thread.id) {
      let bit: UInt64 = 1 << UInt64(signal - 1)
      if status.ignoredSignals & bit != 0 {
        delivery.disposition = .ignored
      } else if status.handledSignals & bit != 0 {
        delivery.disposition = .handled
      } else if status.blockedSignals & bit != 0 {
        delivery.disposition = .blocked
      }
    }
    if signal == SIGPIPE { delivery.duringCall = failedCall(registers, error: .brokenPipe) }
    if signal == SIGXFSZ { delivery.duringCall = failedCall(registers, error: .fileTooLarge) }
    if signal == SIGSYS { delivery.duringCall = forbiddenCall(registers) }
    return delivery
  }

  /// The call that a filter of the target's own answered with SIGSYS.
  private func forbiddenCall(_ registers: wf_registers) -> SystemCall {
    let isNarrow = registers.isNarrow
    let name =
      numbers.row(registers.orig_rax, isNarrow: isNarrow).map { rows[$0].name }
      ?? CallNames.name(registers.orig_rax, isNarrow: isNarrow)
    return SystemCall(name: name, arguments: [], outcome: .unfinished)
  }

  /// The write that the kernel refused with `error` and a signal, as the registers still tell.
  private func failedCall(_ registers: wf_registers, error: ErrorNumber) -> SystemCall? {
    let isNarrow = registers.isNarrow
    let result =
      isNarrow
      ? Int64(Int32(truncatingIfNeeded: registers.rax)) : Int64(bitPattern: registers.rax)
    guard result == -Int64(error.rawValue) else { return nil }
    let name =
      numbers.row(registers.orig_rax, isNarrow: isNarrow).map { rows[$0].name }
      ?? CallNames.name(registers.orig_rax, isNarrow: isNarrow)
    let descriptor = Int32(truncatingIfNeeded: isNarrow ? registers.rbx : registers.rdi)
    return SystemCall(
      name: name, arguments: [.descriptor(number: descriptor)],
      outcome: .failed(error: error))
  }
}

extension wf_registers {
  /// The user code segment of 32-bit programs.
  fileprivate var isNarrow: Bool { cs == 0x23 }

  /// The general registers in the order of `MachineState.registers`.
  fileprivate var general: [UInt64] {
    let values = [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi]
    return isNarrow
      ? values.map { $0 & 0xFFFF_FFFF } : values + [r8, r9, r10, r11, r12, r13, r14, r15]
  }
}
