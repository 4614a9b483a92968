import Testing

@testable import TraceEvents

/// Instructions as an assembler makes them, and what is read of them.
struct InstructionTests {
  private func instruction(_ digits: String, is64: Bool = true) throws -> Instruction {
    let bytes = digits.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    return try #require(Instruction(bytes, is64: is64))
  }

  /// Registers whose value is 0x1000 times their number, and 1.
  private let registers = (0..<16).map { UInt64($0) * 0x1000 + 1 }

  static let memory: [(String, UInt64, Bool)] = [
    // mov eax, [rax]
    ("8b 00", 0x1, false),
    // mov rax, [rdx+0x18]
    ("48 8b 42 18", 0x2019, false),
    // mov [rbp-0x8], rdi
    ("48 89 7d f8", 0x4FF9, true),
    // mov eax, [rbx+rcx*4]
    ("8b 04 8b", 0x7005, false),
    // mov [r13+r9*8+0x100], r15
    ("4f 89 bc cd 00 01 00 00", 0x55109, true),
    // mov eax, [rsp]
    ("8b 04 24", 0x4001, false),
    // mov eax, [0x1234]
    ("8b 04 25 34 12 00 00", 0x1234, false),
    // movaps xmm0, [rsi]; movups [rdi], xmm1
    ("0f 28 06", 0x6001, false), ("0f 11 0f", 0x7001, true),
    // vmovdqu ymm0, [rsi]; vmovaps [rdi], ymm0
    ("c5 fe 6f 06", 0x6001, false), ("c5 fc 29 07", 0x7001, true),
    // vpcmpeqb k0, ymm16, [rdi]: glibc's strlen
    ("62 f1 7d 20 74 07", 0x7001, false),
    // push rax; ret; call [rax+8]
    ("50", 0x3FF9, true), ("c3", 0x4001, false), ("ff 50 08", 0x9, false),
    // add [rax], ecx; cmp [rax], ecx; inc dword [rcx]; sete [rcx]
    ("01 08", 0x1, true), ("39 08", 0x1, false), ("ff 01", 0x1001, true),
    ("0f 94 01", 0x1001, true),
    // rep stosq; rep movsb
    ("f3 48 ab", 0x7001, true), ("f3 a4", 0x6001, false),
  ]

  @Test(arguments: memory)
  func operands(_ digits: String, address: UInt64, writes: Bool) throws {
    let instruction = try instruction(digits)
    #expect(instruction.address(registers) == address)
    #expect(instruction.writes == writes)
  }

  @Test(arguments: [
    // mov eax, [rip+0x10]; mov rax, fs:[0x28]: the registers do not say where these are.
    "8b 05 10 00 00 00", "64 48 8b 04 25 28 00 00 00",
    // mov eax, ebx: no memory
    "89 d8",
  ])
  func noAddress(_ digits: String) throws {
    #expect(try instruction(digits).address(registers) == nil)
  }

  static let purposes: [(String, Instruction.Kind)] = [
    ("0f 0b", .trap), ("67 0f b9 40 02", .trap), ("cc", .breakpoint),
    ("f7 f9", .division), ("48 f7 7d f8", .division), ("c3", .return), ("f3 c3", .return),
    ("ff d0", .call), ("e8 00 00 00 00", .call), ("ff e0", .jump), ("f4", .privileged),
    ("ee", .privileged), ("90", .ordinary), ("f7 d8", .ordinary),
  ]

  @Test(arguments: purposes)
  func kinds(_ digits: String, kind: Instruction.Kind) throws {
    #expect(try instruction(digits).kind == kind)
  }

  @Test(arguments: [
    ("62 f1 7c 48 28 c1", "avx512f"), ("c4 e2 7d 18 00", "avx"), ("c5 fd fe c1", "avx2"),
    ("c4 e2 f1 b8 c2", "fma"), ("c4 e2 70 f3 c8", "bmi1"), ("f3 0f b8 c1", "popcnt"),
    ("66 0f 38 dc c1", "aes"), ("0f c7 f0", "rdrand"), ("62 f2 7f 08 68 d1", "avx512_vp2intersect"),
  ])
  func features(_ digits: String, feature: String) throws {
    #expect(try instruction(digits).feature == feature)
  }

  @Test func alignment() throws {
    #expect(try instruction("0f 28 06").isAligned)
    #expect(try instruction("66 0f 6f 06").isAligned)
    #expect(try instruction("66 0f 58 06").isAligned)
    #expect(try !instruction("0f 10 06").isAligned)
    #expect(try !instruction("f3 0f 6f 06").isAligned)
    #expect(try !instruction("f2 0f 58 06").isAligned)
  }

  @Test func narrowPrograms() throws {
    // inc ecx (a prefix for 64 bits); les eax, [eax] is no VEX.
    #expect(try instruction("41", is64: false).operand == nil)
    #expect(
      try instruction("8b 40 04", is64: false).address([UInt64](repeating: 8, count: 8)) == 12)
  }

  /// Whatever the bytes are, it ends.
  @Test func anyBytes() {
    var state: UInt64 = 7
    for _ in 0..<50_000 {
      var bytes: [UInt8] = []
      for _ in 0..<(state >> 60) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(UInt8(truncatingIfNeeded: state >> 40))
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      for is64 in [true, false] {
        _ = Instruction(bytes, is64: is64)?.address(Array(registers.prefix(is64 ? 16 : 8)))
      }
    }
  }

  @Test("What vectors must be aligned to, and instructions of other processors")
  func vectors() throws {
    // vmovdqa ymm0, [rdi]; vmovdqa xmm0, [rdi]; vmovdqa64 zmm0, [rdi]
    #expect(try instruction("c5 fd 6f 07").alignment == 32)
    #expect(try instruction("c5 f9 6f 07").alignment == 16)
    #expect(try instruction("62 f1 fd 48 6f 07").alignment == 64)
    // vfmaddpd xmm0, xmm1, xmm2, xmm3 (FMA4); vpcmov xmm0, xmm1, xmm2, xmm3 (XOP); pop [rax]
    #expect(try instruction("c4 e3 f1 69 c3 20").feature == "fma4")
    #expect(try instruction("8f e8 70 a2 c2 30").feature == "xop")
    #expect(try instruction("8f 00").feature == nil)
  }

  @Test("Where a divisor lies")
  func divisor() throws {
    // idiv dword [rbp-8]; idiv dword [rip+0x10]; idiv ecx
    #expect(try instruction("f7 7d f8").divisorAddress(registers, at: 0x40) == 0x4FF9)
    #expect(try instruction("f7 3d 10 00 00 00").divisorAddress(registers, at: 0x40) == 0x56)
    #expect(try instruction("f7 f9").divisorAddress(registers, at: 0x40) == nil)
    #expect(try instruction("8b 00").divisorAddress(registers, at: 0x40) == nil)
  }
}
