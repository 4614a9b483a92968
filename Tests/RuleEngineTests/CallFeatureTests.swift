import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What is looked at in a failed call")
struct CallFeatureTests {
  /// The value of a feature for the first failed call, or another, of a trace.
  private func value<Ignored>(
    _ feature: (FailedCall, RankingContext) -> Double, call position: Int = 0,
    program: String = "/usr/bin/app", with arguments: [String] = [], environment: [String] = [],
    _ build: (inout Trace) -> Ignored
  ) -> Double {
    var trace = Trace(program, arguments, environment: environment)
    _ = build(&trace)
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    return feature(history.failures.calls[position], run)
  }

  @Test("Every feature has a name of its own")
  func names() {
    #expect(Set(CallFeatures.all.map(\.name)).count == CallFeatures.all.count)
  }

  @Test("to be made: the pid file of a daemon that speaks of something else")
  func pidFile() {
    let daemon = { (words: String) in
      { (trace: inout Trace) in
        trace.open("/run/app.pid", .fails(.noEntry))
        trace.say(words)
        trace.exit(1)
      }
    }
    let other = value(CallFeatures.toBeMade, daemon("app: bad key"))
    #expect(other == RankingWeights.toBeMade)
    #expect(value(CallFeatures.toBeMade, daemon("app: cannot read /run/app.pid")) == 0)
    #expect(value(CallFeatures.toBeMade, program: "/bin/sh", daemon("sh: bad key")) == 0)
    #expect(value(CallFeatures.toBeMade, with: ["/run/app.pid"], daemon("app: bad key")) == 0)
  }

  @Test("process: the innermost failure, its parents, a stranger that failed, one that did not")
  func process() {
    let build = { (status: Int32, caller: ProcessID, words: String) in
      { (trace: inout Trace) in
        trace.spawn(200, "/bin/true")
        trace.spawn(300, "/bin/cc")
        trace.open("/x", .fails(.noEntry), by: caller)
        trace.exit(status, by: 200)
        trace.say(words, by: 300)
        trace.exit(2, by: 300)
        trace.exit(2)
      }
    }
    let ofItself = "cc: error"
    #expect(value(CallFeatures.process, build(0, 300, ofItself)) == RankingWeights.innermost)
    #expect(value(CallFeatures.process, build(0, 100, ofItself)) == RankingWeights.onFailurePath)
    #expect(
      value(CallFeatures.process, build(9, 200, ofItself))
        == RankingWeights.offFailurePathButFailed)
    #expect(value(CallFeatures.process, build(0, 200, ofItself)) == RankingWeights.overcome)
    // The complaint may be of what the stranger had met.
    #expect(
      value(CallFeatures.process, build(0, 200, "cc: error: true told us nothing"))
        == RankingWeights.offFailurePath)
  }

  @Test(
    "mentioned: a complaint that names the path counts most",
    arguments: [
      ("app: cannot open /etc/app/x.conf: No such file or directory", 4.0...5.0),
      ("app: error: /etc/app/x.conf", 2.5...3.0), ("app: error in x.conf", 1.5...2.5),
      ("app: cannot read x.conf: No such file or directory", 3.0...4.0),
      ("app: reading x.conf now", 0.1...1.5), ("app: error in y.conf", 0.0...0.0),
    ])
  func mentioned(words: String, range: ClosedRange<Double>) {
    let value = value(CallFeatures.mentioned) {
      $0.open("/etc/app/x.conf", .fails(.noEntry))
      $0.say(words)
      $0.exit(1)
    }
    #expect(range.contains(value), "\(value)")
  }

  @Test("a look before: an address that is tried as a file's name")
  func addressAsFile() {
    let value = { (path: String) in
      self.value(CallFeatures.probed) {
        $0.open(path, .fails(.noEntry))
        $0.exit(1)
      }
    }
    #expect(value("https://pypi.example/simple/widgets") == RankingWeights.lookBefore)
    #expect(value("/srv/simple/widgets") == 0)
  }

  @Test("another error told: by a process of the failure path, not by a helper beside it")
  func otherErrorTold() {
    let value = { (speaker: ProcessID, status: Int32) in
      self.value(CallFeatures.otherErrorTold) {
        $0.spawn(200, "/bin/helper")
        $0.open("/srv/data", .fails(.accessDenied))
        $0.say("write error: No space left on device", by: speaker)
        $0.exit(9, by: 200)
        $0.spawn(300, "/bin/other")
        $0.exit(0, by: 300)
        $0.say("app: cannot open /srv/data: Permission denied")
        $0.exit(status)
      }
    }
    #expect(value(100, 1) == RankingWeights.otherErrorTold)
    #expect(value(200, 1) == 0)
  }

  @Test("mentioned: words that tell another error came of another call")
  func mentionedWithAnotherError() {
    let value = { (words: String) in
      self.value(CallFeatures.mentioned) {
        $0.open("/dst/big", .fails(.noEntry))
        $0.say(words)
        $0.exit(1)
      }
    }
    #expect(
      value("app: write failed on /dst/big: No space left on device")
        < value("app: cannot open /dst/big") / 2)
  }

  @Test("mentioned: the directory of a path, if nothing was found in it")
  func mentionedByDirectory() {
    let value = { (isSeen: Bool) in
      self.value(CallFeatures.mentioned) {
        if isSeen { $0.open("/srv/shop/.git/config") }
        $0.open("/srv/shop/.git/HEAD", .fails(.noEntry))
        $0.say("fatal: not a git repository: /srv/shop/.git")
        $0.exit(1)
      }
    }
    #expect(value(false) > 1)
    #expect(value(true) == 0)
  }

  @Test("mentioned: the line of configuration that led to a path, with the error of the call")
  func restated() {
    let value = { (words: String) in
      self.value(CallFeatures.mentioned) {
        $0.open("/etc/app.conf")
        $0.open("/var/db/DUMMY", .fails(.noEntry))
        $0.say(words)
        $0.exit(1)
      }
    }
    #expect(
      value("/etc/app.conf: line 4: invalid path: No such file or directory")
        == RankingWeights.restated)
    #expect(value("/etc/app.conf: line 4: bad value") == 0)
    #expect(value("invalid path: No such file or directory") == 0)
  }

  @Test("mentioned: words that were said before, or by a stranger, are not about the call")
  func notMentioned() {
    let before = value(CallFeatures.mentioned) {
      $0.say("app: cannot open /etc/x.conf")
      $0.open("/etc/x.conf", .fails(.noEntry))
      $0.exit(1)
    }
    let stranger = value(CallFeatures.mentioned) {
      $0.spawn(200, "/bin/other")
      $0.open("/etc/x.conf", .fails(.noEntry))
      $0.say("other: cannot open /etc/x.conf", by: 200)
      $0.exit(0, by: 200)
      $0.exit(1)
    }
    #expect(before == 0 && stranger == 0)
  }

  @Test("mentioned: a program that says its own name does not speak of a file of that name")
  func ownName() {
    let value = value(CallFeatures.mentioned) {
      $0.open("/usr/share/app", .fails(.noEntry))
      $0.say("app: fatal error")
      $0.exit(1)
    }
    #expect(value == 0)
  }

  @Test("mentioned: a path of the same last name, but another, is not meant")
  func otherPathOfSameName() {
    let value = value(CallFeatures.mentioned) {
      $0.open("/etc/app/x.conf", .fails(.noEntry))
      $0.say("app: cannot open /srv/other/x.conf")
      $0.exit(1)
    }
    #expect(value == 0)
  }

  @Test("mentioned: the port of an address, and the words of an error that is no absence")
  func addressAndErrorWords() {
    let port = value(CallFeatures.mentioned) {
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 8080), .fails(.addressInUse))
      $0.say("app: cannot listen on port 8080")
      $0.exit(1)
    }
    let words = value(CallFeatures.mentioned) {
      $0.open("/srv/data", .fails(.accessDenied))
      $0.say("app: Permission denied")
      $0.exit(1)
    }
    let absence = value(CallFeatures.mentioned) {
      $0.open("/srv/data", .fails(.noEntry))
      $0.say("app: No such file or directory")
      $0.exit(1)
    }
    #expect(port >= RankingWeights.addressMentioned)
    #expect(words == RankingWeights.errorWordsSomewhere && absence == 0)
  }

  @Test("A library goes by the linker's name as well")
  func linkerName() {
    #expect("libpng16.so.16".linkName == "png16" && "libm.a".linkName == "m")
    #expect("png.so".linkName == nil && "lib.so".linkName == nil && "library".linkName == nil)
    let value = value(CallFeatures.mentioned) {
      $0.open("/usr/lib/libpng.so", .fails(.noEntry))
      $0.say("ld: cannot find -lpng")
      $0.exit(1)
    }
    #expect(value >= RankingWeights.nameMentioned)
  }

  @Test("error: a refusal weighs more than an absence, and an absence more than an answer")
  func error() {
    let weight = { (error: ErrorNumber) in
      self.value(CallFeatures.error) { $0.open("/x", .fails(error)) }
    }
    #expect(weight(.noSpace) > weight(.accessDenied))
    #expect(weight(.accessDenied) > weight(.noEntry))
    #expect(weight(.noEntry) > weight(.invalidArgument))
    #expect(weight(.invalidArgument) > weight(.notImplemented))
    #expect(ErrorWeight.weight(of: ErrorNumber(rawValue: 4000)) > 0)
  }

  @Test("use: to use counts for a call, to look counts against it")
  func use() {
    #expect(value(CallFeatures.use) { $0.open("/x", .fails(.noEntry)) } > 0)
    #expect(value(CallFeatures.use) { $0.stat("/x", .fails(.noEntry)) } < 0)
    #expect(value(CallFeatures.use) { $0.call("prctl", 1, nil, .fails(.invalidArgument)) } == 0)
  }

  @Test("replaced: what came to serve itself, what served instead, what nothing replaced")
  func replaced() {
    let same = value(CallFeatures.replaced) {
      $0.open("/a/x", .fails(.noEntry))
      $0.open("/a/x")
    }
    let other = value(CallFeatures.replaced) {
      $0.open("/a/x", .fails(.noEntry))
      $0.open("/b/x")
    }
    let none = value(CallFeatures.replaced) { $0.open("/a/x", .fails(.noEntry)) }
    #expect(same == RankingWeights.replacedBySame && other == RankingWeights.replacedByOther)
    #expect(none == 0)
  }

  @Test("became another: what failed before the process became another program")
  func becameAnother() {
    let before = value(CallFeatures.becameAnother) {
      $0.open("/x", .fails(.noEntry))
      $0.execute("/bin/next")
    }
    let after = value(CallFeatures.becameAnother) { $0.open("/x", .fails(.noEntry)) }
    #expect(before == RankingWeights.becameAnother && after == 0)
  }

  @Test("last failure: the last call of its process that nothing replaced")
  func lastFailure() {
    let build = { (trace: inout Trace) in
      trace.open("/x", .fails(.noEntry))
      trace.open("/y", .fails(.noEntry))
      trace.open("/lib/z", .fails(.noEntry))
      trace.open("/usr/lib/z")
    }
    #expect(value(CallFeatures.lastFailure, call: 0, build) == 0)
    #expect(value(CallFeatures.lastFailure, call: 1, build) == RankingWeights.lastFailure)
    #expect(value(CallFeatures.lastFailure, call: 2, build) == 0)
  }

  @Test("before complaint, before end: the nearer, the more; nothing after it")
  func nearness() {
    let build = { (trace: inout Trace) in
      trace.open("/far", .fails(.noEntry))
      for _ in 0..<50 { trace.open("/ok") }
      trace.open("/near", .fails(.noEntry))
      trace.say("app: fatal error")
      trace.open("/late", .fails(.noEntry))
      trace.exit(1)
    }
    let complaint = (0..<3).map { value(CallFeatures.beforeComplaint, call: $0, build) }
    let end = (0..<3).map { value(CallFeatures.beforeEnd, call: $0, build) }
    #expect(complaint[1] > complaint[0] && complaint[0] > 0 && complaint[2] == 0)
    #expect(end[2] > end[1] && end[1] > end[0] && end[0] > 0)
    #expect(value(CallFeatures.beforeEnd) { $0.open("/x", .fails(.noEntry)) } == 0)
  }

  @Test("retried until end: often, and up to the end")
  func retried() {
    let often = value(CallFeatures.retriedUntilEnd) {
      for _ in 0..<5 { $0.open("/x", .fails(.noEntry)) }
    }
    let givenUp = value(CallFeatures.retriedUntilEnd) {
      for _ in 0..<5 { $0.open("/x", .fails(.noEntry)) }
      $0.open("/y", .fails(.noEntry))
    }
    let twice = value(CallFeatures.retriedUntilEnd) {
      for _ in 0..<2 { $0.open("/x", .fails(.noEntry)) }
    }
    #expect(often == RankingWeights.retriedUntilEnd && givenUp == 0 && twice == 0)
  }

  @Test("said nothing: only where no process of the failure path spoke")
  func saidNothing() {
    let silent = value(CallFeatures.saidNothing) { $0.open("/x", .fails(.noEntry)) }
    let spoken = value(CallFeatures.saidNothing) {
      $0.open("/x", .fails(.noEntry))
      $0.say("hello")
    }
    #expect(silent == RankingWeights.saidNothing && spoken == 0)
  }

  @Test("passed over: a clear complaint that is not of this call speaks against it")
  func passedOver() {
    let build = { (words: String, status: Int32) in
      { (trace: inout Trace) in
        trace.open("/etc/x.conf", .fails(.noEntry))
        for _ in 0..<40 { trace.open("/ok") }
        trace.say(words)
        trace.exit(status)
      }
    }
    #expect(value(CallFeatures.passedOver, build("app: fatal: bad syntax", 1)) < -1)
    #expect(value(CallFeatures.passedOver, build("app: cannot open x.conf", 1)) == 0)
    // The closing words of a process that fails are meant, whatever they are; a warning is none.
    #expect(value(CallFeatures.passedOver, build("giving it up", 1)) < -1)
    #expect(value(CallFeatures.passedOver, build("warning: old format", 1)) == 0)
    #expect(value(CallFeatures.passedOver, build("working", 0)) == 0)
  }

  @Test("refused elsewhere: the same name was there, but could not be opened")
  func refusedElsewhere() {
    let refused = value(CallFeatures.refusedElsewhere) {
      $0.open("/opt/lib/libq.so", .fails(.noEntry))
      $0.open("/usr/lib/libq.so", .fails(.accessDenied))
    }
    let other = value(CallFeatures.refusedElsewhere) {
      $0.open("/opt/lib/libq.so", .fails(.noEntry))
      $0.open("/usr/lib/libz.so", .fails(.accessDenied))
    }
    #expect(refused == RankingWeights.refusedElsewhere && other == 0)
  }

  @Test("asked for: named on the command line, word for word")
  func askedFor() {
    let build = { (argument: String) in
      { (trace: inout Trace) in
        trace.execute("/bin/app", ["app", argument])
        trace.open("data.csv", .fails(.noEntry))
      }
    }
    #expect(value(CallFeatures.askedFor, build("data.csv")) == RankingWeights.askedFor)
    #expect(value(CallFeatures.askedFor, build("other.csv")) == 0)
  }

  @Test("optional place: configuration that nobody asked for by name")
  func optionalPlace() {
    let build = { (trace: inout Trace) in trace.open("/etc/app.conf", .fails(.noEntry)) }
    let inSilence = RankingWeights.optionalPlace + RankingWeights.optionalInSilence
    #expect(value(CallFeatures.optionalPlace, build) == inSilence)
    let spoken = value(CallFeatures.optionalPlace) {
      _ = build(&$0)
      $0.say("error: no colour")
    }
    #expect(spoken == RankingWeights.optionalPlace)
    #expect(value(CallFeatures.optionalPlace, with: ["-c", "/etc/app.conf"], build) == 0)
    #expect(value(CallFeatures.optionalPlace, environment: ["C=/etc/app.conf"], build) == 0)
    #expect(value(CallFeatures.optionalPlace) { $0.open("/srv/x", .fails(.noEntry)) } == 0)
    #expect(value(CallFeatures.optionalPlace) { $0.open("/etc/x", .fails(.accessDenied)) } == 0)
    let home = value(CallFeatures.optionalPlace, environment: ["HOME=/home/ann"]) {
      $0.open("/home/ann/.apprc", .fails(.noEntry))
    }
    #expect(home == inSilence)
  }

  @Test(
    "to be made: what a command line says that the program makes",
    arguments: [
      (["-o", "prog"], true), (["-oprog"], true), (["--output", "prog"], true), (["prog"], false),
    ])
  func toBeMade(arguments: [String], isToBeMade: Bool) {
    let value = value(CallFeatures.toBeMade, with: arguments) { $0.stat("prog", .fails(.noEntry)) }
    #expect(value == (isToBeMade ? RankingWeights.toBeMade : 0))
    let used = self.value(CallFeatures.toBeMade, with: arguments) {
      $0.open("prog", .fails(.noEntry))
    }
    #expect(used == 0)
  }

  @Test("to be made: what a command was started for that makes it")
  func madeByChild() {
    let value = value(CallFeatures.toBeMade, program: "/usr/bin/make") {
      $0.stat("main.o", .fails(.noEntry))
      $0.spawn(200, "/usr/bin/cc", ["-c", "main.c", "-o", "main.o"])
    }
    #expect(value == RankingWeights.toBeMade)
  }
}
