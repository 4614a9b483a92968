import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Failures in a run that succeeded")
struct UnheededFailureTests {
  /// A script that runs one command, which says something and ends, and then ends well itself.
  private func script(
    saying line: String, status: Int32 = 1, before: (inout Trace) -> Void = { _ in },
    after: (inout Trace) -> Void = { _ in }
  ) -> Trace {
    var trace = Trace("/bin/sh", ["backup.sh"])
    trace.spawn(101, "/bin/cp", ["a", "b"])
    before(&trace)
    trace.say(line, by: 101)
    trace.exit(status, by: 101)
    after(&trace)
    trace.exit(0)
    return trace
  }

  private func diagnosis(of trace: Trace) -> Diagnosis {
    Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
      .diagnosis()
  }

  @Test("An error that was shown is a note, which says why where a call tells, and no cause")
  func complaint() throws {
    let trace = script(
      saying: "cp: cannot stat '/srv/a': No such file or directory",
      before: { $0.stat("/srv/a", .fails(.noEntry), by: 101) })
    #expect(UnheededFailures.mayBe(in: trace.history))
    let diagnosis = diagnosis(of: trace)
    #expect(diagnosis.status == .succeeded)
    let note = try #require(diagnosis.findings.first)
    #expect(diagnosis.findings.count == 1 && note.role == .note)
    #expect(note.heuristic == "success/error-shown" && note.subject == "/srv/a")
    #expect(
      note.title == "cp reported an error: cannot stat '/srv/a': No such file or directory")
    #expect(note.because.first == "The reason: /srv/a does not exist.")
  }

  @Test("Of what is no error, was not shown, or was minded, nothing is said")
  func nothing() {
    let quiet = [
      script(saying: "cp: warning: source file 'a' specified more than once"),
      script(saying: "copied a, 0 errors", status: 0),
      script(
        saying: "cp: cannot stat 'a': No such file or directory",
        before: {
          $0.open("/dev/null", .gives(2), flags: "O_WRONLY", by: 101)
        }),
      script(
        saying: "cp: cannot stat 'a': No such file or directory",
        after: { $0.say("backup.sh: error of cp ignored") }),
      script(
        saying: "cp: cannot stat 'a': No such file or directory",
        after: {
          $0.spawn(102, "/bin/cp", ["a", "b"])
          $0.exit(0, by: 102)
        }),
    ]
    for trace in quiet { #expect(diagnosis(of: trace).findings.isEmpty) }
  }

  @Test("A program that crashed is a note; one that was ended by another, or that failed, is none")
  func deaths() {
    func run(_ signal: SignalNumber) -> Trace {
      var trace = Trace("/bin/sh", ["a.sh"])
      trace.spawn(101, "/srv/worker")
      trace.kill(signal, 101, sender: signal == .terminate ? 100 : nil)
      trace.exit(0)
      return trace
    }
    let crash = diagnosis(of: run(.segmentationViolation))
    #expect(crash.findings.map(\.heuristic) == ["success/program-crashed"])
    #expect(crash.findings.first?.title == "worker was killed by SIGSEGV, and sh went on")
    #expect(diagnosis(of: run(.terminate)).findings.isEmpty)
  }

  @Test("At most three are told of, and how many there are besides")
  func many() {
    var trace = Trace("/bin/sh", ["a.sh"])
    for number: ProcessID in 101...105 {
      trace.spawn(number, "/bin/cat", ["/srv/\(number)"])
      trace.say("cat: /srv/\(number): Permission denied", by: number)
      trace.exit(1, by: number)
    }
    trace.exit(0)
    let findings = diagnosis(of: trace).findings
    #expect(findings.count == 3)
    #expect(findings.last?.because.last == "2 more of this kind can be found above.")
  }

  @Test(
    "Lines that read as errors",
    arguments: [
      "error: unable to open",
      "error: Ignoring /etc/x.conf because of bad file mode", "E: Unable to locate package x",
      "[ERROR] build failed",
      "time=12:00 level=error msg=x", "ERROR:root:no database", "FATAL no such tape",
      "main.c:3:1: error: expected ';'", "ValueError: no", "app: /srv/x: Permission denied",
      "sh: 1: frob: not found", "No space left (No space left on device).",
    ])
  func errors(line: String) {
    #expect(Complaint.readsAsError(line))
  }

  @Test(
    "Lines that do not",
    arguments: [
      "warning: error ignored", "Compiling error.c", "0 errors, 3 warnings", "e: 12",
      "make: [Makefile:2: all] Error 1 (ignored)", "Checking error handling: ok",
      "yes: standard output: Broken pipe", "errors are logged to /var/log/x",
    ])
  func noErrors(line: String) {
    #expect(!Complaint.readsAsError(line))
  }
}
