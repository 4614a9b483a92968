private import CTraceShim
import Glibc
import TraceEvents

// A fault that the program handles is no failure, as long as its handler returns from it or leaves it
// by longjmp(3).
extension TraceSession {
  /// PTRACE_O_TRACEEXIT.
  private static var exitOption: UInt64 { 0x40 }

  /// How many faults are kept of handlers that meet faults themselves.
  private static var mostNested: Int { 16 }
  /// In bytes; the usual limit of a stack.
  private static var largestStack: UInt64 { 8 << 20 }

  private static var faults: Set<Int32> { [SIGILL, SIGBUS, SIGFPE, SIGSEGV] }

  /// Keeps a fault whose handler is about to run, and has the thread stop at its end.
  ///
  /// Nothing else is done: virtual machines handle thousands of them.
  func keepFault(_ delivery: SignalDelivery, _ registers: [UInt64], _ thread: TracedThread) {
    guard crashes.canWalk, delivery.disposition == .handled, delivery.code > 0,
      Self.faults.contains(delivery.signal.rawValue)
    else { return }
    var fault = delivery
    fault.machine = MachineState(code: "", registers: registers)
    // One that came as deep in the stack, or deeper, has been left; but not one of another stack.
    while let last = thread.faults.last, Self.isLeft(last, by: fault) { thread.faults.removeLast() }
    if thread.faults.count == Self.mostNested { thread.faults.removeLast() }
    thread.faults.append(fault)
    if !thread.stopsAtEnd {
      thread.stopsAtEnd = wf_set_options(thread.id, options | Self.exitOption) == 0
    }
  }

  /// Tells the fault once more that `thread` handles, if it stands in that handler, or where the
  /// fault came. `delivery` is the signal that is about to end it, `walk` its stack.
  func tellFault(
    before delivery: SignalDelivery, _ walk: WalkedStack, _ registers: [UInt64],
    _ thread: TracedThread
  ) {
    let place = delivery.faultAddress == nil ? walk.place : nil
    tellOldest(in: walk.frames, place, thread)
    // A handler that raises its own signal has it blocked, so that it comes once the handler returns.
    if let fault = thread.faults.last, delivery.code <= 0, delivery.signal == fault.signal,
      delivery.instructionPointer == fault.instructionPointer,
      registers == fault.machine?.registers
    {
      tell(fault, walk.frames, place, thread)
    }
  }

  /// Tells the fault once more whose handler `thread` ends the process in, with a failing status.
  func tellFault(atEnd status: WaitStatus?, _ thread: TracedThread) {
    guard let fault = thread.faults.first, case .exited(let code)? = status?.end, code != 0,
      endsProcess(thread), let walk = crashes.stack(of: fault, thread)
    else { return }
    tellOldest(in: walk.frames, walk.place, thread)
  }

  /// Tells the first of the faults whose handler is on the stack: others came of handling it.
  private func tellOldest(in frames: [StackFrame], _ place: MemoryPlace?, _ thread: TracedThread) {
    for fault in thread.faults {
      let interrupted = frames.drop {
        $0.isInterrupted != true || $0.address != fault.instructionPointer
      }
      if !interrupted.isEmpty { return tell(fault, Array(interrupted), place, thread) }
    }
  }

  private func tell(
    _ fault: SignalDelivery, _ frames: [StackFrame], _ place: MemoryPlace?, _ thread: TracedThread
  ) {
    // The place is that of the first one's address.
    let isFirst = fault.faultAddress == thread.faults.first?.faultAddress
    thread.faults = []
    var fault = fault
    fault.endedInHandler = true
    fault.stack = frames
    fault.place = isFirst ? place : nil
    fault.machine = fault.machine.map {
      machineState($0.registers, at: fault.instructionPointer, thread)
    }
    facts.explain(fault, thread, events)
    events.emit(.signal(signal: fault), thread)
  }

  /// True if `fault` came after the handler of `other` was left, as the stack pointers tell.
  private static func isLeft(_ other: SignalDelivery, by fault: SignalDelivery) -> Bool {
    guard let before = other.machine?.registers[4], let now = fault.machine?.registers[4] else {
      return true
    }
    return before <= now && now &- before < largestStack
  }

  /// True if the thread is in the call that ends its process: others are ended by that.
  private func endsProcess(_ thread: TracedThread) -> Bool {
    var registers = wf_registers()
    guard unsafe wf_registers(thread.id, &registers) == 0 else { return false }
    // exit_group(2), and exit(2) of the only thread; the user code segment of 32-bit programs.
    let isNarrow = registers.cs == 0x23
    if registers.orig_rax == (isNarrow ? 252 : 231) { return true }
    return registers.orig_rax == (isNarrow ? 1 : 60) && thread.process.threads.count <= 1
  }

  /// The instruction at `counter`, with the registers that it found.
  func machineState(
    _ registers: [UInt64], at counter: UInt64, _ thread: TracedThread
  ) -> MachineState {
    let memory = decoder.memory
    let state = MachineState(code: "", registers: registers)
    let top =
      registers.count > 4
      ? memory.number(thread.id, at: registers[4], size: state.is64 ? 8 : 4) : nil
    let code = memory.available(thread.id, at: counter, cap: 15)
    var told = MachineState(code: code.hexadecimal, registers: registers, top: top)
    told.divisor = told.instruction?.divisorAddress(registers, at: counter).flatMap {
      memory.number(thread.id, at: $0, size: 8) ?? memory.number(thread.id, at: $0, size: 4)
    }
    return told
  }
}
