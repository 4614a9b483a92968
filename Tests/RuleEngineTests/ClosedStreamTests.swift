import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Standard streams that were closed at the start")
struct ClosedStreamTests {
  /// The heuristic that explains what a program says, started with one descriptor closed.
  private func heuristic(_ line: String, closed: Int32?) throws -> String {
    var trace = Trace("/bin/sh")
    trace.fork(200)
    if let closed { trace.call("close", closed, by: 200) }
    trace.execute("/usr/bin/app", by: 200)
    trace.say(line, by: 200)
    trace.exit(2, by: 200)
    trace.exit(2)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    let finding = try #require(diagnosis.findings.first)
    return finding.heuristic
  }

  @Test(
    "They are why, where the words are of a bad descriptor or of Python's None in their place",
    arguments: [
      ("sort: stat failed: -: Bad file descriptor", 0),
      ("AttributeError: 'NoneType' object has no attribute 'write'", 1),
    ] as [(String, Int32)])
  func closed(line: String, descriptor: Int32) throws {
    #expect(try heuristic(line, closed: descriptor) == "words/closed-stream")
  }

  @Test(
    "They are not, where all are open, or the words are of another None",
    arguments: [
      ("sort: stat failed: -: Bad file descriptor", nil),
      ("AttributeError: 'NoneType' object has no attribute 'group'", 0),
    ] as [(String, Int32?)])
  func other(line: String, descriptor: Int32?) throws {
    #expect(try heuristic(line, closed: descriptor) != "words/closed-stream")
  }
}
