import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Where what words quote stands")
struct QuotedPlaceTests {
  private func words(_ line: String, _ arguments: [String] = ["-f", "h.cfg"]) throws -> [String] {
    var trace = Trace("/usr/bin/app")
    trace.execute("/usr/bin/app", arguments)
    let root = try #require(trace.history.root)
    return Observer.quotedWords(in: line, root)
  }

  @Test("What is quoted, R's expression and Erlang's function; nothing that the user gave")
  func quoted() throws {
    #expect(try words("unable to find required default_backend: 'app_srv'.") == ["app_srv"])
    #expect(
      try words("Error in print(dat$y) : object 'dat' not found") == ["print(dat$y)", "dat"])
    #expect(try words("exception error: undefined function lists:revers/1") == ["lists:revers"])
    #expect(try words("cannot read '/etc/x'").isEmpty)
    #expect(try words("cannot read 'h.cfg'").isEmpty)
    #expect(try words("bad number '12'").isEmpty)
  }

  @Test("The word of a line that is named by its number alone")
  func rejected() {
    let line = "app: bad option at line 2 of d.conf"
    #expect(UnknownWord.first(of: "dhcp-rnage=10.0.0.5", rejectedBy: line) == "dhcp-rnage")
    #expect(UnknownWord.first(of: "dhcp-rnage=1", rejectedBy: "bad option 'foo' at line 2") == nil)
    #expect(UnknownWord.first(of: "x = 1", rejectedBy: "app: bad number at line 2") == nil)
  }

  @Test("The process id in the first line of a lock file, and no part of a word")
  func pid() {
    #expect(Observer.writtenPid("4711") == 4711)
    #expect(Observer.writtenPid("pid: 4711") == 4711)
    #expect(Observer.writtenPid("{\"Who\":\"ci@runner7\"}") == nil)
    #expect(Observer.writtenPid("it was made by 4711 for us") == nil)
  }

  @Test("A sentence that goes on in an indented line")
  func continued() {
    #expect(
      Observer.continued("Error: it was expected of type", by: "         string")
        == "Error: it was expected of type string")
    #expect(Observer.continued("Error: it failed", by: "         string") == nil)
    #expect(Observer.continued("Error: it was expected of type", by: "string") == nil)
  }

  @Test("A summary with the same reason is told by the line that has the place")
  func placed() {
    func best(_ first: String, _ second: String) -> Int? {
      var trace = Trace("/usr/bin/app")
      trace.say(first)
      trace.say(second)
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      return Ranking.placedBefore(1, run)
    }
    let summary = "zone a.test: loading failed: bad dotted quad"
    #expect(best("a.zone:4: near '10.0.0.300': bad dotted quad", summary) == 0)
    #expect(best("a.zone:4: near '10.0.0.300': no such name", summary) == nil)
    #expect(best("near '10.0.0.300': bad dotted quad", summary) == nil)
  }

  @Test("A warning that is all that was said, in clear words")
  func warning() {
    func isOnly(_ lines: String...) -> Bool {
      var trace = Trace("/usr/bin/app")
      for line in lines { trace.say(line) }
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      return Ranking.isOnlyComplaint(lines.count - 1, run)
    }
    #expect(isOnly("WARNING: Package(s) not found: x"))
    #expect(!isOnly("WARNING: x is deprecated"))
    #expect(!isOnly("cannot open y", "WARNING: Package(s) not found: x"))
  }
}
