import Glibc
import Testing
import TraceEvents

@testable import ElfInspection

/// The model of the loader's search, beside the loader itself.
@Suite(.enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct LibraryTreeTests {
  /// `libfoo.so.1` of a workshop, which may need another of its libraries.
  private func library(
    _ name: String, needs: String? = nil, options: String = "", in workshop: borrowing Workshop
  ) throws {
    let call = needs.map { "int \($0)(void); int \(name)(void) { return \($0)(); }" }
    _ = workshop.write("\(name).c", (call ?? "int \(name)(void) { return 1; }").utf8)
    try workshop.must(
      "gcc -shared -fPIC -o lib\(name).so.1 -Wl,-soname,lib\(name).so.1 \(name).c -L. "
        + (needs.map { "-l:lib\($0).so.1 " } ?? "") + options)
  }

  private func program(
    needs: String, options: String, in workshop: borrowing Workshop
  ) throws -> String {
    _ = workshop.write("main.c", "int \(needs)(void); int main(void) { return \(needs)(); }".utf8)
    try workshop.must(
      "gcc -o main main.c -L. -l:lib\(needs).so.1 -Wl,-rpath-link,. \(options)")
    return workshop.path + "/main"
  }

  @Test func aLibraryOfALibraryIsMissing() throws {
    let workshop = Workshop()
    try library("inner", in: workshop)
    try library("outer", needs: "inner", options: "-Wl,-rpath,/opt/none", in: workshop)
    let main = try program(needs: "outer", options: "-Wl,-rpath,'$ORIGIN'", in: workshop)
    let tree = try LibraryTree(LoaderStart(program: main))
    let missing = try #require(tree.objects.firstIndex { $0.path == nil })
    #expect(tree.chain(to: missing) == [main, "libouter.so.1", "libinner.so.1"])
    let places = tree.objects[missing].places
    #expect(places.first?.path == "/opt/none/libinner.so.1")
    #expect(places.first?.source == .runpath(object: "libouter.so.1"))
    #expect(places.contains { $0.source == .cache && $0.verdict == .notListed })
    // A RUNPATH serves its own object alone.
    #expect(!places.contains { $0.path.hasPrefix(workshop.path) })
    let found = try LibraryTree(LoaderStart(program: main, libraryPath: workshop.path))
    #expect(found.missing.isEmpty)
    #expect(found.objects.first { $0.name == "libinner.so.1" }?.places.last?.source == .libraryPath)
  }

  @Test func aLibraryWithoutTheLinkOfItsNameIsTold() throws {
    let workshop = Workshop()
    try library("price", in: workshop)
    let main = try program(needs: "price", options: "-Wl,-rpath,'$ORIGIN'", in: workshop)
    try workshop.must("mv libprice.so.1 libprice.so.1.4 && ln -s libprice.so.1.4 libprice.so")
    // Another version, which calls itself so.
    try workshop.must("gcc -shared -fPIC -o libprice.so.2 -Wl,-soname,libprice.so.2 price.c")
    let start = LoaderStart(program: main)
    let found = try LibraryInquiry(start).library("libprice.so.1", version: nil).unlinked
    #expect(found == [workshop.path + "/libprice.so.1.4"])
    try workshop.must("ln -s libprice.so.1.4 libprice.so.1")
    #expect(try LibraryInquiry(start).library("libprice.so.1", version: nil).unlinked == nil)
  }

  @Test func anOldRunPathServesWhatItsObjectLoads() throws {
    let workshop = Workshop()
    try library("inner", in: workshop)
    try library("outer", needs: "inner", in: workshop)
    let main = try program(
      needs: "outer", options: "-Wl,-rpath,'$ORIGIN' -Wl,--disable-new-dtags", in: workshop)
    let tree = try LibraryTree(LoaderStart(program: main))
    #expect(tree.missing.isEmpty)
    #expect(
      tree.objects.first { $0.name == "libinner.so.1" }?.places.last?.source
        == .rpath(object: "main"))
  }

  @Test func whatIsNoLibraryIsRejected() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    let main = try program(needs: "one", options: "-Wl,-rpath,'$ORIGIN'", in: workshop)
    _ = workshop.write("libone.so.1", "<!DOCTYPE html><html></html>".utf8)
    let tree = try LibraryTree(LoaderStart(program: main))
    #expect(tree.missing.map(\.name) == ["libone.so.1"])
    #expect(tree.missing.first?.places.last?.verdict == .rejected(reason: "it is HTML, a web page"))
    _ = workshop.write("libone.so.1", [])
    #expect(
      try LibraryTree(LoaderStart(program: main)).missing.first?.places.last?.verdict
        == .rejected(reason: "it is empty"))
  }

  @Test(.enabled(if: Machine.hasNarrowCompiler, "no compiler for 32 bits"))
  func oneOfAnotherClassIsPassedOver() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    let main = try program(
      needs: "one", options: "-Wl,-rpath,'$ORIGIN/narrow:$ORIGIN'", in: workshop)
    try workshop.must("mkdir narrow; gcc -m32 -shared -fPIC -o narrow/libone.so.1 one.c")
    let tree = try LibraryTree(LoaderStart(program: main))
    let places = try #require(tree.objects.first { $0.name == "libone.so.1" }).places
    #expect(places.map(\.verdict) == [.otherClass(bits: 32), .found])
  }

  @Test func aVersionThatIsNotDefinedIsNamed() throws {
    let workshop = Workshop()
    _ = workshop.write("v.c", "int one(void) { return 1; }".utf8)
    _ = workshop.write("new.map", "ONE_1.0 { }; ONE_1.2 { global: one; } ONE_1.0;".utf8)
    _ = workshop.write("old.map", "ONE_1.0 { global: one; };".utf8)
    let build = "gcc -shared -fPIC -o libone.so.1 -Wl,-soname,libone.so.1 v.c -Wl,--version-script="
    try workshop.must(build + "new.map")
    let main = try program(needs: "one", options: "-Wl,-rpath,'$ORIGIN'", in: workshop)
    #expect(
      try LibraryTree(LoaderStart(program: main)).objects.allSatisfy { $0.missingVersions.isEmpty })
    try workshop.must(build + "old.map")
    let wanted = try LibraryTree(LoaderStart(program: main)).objects[0].missingVersions
    #expect(wanted.map(\.version) == ["ONE_1.2"])
    #expect(wanted.first?.newest == "ONE_1.0")
  }

  @Test func aCopyThatIsHiddenIsToldOf() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    let main = try program(needs: "one", options: "-Wl,-rpath,'$ORIGIN/a:$ORIGIN/b'", in: workshop)
    try workshop.must("mkdir a b c; cp libone.so.1 b; cp libone.so.1 c; mv libone.so.1 a")
    let object = try #require(
      try LibraryTree(LoaderStart(program: main, libraryPath: workshop.path + "/c")).objects
        .first { $0.name == "libone.so.1" })
    #expect(object.places.last?.source == .libraryPath)
    #expect(
      object.hidden.map(\.path) == [
        workshop.path + "/a/libone.so.1", workshop.path + "/b/libone.so.1",
      ])
    #expect(object.hidden.allSatisfy { $0.source == .runpath(object: "main") })
  }

  @Test func relativeAndEmptyDirectoriesCountFromTheWorkingDirectory() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    let main = try program(needs: "one", options: "", in: workshop)
    for (value, directory) in [(":/none", "."), ("../x", "y"), (".", ".")] {
      try workshop.must("mkdir -p x y; cp libone.so.1 x")
      let place = directory == "." ? workshop.path : workshop.path + "/" + directory
      let start = LoaderStart(program: main, workingDirectory: place, libraryPath: value)
      #expect(try LibraryTree(start).missing.isEmpty, "\(value)")
    }
    #expect(!(try LibraryTree(LoaderStart(program: main, libraryPath: "")).missing.isEmpty))
  }

  @Test func whatIsPreloadedInVainIsPassedOver() throws {
    let tree = try LibraryTree(
      LoaderStart(program: "/bin/true", preload: "/none/x.so libnone.so.9"))
    #expect(tree.missing.isEmpty)
    #expect(tree.objects.filter { $0.role == .preloaded && $0.path == nil }.count == 2)
  }

  @Test(.enabled(if: getuid() == 0, "it takes root to give a file away"))
  func aProgramOfMoreRightsTrustsNoEnvironment() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    let main = try program(needs: "one", options: "-Wl,-rpath,'$ORIGIN'", in: workshop)
    try workshop.must("mkdir a; cp libone.so.1 a; chown 1234 main; chmod 4755 main")
    var start = LoaderStart(program: main, libraryPath: workshop.path + "/a", user: 1000)
    let tree = try LibraryTree(start)
    #expect(tree.isSecure && tree.missing.map(\.name) == ["libone.so.1"])
    let verdicts = try #require(tree.missing.first).places.map(\.verdict)
    #expect(verdicts.count { if case .skipped = $0 { true } else { false } } == 2)
    start.user = 1234
    #expect(try LibraryTree(start).missing.isEmpty, "its owner has no more rights through it")
    start.user = nil
    #expect(try LibraryTree(start).missing.isEmpty)
  }

  @Test func aSymbolThatIsMissingIsToldWithWhatShouldHaveIt() throws {
    let workshop = Workshop()
    _ = workshop.write("one.c", "int one_a(void) { return 1; } int one_b(void) { return 1; }".utf8)
    let build = "gcc -shared -fPIC -o libone.so.1 -Wl,-soname,libone.so.1 one.c"
    try workshop.must(build)
    _ = workshop.write(
      "main.c",
      "int one_a(void); int one_b(void); int main(void) { return one_a() + one_b(); }".utf8)
    let main = workshop.path + "/main"
    for (option, isAtStart) in [("lazy", false), ("now", true)] {
      try workshop.must(build)
      try workshop.must(
        "gcc -fplt -o main main.c -L. -l:libone.so.1 -Wl,-rpath,'$ORIGIN' -Wl,-z,\(option)")
      let start = LoaderStart(program: main)
      #expect(try LibraryTree(start).missingSymbols().isEmpty)
      try workshop.must("mkdir -p b; cp libone.so.1 b/libother.so")
      try workshop.must("sed -i 's/one_b/two_b/' one.c; \(build); sed -i 's/two_b/one_b/' one.c")
      let missing = try LibraryTree(start).missingSymbols()
      #expect(missing.map(\.name) == ["one_b"])
      #expect(missing.first?.isBoundAtStart == isAtStart)
      let found = try LibraryInquiry(start).symbol("one_b", version: nil, user: main)
      #expect(found.expected?.path == workshop.path + "/libone.so.1")
      #expect(found.wanting.chain == ["main"] && found.isBoundAtStart == isAtStart)
      #expect(found.definers.isEmpty)
      try workshop.must("cp b/libother.so .")
      #expect(
        try LibraryInquiry(start).symbol("one_b", version: nil, user: main).definers
          == [workshop.path + "/libother.so"])
      try workshop.must("rm libother.so")
    }
  }

  @Test func whatIsLoadedWhileTheProgramRunsHasItsOwnChain() throws {
    let workshop = Workshop()
    try library("inner", in: workshop)
    try library("plugin", needs: "inner", in: workshop)
    try workshop.must("rm libinner.so.1")
    let plugin = workshop.path + "/libplugin.so.1"
    let start = LoaderStart(program: "/bin/true", opened: [plugin])
    let found = try LibraryInquiry(start).library("libinner.so.1", version: nil)
    #expect(found.chain == ["true", "libplugin.so.1", "libinner.so.1"])
    #expect(found.isLoadedAtRunTime && found.requester == plugin)
    let direct = try LibraryInquiry(start).library("libnone.so.3", version: nil)
    #expect(direct.chain == ["true", "libnone.so.3"] && direct.isLoadedAtRunTime)
    #expect(direct.path == nil && !direct.places.isEmpty)
  }

  @Test func linksStayBelowTheRoot() throws {
    let workshop = Workshop()
    try library("one", in: workshop)
    _ = try program(needs: "one", options: "-Wl,-rpath,/lib/x", in: workshop)
    // An absolute link, and a way out that is none.
    try workshop.must(
      "mkdir -p root/real root/lib root/bin; cp main root/bin; cp libone.so.1 root/real;"
        + " ln -s ../../../../../real root/lib/x")
    let tree = try LibraryTree(
      LoaderStart(program: "/bin/main", root: workshop.path + "/root"))
    #expect(tree.objects.first { $0.name == "libone.so.1" }?.path == "/lib/x/libone.so.1")
    #expect(tree.missing.map(\.name) == ["libc.so.6"])
    #expect(tree.lacksInterpreter)
  }

  @Test func aDamagedFileGivesAnErrorOrATreeAndNothingElse() throws {
    let workshop = Workshop()
    try library("inner", in: workshop)
    try library("outer", needs: "inner", in: workshop)
    let bytes = workshop.bytes("libouter.so.1")
    let whole = try #require(bytes)
    var random = SystemRandomNumberGenerator()
    for round in 0..<400 {
      var bytes = Array(whole.prefix(round % 2 == 0 ? whole.count : Int(random.next() % 9000)))
      for _ in 0..<8 where !bytes.isEmpty {
        bytes[Int(random.next() % UInt64(min(bytes.count, 5000)))] = UInt8.random(in: 0...255)
      }
      let path = workshop.write("libdamaged.so", bytes)
      // A count that was not checked would end the test here.
      let tree = try? LibraryTree(LoaderStart(program: path))
      #expect((tree?.objects.count ?? 0) <= 2000)
    }
  }

  @Test func aDamagedCacheListsNothingOrLess() throws {
    let workshop = Workshop()
    let whole = try FileBytes(path: "/etc/ld.so.cache").prefix(1 << 20)
    for cut in [0, 11, 20, 47, 48, 60, whole.count / 2, whole.count] {
      var bytes = Array(whole.prefix(cut))
      if bytes.count > 24 { bytes[23] = 0xFF }
      let cache = LoaderCache(path: workshop.write("cache", bytes))
      #expect(cache.libraries(named: "libc.so.6").allSatisfy { $0.path.hasPrefix("/") })
    }
    let cache = LoaderCache(path: workshop.write("cache", whole))
    #expect(!cache.libraries(named: "libc.so.6").isEmpty)
  }

  /// The judge: `ld.so --list` for 300 programs and libraries of this machine, path by path.
  @Test func agreesWithTheLoaderOfThisMachine() throws {
    let workshop = Workshop()
    let candidates = workshop.output(
      of: "ls -d /usr/bin/* /usr/sbin/* /usr/lib/x86_64-linux-gnu/*.so*"
        + " /usr/lib/x86_64-linux-gnu/*/*.so /usr/lib/apache2/modules/*.so"
    ).split(separator: "\n").map(String.init)
    var compared = 0
    for (position, path) in candidates.enumerated()
    where compared < 300 && position % max(1, candidates.count / 700) == 0 {
      guard let facts = try? ElfFile(path: path).facts, facts.bits == 64,
        facts.machine == "x86_64", facts.kind == .shared || facts.kind == .executable,
        !facts.needed.isEmpty
      else { continue }
      let listing = workshop.output(of: "/lib64/ld-linux-x86-64.so.2 --list '\(path)'")
      let expected = Self.listed(listing)
      guard !expected.isEmpty else { continue }
      let tree = try LibraryTree(LoaderStart(program: path))
      var found: [String: String] = [:]
      for object in tree.objects.dropFirst() { found[object.name] = object.path ?? "not found" }
      for (name, place) in expected {
        #expect(Self.real(found[name] ?? "") == Self.real(place), "\(path): \(name)")
      }
      compared += 1
    }
    #expect(compared >= 50, "too little on this machine to compare with: \(compared)")
  }

  /// `name => path (address)` and `name => not found`.
  private static func listed(_ text: String) -> [String: String] {
    var listed: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let arrow = line.firstRange(of: " => ") else { continue }
      let name = line[..<arrow.lowerBound].drop { $0 == "\t" || $0 == " " }
      let place = line[arrow.upperBound...]
      listed[String(name)] =
        place.hasPrefix("not found") ? "not found" : String(place.prefix { $0 != " " })
    }
    return listed
  }

  private static func real(_ path: String) -> String {
    RootedFiles(root: "/").resolved(path) ?? path
  }
}
