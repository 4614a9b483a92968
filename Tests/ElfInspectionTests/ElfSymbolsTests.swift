import Testing
import TraceEvents

@testable import ElfInspection

@Suite(.enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct ElfSymbolsTests {
  private static let source =
    "int held_one(void) { return 1; } int outside(void); int held_two(void) { return outside(); }"

  @Test func whatIsDefinedAndWhatIsNeeded() throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", Self.source.utf8)
    try workshop.must("gcc -shared -fPIC -o libx.so x.c && strip libx.so")
    let symbols = try ElfSymbols(path: workshop.path + "/libx.so")
    #expect(symbols.defines("held_one") && symbols.defines("held_two"))
    #expect(!symbols.defines("outside"), "it is only needed")
    #expect(!symbols.defines("one") && !symbols.defines("held_on") && !symbols.defines(""))
    #expect(symbols.definedVersions.isEmpty)
  }

  @Test func versions() throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", Self.source.utf8)
    _ = workshop.write(
      "x.map", "HELD_1.0 { global: held_one; };\nHELD_1.1 { global: held_two; } HELD_1.0;\n".utf8)
    try workshop.must("gcc -shared -fPIC -Wl,--version-script=x.map -o libx.so x.c")
    let symbols = try ElfSymbols(path: workshop.path + "/libx.so")
    #expect(symbols.definedVersions == ["HELD_1.0", "HELD_1.1"])
  }

  @Test func whatIsNoLibraryThrows() throws {
    let workshop = Workshop()
    let text = workshop.write("text", "hello".utf8)
    #expect(throws: ElfError.self) { _ = try ElfSymbols(path: text) }
    #expect(throws: ElfError.self) { _ = try ElfSymbols(path: workshop.path + "/none") }
  }

  @Test("A damaged file is no crash", arguments: 0..<40)
  func damaged(seed: Int) throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", Self.source.utf8)
    try workshop.must("gcc -shared -fPIC -o libx.so x.c")
    let whole = workshop.bytes("libx.so")
    var bytes = try #require(whole)
    for step in 0..<20 {
      bytes[(seed * 7919 + step * 104_729) % bytes.count] = UInt8(truncatingIfNeeded: seed &* step)
    }
    if seed % 4 == 0 { bytes.removeLast(bytes.count / 3) }
    let path = workshop.write("damaged.so", bytes)
    let symbols = try? ElfSymbols(path: path)
    _ = symbols?.defines("held_one")
    _ = symbols?.definedVersions
  }
}
