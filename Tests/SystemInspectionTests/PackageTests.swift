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

  @Test func onlyWholeNamesOfTheListCount() {
    let list = Array("Package: first\nVersion: 1\n\nPackage: libwebp6\nDepends: libwebp7\n".utf8)
    let found = unsafe PackageLists.packages(
      of: ["first", "libwebp6", "libwebp7", "libwebp"], in: list.span.bytes)
    #expect(found == ["first", "libwebp6"])
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
}
