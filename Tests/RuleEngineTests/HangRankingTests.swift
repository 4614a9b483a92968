import HeuristicCatalog
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Which process or thread is told of when the time is up")
struct HangRankingTests {
  private let pid = Trace.first

  private func unfinished(_ name: String, _ descriptors: Int32...) -> SystemCall {
    SystemCall(
      name: name, arguments: descriptors.map { .descriptor(number: $0) }, outcome: .unfinished)
  }

  private func first(
    _ trace: Trace, _ machine: FakeInspector = FakeInspector()
  ) throws -> Finding {
    try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: machine).diagnosis()
        .findings.first)
  }

  /// A runtime whose helper thread waits for events, with its first thread in this state.
  private func runtime(_ state: String, _ call: SystemCall?) -> Trace {
    var trace = Trace("/usr/bin/node", ["settle.js"])
    trace.stat("/home/package.json", .fails(.noEntry))
    trace.wait(4)
    trace.note(.timedOut, "5.0")
    if let call { trace.add(.systemCall(call: call)) }
    trace.add(.systemCall(call: unfinished("epoll_pwait", 9)), thread: pid + 1)
    let moments = [
      ThreadMoment(thread: pid, name: "node", state: state, call: call),
      ThreadMoment(thread: pid + 1, name: "node", state: "S", call: unfinished("epoll_pwait", 9)),
    ]
    trace.fact(.threads(pid: pid), .threads(list: moments))
    trace.kill(.terminate)
    return trace
  }

  @Test(
    "A first thread that runs tells more than a helper that is idle, and than what was missed once")
  func running() throws {
    #expect(try first(runtime("R", nil)).title.contains("busy all the time"))
  }

  @Test("A first thread that waits is not busy")
  func waiting() throws {
    let title = try first(runtime("S", unfinished("clock_nanosleep"))).title
    #expect(title.contains("time to pass") && !title.contains("busy"))
  }

  @Test("Who waits for somebody to type tells more than who sleeps, and than who waits for both")
  func terminal() throws {
    var trace = Trace("/usr/bin/bash")
    trace.spawn(101, "/usr/bin/sleep", ["100"])
    trace.spawn(102, "/usr/bin/script", ["-qec", "unlock"])
    trace.spawn(103, from: 102, "/usr/bin/unlock")
    trace.open("/dev/tty", .gives(7), by: 103)
    trace.note(.timedOut, "5.0")
    trace.add(.systemCall(call: unfinished("wait4")))
    trace.add(.systemCall(call: unfinished("poll", 5, 6)), by: 102)
    trace.add(.systemCall(call: unfinished("read", 7)), by: 103)
    trace.add(.systemCall(call: unfinished("clock_nanosleep")), by: 101)
    for process in [103, 102, 101, pid] { trace.kill(.terminate, process) }
    let finding = try first(trace)
    #expect(finding.pid == 103)
    #expect(finding.title.contains("somebody to type at the terminal /dev/tty"))
  }

  @Test(
    "A program that is refused a priority, and ends, is told of by that call",
    arguments: [
      (ErrorNumber.accessDenied, "calls/nice-value"),
      (.notPermitted, "calls/priority-of-another"),
    ])
  func priority(error: ErrorNumber, heuristic: String) throws {
    var trace = Trace("/usr/bin/worker")
    trace.call(
      "setpriority", [.integer(value: 0), .integer(value: 0), .integer(value: -10)],
      .fails(error))
    trace.stat("/usr/share/locale/en/worker.mo", .fails(.noEntry))
    trace.say("worker: cannot start in fast mode")
    trace.exit(1)
    #expect(try first(trace).heuristic == heuristic)
  }

  @Test(
    "A program that goes on without the priority, and is refused a file, is told of by the file")
  func priorityThatIsNotNeeded() throws {
    var trace = Trace("/usr/bin/worker")
    trace.call(
      "setpriority", [.integer(value: 0), .integer(value: 0), .integer(value: -10)],
      .fails(.accessDenied))
    trace.open("/srv/jobs.db", .fails(.accessDenied))
    trace.say("worker: cannot open /srv/jobs.db: Permission denied")
    trace.exit(1)
    #expect(try first(trace).subject.contains("/srv/jobs.db"))
  }

  @Test("No more timers: the limit on queued signals, which is not that on processes")
  func timers() throws {
    var trace = Trace("/srv/sched")
    trace.call("timer_create", [.integer(value: 1)], .fails(.tryAgain))
    trace.say("sched: timer 19 refused")
    trace.exit(6)
    var machine = FakeInspector()
    machine[.limits(pid: pid)] = .limits(list: [
      ResourceLimit(name: "RLIMIT_SIGPENDING", soft: 20, hard: 20)
    ])
    let finding = try first(trace, machine)
    #expect(finding.heuristic == "resources/queued-signals")
    #expect(finding.title.contains("is 20"))
  }

  @Test("A lock is never said to be held by the one that asks for it")
  func ownLock() throws {
    var trace = Trace("/usr/bin/python3", ["inv.py"])
    trace.open("/srv/inv.db", .gives(3), flags: "O_RDWR")
    trace.call("fcntl", 3, "F_SETLK", .fails(.tryAgain))
    trace.say("database is locked")
    trace.exit(1)
    func holder(_ process: ProcessID, _ manner: String) -> Holder {
      Holder(
        process: ProcessIdentity(
          pid: process, name: "python3", executable: nil, arguments: ["python3"], userName: "ann",
          parent: 1, state: "S", ageSeconds: 5), manner: manner)
    }
    var machine = FakeInspector()
    machine[.lockers(path: "/srv/inv.db")] = .holders(list: [
      holder(pid, "holds a read lock (fcntl) on bytes 826-335"),
      holder(5, "holds a read lock (fcntl) on bytes 826-335"),
      holder(6, "holds a write lock (fcntl) on bytes 825-825"),
    ])
    #expect(try first(trace, machine).title.contains("(pid 6)"))
  }
}
