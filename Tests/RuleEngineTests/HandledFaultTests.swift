import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Faults that a program handles")
struct HandledFaultTests {
  private var fault: SignalDelivery {
    SignalDelivery(
      signal: .segmentationViolation, code: 1, faultAddress: 24, instructionPointer: 0x400100,
      disposition: .handled)
  }

  private func diagnosis(_ build: (inout Trace) -> Void) -> Diagnosis {
    var trace = Trace("/opt/app/app")
    build(&trace)
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
      .diagnosis()
  }

  /// The fault, what its handler said, and the fault once more.
  private func unreturned(_ trace: inout Trace) {
    trace.add(.signal(signal: fault))
    trace.say("app: internal error, please report")
    var again = fault
    again.endedInHandler = true
    again.stack = [
      StackFrame(
        address: 0x400100, module: "/opt/app/app", function: "price", file: "/src/app.c", line: 10)
    ]
    trace.add(.signal(signal: again))
  }

  @Test(
    "One whose handler never returned is the cause, whatever the handler did",
    arguments: [
      (ProcessEnd.exited(status: 1), "ended it with exit status 1"),
      (.killed(signal: .abort, coreDumped: false), "aborted (SIGABRT)"),
      (.killed(signal: .segmentationViolation, coreDumped: true), "raised SIGSEGV again"),
      (.killed(signal: .bus, coreDumped: false), "was ended by SIGBUS"),
    ])
  func cause(end: ProcessEnd, words: String) throws {
    let diagnosis = diagnosis {
      unreturned(&$0)
      if case .killed(let signal, _) = end { $0.deliver(signal, code: -6, sender: Trace.first) }
      $0.add(.processEnded(end: end))
    }
    let cause = try #require(diagnosis.findings.first)
    #expect(diagnosis.status == .failed)
    #expect(cause.role == .cause)
    #expect(cause.heuristic == "processes/null-pointer")
    #expect(cause.signal == .segmentationViolation)
    #expect(cause.title.contains("price() used a null pointer, at /src/app.c line 10"))
    let because = cause.because.joined(separator: " ")
    #expect(because.contains("Its own handler for SIGSEGV ran then, and \(words)."))
    #expect(because.contains("It said: app: internal error, please report"))
    #expect(because.contains("24 bytes"))
  }

  @Test("One whose handler returned is none, nor is that of a run that ended well")
  func noCause() {
    let failed = diagnosis {
      $0.add(.signal(signal: fault))
      $0.say("app: internal error, please report")
      $0.exit(3)
    }
    #expect(failed.findings.allSatisfy { $0.signal == nil })
    let well = diagnosis {
      unreturned(&$0)
      $0.exit(0)
    }
    #expect(well.status == .succeeded)
    #expect(well.findings.allSatisfy { $0.role != .cause })
  }

  @Test("A child whose handler ended it with status 1 handed its failure on, though it was silent")
  func silentChild() throws {
    let diagnosis = diagnosis {
      $0.spawn(200, "/opt/app/worker")
      $0.add(.signal(signal: fault), by: 200)
      var again = fault
      again.endedInHandler = true
      $0.add(.signal(signal: again), by: 200)
      $0.exit(1, by: 200)
      $0.exit(1)
    }
    let cause = try #require(diagnosis.findings.first)
    #expect(cause.role == .cause)
    #expect(cause.subject == "/opt/app/worker")
  }
}
