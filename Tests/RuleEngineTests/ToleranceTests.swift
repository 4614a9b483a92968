import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Failures that a script passes over")
struct ToleranceTests {
  @Test(
    "Lines that say so",
    arguments: ["rm x || true", "  rm x || :", "rm x ||true # or not", "rm x; true"])
  func passesOver(line: String) { #expect(Tolerance.passesOver(line)) }

  @Test(
    "Lines that do not",
    arguments: ["rm x", "rm x || exit 1", "rm x && true", "true || rm x", "echo '|| true' x"])
  func doesNot(line: String) { #expect(!Tolerance.passesOver(line)) }

  private func found(_ program: String, _ build: (inout Trace) -> Void) -> [String] {
    var trace = Trace(program)
    build(&trace)
    let history = trace.history
    let inquiry = Inquiry(history: history, inspector: FakeInspector())
    return Tolerance.path(in: history, inquiry).path.processes.map { history.processes[$0].name }
  }

  @Test("What a script does over a failure is not why it fails, though it fails as well")
  func reaction() {
    for (script, last) in [
      ("rndc reload || { logger down; exit 1; }", "rndc"),
      ("rndc reload || {\nlogger down\nexit 1\n}", "rndc"),
      ("if ! rndc reload; then\n logger down\n exit 1\nfi", "rndc"),
      ("rndc reload; logger down; exit 1", "logger"),
      ("rndc reload || logger down", "logger"),
    ] {
      var trace = Trace("/bin/sh", ["-c", script])
      trace.spawn(200, "/usr/sbin/rndc", ["reload"])
      trace.say("rndc: connect failed", by: 200)
      trace.exit(1, by: 200)
      trace.spawn(300, "/usr/bin/logger", ["down"])
      trace.say("logger: no socket", by: 300)
      trace.exit(1, by: 300)
      trace.exit(1)
      let history = trace.history
      let inquiry = Inquiry(history: history, inspector: FakeInspector())
      let path = Tolerance.path(in: history, inquiry).path.processes
      #expect(path.last.map { history.processes[$0].name } == last, "\(script)")
    }
  }

  @Test("What make ignores is not why it fails; what it then tells is")
  func ignored() {
    let path = found("/usr/bin/make") {
      $0.spawn(200, "/bin/cp", ["x", "y"])
      $0.say("cp: cannot stat 'x'", by: 200)
      $0.exit(1, by: 200)
      $0.say("make: [Makefile:3: all] Error 1 (ignored)")
      $0.spawn(300, "/usr/bin/test", ["-s", "data"])
      $0.exit(1, by: 300)
      $0.say("make: *** [Makefile:4: all] Error 1")
      $0.exit(2)
    }
    #expect(path == ["make", "test"])
  }

  @Test("A child that make does not ignore is why it fails")
  func notIgnored() {
    let path = found("/usr/bin/make") {
      $0.spawn(200, "/bin/cp", ["x", "y"])
      $0.say("cp: cannot stat 'x'", by: 200)
      $0.exit(1, by: 200)
      $0.say("make: *** [Makefile:3: all] Error 1")
      $0.exit(2)
    }
    #expect(path == ["make", "cp"])
  }
}
