import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct PackageTests {
  @Test(arguments: [
    ("libwebp.so.6", "libwebp6"), ("libssl.so.1.1", "libssl1.1"), ("libfoo2.so.3", "libfoo2-3"),
    ("libX11.so.6", "libx11-6"), ("/usr/bin/curl", "curl"), ("libzstd.so", "libzstd-dev"),
  ])
  func namesFollowDebian(_ file: String, _ package: String) {
    #expect(PackageLists.candidates(for: file).first == package)
  }

  @Test(arguments: ["stdio.h", "", "a b", "x\n\nPackage: y", ".so.1", "-x"])
  func otherNamesHaveNoCandidates(_ file: String) {
    #expect(PackageLists.candidates(for: file).isEmpty)
  }

  /// A path below a directory that one package alone has.
  @Test func whatIsMissingDoesNotBelongToItsDirectory() {
    let answer = InstalledPackages.owner(of: "/usr/share/doc/dpkg/there-is-no-such-file")
    if case .names(let list) = answer { #expect(list.isEmpty) }
  }

  @Test func onlyWholeNamesOfTheListCount() {
    let list = Array("Package: first\nVersion: 1\n\nPackage: libwebp6\nDepends: libwebp7\n".utf8)
    let found = unsafe PackageLists.packages(
      of: ["first", "libwebp6", "libwebp7", "libwebp"], in: list.span.bytes)
    #expect(found == ["first", "libwebp6"])
  }

  @Test func contentsNameThePackages() {
    let list = Array(
      "usr/bin/mtr\t net/mtr,net/mtr-tiny\nusr/include/zlib.h   libdevel/zlib1g-dev\nx/amtr y/no\n"
        .utf8)
    let bytes = unsafe list.span.bytes
    #expect(PackageLists.packages(containing: "mtr", in: bytes) == ["mtr", "mtr-tiny"])
    #expect(PackageLists.packages(containing: "zlib.h", in: bytes) == ["zlib1g-dev"])
    #expect(PackageLists.packages(containing: "tr", in: bytes).isEmpty)
  }

  @Test func compressedListIsRead() throws {
    let scratch = try Scratch()
    // Some parts long, so that a name spans two of them.
    let filler = (0..<200_000).map { "Package: filler\($0)\n" }.joined()
    let plain = try scratch.file("list", filler + "Package: wanted\n" + filler)
    guard try run(["lz4", "-q", plain, plain + ".lz4"]).status == 0 else {
      withKnownIssue("no lz4 command here") { Issue.record("skipped") }
      return
    }
    func found(in file: String) throws -> (complete: Bool, packages: Set<String>) {
      guard let list = MappedFile(path: file, limit: 64 << 20) else { throw Failure(call: "mmap") }
      var packages: Set<String> = []
      let complete = list.withBytes { bytes in
        LZ4Frames.decompress(bytes) { part, isStart in
          packages.formUnion(
            PackageLists.packages(
              of: ["wanted", "filler199999", "filler2000"], in: part, isStart: isStart))
        }
      }
      return (complete, packages)
    }
    let whole = try found(in: plain + ".lz4")
    #expect(whole.complete)
    #expect(whole.packages == ["wanted", "filler199999", "filler2000"])
    #expect(try !found(in: plain).complete)
    _ = try run(["truncate", "-s", "100000", plain + ".lz4"])
    #expect(try !found(in: plain + ".lz4").complete)
  }

  @Test func ownerIsInApksDatabase() {
    let text = "P:musl\nF:lib\nR:ld-musl.so.1\n\nP:busybox\nF:bin\nR:busybox\nF:\nR:top\n"
    let database = text.utf8.split(separator: UInt8(ascii: "\n")).map { Array($0)[...] }
    #expect(InstalledPackages.apkOwner(of: ["/bin/busybox"], database: database) == "busybox")
    #expect(InstalledPackages.apkOwner(of: ["/top"], database: database) == "busybox")
    #expect(InstalledPackages.apkOwner(of: ["/bin/none"], database: database) == nil)
  }

  @Test(.enabled(if: try FileStatus(of: "/var/lib/dpkg/info").type == .directory))
  func ownerIsInDpkgsLists() {
    let inspector = LiveSystemInspector()
    for path in ["/usr/bin/bash", "/bin/bash"] {
      #expect(inspector.answer(.packageOwning(path: path)) == .names(list: ["bash"]))
    }
    #expect(inspector.answer(.packageOwning(path: "/none/at/all")) == .names(list: []))
    #expect(inspector.answer(.packageOwning(path: "/usr/bin")) == .names(list: []))
    #expect(inspector.answer(.packageOwning(path: "/bin/bas")) == .names(list: []))
  }

  @Test(.enabled(if: try FileStatus(of: "/var/lib/dpkg/info").type == .directory))
  func configurationIsInDpkgsLists() throws {
    let lists = try FileReading.names(in: "/var/lib/dpkg/info", limit: 100_000)
    let list = try #require(lists.first { $0.hasSuffix(".conffiles") })
    let lines = try FileReading.contents(of: "/var/lib/dpkg/info/" + list, limit: 1 << 20).lines
    let line = TargetText.decoding(try #require(lines.last))
    let path = String(line[try #require(line.firstIndex(of: "/"))...])
    let asked = ["/none/at/all", path, "/etc/passwd"]
    #expect(
      LiveSystemInspector().answer(.packageConfiguration(paths: asked)) == .names(list: [path]))
  }
}
