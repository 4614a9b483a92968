import HeuristicCatalog
import Testing
import TraceEvents
import TraceTestSupport

@testable import History
@testable import RuleEngine

@Suite("What a complaint says")
struct ComplaintTests {
  @Test(
    "What is quoted, contractions apart",
    arguments: [
      ("unknown variable 'innodb_size=1'", ["innodb_size=1"]),
      ("can't open `a.txt': it isn't there", ["a.txt"]),
      ("Unknown CMake command \"add_x\".", ["add_x"]),
      ("»nichts« und «quelque chose»", ["quelque chose"]), ("don't, won't", []),
    ])
  func quoted(line: String, words: [String]) {
    #expect(Complaint.quoted(in: line) == words)
  }

  @Test(
    "Of two complaints, the one that says more",
    arguments: [
      ("app.conf:2: bad secret 'x'", "exiting (due to fatal error)"),
      ("unknown user deployer", "error initializing audit plugin"),
      ("Bad directive or wrong number of arguments", "*** FATAL CONFIG FILE ERROR (Redis) ***"),
      ("ERROR: No pool defined.", "ERROR: FPM initialization failed"),
      ("No such filter: 'scael'", "Error reinitializing filters!"),
      ("Unrecognized VM option 'UseZGCC'", "Error: Could not create the Java Virtual Machine."),
      ("t.c:2:F:c:t1:0: Assertion '1 == 3' failed", "0%: Checks: 1, Failures: 1, Errors: 0"),
      ("AssertionError [ERR_ASSERTION]: not equal", "  throw new AssertionError(obj);"),
      (
        "The function COMMON-LISP-USER::TOTL is undefined.",
        "Unhandled UNDEFINED-FUNCTION in thread #<SB-THREAD:THREAD \"main thread\" RUNNING"
      ),
    ])
  func choice(telling: String, other: String) {
    for lines in [[telling, other], [other, telling]] {
      var trace = Trace("/usr/bin/app")
      for line in lines { trace.say(line) }
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      let found = Ranking.wordCandidates(run, besides: [])
      guard case .words(let position)? = found.first?.source else {
        Issue.record("no words")
        return
      }
      #expect(run.mentions.lines[position].text == telling)
    }
  }

  @Test(
    "Time stamps go, words stay",
    arguments: [
      ("24-Nov-2026 22:36:06.543 exiting", "exiting"),
      ("[24-Nov-2026 22:36:08] ERROR: no pool", "no pool"),
      ("7:M 24 Nov 2026 22:36:07.003 # Short read", "Short read"),
      ("2026-11-24 22:32:25 0 [ERROR] Aborting", "Aborting"),
      (
        "[Wed Nov 25 10:20:30.123456 2026] [ssl:emerg] [pid 4711:tid 4712] AH02572: no key",
        "AH02572: no key"
      ),
      ("[Wed Nov 25 10:20:30 2026] [error] [client 10.0.0.1:80] no file", "no file"),
      ("3 errors found", "3 errors found"), ("a.lua:1: no", "a.lua:1: no"),
    ])
  func prefix(line: String, rest: String) { #expect(LogPrefix.removed(from: line) == rest) }

  @Test("after the complaint: what then is not there counts less, unless it is spoken of")
  func aftermath() {
    for (last, isLess) in [(nil, true), ("app: /tmp/x: No such file", false)] as [(String?, Bool)] {
      var trace = Trace("/usr/bin/app")
      trace.say("app: error: unknown command")
      trace.open("/tmp/x", .fails(.noEntry))
      if let last { trace.say(last) }
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      #expect((CallFeatures.aftermath(history.failures.calls[0], run) < 0) == isLess)
    }
  }

  @Test("asked for more than it needs: a higher limit is none, unless the words are about it")
  func luxury() {
    let call = SystemCall(
      name: "prlimit64", arguments: [.integer(value: 0)],
      outcome: .failed(error: .notPermitted))
    for (words, isLess) in [
      ("app: error: bad secret", true), ("app: error: Operation not permitted", false),
    ] {
      var trace = Trace("/usr/bin/app")
      trace.add(.systemCall(call: call), by: Trace.first)
      trace.say(words)
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      #expect((CallFeatures.askedForMore(history.failures.calls[0], run) < 0) == isLess)
    }
  }

  @Test("A plain word is no mention of a file, unless it is quoted")
  func plainWord() {
    for (words, isMention) in [
      ("app: error: class file version 67", false), ("app: error: no 'version'", true),
    ] {
      var trace = Trace("/usr/bin/app")
      trace.open("/sys/microcode/version", .fails(.noEntry))
      trace.say(words)
      trace.exit(1)
      let history = trace.history
      let run = RankingContext(history: history, path: FailurePath(in: history))
      #expect((CallFeatures.mentioned(history.failures.calls[0], run) > 0) == isMention)
    }
  }

  @Test("A parser's line number is one of the file that was read last")
  func inputLine() {
    var trace = Trace("/usr/bin/python3", ["/home/ann/a.py"])
    trace.open("/home/ann/a.py")
    trace.open("/home/ann/settings.json")
    trace.say("json.decoder.JSONDecodeError: Expecting value: line 2 column 7 (char 15)")
    trace.exit(1)
    var inspector = FakeInspector()
    inspector[.linesAround(file: "/home/ann/settings.json", line: 2, context: 0)] =
      .lines(list: [TextLine(file: "/home/ann/settings.json", number: 2, text: " \"b\": }")])
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    #expect(diagnosis.findings.first?.subject == "/home/ann/settings.json:2")
    #expect(diagnosis.findings.first?.because.contains { $0.contains("\"b\": }") } == true)
  }
}
