import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct NearbyFilesTests {
  @Test func nearestComesFirst() throws {
    let scratch = try Scratch()
    for directory in ["a", "a/b", "a/b/c", "lib"] { try scratch.directory(directory) }
    try scratch.file("a/b/c/x.h")
    try scratch.file("lib/x.h")
    try scratch.file("lib/xx.h")
    #expect(
      NearbyFiles.named(["x.h"], around: [scratch.path])
        == [scratch("lib/x.h"), scratch("a/b/c/x.h")])
    #expect(NearbyFiles.named(["c/x.h"], around: [scratch.path]) == [scratch("a/b/c/x.h")])
    #expect(NearbyFiles.named(["none", "lib/x.h"], around: [scratch.path]) == [scratch("lib/x.h")])
  }

  @Test func whatIsTooDeepOrHiddenIsLeftOut() throws {
    let scratch = try Scratch()
    for directory in ["1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5", ".git"] {
      try scratch.directory(directory)
    }
    try scratch.file("1/2/3/4/5/x.h")
    try scratch.file(".git/x.h")
    try scratch.link("y.h", to: "gone")
    #expect(NearbyFiles.named(["x.h", "y.h"], around: [scratch.path]).isEmpty)
    #expect(NearbyFiles.named(["x.h"], around: ["relative", scratch("none")]).isEmpty)
    #expect(NearbyFiles.named(["", ".."], around: [scratch.path]).isEmpty)
  }

  @Test func linksLeadNowhereElseAndEachDirectoryIsListedOnce() throws {
    let scratch = try Scratch()
    try scratch.directory("a")
    try scratch.file("a/x.h")
    try scratch.link("a/loop", to: "..")
    #expect(
      NearbyFiles.named(["x.h"], around: [scratch("a"), scratch.path]) == [scratch("a/x.h")])
  }
}
