/// The kernel's architecture numbers (`linux/audit.h`), which name a call's convention.
package enum CallConvention: UInt32, Sendable {
  /// x86-64; x32 calls carry it too, with bit 30 of the number set.
  case x86_64 = 0xC000_003E
  /// i386: 32-bit programs, and `int 0x80` of 64-bit ones.
  case i386 = 0x4000_0003
}

/// One instruction of classic BPF (`struct sock_filter`).
package struct FilterInstruction: Sendable, Equatable {
  package var code: UInt16
  package var jumpTrue: UInt8
  package var jumpFalse: UInt8
  package var operand: UInt32

  package init(_ code: UInt16, _ operand: UInt32, jumpTrue: UInt8 = 0, jumpFalse: UInt8 = 0) {
    self.code = code
    self.operand = operand
    self.jumpTrue = jumpTrue
    self.jumpFalse = jumpFalse
  }

  // BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JA|JEQ|JGE|JSET|BPF_K, BPF_ALU|BPF_AND|BPF_K, BPF_RET|BPF_K
  // of linux/bpf_common.h.
  /// Loads the word at the operand's offset of `struct seccomp_data`.
  package static let load: UInt16 = 0x20
  /// Jumps ahead by the operand.
  package static let jump: UInt16 = 0x05
  /// Jumps by whether the word equals the operand.
  package static let jumpIfEqual: UInt16 = 0x15
  /// Jumps by whether the word is at least the operand, unsigned.
  package static let jumpIfAtLeast: UInt16 = 0x35
  /// Jumps by whether the word has any bit of the operand.
  package static let jumpIfAnyBit: UInt16 = 0x45
  /// Keeps the bits of the operand.
  package static let and: UInt16 = 0x54
  /// Ends with the operand as verdict.
  package static let verdict: UInt16 = 0x06
}

/// The program that the kernel runs at every system call of the target (`seccomp(2)`).
///
/// It answers `SECCOMP_RET_TRACE` for what the table selects and `SECCOMP_RET_ALLOW` for
/// everything else. Runs of numbers with the same verdict are found by binary search, so that a
/// call that is not traced costs ten instructions, and `write`, which may come a million times, is
/// asked for before; where the verdict depends on the number alone the kernel keeps it in a bitmap
/// (Linux 5.11) and runs nothing. It translates the program at each start: every instruction less
/// is a start that is sooner over.
package enum SeccompFilter {
  /// `SECCOMP_RET_ALLOW`.
  package static let allow: UInt32 = 0x7FFF_0000
  /// `SECCOMP_RET_TRACE`, with data by which our stops are known from a target's own.
  package static let trace: UInt32 = 0x7FF0_0000 | ownData
  /// The data of our verdicts (`PTRACE_GETEVENTMSG`).
  package static let ownData: UInt32 = 0x5746

  /// The program for these rows.
  package static func program(for rows: [SystemCallRow]) -> [FilterInstruction] {
    var program: [FilterInstruction] = []
    program.reserveCapacity(2048)
    program.append(.init(FilterInstruction.load, architectureOffset))
    program.append(
      .init(FilterInstruction.jumpIfEqual, CallConvention.x86_64.rawValue, jumpTrue: 1))
    let toNarrow = program.count
    program.append(.init(FilterInstruction.jump, 0))
    program.append(.init(FilterInstruction.load, numberOffset))
    // x32 shares the numbers below 512, behind bit 30.
    program.append(.init(FilterInstruction.and, 0xBFFF_FFFF))
    if let write = rows.first(where: { $0.number == writeNumber }) {
      let toOthers = program.count
      program.append(.init(FilterInstruction.jumpIfEqual, UInt32(writeNumber)))
      appendLeaf(write.condition, to: &program)
      program[toOthers].jumpFalse = UInt8(program.count - toOthers - 1)
    }
    appendSearch(runs(of: rows) { $0.number }[...], to: &program)
    program[toNarrow].operand = UInt32(program.count - toNarrow - 1)
    program.append(
      .init(FilterInstruction.jumpIfEqual, CallConvention.i386.rawValue, jumpTrue: 1))
    program.append(.init(FilterInstruction.verdict, allow))
    program.append(.init(FilterInstruction.load, numberOffset))
    appendSearch(narrowRuns(of: rows)[...], to: &program)
    return program
  }

  private static let writeNumber: Int32 = 1
  private static let narrowWriteNumber: Int32 = 4
  // Offsets in struct seccomp_data (linux/seccomp.h).
  private static let numberOffset: UInt32 = 0
  private static let architectureOffset: UInt32 = 4
  private static func argumentOffset(_ index: Int) -> UInt32 { 16 + 8 * UInt32(index) }

  /// Numbers from `first` up to the next run's have one verdict.
  private struct Run {
    var first: UInt32
    /// The alternatives that are traced; nil: none, empty: all.
    var condition: [[ArgumentTest]]?
  }

  /// The runs of the numbers that `rows` have, in ascending order; no two rows share a number.
  private static func runs(
    of rows: [SystemCallRow], _ number: (SystemCallRow) -> Int32?
  ) -> [Run] {
    var places: [(number: UInt32, row: Int)] = []
    places.reserveCapacity(rows.count)
    for index in rows.indices {
      if let own = number(rows[index]) { places.append((UInt32(own), index)) }
    }
    places.sort { $0.number < $1.number }
    var runs: [Run] = []
    func begin(_ first: UInt32, _ condition: [[ArgumentTest]]?) {
      if let last = runs.last, last.condition == condition { return }
      runs.append(Run(first: first, condition: condition))
    }
    /// The first number that no row before says anything of.
    var next: UInt32 = 0
    for place in places {
      if place.number > next { begin(next, nil) }
      begin(place.number, rows[place.row].condition)
      next = place.number + 1
    }
    begin(next, nil)
    return runs
  }

  /// The runs of i386. Of these calls the number alone decides, but for `write`, and the tracer looks
  /// at the arguments: 32-bit programs are few, and all would pay for the longer program.
  private static func narrowRuns(of rows: [SystemCallRow]) -> [Run] {
    runs(
      of: rows.map { row in
        guard row.number32 != narrowWriteNumber else { return row }
        var row = row
        row.condition = []
        return row
      }
    ) { $0.number32 }
  }

  /// Finds the run of the number in the accumulator; always ends with a verdict.
  private static func appendSearch(_ runs: ArraySlice<Run>, to program: inout [FilterInstruction]) {
    guard runs.count > 1 else {
      if let run = runs.first { appendLeaf(run.condition, to: &program) }
      return
    }
    let middle = runs.startIndex + runs.count / 2
    let toHigh = program.count
    program.append(.init(FilterInstruction.jumpIfAtLeast, runs[middle].first))
    appendSearch(runs[..<middle], to: &program)
    let reach = program.count - toHigh - 1
    if let near = UInt8(exactly: reach) {
      program[toHigh].jumpTrue = near
    } else {
      // A conditional jump reaches 255 instructions, an unconditional one all.
      program[toHigh].jumpFalse = 1
      program.insert(.init(FilterInstruction.jump, UInt32(reach)), at: toHigh + 1)
    }
    appendSearch(runs[middle...], to: &program)
  }

  private static func appendLeaf(
    _ condition: [[ArgumentTest]]?, to program: inout [FilterInstruction]
  ) {
    guard let condition else {
      program.append(.init(FilterInstruction.verdict, allow))
      return
    }
    if condition.isEmpty {
      program.append(.init(FilterInstruction.verdict, trace))
      return
    }
    for alternative in condition {
      var left = alternative.reduce(1) { $0 + length(of: $1) }
      for test in alternative {
        left -= length(of: test)
        append(test, elseSkipping: UInt8(left), to: &program)
      }
      program.append(.init(FilterInstruction.verdict, trace))
    }
    program.append(.init(FilterInstruction.verdict, allow))
  }

  private static func length(of test: ArgumentTest) -> Int {
    switch test.predicate {
    case .equals, .differs, .hasAny, .hasNone: 2
    case .isAtLeast, .isNotZero: 4
    }
  }

  /// A test that falls through where it holds and else jumps over `skip` instructions more.
  private static func append(
    _ test: ArgumentTest, elseSkipping skip: UInt8, to program: inout [FilterInstruction]
  ) {
    let low = FilterInstruction(FilterInstruction.load, argumentOffset(test.argument))
    let high = FilterInstruction(FilterInstruction.load, argumentOffset(test.argument) + 4)
    switch test.predicate {
    case .equals(let number):
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfEqual, number, jumpFalse: skip))
    case .differs(let number):
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfEqual, number, jumpTrue: skip))
    case .hasAny(let bits):
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfAnyBit, bits, jumpFalse: skip))
    case .hasNone(let bits):
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfAnyBit, bits, jumpTrue: skip))
    case .isAtLeast(let bound):
      program.append(high)
      program.append(.init(FilterInstruction.jumpIfEqual, 0, jumpFalse: 2))
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfAtLeast, bound, jumpFalse: skip))
    case .isNotZero:
      program.append(high)
      program.append(.init(FilterInstruction.jumpIfEqual, 0, jumpFalse: 2))
      program.append(low)
      program.append(.init(FilterInstruction.jumpIfEqual, 0, jumpTrue: skip))
    }
  }
}
