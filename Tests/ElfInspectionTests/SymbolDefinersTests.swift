import Testing
import TraceEvents

@testable import ElfInspection

@Suite("Which files define a symbol")
struct SymbolDefinersTests {
  /// An archive with an index that names these symbols, as ar(1) writes it.
  private func archive(_ symbols: [String], count: UInt8? = nil) -> [UInt8] {
    var index: [UInt8] = [0, 0, 0, count ?? UInt8(symbols.count)]
    for _ in symbols { index += [0, 0, 0, 100] }
    for symbol in symbols { index += Array(symbol.utf8) + [0] }
    let size = String(index.count)
    let header =
      "/" + String(repeating: " ", count: 47) + size
      + String(repeating: " ", count: 10 - size.utf8.count) + "`\n"
    return Array("!<arch>\n".utf8) + Array(header.utf8) + index
  }

  @Test("An archive's index")
  func index() {
    let workshop = Workshop()
    let file = workshop.write("libx.a", archive(["helper", "other"]))
    func found(_ symbol: String) -> [String] {
      SymbolDefiners.files(defining: symbol, among: [file], in: [])
    }
    #expect(found("helper") == [file])
    #expect(found("other") == [file])
    #expect(found("help").isEmpty && found("").isEmpty)
  }

  @Test("An index that lies about itself is none")
  func hostile() {
    let workshop = Workshop()
    let whole = archive(["helper"])
    let files = [
      workshop.write("many.a", archive(["helper"], count: 200)),
      workshop.write("cut.a", whole.dropLast(4)), workshop.write("head.a", whole.prefix(40)),
      workshop.write("empty.a", [] as [UInt8]), workshop.path, workshop.path + "/none.a",
    ]
    #expect(SymbolDefiners.files(defining: "helper", among: files, in: []).isEmpty)
  }

  @Test(
    "Libraries for linking", .enabled(if: Machine.has("gcc"), "there is no C compiler"))
  func libraries() throws {
    let workshop = Workshop()
    _ = workshop.write("x.c", "int helper(void) { return 1; }".utf8)
    try workshop.must("gcc -shared -fPIC -o libreal.so.1 x.c")
    _ = workshop.write("libtext.so", "GROUP ( \(workshop.path)/libreal.so.1 )\n".utf8)
    _ = workshop.write("libnone.so", "helper\n".utf8)
    let found = SymbolDefiners.files(defining: "helper", among: [], in: [workshop.path])
    #expect(found == [workshop.path + "/libtext.so"])
  }
}
