import Testing
import TraceCapture

/// The filter program, run as the kernel would run it.
@Suite struct SeccompFilterTests {
  static let program = SeccompFilter.program(for: SystemCallTable.rows)
  /// The program of a run that asks for a diagnosis alone.
  static let sparing = SeccompFilter.program(
    for: SystemCallTable.rows(stoppingAtCloses: false, isThorough: false))

  /// A call as the kernel shows it to a filter (`struct seccomp_data`).
  struct Call: Sendable, CustomStringConvertible {
    var description: String
    var number: UInt32
    var convention = CallConvention.x86_64.rawValue
    var arguments = CallArguments()
  }

  static let stopped: [Call] = [
    Call(description: "openat", number: 257),
    Call(description: "execve", number: 59),
    Call(description: "write to 2", number: 1, arguments: .init(2, 0x1000, 1)),
    Call(description: "write to 1 of 12 bytes", number: 1, arguments: .init(1, 0x1000, 12)),
    Call(description: "statx of a path", number: 332, arguments: .init(3, 0x1000, 0)),
    Call(
      description: "newfstatat of a path that follows no link", number: 262,
      arguments: .init(UInt64(UInt32.max - 99), 0x1000, 0x2000, 0x100)),
    Call(description: "send that does not signal", number: 44, arguments: .init(3, 0, 9, 0x4000)),
    Call(description: "mmap of a file", number: 9, arguments: .init(0, 100, 1, 0x2, 3)),
    Call(description: "mmap of code over a map", number: 9, arguments: .init(0, 9, 5, 0x12, 3)),
    Call(description: "mmap of 64 KiB", number: 9, arguments: .init(0, 0x10000, 3, 0x22)),
    Call(description: "mmap of 4 GiB", number: 9, arguments: .init(0, 1 << 32, 3, 0x22)),
    Call(description: "brk", number: 12, arguments: .init(0x1_0000_0000)),
    Call(description: "close of 2", number: 3, arguments: .init(2)),
    Call(
      description: "mmap of a large library", number: 9,
      arguments: .init(0, 0x1000000, 1, 0x802, 3)),
    Call(description: "wait4", number: 61, arguments: .init(UInt64(UInt32.max), 0x1000)),
    Call(description: "F_SETLKW", number: 72, arguments: .init(3, 7)),
    Call(description: "F_DUPFD_CLOEXEC", number: 72, arguments: .init(3, 1030, 3)),
    Call(description: "getsockopt SO_ERROR", number: 55, arguments: .init(3, 1, 4)),
    Call(description: "open of i386", number: 5, convention: CallConvention.i386.rawValue),
    Call(
      description: "write to 2 of i386", number: 4, convention: CallConvention.i386.rawValue,
      arguments: .init(2, 0, 1)),
    Call(description: "openat of x32", number: 0x4000_0000 | 257),
    Call(description: "the highest row", number: 452),
  ]

  static let passed: [Call] = [
    Call(description: "mmap of the loader's code", number: 9, arguments: .init(0, 9, 5, 0x812, 3)),
    Call(description: "read", number: 0),
    Call(description: "wait4, WNOHANG", number: 61, arguments: .init(5, 0x1000, 1)),
    Call(description: "futex", number: 202),
    Call(description: "write to 1 of a byte", number: 1, arguments: .init(1, 0x1000, 1)),
    Call(description: "write to 3", number: 1, arguments: .init(3, 0x1000, 4096)),
    Call(description: "fstat", number: 5),
    Call(description: "newfstatat as fstat", number: 262, arguments: .init(3, 0, 0, 0x1000)),
    Call(
      description: "newfstatat of an entry that follows no link", number: 262,
      arguments: .init(3, 0x1000, 0x2000, 0x100)),
    Call(
      description: "statx of an entry that follows no link", number: 332,
      arguments: .init(3, 0x1000, 0x100)),
    Call(description: "send that signals", number: 44, arguments: .init(3, 0, 9, 0)),
    Call(description: "mmap of 4 KiB", number: 9, arguments: .init(0, 0x1000, 3, 0x22)),
    Call(description: "mmap of data over a map", number: 9, arguments: .init(0, 9, 3, 0x12, 3)),
    Call(description: "brk(0)", number: 12),
    Call(description: "F_GETFL", number: 72, arguments: .init(3, 3)),
    Call(description: "close of 3", number: 3, arguments: .init(3)),
    Call(
      description: "mmap of a small library", number: 9,
      arguments: .init(0, 0x20000, 1, 0x802, 3)),
    Call(description: "epoll_wait", number: 232),
    Call(description: "write of i386 is exit here", number: 4 + 56),
    Call(description: "a number beyond all", number: 100_000),
    Call(description: "a strange architecture", number: 257, convention: 0xC000_00B7),
  ]

  @Test(arguments: stopped) func stops(_ call: Call) {
    #expect(Self.verdict(call) == SeccompFilter.trace)
  }

  @Test(arguments: passed) func passes(_ call: Call) {
    #expect(Self.verdict(call) == SeccompFilter.allow)
  }

  static let spared: [Call] = [
    Call(description: "readlink as realpath", number: 89, arguments: .init(0x1000, 0x2000, 1023)),
    Call(description: "getdents64", number: 217, arguments: .init(3, 0x1000, 32768)),
    Call(description: "getdents", number: 78, arguments: .init(3, 0x1000, 32768)),
    Call(description: "mmap to read a file", number: 9, arguments: .init(0, 100, 1, 0x2, 3)),
    Call(description: "copy closed at exec", number: 72, arguments: .init(3, 1030, 3)),
    Call(description: "the same to any number", number: 72, arguments: .init(3, 1030, 0)),
  ]

  @Test(arguments: spared) func aDiagnosisDoesWithoutSome(_ call: Call) {
    #expect(Self.verdict(call) == SeccompFilter.trace)
    #expect(Self.verdict(call, Self.sparing) == SeccompFilter.allow)
  }

  static let kept: [Call] = [
    Call(description: "readlink", number: 89, arguments: .init(0x1000, 0x2000, 4096)),
    Call(description: "readlinkat", number: 267, arguments: .init(3, 0x1000, 0x2000, 1023)),
    Call(description: "openat", number: 257),
    Call(description: "copy of standard output", number: 72, arguments: .init(1, 1030, 3)),
    Call(description: "copy to a place of its own", number: 72, arguments: .init(3, 1030, 10)),
    Call(description: "copy", number: 72, arguments: .init(3, 0, 3)),
    Call(description: "F_OFD_SETLK", number: 72, arguments: .init(3, 37, 0x1000)),
    Call(description: "mmap to write a file", number: 9, arguments: .init(0, 100, 3, 0x2, 3)),
    Call(description: "mmap shared to read", number: 9, arguments: .init(0, 100, 1, 0x1, 3)),
    Call(description: "mmap of code", number: 9, arguments: .init(0, 9, 5, 0x12, 3)),
    Call(description: "mmap of 64 KiB", number: 9, arguments: .init(0, 0x10000, 3, 0x22)),
    Call(description: "exit_group of a failure", number: 231, arguments: .init(1)),
  ]

  @Test(arguments: kept) func aDiagnosisNeedsTheRest(_ call: Call) {
    #expect(Self.verdict(call, Self.sparing) == SeccompFilter.trace)
  }

  @Test func successIsLeftAlone() {
    let call = Call(description: "exit_group(0)", number: 231)
    #expect(Self.verdict(call, Self.sparing) == SeccompFilter.allow)
  }

  @Test func stopsAtEveryCloseWhereItMust() {
    let rows = SystemCallTable.rows(stoppingAtCloses: true, isThorough: true)
    let close = rows.first { $0.name == "close" }
    #expect(close?.selects(CallArguments(77)) == true)
    #expect(SystemCallTable.rows.first { $0.name == "close" }?.selects(.init(77)) == false)
  }

  @Test func programIsOneThatTheKernelTakes() {
    // BPF_MAXINSNS of linux/bpf_common.h.
    #expect(Self.program.count <= 4096)
    for (index, instruction) in Self.program.enumerated() {
      let isJump = instruction.code & 0x7 == 0x5
      let reach =
        instruction.code == FilterInstruction.jump
        ? Int(instruction.operand) : Int(max(instruction.jumpTrue, instruction.jumpFalse))
      #expect(!isJump || index + 1 + reach < Self.program.count)
    }
  }

  @Test func agreesWithTheTable() {
    let samples: [UInt64] = [0, 1, 2, 3, 12, 0x20, 0x100, 0x1000, 0x4000, 0x10000, 1030, 1 << 32]
    for row in SystemCallTable.rows {
      guard let number = row.number else { continue }
      for sample in samples {
        let arguments = CallArguments(sample, sample, sample, sample, sample, sample)
        let call = Call(
          description: row.name, number: UInt32(number), arguments: arguments)
        let selected = Self.verdict(call) == SeccompFilter.trace
        #expect(selected == row.selects(arguments), "\(row.name) \(sample)")
      }
    }
  }

  /// Runs the program; nil if it does what the kernel would refuse.
  private static func verdict(
    _ call: Call, _ program: [FilterInstruction] = program
  ) -> UInt32? {
    var accumulator: UInt32 = 0
    var index = 0
    while index < program.count {
      let instruction = program[index]
      index += 1
      let operand = instruction.operand
      var jumps: Bool?
      switch instruction.code {
      case FilterInstruction.load: accumulator = word(operand, of: call)
      case FilterInstruction.and: accumulator &= operand
      case FilterInstruction.jump: index += Int(operand)
      case FilterInstruction.jumpIfEqual: jumps = accumulator == operand
      case FilterInstruction.jumpIfAtLeast: jumps = accumulator >= operand
      case FilterInstruction.jumpIfAnyBit: jumps = accumulator & operand != 0
      case FilterInstruction.verdict: return operand
      default: return nil
      }
      if let jumps { index += Int(jumps ? instruction.jumpTrue : instruction.jumpFalse) }
    }
    return nil
  }

  private static func word(_ offset: UInt32, of call: Call) -> UInt32 {
    switch offset {
    case 0: return call.number
    case 4: return call.convention
    default:
      let value = call.arguments[Int(offset - 16) / 8]
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? value : value >> 32)
    }
  }
}
