import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What statuses and last words say of the children of a process")
struct StatusTests {
  private let address = SocketAddress.ip4(address: "127.0.0.1", port: 5432)

  private func path(_ program: String, _ build: (inout Trace) -> Void) -> [String] {
    var trace = Trace(program)
    build(&trace)
    let history = trace.history
    return FailurePath(in: history).processes.map { history.processes[$0].name }
  }

  /// Sends the words of a process to /dev/null.
  private func silence(_ process: ProcessID, _ trace: inout Trace) {
    trace.open("/dev/null", .gives(3), flags: "O_WRONLY", by: process)
    trace.duplicate(3, as: 2, by: process)
  }

  @Test("The child whose status a script ends with is meant, not one that failed unseen after it")
  func handedOn() {
    let path = path("/bin/sh") {
      $0.fork(200)
      $0.open("/srv/log", .gives(3), flags: "O_WRONLY|O_CREAT", by: 200)
      $0.duplicate(3, as: 2, by: 200)
      $0.execute("/usr/bin/rsync", by: 200)
      $0.say("rsync: open \"/srv/key.pem\" failed: Permission denied (13)", by: 200)
      $0.exit(23, by: 200)
      $0.fork(300)
      silence(300, &$0)
      $0.execute("/bin/ls", by: 300)
      $0.say("ls: cannot access 'x': No such file or directory", by: 300)
      $0.exit(2, by: 300)
      $0.say("publish failed (23)", on: .standardOutput)
      $0.exit(23)
    }
    #expect(path == ["sh", "rsync"])
  }

  @Test("What failed before a shell became the program is not why that one fails")
  func becameAnother() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/mkdir", ["/data"])
      $0.say("mkdir: cannot create directory '/data': Permission denied", by: 200)
      $0.exit(1, by: 200)
      $0.execute("/usr/bin/app")
      $0.say("app: cannot open x")
      $0.exit(1)
    }
    #expect(path == ["app"])
  }

  @Test("The child that xargs counts, though it said nothing and others came after it")
  func xargs() {
    let path = path("/usr/bin/xargs") {
      $0.spawn(200, "/usr/bin/lint", ["a"])
      $0.exit(1, by: 200)
      for child: ProcessID in [300, 400, 500] {
        $0.spawn(child, "/usr/bin/lint", ["b"])
        $0.exit(0, by: child)
      }
      $0.exit(123)
    }
    #expect(path == ["xargs", "lint"])
  }

  @Test(
    "A shell that says that it reached nobody failed for want of a connection",
    arguments: [("database not reachable", false), ("no help either", true)])
  func unreached(words: String, isLast: Bool) {
    let path = path("/bin/bash") { trace in
      for child: ProcessID in [200, 201] {
        trace.fork(child)
        silence(child, &trace)
        trace.socket("connect", address, .fails(.connectionRefused), by: child)
        trace.say("bash: connect: Connection refused", by: child)
        trace.exit(1, by: child)
      }
      trace.fork(300)
      silence(300, &trace)
      trace.execute("/bin/cat", ["help"], by: 300)
      trace.say("cat: help: No such file or directory", by: 300)
      trace.exit(1, by: 300)
      trace.say(words)
      trace.exit(1)
    }
    #expect(path == (isLast ? ["bash", "cat"] : ["bash", "bash"]))
  }

  @Test("A server in the background that failed, before a command whose words nobody was to see")
  func background() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/usr/bin/server")
      $0.spawn(300, "/bin/sleep", ["1"])
      $0.say("error: address already in use", by: 200)
      $0.exit(1, by: 200)
      $0.exit(0, by: 300)
      $0.fork(400)
      silence(400, &$0)
      $0.execute("/bin/cat", ["log"], by: 400)
      $0.say("cat: log: No such file or directory", by: 400)
      $0.exit(1, by: 400)
      $0.say("it did not start")
      $0.exit(1)
    }
    #expect(path == ["sh", "server"])
  }

  @Test("What a script does in a function that a trap calls at its end is not why it failed")
  func trapFunction() {
    var trace = Trace("/bin/bash", ["/srv/n.sh"])
    trace.read("/srv/n.sh")
    trace.spawn(200, "/usr/bin/fetch", ["x"])
    trace.say("fetch: connection refused", by: 200)
    trace.exit(1, by: 200)
    trace.spawn(300, "/bin/rmdir", ["/srv/work"])
    trace.say("rmdir: failed to remove '/srv/work': No such file or directory", by: 300)
    trace.exit(1, by: 300)
    trace.exit(1)
    let line = { (number: Int, text: String) in
      TextLine(file: "/srv/n.sh", number: number, text: text)
    }
    var machine = FakeInspector()
    machine[.linesMentioning(words: ["rmdir"], files: ["/srv/n.sh"])] = .lines(list: [
      line(3, "  rmdir \"$work\"")
    ])
    machine[.linesMentioning(words: ["trap"], files: ["/srv/n.sh"])] = .lines(list: [
      line(5, "trap cleanup EXIT")
    ])
    machine[.linesMentioning(words: ["cleanup"], files: ["/srv/n.sh"])] = .lines(list: [
      line(2, "cleanup() {"), line(5, "trap cleanup EXIT"),
    ])
    machine[.linesContaining(text: "}", file: "/srv/n.sh")] = .lines(list: [line(4, "}")])
    let history = trace.history
    let path = Tolerance.path(in: history, Inquiry(history: history, inspector: machine)).path
    #expect(path.processes.map { history.processes[$0].name } == ["bash", "fetch"])
  }

  @Test("A program that ended its child as an alarm went off, and then gave up")
  func endedChild() throws {
    var trace = Trace("/usr/bin/perl", ["guard.pl"])
    trace.spawn(200, "/bin/sh", ["-c", "sleep 20"])
    trace.deliver(.alarm, disposition: .handled)
    trace.call("kill", [.integer(value: 200), .symbol(name: "SIGHUP")])
    trace.kill(.hangup, 200, sender: Trace.first)
    trace.say("import aborted")
    trace.exit(9)
    let finding = try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first)
    #expect(finding.heuristic == "words/complaint")
    #expect(finding.because.joined().contains("sh (sh -c sleep 20) by SIGHUP"))
    #expect(finding.because.joined().contains("SIGALRM"))
  }

  @Test("A script that what it started itself ended by a pattern of its own command line")
  func ownPattern() throws {
    var trace = Trace("/srv/restart.sh")
    trace.spawn(200, "/usr/bin/pkill", ["-f", "restart"])
    trace.kill(.terminate, sender: 200)
    let finding = try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first)
    #expect(finding.because.joined().contains("had started pkill itself"))
  }
}
