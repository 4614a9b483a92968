import Testing
import TraceEvents

@testable import ElfInspection

@Suite(.enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct ElfSymbolsTests {
  private static let source =
    "int held_one(void) { return 1; } int outside(void); int held_two(void) { return outside(); }"

  @Test("With either table of hashes, and without section headers", arguments: ["gnu", "sysv"])
  func whatIsDefinedAndWhatIsNeeded(style: String) throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", Self.source.utf8)
    try workshop.must("gcc -shared -fPIC -Wl,--hash-style=\(style) -o libx.so x.c && strip libx.so")
    // e_shoff and e_shnum
    try workshop.must("dd if=/dev/zero of=libx.so bs=1 seek=40 count=8 conv=notrunc")
    try workshop.must("dd if=/dev/zero of=libx.so bs=1 seek=60 count=2 conv=notrunc")
    let path = workshop.path + "/libx.so"
    let symbols = try ElfSymbols(path: path)
    #expect(
      symbols.provides("held_one", version: nil) && symbols.provides("held_two", version: nil))
    #expect(!symbols.provides("outside", version: nil), "it is only needed")
    for name in ["one", "held_on", "held_onee", ""] {
      #expect(!symbols.provides(name, version: nil))
      #expect(!ElfSymbols.isDefined(name, inFileAt: path))
    }
    #expect(ElfSymbols.isDefined("held_one", inFileAt: path))
    #expect(symbols.wanted.map(\.name) == ["outside"])
    #expect(symbols.longestCommonBeginning(with: "held_three") == "held_t".count)
  }

  @Test func versions() throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", Self.source.utf8)
    _ = workshop.write(
      "x.map", "HELD_1.0 { global: held_one; };\nHELD_1.1 { global: held_two; } HELD_1.0;\n".utf8)
    try workshop.must(
      "gcc -shared -fPIC -Wl,--version-script=x.map -Wl,-soname,libx.so -o libx.so x.c")
    let symbols = try ElfSymbols(path: workshop.path + "/libx.so")
    #expect(
      try ElfVersions(path: workshop.path + "/libx.so").defined == [
        "libx.so", "HELD_1.0", "HELD_1.1",
      ])
    #expect(symbols.versions(of: "held_two") == ["HELD_1.1"])
    #expect(symbols.provides("held_two", version: "HELD_1.1"))
    #expect(!symbols.provides("held_two", version: "HELD_1.0"))
    #expect(symbols.provides("held_two", version: nil), "who knows of none gets the only one")
    _ = workshop.write("y.c", "int held_one(void); int f(void) { return held_one(); }".utf8)
    try workshop.must("gcc -shared -fPIC -o liby.so y.c libx.so")
    let wanted = try #require(
      try ElfSymbols(path: workshop.path + "/liby.so").wanted.first { $0.name == "held_one" })
    #expect(wanted.version == "HELD_1.0" && wanted.library == "libx.so")
  }

  @Test func whenASymbolIsLookedUp() throws {
    let workshop = Workshop()
    _ = workshop.write(
      "x.c", "int a(void); extern int b; int f(void) { return a() + b; }".utf8)
    for (option, use) in [("lazy", SymbolUse.whenCalled), ("now", .atStart)] {
      try workshop.must("gcc -shared -fPIC -fplt -Wl,-z,\(option) -o libx.so x.c")
      let path = workshop.path + "/libx.so"
      let uses = try SymbolUses(path: path)
      let wanted = try ElfSymbols(path: path).wanted
      let function = try #require(wanted.first { $0.name == "a" })
      let variable = try #require(wanted.first { $0.name == "b" })
      #expect(uses.use(of: function.index) == use)
      #expect(uses.use(of: variable.index) == .atStart)
      #expect(uses.use(of: 0) == .never)
    }
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
    _ = symbols?.provides("held_one", version: nil)
    _ = symbols?.wanted
    _ = try? SymbolUses(path: path)
  }
}
