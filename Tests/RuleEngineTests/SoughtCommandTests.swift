import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

/// Commands that a program looks for along PATH by itself, and what it then says.
struct SoughtCommandTests {
  private func title(
    _ words: [String], places: [String] = ["/usr/local/bin", "/usr/bin", "/bin"],
    runs other: String? = nil
  ) throws -> String {
    var trace = Trace(
      "/usr/bin/app", environment: ["PATH=/usr/local/bin:/usr/bin:/bin"])
    for place in places { trace.stat("\(place)/exiv3", .fails(.noEntry)) }
    if let other {
      trace.spawn(200, other)
      trace.exit(1, by: 200)
    }
    for line in words { trace.say(line) }
    trace.exit(1)
    return try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first
    ).title
  }

  @Test("Words that name nothing do not stand before a command that is in no directory of PATH")
  func vague() throws {
    #expect(try title(["metadata: tool chain incomplete"]).contains("exiv3 was not found in PATH"))
  }

  @Test(
    "Words that name something do; and a look in one directory is no search",
    arguments: [
      (["cannot read 'photo.jpg'"], ["/usr/local/bin", "/usr/bin", "/bin"]),
      (["tool chain incomplete"], ["/usr/bin"]),
    ])
  func other(_ words: [String], _ places: [String]) throws {
    #expect(try !title(words, places: places).contains("exiv3"))
  }

  @Test("Who ran something else after the search had no need of it")
  func ranOther() throws {
    #expect(try !title(["app: ld returned an error"], runs: "/usr/bin/ld").contains("exiv3"))
  }

  @Test("That the program named it is not said of what its words only fit")
  func reason() throws {
    var trace = Trace("/usr/bin/app", environment: ["PATH=/usr/local/bin:/usr/bin:/bin"])
    for place in ["/usr/local/bin", "/usr/bin", "/bin"] {
      trace.stat("\(place)/exiv3", .fails(.noEntry))
    }
    trace.say("metadata: tool chain incomplete")
    trace.exit(1)
    let finding = try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first)
    #expect(finding.reason.contains("what was then said fits it"))
    #expect(!finding.reason.contains("named it"))
  }
}
