import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

/// Commands that a program looks for along PATH by itself, and what it then says.
struct SoughtCommandTests {
  private func title(_ words: [String], places: [String] = ["/usr/local/bin", "/usr/bin", "/bin"])
    throws -> String
  {
    var trace = Trace(
      "/usr/bin/app", environment: ["PATH=/usr/local/bin:/usr/bin:/bin"])
    for place in places { trace.stat("\(place)/exiv3", .fails(.noEntry)) }
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
}
