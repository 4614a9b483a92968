import HeuristicCatalog
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What a program does again and again between two pauses")
struct AttemptTests {
  private static let sleep = SystemCall(
    name: "clock_nanosleep", arguments: [], outcome: .unfinished)

  /// What is said of a script that does `build` and then sleeps until its time is up.
  private func finding(
    _ machine: FakeInspector = FakeInspector(), by sleeper: ProcessID = Trace.first,
    _ build: (inout Trace) -> Void
  ) throws -> Finding {
    var trace = Trace("/usr/bin/sh", ["sync.sh"])
    build(&trace)
    trace.note(.timedOut, "6.0")
    if sleeper != Trace.first {
      trace.add(
        .systemCall(call: SystemCall(name: "wait4", arguments: [], outcome: .unfinished)))
    }
    trace.add(.systemCall(call: Self.sleep), by: sleeper)
    if sleeper != Trace.first { trace.kill(.terminate, sleeper) }
    trace.kill(.terminate)
    let diagnosis = Diagnostician(history: trace.history, catalog: .embedded, inspector: machine)
      .diagnosis()
    return try #require(diagnosis.findings.first)
  }

  @Test("A file that is missed in each turn, until the end")
  func missing() throws {
    let finding = try finding { trace in
      for _ in 0..<6 {
        trace.stat("/run/ready", .fails(.noEntry))
        trace.wait(1)
      }
    }
    #expect(finding.title.contains("/run/ready: it tries again and again"))
    #expect(finding.subject == "/run/ready")
  }

  @Test("What a program missed at its start, and never looked for again, is not what it waits for")
  func missingAtStart() throws {
    let finding = try finding { trace in
      for _ in 0..<7 { trace.stat("/usr/lib/python311.zip", .fails(.noEntry)) }
      trace.wait(5)
    }
    #expect(finding.title.contains("time to pass"))
    #expect(!finding.title.contains("python311"))
  }

  @Test("A lock file that is looked at in each turn, and is there: whose it is")
  func lockFile() throws {
    var machine = FakeInspector()
    machine.setFirstLine("/run/sync.lock", "4194001")
    let finding = try finding(machine) { trace in
      for _ in 0..<8 {
        trace.stat("/run/sync.lock")
        trace.wait(0.3)
      }
    }
    #expect(finding.title.contains("/run/sync.lock to go or to change"))
    #expect(finding.because.joined().contains("4194001"))
    #expect(finding.fixes.contains { $0.text.contains("rm /run/sync.lock") })
  }

  @Test("What is looked at in each turn and belongs to the loop itself is not what it is for")
  func ownLooks() throws {
    let finding = try finding { trace in
      for _ in 0..<8 {
        trace.stat("/usr/bin/date")
        trace.stat("/etc/localtime")
        trace.wait(0.3)
      }
    }
    #expect(finding.title.contains("time to pass"))
  }

  @Test("A name that is taken, where it was to be made: the lock of another, after one try")
  func taken() throws {
    let finding = try finding { trace in
      trace.open("/m/_x.lock", .gives(3), flags: "O_WRONLY|O_CREAT|O_EXCL")
      trace.call("link", "/m/_x.lock", "/m/mbox.lock", .fails(.exists))
      trace.call("unlink", "/m/_x.lock")
      trace.wait(5)
    }
    #expect(finding.title.contains("/m/mbox.lock to go: it exists"))
    #expect(finding.subject == "/m/mbox.lock")
  }

  @Test("A process that is asked for in each turn, and is there")
  func process() throws {
    let finding = try finding(by: 101) { trace in
      for _ in 0..<6 {
        trace.call("kill", [.integer(value: 77), .symbol(name: "0")])
        trace.wait(0.3)
      }
      trace.spawn(101, "/usr/bin/sleep", ["0.3"])
    }
    #expect(finding.title.contains("process 77 to end"))
    #expect(finding.fixes.contains { $0.text.contains("kill -KILL 77") })
  }

  @Test("A command that is run again and again, and fails each time")
  func runs() throws {
    let finding = try finding(by: 120) { trace in
      for child: ProcessID in 101..<110 {
        trace.spawn(child, "/usr/bin/grep", ["-q", "ready", "state"])
        trace.exit(1, by: child)
        trace.wait(0.5)
      }
      trace.spawn(120, "/usr/bin/sleep", ["0.5"])
    }
    #expect(finding.title.contains("grep -q ready state\u{201D} to succeed"))
    #expect(finding.title.contains("9 times"))
  }

  @Test("A command that is run again and again, and succeeds, is not what a loop waits for")
  func runsWell() throws {
    let finding = try finding(by: 120) { trace in
      for child: ProcessID in 101..<110 {
        trace.spawn(child, "/usr/bin/date")
        trace.exit(0, by: child)
        trace.wait(0.5)
      }
      trace.spawn(120, "/usr/bin/sleep", ["0.5"])
    }
    #expect(finding.title.contains("time to pass"))
  }
}
