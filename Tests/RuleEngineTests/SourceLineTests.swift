import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Lines of source around the place of a crash")
struct SourceLineTests {
  /// What is said of a crash at line 3 of `file`, where the machine has these sources.
  private func because(_ file: String, sources: [String]) -> String {
    var machine = FakeInspector()
    for path in sources {
      machine[.linesAround(file: path, line: 3, context: 2)] = .lines(
        list: (1...5).map { TextLine(file: path, number: $0, text: "\(path) \($0)") })
    }
    var trace = Trace("/opt/app/app")
    var delivery = SignalDelivery(
      signal: .segmentationViolation, code: 1, faultAddress: 24, instructionPointer: 0x400100)
    delivery.stack = [
      StackFrame(
        address: 0x400100, module: "/opt/app/app", function: "price", file: file, line: 3)
    ]
    trace.add(.signal(signal: delivery))
    trace.add(.processEnded(end: .killed(signal: .segmentationViolation, coreDumped: false)))
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: machine
    ).diagnosis()
    return diagnosis.findings.first?.because.joined(separator: "\n") ?? ""
  }

  @Test("The line stands marked between those around it")
  func around() {
    let text = because("/src/app.c", sources: ["/src/app.c"])
    #expect(text.contains("> 3 | /src/app.c 3"))
    #expect(text.contains("  1 | /src/app.c 1"))
    #expect(text.contains("  5 | /src/app.c 5"))
  }

  @Test("A source that was moved is passed over in silence")
  func moved() {
    #expect(!because("/src/app.c", sources: ["/elsewhere/app.c"]).contains(" | "))
  }

  @Test("A relative path counts from the program's directory where nothing else has it")
  func relative() {
    #expect(
      because("src/app.c", sources: ["/opt/app/src/app.c"])
        .contains("> 3 | /opt/app/src/app.c 3"))
    #expect(!because("src/app.c", sources: ["src/app.c"]).contains(" | "))
  }
}
