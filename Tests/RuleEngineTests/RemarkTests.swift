import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

/// Remarks on what is missing, before something else, and a few that are no remarks.
private let remarks: [RunCase] = [
  RunCase(
    name: "a warning, and then a bad line of a file that was read", heuristic: "words/complaint",
    subject: "/home/ann/app.conf:2",
    build: {
      $0.open("/etc/app.local", .fails(.noEntry))
      $0.say("app: warning: cannot open /etc/app.local: No such file or directory")
      $0.read("/home/ann/app.conf")
      $0.say("app: app.conf:2: bad value for threads: 8x")
      $0.exit(2)
    }),
  RunCase(
    name: "a remark without a severity, and then a variable of the environment",
    heuristic: "words/complaint", subject: nil,
    environment: ["APP_MODE=x"],
    build: {
      $0.open("/srv/banner.txt", .fails(.noEntry))
      $0.say("no banner: /srv/banner.txt: No such file or directory")
      $0.say("APP_MODE must be primary or replica, not y")
      $0.exit(2)
    }),
  RunCase(
    name: "words that have all parts of the name", heuristic: "files/missing",
    subject: "/srv/master.key",
    build: {
      $0.open("/srv/master.key", .fails(.noEntry))
      $0.say("master key unavailable")
      $0.exit(1)
    }),
  RunCase(
    name: "words that have one part of the name", heuristic: "words/complaint", subject: nil,
    build: {
      $0.open("/srv/master.key", .fails(.noEntry))
      $0.read("/home/ann/app.conf")
      $0.say("error: app.conf:3: no key for the user")
      $0.exit(1)
    }),
  RunCase(
    name: "a warning in one line, and then another message", heuristic: "words/complaint",
    subject: "reading is over at 3",
    build: {
      $0.say("app: warning: Falling back to C.")
      $0.say("reading is over at 3")
      $0.exit(1)
    }),
  RunCase(
    name: "a start that fails for want of the file", heuristic: "files/missing",
    subject: "/srv/app.key",
    build: {
      $0.open("/srv/app.key", .fails(.noEntry))
      $0.say("app: cannot open /srv/app.key: No such file or directory")
      $0.say("app: fatal: startup failed")
      $0.exit(1)
    }),
  RunCase(
    name: "a remark that says that it goes on, and then an address in use",
    heuristic: "network/address-in-use", subject: "127.0.0.1:80",
    build: {
      $0.open("/home/ann/local.json", .fails(.noEntry))
      $0.say("config /home/ann/local.json not used: ENOENT")
      $0.socket("bind", .ip4(address: "127.0.0.1", port: 80), .fails(.addressInUse))
      $0.say("startup failed")
      $0.exit(1)
    }),
  RunCase(
    name: "a file that is missing, and then a connection in vain that the last words mean",
    heuristic: "network/connection-refused", subject: "127.0.0.1:15433",
    build: {
      $0.open("/etc/migrate/policy.yaml", .fails(.noEntry))
      $0.say("policy: open /etc/migrate/policy.yaml: no such file or directory")
      $0.socket("connect", .ip4(address: "127.0.0.1", port: 15433), .fails(.connectionRefused))
      $0.say("migration aborted: storage offline")
      $0.exit(1)
    }),
  RunCase(
    name: "a directory that is gone, and what is then not found in it",
    heuristic: "calls/directory-gone", subject: "/home/ann",
    build: {
      $0.open("out.csv", .fails(.noEntry), flags: "O_WRONLY|O_CREAT")
      $0.call("getcwd", [], .fails(.noEntry))
      $0.say("app: cannot open out.csv: No such file or directory")
      $0.exit(1)
    }),
  RunCase(
    name: "a full file system that nobody spoke of", heuristic: "resources/space",
    subject: "/srv/q/job.dat",
    build: {
      $0.open("/home/ann/.rc", .fails(.noEntry))
      $0.say("app: /home/ann/.rc: not readable, skipped")
      $0.open("/srv/q/job.dat", .gives(3), flags: "O_WRONLY|O_CREAT")
      $0.call("write", [.path(text: "/srv/q/job.dat")], .fails(.noSpace))
      $0.say("app: cannot remove lock")
      $0.exit(74)
    }),
  RunCase(
    name: "a file that was made once, long before the words", heuristic: "words/complaint",
    subject: nil,
    build: { trace in
      trace.open("/home/ann/.cache/TAG", .fails(.exists), flags: "O_WRONLY|O_CREAT|O_EXCL")
      for number in 0..<60 { trace.stat("/home/ann/\(number)") }
      trace.say("error: the repository is used by another process")
      trace.exit(1)
    }),
  RunCase(
    name: "a question for a process, and what was then said",
    heuristic: "words/complaint", subject: nil,
    build: {
      $0.call("kill", [.integer(value: 10), .symbol(name: "0")], .fails(.notPermitted))
      $0.say("FATAL: app is already running")
      $0.exit(1)
    }),
  RunCase(
    name: "an error, and then another", heuristic: "files/missing", subject: "/srv/app.key",
    build: {
      $0.read("/home/ann/app.conf")
      $0.open("/srv/app.key", .fails(.noEntry))
      $0.say("error: cannot open /srv/app.key: No such file or directory")
      $0.say("app.conf:3: the key is required")
      $0.exit(1)
    }),
  RunCase(
    name: "a remark that the last words name again", heuristic: "files/missing",
    subject: "/srv/app.key",
    build: {
      $0.read("/home/ann/app.conf")
      $0.open("/srv/app.key", .fails(.noEntry))
      $0.say("warning: /srv/app.key: No such file or directory")
      $0.say("app.conf:3: cannot use app.key")
      $0.exit(1)
    }),
]

@Suite("Remarks on what is missing")
struct RemarkTests {
  @Test("What a program went on after is not why it failed", arguments: remarks)
  func remark(run: RunCase) throws {
    let first = try #require(run.diagnosis.findings.first)
    #expect(first.role == .cause)
    #expect(first.heuristic == run.heuristic)
    #expect(first.subject == run.subject ?? first.subject)
  }

  /// A run whose fork could not become a program.
  private func run(exit: Int32) -> Diagnosis {
    var trace = Trace("/usr/bin/perl", ["conv.pl"], environment: ["PATH=/usr/bin:/bin"])
    trace.fork(200)
    trace.failToExecute("/usr/bin/pdftotxt", .noEntry, by: 200)
    trace.failToExecute("/bin/pdftotxt", .noEntry, by: 200)
    trace.exit(255, by: 200)
    if exit != 0 { trace.say("conversion failed") }
    trace.exit(exit)
    return Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
  }

  @Test("The end that is told is that of the program, and not of its fork that became none")
  func endOfFork() {
    #expect(run(exit: 2).summary.hasPrefix("perl failed (exit status 2): the command pdftotxt"))
    #expect(run(exit: 0).status == .succeeded)
  }

  @Test("The mark before a script's first line is told, not the command that a shell made of it")
  func byteOrderMark() throws {
    var inspector = FakeInspector()
    inspector.setExisting("/srv/tool.py", mode: 0o755)
    inspector[.program(path: "/srv/tool.py")] = .program(
      facts: .other(content: .utf8ByteOrderMark))
    var trace = Trace("/bin/sh", ["-c", "/srv/tool.py"])
    trace.failToExecute("/srv/tool.py", .executableFormat)
    trace.failToExecute("\u{FEFF}#!/usr/bin/python3", .noEntry)
    trace.say("/srv/tool.py: 1: \u{FEFF}#!/usr/bin/python3: not found")
    trace.exit(127)
    let first = try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: inspector)
        .diagnosis().findings.first)
    #expect(first.heuristic == "programs/byte-order-mark" && first.subject == "/srv/tool.py")
    #expect(first.fixes.first?.text.hasPrefix("sed -i") ?? false)
  }

  @Test(
    "The file that a patch is for",
    arguments: [
      ("a/src/sock.c", ["-p1"], "src/sock.c"), ("a/src/sock.c", ["--strip=2"], "sock.c"),
      ("a/src/sock.c", ["-p", "0"], "a/src/sock.c"), ("a/src/sock.c", ["-f"], "sock.c"),
      ("sock.c", ["-p1"], nil),
    ] as [(String, [String], String?)])
  func patch(name: String, arguments: [String], path: String?) {
    let words = ["can't find file to patch at input line 3", "|--- a/x", "|+++ \(name)\t2024"]
    #expect(PatchWords.target(in: words) == name)
    #expect(PatchWords.stripped(name, by: PatchWords.strip(in: arguments)) == path)
    #expect(PatchWords.target(in: Array(words.dropFirst())) == nil)
  }
}
