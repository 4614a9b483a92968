import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("A program that was running when its time was up")
struct CircleTests {
  private func finding(
    _ repetitions: Int = 5, _ call: (inout Trace) -> Void
  ) throws -> Finding {
    var trace = Trace("/usr/bin/app")
    trace.pipe(3, 4)
    trace.note(.timedOut, "2.0")
    for _ in 0..<repetitions { call(&trace) }
    trace.kill(.terminate)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .hung)
    return try #require(diagnosis.findings.first)
  }

  @Test("A descriptor that is not open is named, and what poll says of it")
  func notOpen() throws {
    let finding = try finding { $0.call("poll", 9, "POLLNVAL", .gives(1)) }
    #expect(finding.heuristic == "processes/circle" && finding.subject == "descriptor 9")
    #expect(finding.title.contains("POLLNVAL") && finding.title.contains("not open"))
  }

  @Test("The other end of a pipe was closed")
  func hungUp() throws {
    let finding = try finding { $0.call("poll", 3, "POLLIN|POLLHUP", .gives(1)) }
    #expect(finding.heuristic == "processes/circle")
    #expect(finding.title.contains("descriptor 3 (a pipe): its other end was closed"))
  }

  @Test("A read at the end of its data, and a call that fails each time")
  func endOfData() throws {
    let read = try finding { $0.call("read", 0, nil, .gives(0)) }
    #expect(read.title.contains("read from descriptor 0") && read.title.contains("at its end"))
    let control = try finding { $0.call("ioctl", 7, nil, .fails(.invalidArgument)) }
    #expect(control.title.contains("ioctl fails each time: Invalid argument"))
  }

  @Test("Calls that were answered, or made once, are no circle")
  func none() throws {
    let answered = try finding { $0.call("poll", 3, "POLLIN", .gives(1)) }
    #expect(answered.heuristic == "processes/busy")
    let once = try finding(1) { $0.call("poll", 9, "POLLNVAL", .gives(1)) }
    #expect(once.heuristic == "processes/busy")
  }

  @Test("What it does once it was asked to end is not counted")
  func afterSignal() throws {
    var trace = Trace("/usr/bin/app")
    trace.note(.timedOut, "2.0")
    trace.deliver(.terminate)
    for _ in 0..<5 { trace.call("poll", 9, "POLLNVAL", .gives(1)) }
    trace.exit(143)
    #expect(trace.history.root?.lastCalls.isEmpty == true)
  }
}
