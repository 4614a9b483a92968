@testable import ElfInspection
import Testing
import TraceEvents

@Suite(.enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct ElfFileTests {
  private func error(_ path: String) -> ElfError.Code? {
    do throws(ElfError) {
      _ = try ElfFile(path: path)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func program() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      "int main(void) { return 0; }",
      "-pie -fPIE -Wl,--build-id=0x0123456789abcdef -Wl,-rpath,'$ORIGIN/lib:/opt/x/lib'"
        + " -Wl,--enable-new-dtags -Wl,--no-as-needed -lm")
    let facts = try ElfFile(path: path).facts
    #expect(facts.kind == .shared)
    #expect(facts.bits == 64)
    #expect(facts.machine == "x86_64")
    #expect(facts.interpreter == "/lib64/ld-linux-x86-64.so.2")
    #expect(facts.needed.contains("libm.so.6"))
    #expect(facts.needed.last == "libc.so.6")
    #expect(facts.runpath == ["$ORIGIN/lib", "/opt/x/lib"])
    #expect(facts.rpath.isEmpty)
    #expect(facts.buildID == "0123456789abcdef")
    #expect(!facts.isStatic)
  }

  @Test func library() throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", "int x(void) { return 0; }".utf8)
    try workshop.must(
      "gcc -shared -fPIC -o libx.so x.c -Wl,-soname,libx.so.3 -Wl,-rpath,/a"
        + " -Wl,--disable-new-dtags")
    let facts = try ElfFile(path: workshop.path + "/libx.so").facts
    #expect(facts.soname == "libx.so.3")
    #expect(facts.rpath == ["/a"])
    #expect(facts.interpreter == nil)
    #expect(!facts.isStatic)
  }

  @Test func staticProgramAndObject() throws {
    let workshop = Workshop()
    let path = try workshop.compile("int main(void) { return 0; }", "-static")
    let facts = try ElfFile(path: path).facts
    #expect(facts.kind == .executable)
    #expect(facts.isStatic)
    try workshop.must("gcc -static-pie -fPIE -o movable program.c")
    let movable = try ElfFile(path: workshop.path + "/movable").facts
    #expect(movable.kind == .shared)
    #expect(movable.isStatic)
    try workshop.must("gcc -c program.c -o program.o")
    let object = try ElfFile(path: workshop.path + "/program.o").facts
    #expect(object.kind == .relocatable)
    #expect(!object.isStatic)
  }

  @Test(.enabled(if: Machine.hasNarrowCompiler, "no 32-bit programs can be compiled here"))
  func narrow() throws {
    let workshop = Workshop()
    let path = try workshop.compile("int main(void) { return 0; }", "-m32")
    let facts = try ElfFile(path: path).facts
    #expect(facts.bits == 32)
    #expect(facts.machine == "i386")
    #expect(facts.interpreter == "/lib/ld-linux.so.2")
    #expect(facts.needed == ["libc.so.6"])
  }

  @Test func unreadable() {
    let workshop = Workshop()
    #expect(error(workshop.path + "/none") == .unreadable(.noEntry))
    #expect(error(workshop.path) == .unreadable(.isDirectory))
    #expect(error(workshop.write("text", "hello".utf8)) == .notElf)
    #expect(error(workshop.write("start", [0x7F, 0x45, 0x4C, 0x46, 2, 1])) == .truncated)
    #expect(
      error(
        workshop.write("class", [0x7F, 0x45, 0x4C, 0x46, 9] + [UInt8](repeating: 1, count: 99)))
        == .corrupt)
  }

  /// Cuts a real program at many places, and overwrites every byte of its headers.
  @Test func damagedFiles() throws {
    let workshop = Workshop()
    let path = try workshop.compile("int main(void) { return 0; }", "-pie -fPIE")
    let read = workshop.bytes("program")
    let whole = try #require(read)
    var codes: Set<ElfError.Code> = []
    for length in [17, 63, 64, 500, 800, 1000, 8000, 12000] {
      if let code = error(workshop.write("cut", whole.prefix(length))) { codes.insert(code) }
    }
    #expect(codes == [.truncated])
    codes = []
    for index in 4..<900 {
      var damaged = whole
      damaged[index] = 0xFF
      if let code = error(workshop.write("damaged", damaged)) { codes.insert(code) }
    }
    #expect(codes == [.truncated, .corrupt])
    #expect(error(path) == nil)
  }
}

@Suite struct ProgramFileTests {
  static let contents: [([UInt8], ProgramFile)] = [
    ([], .empty),
    (Array("#!/bin/sh -e\r\necho\n".utf8), .script(firstLine: "#!/bin/sh -e\r")),
    (
      Array("#!".utf8) + [UInt8](repeating: 0x61, count: 600),
      .script(firstLine: "#!" + String(repeating: "a", count: 254))
    ),
    (Array("hello\n".utf8), .other(content: .text)),
    (Array(" \n<!DOCTYPE HTML><p>".utf8), .other(content: .html)),
    ([0x1F, 0x8B, 8, 0], .other(content: .gzip)),
    ([0x50, 0x4B, 3, 4, 0], .other(content: .zip)),
    ([0xEF, 0xBB, 0xBF] + Array("#!/bin/sh\n".utf8), .other(content: .utf8ByteOrderMark)),
    ([0xFF, 0xFE, 0x23, 0, 0x21, 0], .other(content: .utf16)),
    ([0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1], .other(content: .machO)),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2], .other(content: .machO)),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61], .other(content: .javaClass)),
    (Array("MZ".utf8) + [0x90, 0, 3], .other(content: .windows)),
    ([1, 2, 3], .other(content: .data)),
    ([0x7F, 0x45, 0x4C, 0x46, 2, 1], .damagedElf(reason: "it is truncated (cut short)")),
  ]

  @Test(arguments: contents) func firstBytes(bytes: [UInt8], expected: ProgramFile) throws {
    let workshop = Workshop()
    #expect(try programFile(workshop.write("file", bytes)) == expected)
  }

  @Test func placesThatAreNoFiles() throws {
    let workshop = Workshop()
    #expect(try programFile(workshop.path) == .directory)
    let reason = #expect(throws: ElfError.self) { try programFile(workshop.path + "/none") }
    #expect(reason?.code == .unreadable(.noEntry))
    // Opening a FIFO would wait for its writer.
    try workshop.must("mkfifo fifo")
    #expect(throws: ElfError.self) { try programFile(workshop.path + "/fifo") }
  }

  @Test(.enabled(if: Machine.canTrace, "tracing is not permitted here"))
  func askedWhereExecFails() throws {
    let workshop = Workshop()
    let path = workshop.write("script", "#!/no/such/interpreter\r\n".utf8)
    try workshop.must("chmod +x script")
    let run = crash(path)
    let expected = Fact(
      question: .program(path: path),
      answer: .program(facts: .script(firstLine: "#!/no/such/interpreter\r")))
    #expect(run.facts.contains(expected))
  }
}

@Suite struct FunctionNameTests {
  @Test(arguments: [
    ("plain", "plain"),
    ("shop::main::h0123456789abcdef", "shop::main"),
    (
      "core::ptr::drop_in_place$LT$alloc..string..String$GT$::h0123456789abcdef",
      "core::ptr::drop_in_place<alloc::string::String>"
    ),
    ("_$LT$T$u20$as$u20$X$GT$::f::hffffffffffffffff", "<T as X>::f"),
    ("a::h012345678", "a::h012345678"),
  ]) func rust(mangled: String, readable: String) {
    #expect(FunctionName.readable(mangled) == readable)
  }
}
