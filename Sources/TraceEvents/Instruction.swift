/// An instruction of x86, as far as it tells why it failed: what memory it uses, and how (Intel's
/// Software Developer's Manual, volume 2).
///
/// Its bytes are a target's own and may be any.
package struct Instruction: Sendable {
  /// What an instruction is for, where that matters here.
  package enum Kind: Sendable, Equatable {
    case ordinary
    /// ud2 and its like: made to fail.
    case trap
    case breakpoint
    case division
    /// A return, which takes its address from the stack.
    case `return`
    case call, jump
    /// For the kernel alone: hlt, in, out, cli…
    case privileged
  }

  /// A place in memory.
  package struct Operand: Sendable, Equatable {
    /// Registers by their number in instructions: 0 ax, 1 cx, 2 dx, 3 bx, 4 sp, 5 bp, 6 si, 7 di, 8…15.
    package var base: Int?
    package var index: Int?
    package var scale: UInt64 = 1
    package var displacement: Int64 = 0
    /// True where it counts from the instruction itself, or from a segment: these say no address here.
    package var isElsewhere = false
    /// True where it counts from the end of the instruction.
    package var isRelative = false
  }

  package private(set) var kind = Kind.ordinary
  package private(set) var operand: Operand?
  package private(set) var writes = false
  /// True if its operand must lie at a multiple of its size (movaps and its like).
  package private(set) var isAligned = false
  /// That size in bytes, of a vector: 16, 32 (AVX) or 64 (AVX-512).
  package private(set) var alignment: UInt64 = 16
  /// The register that it divides by or calls, where that is no memory.
  package private(set) var register: Int?
  /// Bytes of its operand, for a division.
  package private(set) var width = 4
  /// What the processor must be able to do, as /proc/cpuinfo names it.
  package private(set) var feature: String?

  private let bytes: [UInt8]
  private let is64: Bool
  private var position = 0
  // Of the prefixes: REX, operand size (66), repetition (F2, F3), segment.
  private var rex: UInt8 = 0
  private var hasOperandSize = false
  private var repetition: UInt8 = 0
  private var isSegmented = false

  /// The instruction that `bytes` begin with; nil where they end before it.
  package init?(_ bytes: [UInt8], is64: Bool) {
    self.bytes = bytes
    self.is64 = is64
    guard decode() else { return nil }
  }

  /// The address of its operand, with these registers (numbered as instructions do).
  package func address(_ registers: [UInt64]) -> UInt64? {
    guard let operand, !operand.isElsewhere else { return nil }
    var address = UInt64(bitPattern: operand.displacement)
    for (number, scale) in [(operand.base, 1), (operand.index, operand.scale)] {
      guard let number else { continue }
      guard number < registers.count else { return nil }
      address = address &+ registers[number] &* scale
    }
    return is64 ? address : address & 0xFFFF_FFFF
  }

  /// The address of the divisor of a division that has it in memory; `counter` is the instruction's own.
  package func divisorAddress(_ registers: [UInt64], at counter: UInt64) -> UInt64? {
    guard kind == .division, let operand else { return nil }
    // Nothing follows the operand, so that the instruction ends where it was read to.
    if operand.isRelative {
      return counter &+ UInt64(position) &+ UInt64(bitPattern: operand.displacement)
    }
    return address(registers)
  }

  // MARK: Decoding

  private mutating func next() -> UInt8? {
    guard position < bytes.count, position < 15 else { return nil }
    position += 1
    return bytes[position - 1]
  }

  private mutating func decode() -> Bool {
    while let byte = next() {
      switch byte {
      case 0x66: hasOperandSize = true
      case 0xF2, 0xF3: repetition = byte
      case 0x64, 0x65: isSegmented = true
      case 0x2E, 0x36, 0x3E, 0x26, 0x67, 0xF0: break
      case 0x40...0x4F where is64:
        rex = byte
        // It stands right before the opcode.
        guard let opcode = next() else { return false }
        return decode(opcode: opcode)
      default: return decode(opcode: byte)
      }
    }
    return false
  }

  private mutating func decode(opcode: UInt8) -> Bool {
    switch opcode {
    case 0x0F: return decodeTwoBytes()
    // XOP of AMD: what would be the map of VEX is 8 or more, where pop (8F /0) has less.
    case 0x8F where position < bytes.count && bytes[position] & 0x1F >= 8:
      feature = "xop"
      return true
    case 0xC4, 0xC5, 0x62:
      guard is64 || position < bytes.count && bytes[position] >= 0xC0 else { break }
      return decodeVector(opcode)
    default: break
    }
    if opcode < 0x40, opcode & 7 < 4 {
      // add, or, adc, sbb, and, sub, xor, cmp
      writes = opcode & 7 < 2 && opcode & 0x38 != 0x38
      return readOperand() != nil
    }
    switch opcode {
    case 0x50...0x57, 0x68, 0x6A, 0xE8:
      // push and call write below the stack pointer.
      operand = Operand(base: 4, displacement: is64 ? -8 : -4)
      writes = true
      kind = opcode == 0xE8 ? .call : .ordinary
    case 0x58...0x5F, 0xC9: operand = Operand(base: opcode == 0xC9 ? 5 : 4)
    case 0xC2, 0xC3, 0xCB, 0xCF:
      operand = Operand(base: 4)
      kind = .return
    case 0xCC: kind = .breakpoint
    case 0xE9, 0xEB: kind = .jump
    case 0xF4, 0xFA, 0xFB, 0xE4...0xE7, 0xEC...0xEF, 0x6C...0x6F: kind = .privileged
    case 0xA4, 0xA5, 0xA6, 0xA7, 0xAC, 0xAD: operand = Operand(base: 6)
    case 0xAA, 0xAB, 0xAE, 0xAF:
      operand = Operand(base: 7)
      writes = opcode < 0xAE
    case 0x80...0x83: writes = readOperand() != 7
    case 0x86...0x89, 0x8C, 0x8F, 0xC0, 0xC1, 0xC6, 0xC7, 0xD0...0xD3:
      writes = true
      return readOperand() != nil
    case 0x63, 0x69, 0x6B, 0x84, 0x85, 0x8A, 0x8B, 0x8E, 0xD8...0xDF: return readOperand() != nil
    case 0xF6, 0xF7:
      guard let extension_ = readOperand() else { return false }
      if extension_ >= 6 { kind = .division }
      writes = extension_ == 2 || extension_ == 3
      width = opcode == 0xF6 ? 1 : rex & 8 != 0 ? 8 : hasOperandSize ? 2 : 4
    case 0xFE, 0xFF:
      guard let extension_ = readOperand() else { return false }
      writes = extension_ < 2
      if extension_ == 2 || extension_ == 3 { kind = .call }
      if extension_ == 4 || extension_ == 5 { kind = .jump }
    default: break
    }
    return true
  }

  private mutating func decodeTwoBytes() -> Bool {
    guard let opcode = next() else { return false }
    switch opcode {
    case 0x0B, 0xB9, 0xFF: kind = .trap
    case 0x00, 0x01, 0x06, 0x08, 0x09, 0x20...0x23, 0x30, 0x32, 0x33: kind = .privileged
    case 0x38:
      guard let third = next() else { return false }
      feature =
        switch third {
        case 0xC8...0xCD: "sha_ni"
        case 0xDB...0xDF: "aes"
        case 0xF0, 0xF1: repetition == 0xF2 ? "sse4_2" : "movbe"
        case 0xF6: hasOperandSize || repetition == 0xF3 ? "adx" : nil
        case 0x00...0x0B, 0x1C...0x1E: "ssse3"
        default: "sse4_1"
        }
      return readOperand() != nil
    case 0x3A:
      guard let third = next() else { return false }
      feature =
        switch third {
        case 0x0F: "ssse3"
        case 0x44: "pclmulqdq"
        case 0x60...0x63: "sse4_2"
        case 0xCC: "sha_ni"
        case 0xDF: "aes"
        default: "sse4_1"
        }
      return readOperand() != nil
    case 0x28, 0x29, 0x2B, 0xE7:
      isAligned = true
      writes = opcode != 0x28
      return readOperand() != nil
    case 0x6F, 0x7F:
      isAligned = hasOperandSize
      writes = opcode == 0x7F
      return readOperand() != nil
    case 0x10...0x17, 0x7E, 0xD6:
      writes = [0x11, 0x13, 0x17, 0xD6].contains(opcode) || opcode == 0x7E && repetition != 0xF3
      return readOperand() != nil
    case 0x90...0x9F, 0xA4, 0xA5, 0xAB, 0xAC, 0xAD, 0xB0, 0xB1, 0xB3, 0xBB, 0xC0, 0xC1, 0xC3:
      writes = true
      return readOperand() != nil
    case 0xB8:
      feature = "popcnt"
      return readOperand() != nil
    case 0xC7:
      guard let extension_ = readOperand() else { return false }
      if operand == nil, extension_ >= 6 { feature = extension_ == 6 ? "rdrand" : "rdseed" }
      writes = operand != nil
    case 0x05, 0x31, 0x34, 0x77, 0x80...0x8F, 0xA0...0xA2, 0xA8...0xAA, 0xC8...0xCF: break
    default:
      // Arithmetic of SSE demands aligned operands; that of one number alone does not.
      isAligned =
        (0x51...0x6D).contains(opcode) && repetition == 0
        || opcode >= 0xD0 && hasOperandSize
      return readOperand() != nil
    }
    return true
  }

  /// VEX (C4, C5) and EVEX (62): AVX and its kin, and BMI.
  private mutating func decodeVector(_ prefix: UInt8) -> Bool {
    guard let first = next() else { return false }
    rex = 0
    var map: UInt8 = 1
    var second: UInt8 = first
    var third: UInt8 = 0
    if prefix != 0xC5 {
      guard let byte = next() else { return false }
      second = byte
      map = first & (prefix == 0x62 ? 7 : 0x1F)
      // These bits are inverted.
      rex = (~first >> 5) & 7 | (second & 0x80) >> 4
      if prefix == 0x62 {
        guard let byte = next() else { return false }
        third = byte
      }
    } else {
      rex = (~first >> 5) & 4
    }
    guard let opcode = next() else { return false }
    hasOperandSize = second & 3 == 1
    // L, and L'L of EVEX: 128, 256 or 512 bits.
    alignment = 16 << UInt64(prefix == 0x62 ? third >> 5 & 3 : second >> 2 & 1)
    if prefix == 0x62 {
      feature = map == 2 && opcode == 0x68 ? "avx512_vp2intersect" : "avx512f"
    } else if map == 2, [0x49, 0x4B, 0x5C, 0x5E].contains(opcode) {
      feature = "amx_tile"
    } else if map == 2, (0xF2...0xF7).contains(opcode) {
      feature = opcode == 0xF3 || opcode == 0xF2 ? "bmi1" : "bmi2"
    } else if map == 3, (0x5C...0x5F).contains(opcode) || (0x68...0x7F).contains(opcode) {
      feature = "fma4"
    } else if map == 2, (0x96...0x9F).contains(opcode) || (0xA6...0xBF).contains(opcode) {
      feature = "fma"
    } else {
      // 256 bits of integers are AVX2.
      let isWide = second & 4 != 0
      let isInteger = map == 1 && (0x60...0x76).contains(opcode) || map == 1 && opcode >= 0xD1
      feature = map == 2 && opcode >= 0x30 || isWide && isInteger ? "avx2" : "avx"
    }
    if map == 1 {
      isAligned =
        [0x28, 0x29, 0x2B, 0xE7].contains(opcode) || opcode & 0xEF == 0x6F && hasOperandSize
      writes = [0x11, 0x13, 0x17, 0x29, 0x2B, 0x7F, 0xD6, 0xE7].contains(opcode)
      if opcode == 0x77 { return true }
    }
    // EVEX scales a displacement of one byte, by what is not known here.
    return readOperand(knowsDisplacement: prefix != 0x62) != nil
  }

  /// Reads ModRM and what belongs to it; gives its middle field, which for some is part of the opcode.
  private mutating func readOperand(knowsDisplacement: Bool = true) -> UInt8? {
    guard let modrm = next() else { return nil }
    let mode = modrm >> 6
    let low = Int(modrm & 7)
    let middle = modrm >> 3 & 7
    guard mode != 3 else {
      register = low + (rex & 1 != 0 ? 8 : 0)
      return middle
    }
    var operand = Operand(isElsewhere: isSegmented)
    var displacementSize = mode == 1 ? 1 : mode == 2 ? 4 : 0
    if low == 4 {
      guard let sib = next() else { return nil }
      let index = Int(sib >> 3 & 7) + (rex & 2 != 0 ? 8 : 0)
      if index != 4 {
        operand.index = index
        operand.scale = 1 << UInt64(sib >> 6)
      }
      if sib & 7 == 5, mode == 0 {
        displacementSize = 4
      } else {
        operand.base = Int(sib & 7) + (rex & 1 != 0 ? 8 : 0)
      }
    } else if low == 5, mode == 0 {
      displacementSize = 4
      if is64 {
        operand.isRelative = !isSegmented
        operand.isElsewhere = true
      }
    } else {
      operand.base = low + (rex & 1 != 0 ? 8 : 0)
    }
    var displacement: UInt32 = 0
    for index in 0..<displacementSize {
      guard let byte = next() else { return nil }
      displacement |= UInt32(byte) << UInt32(8 * index)
    }
    operand.displacement =
      displacementSize == 1
      ? Int64(Int8(truncatingIfNeeded: displacement)) : Int64(Int32(bitPattern: displacement))
    if displacementSize == 1, !knowsDisplacement { operand.isElsewhere = true }
    self.operand = operand
    return middle
  }
}
