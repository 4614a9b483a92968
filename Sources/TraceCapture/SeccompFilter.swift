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
/// It answers `SECCOMP_RET_TRACE` with the row's index for what the table selects and
/// `SECCOMP_RET_ALLOW` for everything else. Numbers are found by binary search, so that a call
/// that is not traced costs ten instructions; where the verdict depends on the number alone the
/// kernel keeps it in a bitmap (Linux 5.11) and runs nothing.
package enum SeccompFilter {
  /// `SECCOMP_RET_ALLOW`.
  package static let allow: UInt32 = 0x7FFF_0000
  /// `SECCOMP_RET_TRACE`; the low 16 bits are the index of the row.
  package static let trace: UInt32 = 0x7FF0_0000

  /// The program for these rows.
  package static func program(for rows: [SystemCallRow]) -> [FilterInstruction] {
    let wide = tree(sortedRows(rows, \.number))
    let narrow = tree(sortedRows(rows, \.number32))
    var program = [FilterInstruction(FilterInstruction.load, architectureOffset)]
    program.append(
      FilterInstruction(
        FilterInstruction.jumpIfEqual, CallConvention.x86_64.rawValue, jumpTrue: 1, jumpFalse: 0))
    program.append(FilterInstruction(FilterInstruction.jump, UInt32(wide.count + 2)))
    program.append(FilterInstruction(FilterInstruction.load, numberOffset))
    // x32 shares the numbers below 512, behind bit 30.
    program.append(FilterInstruction(FilterInstruction.and, 0xBFFF_FFFF))
    program += wide
    program.append(
      FilterInstruction(
        FilterInstruction.jumpIfEqual, CallConvention.i386.rawValue, jumpTrue: 1, jumpFalse: 0))
    program.append(FilterInstruction(FilterInstruction.verdict, allow))
    program.append(FilterInstruction(FilterInstruction.load, numberOffset))
    return program + narrow
  }

  // Offsets in struct seccomp_data (linux/seccomp.h).
  private static let numberOffset: UInt32 = 0
  private static let architectureOffset: UInt32 = 4
  private static func argumentOffset(_ index: Int) -> UInt32 { 16 + 8 * UInt32(index) }

  private typealias Numbered = (number: UInt32, index: Int, row: SystemCallRow)

  private static func sortedRows(
    _ rows: [SystemCallRow], _ number: KeyPath<SystemCallRow, Int32?>
  ) -> [Numbered] {
    var numbered: [Numbered] = []
    for (index, row) in rows.enumerated() {
      if let own = row[keyPath: number] { numbered.append((UInt32(own), index, row)) }
    }
    return numbered.sorted { $0.number < $1.number }
  }

  /// Finds the number in the accumulator; always ends with a verdict.
  private static func tree(_ rows: [Numbered]) -> [FilterInstruction] {
    guard let first = rows.first else { return [FilterInstruction(FilterInstruction.verdict, allow)] }
    if rows.count == 1 {
      return [
        FilterInstruction(FilterInstruction.jumpIfEqual, first.number, jumpTrue: 1, jumpFalse: 0),
        FilterInstruction(FilterInstruction.verdict, allow),
      ] + leaf(first)
    }
    let middle = rows.count / 2
    let low = tree(Array(rows[..<middle]))
    let high = tree(Array(rows[middle...]))
    // A conditional jump reaches 255 instructions, an unconditional one all.
    return [
      FilterInstruction(
        FilterInstruction.jumpIfAtLeast, rows[middle].number, jumpTrue: 0, jumpFalse: 1),
      FilterInstruction(FilterInstruction.jump, UInt32(low.count)),
    ] + low + high
  }

  private static func leaf(_ row: Numbered) -> [FilterInstruction] {
    let stop = FilterInstruction(
      FilterInstruction.verdict, trace | UInt32(truncatingIfNeeded: row.index))
    if row.row.condition.isEmpty { return [stop] }
    var program: [FilterInstruction] = []
    for alternative in row.row.condition {
      var block = [stop]
      for test in alternative.reversed() {
        block = instructions(for: test, elseSkipping: UInt8(block.count)) + block
      }
      program += block
    }
    program.append(FilterInstruction(FilterInstruction.verdict, allow))
    return program
  }

  private static func instructions(
    for test: ArgumentTest, elseSkipping skip: UInt8
  ) -> [FilterInstruction] {
    let low = FilterInstruction(FilterInstruction.load, argumentOffset(test.argument))
    let high = FilterInstruction(FilterInstruction.load, argumentOffset(test.argument) + 4)
    switch test.predicate {
    case .equals(let number):
      return [low, .init(FilterInstruction.jumpIfEqual, number, jumpTrue: 0, jumpFalse: skip)]
    case .hasAny(let bits):
      return [low, .init(FilterInstruction.jumpIfAnyBit, bits, jumpTrue: 0, jumpFalse: skip)]
    case .hasNone(let bits):
      return [low, .init(FilterInstruction.jumpIfAnyBit, bits, jumpTrue: skip, jumpFalse: 0)]
    case .isAtLeast(let bound):
      return [
        high, .init(FilterInstruction.jumpIfEqual, 0, jumpTrue: 0, jumpFalse: 2),
        low, .init(FilterInstruction.jumpIfAtLeast, bound, jumpTrue: 0, jumpFalse: skip),
      ]
    case .isNotZero:
      return [
        high, .init(FilterInstruction.jumpIfEqual, 0, jumpTrue: 0, jumpFalse: 2),
        low, .init(FilterInstruction.jumpIfEqual, 0, jumpTrue: skip, jumpFalse: 0),
      ]
    }
  }
}
