import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What words keep to themselves: names, answers, what another process met")
struct VainLookupTests {
  private static let server = SocketAddress.ip4(address: "10.0.0.53", port: 53)

  private func finding(
    _ trace: Trace, _ inspector: FakeInspector = FakeInspector()
  ) throws -> Finding {
    let catalog = HeuristicCatalog.embedded
    let diagnosis = Diagnostician(
      history: trace.history, catalog: catalog, inspector: inspector
    ).diagnosis()
    return try #require(diagnosis.findings.first)
  }

  private func ask(_ name: String, _ outcome: SystemCall.Outcome, in trace: inout Trace) {
    trace.call("socket", [.symbol(name: "AF_INET"), .symbol(name: "SOCK_DGRAM")], .gives(5))
    trace.call(
      "connect",
      [.descriptor(number: 5), .address(address: Self.server), .text(text: name)], outcome)
  }

  @Test("Vague words after a name that nobody knew are about the name")
  func vagueWords() throws {
    var trace = Trace("/usr/bin/app")
    ask("mq.corp.example", .succeeds, in: &trace)
    ask("mq.corp.example.lan", .succeeds, in: &trace)
    trace.say("worker: no broker")
    trace.exit(1)
    let found = try finding(trace)
    #expect(found.heuristic == "words/name-looked-up-in-vain")
    #expect(found.subject == "mq.corp.example")
  }

  @Test("Words that say why are not about it")
  func clearWords() throws {
    var trace = Trace("/usr/bin/app")
    ask("mq.corp.example", .succeeds, in: &trace)
    trace.say("app: unknown option --broker-name")
    trace.exit(1)
    #expect(try finding(trace).heuristic != "words/name-looked-up-in-vain")
  }

  @Test("A name that was followed by a connection was known")
  func known() throws {
    var trace = Trace("/usr/bin/app")
    ask("mq.corp.example", .succeeds, in: &trace)
    trace.socket("connect", .ip4(address: "10.0.0.1", port: 443))
    trace.say("worker: no broker")
    trace.exit(1)
    #expect(try finding(trace).heuristic == "words/vain-connection")
    #expect(trace.history.processes[0].openQuestion == nil)
  }

  @Test("The name of this machine is looked up by many, in vain")
  func ownName() throws {
    var trace = Trace("/usr/bin/app")
    ask("box7", .succeeds, in: &trace)
    trace.say("worker: no broker")
    trace.exit(1)
    let inspector = FakeInspector([
      .kernelParameter(path: "kernel/hostname"): .names(list: ["box7"])
    ])
    #expect(try finding(trace, inspector).heuristic == "words/complaint")
  }

  @Test("A silent program that was given a name and connected to nothing")
  func silent() throws {
    var trace = Trace("/usr/bin/fetch", ["-q", "http://files.corp.example/"])
    ask("files.corp.example", .fails(.networkUnreachable), in: &trace)
    trace.exit(4)
    let question = try #require(trace.history.processes[0].openQuestion)
    #expect(question.name == "files.corp.example" && question.error == .networkUnreachable)
  }

  @Test("Another name is another question, the same in a domain is not")
  func questions() throws {
    var trace = Trace("/usr/bin/app")
    ask("db.lan.example", .succeeds, in: &trace)
    ask("db", .succeeds, in: &trace)
    #expect(trace.history.processes[0].openQuestion?.name == "db")
    ask("cache", .fails(.networkUnreachable), in: &trace)
    #expect(trace.history.processes[0].openQuestion?.name == "cache")
  }

  @Test(
    "Words that name nothing",
    arguments: [
      "worker: no broker", "import failed", "i18n worker reported an error", "cache: giving up",
      "pipeline failed with 1", "FATAL: startup check failed", "health check: FAIL",
    ])
  func namesNothing(line: String) { #expect(Complaint.namesNothing(line)) }

  @Test(
    "Words that do",
    arguments: [
      "no such table: orders", "unknown option --x", "cannot open /srv/x", "app: x.yaml is bad",
      "Permission denied", "failed: 'xy' is wrong", "password authentication failed", "error",
      "syntax error", "connection refused by peer",
    ])
  func namesSomething(line: String) { #expect(!Complaint.namesNothing(line)) }

  @Test("What a worker met and told by a pipe, if the script names it")
  func toldByWorker() throws {
    var trace = Trace("/usr/bin/python3", ["/srv/imp.py"])
    trace.fork(200)
    trace.open("/srv/parts/part-03.csv", .fails(.noEntry), by: 200)
    trace.exit(0, by: 200)
    trace.say("import failed")
    trace.exit(9)
    var inspector = FakeInspector()
    inspector.setMissing("/srv/parts/part-03.csv")
    let words = ["/srv/parts/part-03.csv", "/srv/parts/part-"]
    #expect(try finding(trace, inspector).heuristic == "words/complaint")
    let line = TextLine(file: "/srv/imp.py", number: 4, text: "open(\"/srv/parts/part-%02d.csv\")")
    inspector[.linesMentioning(words: words, files: ["/srv/imp.py"])] = .lines(list: [line])
    let found = try finding(trace, inspector)
    #expect(found.subject == "/srv/parts/part-03.csv" && found.role == .cause)
    #expect(found.title.hasPrefix("python3 failed (exit status 9)"))
  }

  @Test("A directory that another process could not make, by words that say so")
  func toldByServer() throws {
    var trace = Trace("/usr/bin/git", ["push"])
    trace.spawn(200, "/usr/bin/git-receive-pack", [])
    trace.call("mkdir", "/srv/r.git/objects/tmp1", .fails(.accessDenied), by: 200)
    trace.exit(0, by: 200)
    trace.say("error: remote unpack failed: unable to create temporary object directory")
    trace.exit(1)
    #expect(try finding(trace).subject == "/srv/r.git/objects/tmp1")
  }

  @Test(
    "Lists of places",
    arguments: [
      ("path: /a/b:/c/d", "/c/d", true), ("path: /a/b:/c/d", "/c/x", false),
      ("/a/b: no such file", "/a/b", false), ("x /a/b:12:3", "/a/b", false),
    ])
  func lists(line: String, path: String, isOne: Bool) {
    #expect(Complaint.isListOfPlaces(path, in: line) == isOne)
  }
}
