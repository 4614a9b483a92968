import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("A program that was stopped when its time was up")
struct StopTests {
  private func first(_ build: (inout Trace) -> Void) throws -> Finding {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    trace.note(.timedOut, "1.0")
    trace.call("kill", [], .unfinished)
    trace.kill(.terminate)
    return try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first)
  }

  @Test("The signal is named, and who sent it")
  func stopped() throws {
    let finding = try first { $0.deliver(.stop, sender: Trace.first) }
    #expect(finding.heuristic == "processes/stopped")
    #expect(finding.title.contains("SIGSTOP, which it sent to itself"))
  }

  @Test("One that went on since was not, nor one that handles the signal")
  func continued() throws {
    let wentOn = try first {
      $0.deliver(.stop)
      $0.open("/etc/x")
    }
    #expect(wentOn.heuristic == "processes/waiting")
    let handled = try first { $0.deliver(.terminalStop, disposition: .handled) }
    #expect(handled.heuristic == "processes/waiting")
  }
}
