import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Who waits for whom among processes that were looked at")
struct WaitGraphTests {
  private static let pid = Trace.first

  private func snapshot(
    _ pid: ProcessID, parent: ProcessID = 1, _ descriptors: [OpenDescriptor] = [],
    state: String = "S"
  ) -> ProcessSnapshot {
    ProcessSnapshot(
      identity: ProcessIdentity(
        pid: pid, name: "app", executable: "/usr/bin/app", arguments: ["app"], userName: "ann",
        parent: parent, state: state, ageSeconds: 5), descriptors: descriptors)
  }

  private func futex(_ thread: ProcessID, heldBy owner: ProcessID, timeout: Double? = nil)
    -> ThreadMoment
  {
    ThreadMoment(
      thread: thread, name: "app", state: "S",
      call: SystemCall(name: "futex", arguments: [], outcome: .unfinished), timeout: timeout,
      lock: ThreadLock(kind: .mutex, address: 0x1000, owner: owner),
      stack: [
        StackFrame(
          address: 1, module: "/usr/bin/app", function: "take_\(thread)", file: "a.c", line: 7)
      ])
  }

  private func moment(
    _ thread: ProcessID, _ name: String, _ descriptors: [Int32] = [], state: String = "S",
    calls: Int = 0
  ) -> ThreadMoment {
    ThreadMoment(
      thread: thread, name: "app", state: state,
      call: SystemCall(
        name: name, arguments: descriptors.map { .descriptor(number: $0) }, outcome: .unfinished),
      descriptors: descriptors, calls: calls)
  }

  /// The diagnosis of processes that were attached to and let go after a second.
  private func diagnosis(
    _ snapshots: [ProcessSnapshot], _ threads: [ProcessID: [ThreadMoment]]
  ) -> Diagnosis {
    var trace = Trace("/usr/bin/app")
    trace.note(.attached, "")
    trace.wait(1)
    for (pid, list) in threads.sorted(by: { $0.key < $1.key }) {
      trace.add(
        .fact(fact: Fact(question: .threads(pid: pid), answer: .threads(list: list))), by: pid)
    }
    let pids = snapshots.map(\.identity.pid)
    trace.add(
      .fact(
        fact: Fact(question: .snapshot(pids: pids), answer: .snapshots(list: snapshots))))
    trace.add(.processEnded(end: .released))
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
      .diagnosis()
  }

  @Test("Three threads in a circle are a deadlock, with the functions of all")
  func circle() throws {
    let threads = [futex(100, heldBy: 101), futex(101, heldBy: 102), futex(102, heldBy: 100)]
    let diagnosis = diagnosis([snapshot(100)], [100: threads])
    let finding = try #require(diagnosis.findings.first)
    #expect(diagnosis.status == .hung && finding.heuristic == "processes/deadlock")
    #expect(finding.title.contains("take_100() and take_101() and take_102()"))
    #expect(finding.evidence.count == 3)
  }

  @Test("A wait with a time limit is no deadlock, nor one for a thread that runs")
  func noCircle() {
    let limited = [futex(100, heldBy: 101, timeout: 5), futex(101, heldBy: 100)]
    #expect(
      diagnosis([snapshot(100)], [100: limited]).findings.first?.heuristic != "processes/deadlock")
    let runs = ThreadMoment(thread: 101, name: "app", state: "R", calls: 3)
    let diagnosis = diagnosis([snapshot(100)], [100: [futex(100, heldBy: 101), runs]])
    #expect(diagnosis.status == .unknown && diagnosis.findings.isEmpty)
  }

  @Test("Processes that fill the pipes to each other are a deadlock as well")
  func pipes() {
    func end(_ number: Int32, _ name: String, peer: ProcessID) -> OpenDescriptor {
      OpenDescriptor(
        number: number, kind: .pipe, name: name, access: .write,
        peers: [DescriptorPeer(pid: peer, name: "app", descriptor: 0)])
    }
    let diagnosis = diagnosis(
      [
        snapshot(100, [end(4, "pipe:[1]", peer: 101)]),
        snapshot(101, parent: 100, [end(5, "pipe:[2]", peer: 100)]),
      ], [100: [moment(100, "write", [4])], 101: [moment(101, "write", [5])]])
    #expect(diagnosis.findings.first?.heuristic == "processes/deadlock")
  }

  @Test("Who waits for a child is led to what the child waits for")
  func chain() throws {
    let terminal = OpenDescriptor(number: 0, kind: .terminal, name: "/dev/pts/3")
    let diagnosis = diagnosis(
      [snapshot(100), snapshot(101, parent: 100, [terminal])],
      [100: [moment(100, "wait4")], 101: [moment(101, "read", [0])]])
    let finding = try #require(diagnosis.findings.first)
    #expect(finding.subject == "/dev/pts/3" && diagnosis.status == .hung)
    #expect(finding.title.contains("type at the terminal /dev/pts/3"))
  }

  @Test("Whoever waits for clients, or went on, does not hang")
  func healthy() {
    let listener = OpenDescriptor(
      number: 6, kind: .socket, name: "socket:[7]",
      socket: SocketStatus(protocolName: "tcp", local: "0.0.0.0:80", state: "LISTEN"))
    let idle = diagnosis(
      [snapshot(100, [listener])], [100: [moment(100, "epoll_wait", [6])]])
    #expect(idle.status == .unknown && idle.findings.isEmpty)
    #expect(idle.summary.contains("waits for a client to connect to 0.0.0.0:80"))
    let busy = diagnosis([snapshot(100)], [100: [moment(100, "nanosleep", calls: 9)]])
    #expect(busy.status == .unknown && busy.findings.isEmpty)
  }

  @Test("Whoever sleeps goes on by itself, and so do those that wait for it to end")
  func sleeping() {
    let asleep = diagnosis([snapshot(100)], [100: [moment(100, "clock_nanosleep")]])
    #expect(asleep.status == .unknown && asleep.findings.isEmpty)
    #expect(asleep.summary.contains("sleeps"))
    for call in ["wait4", "rt_sigsuspend"] {
      let parent = diagnosis(
        [snapshot(100), snapshot(101, parent: 100)],
        [100: [moment(100, call)], 101: [moment(101, "nanosleep")]])
      #expect(parent.status == .unknown && parent.findings.isEmpty)
    }
    let kept = diagnosis(
      [snapshot(100)], [100: [futex(100, heldBy: 102), moment(102, "clock_nanosleep")]])
    #expect(kept.status == .hung)
  }
}
