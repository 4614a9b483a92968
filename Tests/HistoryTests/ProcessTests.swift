import History
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Processes of a history")
struct ProcessTests {
  @Test("The file that the output of a program goes to is known, also once it is closed")
  func outputFile() {
    var trace = Trace("/bin/sh")
    trace.fork(101)
    trace.open("/srv/out", .gives(1), flags: "O_WRONLY|O_CREAT", by: 101)
    trace.execute("/usr/bin/sort", by: 101)
    trace.call("close", 1, by: 101)
    trace.exit(2, by: 101)
    #expect(trace.history.processes.map(\.outputFile) == [nil, "/srv/out"])
  }

  @Test("A tree of processes knows parents, children, lineage and ends")
  func tree() throws {
    var trace = Trace("/usr/bin/make", ["all"])
    trace.spawn(200, "/bin/sh", ["-c", "cc x.c"])
    trace.spawn(300, from: 200, "/usr/bin/cc", ["x.c"])
    trace.exit(1, by: 300)
    trace.kill(.terminate, 200)
    let history = trace.history

    let root = try #require(history.root)
    #expect(root.name == "make" && root.parent == nil && root.children == [1])
    #expect(history.processes[1].children == [2])
    #expect(history.lineage(of: 2) == [2, 1, 0])
    #expect(history.processes[2].end == .exited(status: 1))
    #expect(history.processes[2].failed && history.processes[2].shellStatus == 1)
    #expect(history.processes[1].shellStatus == 128 + 15 && history.processes[1].failed)
    #expect(root.end == nil && !root.failed && root.shellStatus == nil)
  }

  @Test("A fork is its parent's program until it becomes one of its own")
  func generations() {
    var trace = Trace("/bin/sh", ["-c", "ls"], environment: ["LANG=C"])
    trace.fork(200)
    let forked = trace.history.processes[1]
    trace.execute("/bin/ls", ["-l"], environment: ["LANGUAGE=de"], by: 200)
    trace.execute("/bin/busybox", by: 200)
    let executed = trace.history.processes[1]

    #expect(forked.name == "sh" && forked.generation == 0 && !forked.hasExecuted)
    #expect(forked.arguments == ["sh", "-c", "ls"])
    #expect(forked.environmentValue("LANG") == "C")
    #expect(executed.name == "busybox" && executed.generation == 2 && executed.hasExecuted)
    #expect(executed.environmentValue("LANG") == nil)
    #expect(trace.history.processes[0].generation == 1)
  }

  @Test("A script goes by its own name, not by its interpreter's")
  func scriptName() {
    var trace = Trace()
    trace.start()
    trace.execute("./report.py", executable: "/usr/bin/python3.13", directory: "/srv")
    let root = trace.history.processes[0]
    #expect(root.name == "report.py")
    #expect(root.executedPath == "/srv/report.py")
    #expect(root.executable == "/usr/bin/python3.13")
  }

  @Test("A failed call knows how many programs its process had been")
  func generationOfCall() {
    var trace = Trace("/bin/sh")
    trace.open("/etc/one", .fails(.noEntry))
    trace.execute("/bin/ls")
    trace.open("/etc/two", .fails(.noEntry))
    #expect(trace.history.failures.calls.map(\.generation) == [1, 2])
  }

  @Test("A pid that is used again is another process")
  func pidReuse() throws {
    var trace = Trace("/bin/sh")
    trace.spawn(200, "/bin/false")
    trace.exit(1, by: 200)
    trace.spawn(200, "/bin/true")
    trace.open("/etc/x", .fails(.noEntry), by: 200)
    trace.exit(0, by: 200)
    let history = trace.history

    #expect(history.processes.map(\.name) == ["sh", "false", "true"])
    #expect(history.process(pid: 200)?.index == 2)
    #expect(history.failures.calls.first?.process == 2)
    #expect(history.processes[1].end == .exited(status: 1))
  }

  @Test("A process that was never seen to start belongs to the first")
  func unseenProcess() {
    var trace = Trace("/bin/sh")
    trace.open("/etc/x", .fails(.noEntry), by: 777)
    trace.exit(3, by: 777)
    let history = trace.history
    #expect(history.processes.count == 2)
    #expect(history.processes[1].parent == 0 && history.processes[1].pid == 777)
    #expect(history.processes[1].end == .exited(status: 3))
  }

  @Test("A stream that begins in the middle has a first process all the same")
  func noStart() {
    var trace = Trace()
    trace.say("hello", by: 5)
    #expect(trace.history.root?.pid == 5)
  }

  @Test("A process that was killed keeps the signal; one that succeeded is let go of")
  func signals() {
    var trace = Trace("/usr/bin/app", environment: ["A=1"])
    trace.spawn(200, "/bin/true", environment: ["A=1"])
    trace.deliver(.terminate, to: 200, disposition: .handled)
    trace.exit(0, by: 200)
    trace.kill(.segmentationViolation, code: 1, faultAddress: 0x18, coreDumped: true)
    let history = trace.history
    #expect(history.processes[0].signals.map(\.delivery.faultAddress) == [0x18])
    #expect(history.processes[0].end == .killed(signal: .segmentationViolation, coreDumped: true))
    #expect(!history.processes[0].environment.isEmpty)
    #expect(history.processes[1].signals.isEmpty && history.processes[1].environment.isEmpty)
  }

  @Test("A fault that is told once more takes the place of its first telling")
  func unreturnedFault() {
    var trace = Trace("/usr/bin/app")
    var fault = SignalDelivery(
      signal: .segmentationViolation, code: 1, faultAddress: 8, instructionPointer: 0x400100,
      disposition: .handled)
    trace.add(.signal(signal: fault))
    let second = trace.add(.signal(signal: fault))
    trace.say("internal error")
    #expect(trace.history.processes[0].unreturnedFault == nil)
    fault.endedInHandler = true
    fault.stack = [StackFrame(address: 0x400100, function: "deep")]
    trace.add(.signal(signal: fault))
    let aborted = trace.kill(.abort, code: -6)
    let process = trace.history.processes[0]
    #expect(process.signals.map(\.delivery.endedInHandler) == [nil, true, nil])
    #expect(process.unreturnedFault?.number == second)
    #expect(process.unreturnedFault?.delivery.stack.first?.function == "deep")
    #expect(process.signals.last?.number == aborted - 1)
  }

  @Test("Only so many signals of one process are kept: the first and the last")
  func signalBound() {
    var trace = Trace("/usr/bin/app")
    for code in 0..<40 { trace.deliver(.terminate, code: Int32(code), disposition: .handled) }
    let codes = trace.history.processes[0].signals.map(\.delivery.code)
    #expect(codes.count == 16)
    #expect(codes.prefix(4) == [0, 1, 2, 3] && codes.last == 39)
  }

  @Test("Calls that never returned are kept with their process")
  func unfinishedCalls() {
    var trace = Trace("/usr/bin/app")
    trace.call("read", 0, nil, .unfinished)
    let history = trace.history
    #expect(history.processes[0].pendingCalls.map(\.call.name) == ["read"])
    #expect(history.failures.total == 0)
  }

  @Test("setuid changes who the process acts as, unless it fails or says to keep it")
  func credentials() {
    var trace = Trace("/usr/sbin/daemon", credentials: Trace.root)
    trace.call("setresuid", [.integer(value: -1), .integer(value: 33), .integer(value: -1)])
    #expect(trace.history.processes[0].credentials?.user == 33)
    trace.call("setresuid", [.integer(value: 7), .integer(value: -1), .integer(value: -1)])
    #expect(trace.history.processes[0].credentials?.user == 33)
    trace.call("setuid", [.integer(value: 1000)])
    #expect(trace.history.processes[0].credentials?.user == 1000)
    trace.call("setuid", [.integer(value: 0)], .fails(.notPermitted))
    #expect(trace.history.processes[0].credentials?.user == 1000)
  }

  @Test("Facts are kept by their question and do not count as events; notes are kept once")
  func factsAndNotes() {
    var trace = Trace("/usr/bin/app")
    let before = trace.history.eventCount
    trace.fact(.userName(user: 1000), .names(list: ["ann"]))
    trace.fact(.userName(user: 1000), .names(list: ["bob"]))
    trace.note(.ownFilter, "seccomp")
    trace.note(.ownFilter, "seccomp")
    let timeout = trace.note(.timedOut)
    let history = trace.history
    #expect(history.eventCount == before + 3)
    #expect(history.facts[.userName(user: 1000)] == .names(list: ["bob"]))
    #expect(history.notes.map(\.kind) == [.ownFilter, .timedOut])
    #expect(history.timeoutNumber == timeout)
  }
}
