import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

private let server = SocketAddress.ip4(address: "127.0.0.1", port: 8602)

/// Runs whose words name nothing, and what was behind them.
private let vagueRuns: [RunCase] = [
  RunCase(
    name: "a module that is nowhere on the path of the search",
    heuristic: "files/not-in-search-path",
    subject: "Acme/HTTP2.pm",
    build: {
      for directory in ["/srv/lib", "/etc/perl", "/usr/share/perl5"] {
        $0.stat(directory + "/Acme/HTTP2.pmc", .fails(.noEntry))
        $0.stat(directory + "/Acme/HTTP2.pm", .fails(.noEntry))
      }
      $0.say("backend unavailable")
      $0.exit(2)
    }),
  RunCase(
    name: "a name that was tried with the endings of code", heuristic: "files/missing",
    subject: "/srv/conf/prod",
    build: {
      for suffix in ["", ".js", ".json", ".node"] {
        $0.stat("/srv/conf/prod" + suffix, .fails(.noEntry))
      }
      $0.say("bad environment")
      $0.exit(4)
    }),
  RunCase(
    name: "a file of no code", heuristic: "words/complaint", subject: "bad environment",
    build: {
      $0.stat("/srv/conf/prod.flags", .fails(.noEntry))
      $0.say("bad environment")
      $0.exit(4)
    }),
  RunCase(
    name: "a module that was done without, long before", heuristic: "words/complaint",
    subject: "sync failed",
    build: {
      $0.stat("/srv/lib/JSON/XS.pm", .fails(.noEntry))
      for index in 0..<20 { $0.read("/srv/data/\(index)") }
      $0.say("sync failed")
      $0.exit(2)
    }),
  RunCase(
    name: "a module, and then words that say why", heuristic: "words/complaint",
    subject: "input rejected: duplicate entry 17",
    build: {
      $0.stat("/srv/lib/JSON/XS.pm", .fails(.noEntry))
      $0.say("input rejected: duplicate entry 17")
      $0.exit(2)
    }),
  RunCase(
    name: "a connection, right before", heuristic: "words/vain-connection",
    subject: "127.0.0.1:8602",
    build: {
      $0.socket("connect", server)
      $0.say("health check: FAIL")
      $0.exit(1)
    }),
  RunCase(
    name: "a socket for datagrams", heuristic: "words/complaint", subject: "health check: FAIL",
    build: {
      $0.socket("connect", server, type: "SOCK_DGRAM")
      $0.say("health check: FAIL")
      $0.exit(1)
    }),
  RunCase(
    name: "a connection, and much after it", heuristic: "words/complaint", subject: "import failed",
    build: {
      $0.socket("connect", server)
      for index in 0..<20 { $0.read("/srv/data/\(index)") }
      $0.say("import failed")
      $0.exit(1)
    }),
  RunCase(
    name: "a datagram that is too long", heuristic: "network/datagram-too-long",
    subject: "127.0.0.1:8602",
    build: {
      $0.socket("connect", server, type: "SOCK_DGRAM")
      $0.call(
        "sendto", [.descriptor(number: 5), .integer(value: 70_000), .symbol(name: "0")],
        .fails(ErrorNumber(rawValue: 90)))
      $0.say("metrics not sent")
      $0.exit(1)
    }),
  RunCase(
    name: "what was in the way and could not be removed", heuristic: "permissions/refused",
    subject: "/srv/conf/app.ini",
    build: {
      let path = "/srv/conf/app.ini"
      $0.open(path, .fails(.exists), flags: "O_WRONLY|O_CREAT|O_EXCL")
      $0.call("unlink", path, .fails(.accessDenied))
      $0.say("tar: \(path): Cannot open: File exists")
      $0.exit(2)
    }),
  RunCase(
    name: "a library of LD_PRELOAD that the loader goes on without",
    heuristic: "network/connection-refused", subject: "127.0.0.1:8602",
    build: {
      $0.open("/opt/libfake.so.1", .fails(.noEntry))
      $0.say(
        "ERROR: ld.so: object '/opt/libfake.so.1' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored."
      )
      $0.socket("connect", server, .fails(.connectionRefused))
      $0.exit(7)
    }),
]

@Suite("Reasons that words keep to themselves")
struct HiddenReasonTests {
  @Test("The first finding names it", arguments: vagueRuns)
  func cause(run: RunCase) throws {
    let first = try #require(run.diagnosis.findings.first)
    #expect(first.heuristic == run.heuristic && first.subject == run.subject)
    #expect(first.role == .cause)
  }

  @Test(
    "Questions to the user",
    arguments: [
      ("Continue with production? [y/N]", "Continue with production? [y/N]"),
      ("Do you want to continue? [Y/n] Abort.", "Do you want to continue? [Y/n]"),
      ("Do you want to continue?", "Do you want to continue?"),
    ])
  func questions(line: String, question: String) {
    #expect(Complaint.question(in: line) == question)
  }

  @Test(
    "Lines that ask for nothing",
    arguments: ["Is the server running on that host?", "did you mean prod?", "no such host"])
  func noQuestions(line: String) { #expect(Complaint.question(in: line) == nil) }

  @Test("A question that nobody answers is no error; at a terminal somebody could")
  func unanswered() throws {
    for (input, isUnanswered) in [("/dev/null", true), ("/dev/pts/0", false)] {
      var trace = Trace(
        "/bin/bash", descriptors: [0: input, 1: "/dev/pts/0", 2: "/dev/pts/0"])
      trace.say("Deploy to production? [y/N]")
      trace.exit(1)
      let diagnosis = Diagnostician(
        history: trace.history, catalog: .embedded, inspector: FakeInspector()
      ).diagnosis()
      let first = try #require(diagnosis.findings.first)
      #expect((first.heuristic == "words/question-unanswered") == isUnanswered)
    }
  }

  @Test(
    "Who listens so takes connections to an address",
    arguments: [
      ("listening on 127.0.0.1:80", true), ("listening on 0.0.0.0:80", true),
      ("listening on [::]:80", true), ("listening on 10.0.0.1:80", false),
      ("listening on 127.0.0.1:8080", false), ("bound to 127.0.0.1:80", false),
    ])
  func covers(manner: String, isCovered: Bool) {
    #expect(Observer.covers(manner, host: "127.0.0.1", port: 80) == isCovered)
  }

  @Test("The import that a program hides, by its source")
  func hiddenImport() throws {
    var trace = Trace("/usr/bin/python3", ["/srv/a.py"])
    trace.read("/srv/a.py")
    trace.read("/srv/plugins/auth.py")
    trace.say("auth plugin could not be loaded")
    trace.exit(1)
    let source = ["import os, sys", "import acme_ldap3", "import json"].enumerated().map {
      TextLine(file: "/srv/plugins/auth.py", number: $0 + 1, text: $1)
    }
    var inspector = FakeInspector([
      .linesAround(file: "/srv/plugins/auth.py", line: 1, context: 50): .lines(list: source)
    ])
    inspector[.program(path: "/srv/plugins/os.py")] = .program(facts: .empty)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    let first = try #require(diagnosis.findings.first)
    #expect(first.heuristic == "words/missing-module" && first.subject == "acme_ldap3")
  }

  @Test(
    "What a line imports for certain",
    arguments: [
      (["import a, b.c as d"], 0, ["a", "b"]), (["from a.b import c"], 0, ["a"]),
      (["from . import c"], 0, []), (["  import a"], 0, []), (["important = 1"], 0, []),
      (["try:", "  import a", "except ImportError:", "  sys.exit(1)"], 1, ["a"]),
      (["try:", "  import a", "except ImportError:", "  a = None"], 1, []),
    ])
  func imports(lines: [String], index: Int, names: [String]) {
    #expect(Observer.imports(at: index, lines) == names)
  }
}
