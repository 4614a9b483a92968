import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct PathWalkerTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.directory("a")
    try scratch.directory("a/b")
    try scratch.file("a/b/file", "text")
    try scratch.link("to-b", to: "a/b")
    try scratch.link("absolute", to: scratch("a/b"))
    try scratch.link("a/up", to: "../a/b/file")
    try scratch.link("dangling", to: "a/none/deep")
    try scratch.link("second", to: "dangling")
    try scratch.link("loop1", to: "loop2")
    try scratch.link("loop2", to: "loop1")
    try scratch.link("through", to: "to-b/absent")
  }

  private func end(_ name: String) -> PathWalk.End {
    PathWalker().walk(scratch(name)).end
  }

  @Test(arguments: [
    "a/b/file", "to-b/file", "absolute/file", "a/up", "a/./b//file", "a/b/../b/file", "a/b/",
    "to-b/", "absolute/../b/file", "to-b/..",
  ])
  func wholePathExists(_ name: String) {
    #expect(end(name) == .exists)
  }

  @Test func firstMissingComponentIsSpelledAsAsked() {
    #expect(end("a/x/y/z") == .missing(path: scratch("a/x")))
    #expect(end("to-b/x") == .missing(path: scratch("to-b/x")))
    #expect(end("a/b/x/") == .missing(path: scratch("a/b/x")))
  }

  @Test func danglingLinkNamesTheLastLink() {
    let dangling = PathWalk.End.danglingLink(
      link: scratch("dangling"), target: "a/none/deep", missing: scratch("a/none"))
    #expect(end("dangling") == dangling)
    #expect(end("second") == dangling)
    #expect(
      end("through")
        == .danglingLink(
          link: scratch("through"), target: "to-b/absent", missing: scratch("a/b/absent")))
  }

  @Test func loopsEnd() {
    #expect(end("loop1") == .linkLoop(link: scratch("loop1")))
    #expect(end("loop2/x") == .linkLoop(link: scratch("loop2")))
  }

  @Test(arguments: ["a/b/file/x", "a/b/file/", "to-b/file/..", "a/up/"])
  func fileIsNoDirectory(_ name: String) {
    #expect(end(name) == .notDirectory(path: scratch("a/b/file")))
  }

  @Test func componentsAreLinksAndThenTheirTargets() throws {
    let components = PathWalker().walk(scratch("to-b/file")).walk.components
    let names = components.map { $0.path.replacing(scratch.path, with: "~") }
    #expect(names == ["/", "/tmp", "~", "~/to-b", "~/a", "~/a/b", "~/a/b/file"])
    let link = try #require(components.first { $0.path == scratch("to-b") })
    #expect(link.type == .symbolicLink)
    #expect(link.linkTarget == "a/b")
    #expect(components.last?.size == 4)
    #expect(components.last?.mode == 0o644)
  }

  @Test func missingComponentIsTheLast() {
    let walk = PathWalker().walk(scratch("a/x/y")).walk
    #expect(walk.components.last?.path == scratch("a/x"))
    #expect(walk.components.last?.type == nil)
    #expect(walk.components.last?.error == .noEntry)
  }

  @Test func linkAtTheEndIsLeftAloneOnRequest() {
    var walker = PathWalker()
    walker.followsLast = false
    let walked = walker.walk(scratch("dangling"))
    #expect(walked.end == .exists)
    #expect(walked.steps.last?.component.type == .symbolicLink)
  }

  @Test func hostilePathsEnd() {
    #expect(PathWalker().walk("").end == .missing(path: ""))
    #expect(PathWalker().walk("/a\u{0}b").end == .missing(path: "/a\u{0}b"))
    let long = String(repeating: "x", count: 300)
    #expect(end(long) == .missing(path: scratch(long)))
    let deep = String(repeating: "/..", count: 20_000)
    #expect(PathWalker().walk(deep).steps.count == 1)
    // 40 links are followed, as the kernel does, and not one more.
    for index in 0..<41 {
      _ = try? scratch.link("chain\(index)", to: index == 0 ? "a" : "chain\(index - 1)")
    }
    #expect(end("chain39") == .exists)
    #expect(end("chain40") != .exists)
    #expect(unsafe access(scratch("chain39"), F_OK) == 0)
    #expect(unsafe access(scratch("chain40"), F_OK) != 0)
  }

  @Test(.enabled(if: unsafe access("/root", X_OK) != 0, "root may search every directory"))
  func directoryThatWeMayNotSearchEndsTheWalk() {
    #expect(PathWalker().walk("/root/x/y").end == .unsearchable(path: "/root"))
  }

  @Test func linkOfProcLeadsToAnObject() throws {
    let ends = try channel()
    defer { for end in ends { close(end) } }
    let walked = PathWalker().walk("/proc/self/fd/\(ends[0])")
    #expect(walked.end == .exists)
    #expect(walked.steps.last?.component.type == .socket)
  }
}
