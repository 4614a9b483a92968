import Glibc
import TraceEvents

/// A fault whose handler a thread was in when its process ended: what the kernel left on the stack for
/// the return from it (`struct rt_sigframe` of x86-64; the kernel's arch/x86/include/uapi/asm/sigcontext.h).
struct CoreFault {
  private static let mostStack = 1 << 20
  /// Of the frame: where the address of the code that the handler returns to is followed by the
  /// registers (r8 first), and by `siginfo_t`.
  private static let registers = 48
  private static let information = 312
  private static let size = 440
  /// `REG_…` of `ucontext_t`, as instructions number the registers.
  private static let order = [13, 14, 12, 11, 15, 10, 9, 8, 0, 1, 2, 3, 4, 5, 6, 7]
  private static let (counter, error, trap, address) = (16, 19, 20, 22)

  /// The signal, with the stack from the place on where it came.
  let delivery: SignalDelivery

  /// The oldest fault on `stack` whose handler had not returned: later ones came of handling it. nil if
  /// there is none, or if it was no fault.
  init?(
    of thread: CoreThread, _ stack: [StackFrame], _ memory: CoreMemory, _ modules: CoreModules,
    _ layout: ElfLayout
  ) {
    // Above the place stands the code that its handler returns to.
    let places = stack.indices.dropFirst().filter {
      stack[$0].isInterrupted == true && stack[$0 - 1].isInterrupted == true
        && stack[$0].address != stack[$0 - 1].address
    }
    guard layout.is64, let place = places.last else { return nil }
    let bytes = memory.bytes(Self.mostStack, at: thread.registers[19])
    let frames = stride(from: 0, through: bytes.count - Self.size, by: 8)
    let start = frames.first { offset in
      layout.address(bytes, offset) == stack[place - 1].address
        && layout.address(bytes, offset + Self.registers + Self.counter * 8) == stack[place].address
    }
    guard let start else { return nil }
    let words = (0...Self.address).map { layout.address(bytes, start + Self.registers + $0 * 8) }
    let code = modules.bytes(15, at: words[Self.counter], memory)
    guard
      let signal = Self.told(bytes, at: start + Self.information, layout)
        ?? Self.guessed(words, code)
    else { return nil }
    var delivery = SignalDelivery(
      signal: SignalNumber(rawValue: signal.number), code: signal.code,
      faultAddress: signal.address, instructionPointer: words[Self.counter],
      disposition: .handled)
    delivery.endedInHandler = true
    delivery.stack = Array(stack[place...])
    delivery.machine = MachineState(
      code: code.hexadecimal, registers: Self.order.map { words[$0] },
      top: memory.number(at: words[Self.order[4]]))
    self.delivery = delivery
  }

  /// What `siginfo_t` says, which the kernel writes for handlers with SA_SIGINFO alone.
  private static func told(
    _ bytes: [UInt8], at offset: Int, _ layout: ElfLayout
  ) -> (number: Int32, code: Int32, address: UInt64)? {
    let number = Int32(bitPattern: layout.word(bytes, offset))
    let code = Int32(bitPattern: layout.word(bytes, offset + 8))
    guard [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV].contains(number),
      code == 0x80 || (1...10).contains(code), layout.word(bytes, offset + 4) == 0
    else { return nil }
    return (number, code, layout.address(bytes, offset + 16))
  }

  /// What the processor's exception says. It is that of an earlier fault where a signal came from
  /// elsewhere, so the instruction has to be one that can meet it.
  private static func guessed(
    _ words: [UInt64], _ code: [UInt8]
  ) -> (number: Int32, code: Int32, address: UInt64)? {
    // A call of the system or a breakpoint meets none of these.
    let operation = code.drop { (0x40...0x4F).contains($0) || $0 == 0x66 }
    switch words[trap] {
    case 0 where [0xF6, 0xF7].contains(operation.first ?? 0):
      return (SIGFPE, 1, words[counter])
    case 6 where operation.starts(with: [0x0F, 0x0B]): return (SIGILL, 2, words[counter])
    // SEGV_MAPERR, or SEGV_ACCERR of a page that is there; both in the program's own mode.
    case 14 where words[error] & 4 != 0:
      return (SIGSEGV, words[error] & 1 == 0 ? 1 : 2, words[address])
    case 13: return (SIGSEGV, 0x80, 0)
    default: return nil
    }
  }
}
