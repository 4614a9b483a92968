import Testing
import TraceEvents

@testable import ElfInspection

/// What the loader takes and what not, beside the loader of this machine.
@Suite(.enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct LoaderRulesTests {
  /// A program that needs `libone.so.1`, which lies in the directory `l`.
  private func program(
    in workshop: borrowing Workshop, options: String = "-Wl,-rpath,'$ORIGIN/l'"
  ) throws -> String {
    _ = workshop.write("one.c", "int one(void) { return 1; }".utf8)
    _ = workshop.write("main.c", "int one(void); int main(void) { return one(); }".utf8)
    try workshop.must(
      "mkdir -p l; gcc -shared -fPIC -o l/libone.so.1 -Wl,-soname,libone.so.1 one.c")
    try workshop.must("gcc -o main main.c -Ll -l:libone.so.1 \(options)")
    return workshop.path + "/main"
  }

  private func verdict(of program: String) throws -> LibraryPlace.Verdict? {
    try LibraryTree(LoaderStart(program: program)).objects.first { $0.name == "libone.so.1" }?
      .places.first?.verdict
  }

  @Test(
    "What the identification of a file decides (open_verify)",
    arguments: [
      (7, "\\x09", "operating system"), (5, "\\x02", "byte order"), (8, "\\x01", "e_ident"),
    ])
  func identification(offset: Int, byte: String, words: String) throws {
    let workshop = Workshop()
    let main = try program(in: workshop)
    #expect(try verdict(of: main) == .found)
    try workshop.must(
      "printf '\(byte)' | dd of=l/libone.so.1 bs=1 seek=\(offset) conv=notrunc")
    guard case .rejected(let reason)? = try verdict(of: main) else {
      Issue.record("taken")
      return
    }
    #expect(reason.contains(words))
    let isTaken = workshop.run("./main || test $? = 1")
    #expect(!isTaken, "the loader refuses it as well")
  }

  @Test("A program is no library, at whatever address it runs")
  func programAsLibrary() throws {
    let workshop = Workshop()
    let main = try program(in: workshop)
    try workshop.must("cp main l/libone.so.1")
    guard case .rejected(let reason)? = try verdict(of: main) else {
      Issue.record("taken")
      return
    }
    #expect(reason.contains("position-independent executable"))
  }

  @Test("-z nodefaultlib keeps the loader out of its own directories")
  func noDefaultDirectories() throws {
    let workshop = Workshop()
    let main = try program(in: workshop, options: "-Wl,-rpath,'$ORIGIN/l' -Wl,-z,nodefaultlib")
    let tree = try LibraryTree(LoaderStart(program: main))
    #expect(tree.missing.map(\.name) == ["libc.so.6"])
    #expect(
      tree.missing.first?.places.contains {
        if case .skipped = $0.verdict { $0.source == .standard } else { false }
      } == true)
  }

  @Test(
    "An empty part of a RUNPATH is the working directory",
    arguments: [":/none", "/none:", "/a::/b"])
  func emptyPart(path: String) throws {
    let workshop = Workshop()
    let main = try program(in: workshop, options: "-Wl,-rpath,'\(path)'")
    let inside = LoaderStart(program: main, workingDirectory: workshop.path + "/l")
    #expect(try LibraryTree(inside).missing.isEmpty)
    #expect(try !LibraryTree(LoaderStart(program: main)).missing.isEmpty)
    try workshop.must("cd l; ../main || test $? = 1")
  }

  @Test(.enabled(if: Machine.hasNarrowCompiler, "no compiler for 32 bits"))
  func variantsOfNarrowProcessors() throws {
    let workshop = Workshop()
    _ = try program(in: workshop)
    try workshop.must("gcc -m32 -shared -fPIC -o l/libone.so.1 -Wl,-soname,libone.so.1 one.c")
    try workshop.must("gcc -m32 -o main main.c -Ll -l:libone.so.1 -Wl,-rpath,'$ORIGIN/l'")
    try workshop.must("mkdir -p l/i686/sse2 l/sse2; cp l/libone.so.1 l/sse2")
    let start = LoaderStart(program: workshop.path + "/main")
    for place in ["sse2", "i686", "i686/sse2"] {
      try workshop.must("cp l/libone.so.1 l/\(place)/libone.so.1")
      let found = try LibraryTree(start).objects.first { $0.name == "libone.so.1" }?.path
      #expect(found == workshop.path + "/l/\(place)/libone.so.1")
      // What this machine's loader does; one from glibc 2.37 on has given these directories up.
      let list = workshop.output(of: "env LD_TRACE_LOADED_OBJECTS=1 ./main")
      #expect(list.contains("/l/\(place)/") || !list.contains("/l/sse2/"))
    }
    let own = try LibraryTree(start).objects.first { $0.name == "libc.so.6" }?.path
    let list = workshop.output(of: "env LD_TRACE_LOADED_OBJECTS=1 ./main")
    #expect(own.map { list.contains($0) } == true)
  }

  @Test("The directories that were written into a loader")
  func writtenDirectories() throws {
    let workshop = Workshop()
    let list = "x\0/lib/ld.so\0/lib/\0nothing\0/lib32/\0/usr/lib32/\0/lib/\0no\0"
    _ = workshop.write("ld.so", list.utf8)
    _ = workshop.write("none", "/lib32/\0/usr/lib32".utf8)
    let files = RootedFiles(root: workshop.path)
    #expect(LoaderDirectories.written(in: "/ld.so", files) == ["/lib32", "/usr/lib32", "/lib"])
    #expect(LoaderDirectories.written(in: "/none", files) == nil)
    #expect(LoaderDirectories.written(in: "/gone", files) == nil)
  }

  @Test("A symbol that an opened library wants, and nothing has")
  func symbolOfPlugin() throws {
    let workshop = Workshop()
    let main = try program(in: workshop)
    _ = workshop.write("plug.c", "int nope(void); int plug(void) { return nope(); }".utf8)
    try workshop.must("gcc -shared -fPIC -o plug.so plug.c -Wl,-z,now")
    let plugin = workshop.path + "/plug.so"
    let start = LoaderStart(program: main, opened: [plugin])
    let lack = try LibraryInquiry(start).library(plugin, version: nil).lack
    #expect(lack?.symbol == "nope" && lack?.user == plugin)
    // What the program has, its plugins find there.
    _ = workshop.write(
      "main.c", "int one(void); int nope(void) { return 1; } int main(void) { return one(); }".utf8)
    try workshop.must("gcc -o main main.c -Ll -l:libone.so.1 -Wl,-rpath,'$ORIGIN/l' -rdynamic")
    #expect(try LibraryInquiry(start).library(plugin, version: nil).lack == nil)
  }
}
