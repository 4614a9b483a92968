import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

/// A hand-made run, and what is to be said of it.
struct RunCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// The heuristic of the cause; nil where none must be claimed.
  let heuristic: String?
  let subject: String?
  var program = "/usr/bin/app"
  var environment: [String] = []
  var inspector = FakeInspector()
  let build: @Sendable (inout Trace) -> Void

  var testDescription: String { name }

  var diagnosis: Diagnosis {
    var trace = Trace(program, environment: environment)
    build(&trace)
    return Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
  }
}

@Suite("The cause of a run, end to end")
struct DiagnosticianTests {
  @Test("The first finding names the cause", arguments: failingRuns)
  func cause(run: RunCase) throws {
    let diagnosis = run.diagnosis
    #expect(diagnosis.status == .failed)
    let first = try #require(diagnosis.findings.first)
    #expect(first.heuristic == run.heuristic && first.subject == run.subject)
    #expect(first.role == .cause && first.confidence >= 0.5)
    #expect(diagnosis.summary == (first.title.hasSuffix(".") ? first.title : first.title + "."))
    #expect(!first.evidence.isEmpty)
    #expect(first.evidence.map(\.number) == first.evidence.map(\.number).sorted())
    #expect(diagnosis.findings.dropFirst().allSatisfy { $0.role != .cause })
    let sure = diagnosis.findings.map(\.confidence)
    #expect(sure == sure.sorted(by: >) && sure.allSatisfy { (0...1).contains($0) })
  }

  @Test("A near miss is not taken for the cause", arguments: nearMisses)
  func nearMiss(run: RunCase) {
    let causes = run.diagnosis.findings.filter { $0.role == .cause }
    #expect(!causes.contains { $0.heuristic == run.heuristic && $0.subject == run.subject })
  }

  @Test("A command that failed while its script went on is not taken for the cause")
  func overcome() {
    let causes = overcomeRefusal.diagnosis.findings.filter { $0.role == .cause }
    #expect(!causes.isEmpty && !causes.contains { $0.subject == overcomeRefusal.subject })
  }

  @Test("A run that succeeded has no cause, however much failed on its way", arguments: healthyRuns)
  func healthy(run: RunCase) {
    let diagnosis = run.diagnosis
    #expect(diagnosis.status == .succeeded)
    #expect(diagnosis.findings.allSatisfy { $0.role == .note })
    #expect(!diagnosis.summary.isEmpty)
  }

  @Test("grep that finds nothing answers, and says so")
  func answer() throws {
    var trace = Trace("/usr/bin/grep", ["x", "file"])
    trace.read("/home/ann/file")
    trace.exit(1)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .succeeded)
    #expect(diagnosis.findings.map(\.heuristic) == ["exits/nothing-found"])
    #expect(diagnosis.findings.first?.role == .note)
  }

  @Test("What failed in a run that went well is not the reason")
  func baseline() throws {
    func run(_ status: Int32, _ paths: [String]) -> Trace {
      var trace = Trace("/usr/bin/app")
      for path in paths { trace.open(path, .fails(.noEntry)) }
      trace.exit(status)
      return trace
    }
    let bad = run(1, ["/srv/needed", "/srv/usual"]).history
    let good = run(0, ["/srv/usual"]).history
    func cause(_ baseline: Baseline?) -> String? {
      Diagnostician(
        history: bad, catalog: .embedded, inspector: FakeInspector(), baseline: baseline
      ).diagnosis().findings.first?.subject
    }
    #expect(cause(nil) == "/srv/usual")
    #expect(cause(Baseline(good)) == "/srv/needed")
  }

  @Test("grep that could not read its file has failed")
  func noAnswer() throws {
    var trace = Trace("/usr/bin/grep", ["x", "file"])
    trace.open("file", .fails(.noEntry))
    trace.say("grep: file: No such file or directory")
    trace.exit(2)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .failed)
    #expect(diagnosis.findings.first?.subject == "/home/ann/file")
  }

  @Test("Where nothing explains the failure, no cause is claimed")
  func unknown() {
    var trace = Trace("/usr/bin/app")
    trace.open("/etc/ld.so.preload", .fails(.noEntry))
    trace.exit(3)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .failed)
    #expect(diagnosis.findings.allSatisfy { $0.role != .cause })
    #expect(diagnosis.summary.contains("could not tell why"))
  }

  @Test("A run out of time says where it was waiting")
  func hang() throws {
    var trace = Trace("/usr/bin/client")
    trace.socket("connect", .ip4(address: "10.0.0.1", port: 443))
    trace.note(.timedOut)
    trace.call("recvfrom", 5, nil, .unfinished)
    trace.kill(.kill)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .hung)
    #expect(diagnosis.findings.first?.heuristic == "processes/waiting")
    #expect(diagnosis.findings.first?.subject == "10.0.0.1:443")
  }

  @Test("Of nothing, nothing is said")
  func nothing() {
    let diagnosis = Diagnostician(
      history: History(), catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(diagnosis.status == .unknown && diagnosis.findings.isEmpty)
  }

  @Test("The same stream gives the same diagnosis", arguments: failingRuns)
  func reproducible(run: RunCase) {
    let first = run.diagnosis
    let second = run.diagnosis
    #expect(first.summary == second.summary)
    #expect(first.findings.map(\.title) == second.findings.map(\.title))
    #expect(first.findings.map(\.confidence) == second.findings.map(\.confidence))
  }

  @Test(
    "Words that are hostile reach a diagnosis without control characters of a template's making")
  func hostileWords() throws {
    var trace = Trace("/usr/bin/app")
    trace.open("/srv/{{path}}\u{1B}[31m\n$(reboot)", .fails(.noEntry))
    trace.say("app: cannot open /srv/{{path}}\u{1B}[31m: No such file or directory")
    trace.exit(1)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    let first = try #require(diagnosis.findings.first)
    #expect(!first.title.contains("\n"))
    for fix in first.fixes where fix.isCommand {
      #expect(!fix.text.contains(" $(reboot)"), "\(fix.text)")
    }
  }
}
