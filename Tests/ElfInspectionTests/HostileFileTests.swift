import Glibc
import Testing
import TraceEvents

@testable import ElfInspection

/// Files that are no honest program: each has an answer, at once.
@Suite struct HostileFileTests {
  /// All that reads a file at `path`.
  private func readEverything(_ path: String) {
    _ = try? programFile(path)
    _ = try? ElfSymbols(path: path).wanted
    _ = try? SymbolUses(path: path)
    _ = LoaderCache(path: path).libraries(named: "libc.so.6")
    _ = ElfSymbols.isDefined("printf", inFileAt: path)
    guard let tree = try? LibraryTree(LoaderStart(program: path)) else { return }
    _ = tree.missingSymbols()
  }

  @Test func whatIsNoFileIsNotWaitedFor() throws {
    let workshop = Workshop()
    try workshop.must("mkfifo fifo; mkdir directory")
    for path in [workshop.path + "/fifo", "/dev/zero", "/dev/null", "/dev/tty"] {
      let error = #expect(throws: ElfError.self, "\(path)") {
        try LibraryTree(LoaderStart(program: path))
      }
      guard case .unreadable = error?.code else {
        Issue.record("\(path)")
        continue
      }
      readEverything(path)
    }
    let error = #expect(throws: ElfError.self) {
      try LibraryTree(LoaderStart(program: workshop.path + "/directory"))
    }
    #expect(error?.code == .unreadable(.isDirectory))
  }

  @Test func aLibraryThatIsAFIFOIsNoLibrary() throws {
    let workshop = Workshop()
    try workshop.must("mkfifo libone.so.1")
    let tree = try LibraryTree(
      LoaderStart(
        program: "/bin/true", libraryPath: workshop.path, preload: "libone.so.1"))
    let found = try #require(tree.objects.first { $0.name == "libone.so.1" })
    #expect(found.path == nil)
    #expect(found.places.first?.verdict == .rejected(reason: "it is a FIFO or a device"))
  }

  @Test func aHugeFileIsReadInPart() throws {
    let workshop = Workshop()
    try workshop.must("truncate -s 10G hole; cp /bin/true huge; truncate -s 10G huge")
    #expect(throws: ElfError.self) {
      try LibraryTree(LoaderStart(program: workshop.path + "/hole"))
    }
    readEverything(workshop.path + "/hole")
    #expect(
      try LibraryTree(LoaderStart(program: workshop.path + "/huge")).missingSymbols().isEmpty)
    readEverything(workshop.path + "/huge")
  }

  @Test func tablesOfAHugeFileAreCapped() throws {
    let workshop = Workshop()
    try workshop.must("cp /bin/true huge; truncate -s 10G huge")
    let path = workshop.path + "/huge"
    let dynamic = try ElfHeaders(FileBytes(path: path)).segment(ElfSegment.dynamic)
    let start = try #require(dynamic).offset
    // Every value of the dynamic section, and every size, as large as can be.
    for value in [
      "\\xff\\xff\\xff\\x7f\\x02\\x00\\x00\\x00", "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff",
    ] {
      for entry in 0..<26 {
        try workshop.must("cp /bin/true huge; truncate -s 10G huge")
        try workshop.must(
          "printf '\(value)' | dd of=huge bs=1 seek=\(start + UInt64(entry) * 16 + 8) conv=notrunc")
        readEverything(path)
      }
    }
  }

  @Test func aFileThatChangesWhileItIsReadIsNoCrash() throws {
    let workshop = Workshop()
    let whole = try #require(try? FileBytes(path: "/bin/true").prefix(1 << 20))
    let path = workshop.write("changing", whole)
    final class Writer: Sendable {
      let path: String
      init(_ path: String) { self.path = path }
      func run() {
        for round in 0..<2000 {
          let file = unsafe open(path, O_RDWR)
          ftruncate(file, [100, 4000, 40_000][round % 3])
          var word = UInt64(round) &* 0x9E37_79B9_7F4A_7C15
          unsafe pwrite(file, &word, 8, off_t(round * 37 % 3000))
          close(file)
        }
      }
    }
    var thread = pthread_t()
    let writer = unsafe Unmanaged.passRetained(Writer(path)).toOpaque()
    unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Writer>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, writer)
    for _ in 0..<100 { readEverything(path) }
    pthread_join(thread, nil)
  }
}
