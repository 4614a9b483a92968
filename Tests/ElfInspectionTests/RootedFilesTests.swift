import Testing

@testable import ElfInspection

/// Paths as a process below a root directory sees them.
struct RootedFilesTests {
  @Test func linksLeadBackIntoTheRoot() throws {
    let workshop = Workshop()
    try workshop.must(
      "mkdir -p usr/lib deep/er; ln -s usr/lib lib; ln -s /usr/lib/one.so.1 usr/lib/one.so;"
        + " touch usr/lib/one.so.1; ln -s ../../../../lib/one.so deep/er/up; ln -s . here")
    let files = RootedFiles(root: workshop.path)
    for path in [
      "/lib/one.so", "/usr/lib/one.so.1", "/deep/er/up", "/lib/../lib/./one.so", "/here/lib/one.so",
      "/../../lib/one.so",
    ] {
      // Once more from what is kept.
      for _ in 0..<2 { #expect(files.resolved(path) == "/usr/lib/one.so.1", "\(path)") }
    }
    #expect(files.resolved("/lib") == "/usr/lib" && files.resolved("/lib/") == "/usr/lib")
    #expect(files.resolved("/") == "/" && files.resolved("/here") == "/")
    #expect(files.resolved("/lib/one.so.1/x") == nil && files.resolved("/none/x") == nil)
    #expect(files.isDirectory("/lib") && !files.isDirectory("/lib/one.so"))
    #expect(files.withoutLinkedDirectories("/lib/one.so") == "/usr/lib/one.so")
  }

  @Test func aLinkThatLeadsNowhereTellsWhere() throws {
    let workshop = Workshop()
    try workshop.must(
      "mkdir d; ln -s two d/one; ln -s gone.so d/two; ln -s b a; ln -s a b; ln -s me me; touch f")
    let files = RootedFiles(root: workshop.path)
    func target(_ path: String) -> String? {
      switch files.lostLink(path) {
      case .nowhere(let target): target
      case .inCircle: "in a circle"
      case nil: nil
      }
    }
    #expect(target("/d/one") == "gone.so" && target("/d/two") == "gone.so")
    #expect(target("/a") == "in a circle" && target("/me") == "in a circle")
    #expect(target("/f") == nil && target("/d/none") == nil && target("/none/none") == nil)
    for path in ["/a", "/me", "/d/one", "/a/x"] { #expect(files.resolved(path) == nil) }
  }
}
