import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Threads that wait for another to end, and descriptors without a name, out of time")
struct JoinedThreadTests {
  private func diagnosis(
    _ threads: [ThreadMoment], _ descriptors: [OpenDescriptor] = [], _ pending: SystemCall
  ) -> Diagnosis {
    var trace = Trace("/usr/bin/app")
    let pid = Trace.first
    // A descriptor that the history knows by what had its number before.
    trace.open("/lib/libc.so.6", .gives(3))
    trace.note(.timedOut, "2.0")
    trace.add(.systemCall(call: pending))
    trace.add(.fact(fact: Fact(question: .threads(pid: pid), answer: .threads(list: threads))))
    let snapshot = ProcessSnapshot(
      identity: ProcessIdentity(
        pid: pid, name: "app", executable: "/usr/bin/app", arguments: ["app"], userName: "ann",
        parent: 1, state: "S", ageSeconds: 5), descriptors: descriptors)
    trace.add(
      .fact(fact: Fact(question: .snapshot(pids: [pid]), answer: .snapshots(list: [snapshot]))))
    trace.kill(.terminate)
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
      .diagnosis()
  }

  private let futex = SystemCall(
    name: "futex", arguments: [.hexadecimal(value: 0x1000)], outcome: .unfinished)

  private func moment(
    _ thread: ProcessID, _ call: SystemCall, _ function: String, _ inner: String,
    _ lock: ThreadLock?, descriptors: [Int32] = []
  ) -> ThreadMoment {
    ThreadMoment(
      thread: thread, name: "app", state: "S", call: call, descriptors: descriptors, lock: lock,
      stack: [
        StackFrame(address: 1, module: "/lib/libc.so.6", function: inner),
        StackFrame(address: 2, module: "/usr/bin/app", function: function, file: "a.c", line: 4),
      ])
  }

  private func join(_ thread: ProcessID, _ other: ProcessID) -> ThreadMoment {
    moment(
      thread, futex, "main", "pthread_join", ThreadLock(kind: .join, address: 1, owner: other))
  }

  @Test("A condition that nobody signals is told of the thread that waits for it, as no deadlock")
  func condition() throws {
    let pid = Trace.first
    let waiter = moment(
      pid + 1, futex, "consumer", "pthread_cond_wait", ThreadLock(kind: .unknown, address: 2))
    let finding = try #require(diagnosis([join(pid, pid + 1), waiter], [], futex).findings.first)
    #expect(finding.title.contains("a condition that another of its threads is to signal"))
    #expect(finding.because.joined().contains("consumer() at a.c:4"))
    #expect(finding.because.joined().contains("pthread_join"))
    #expect(!finding.because.joined().contains("deadlock"))
  }

  @Test("What the thread waits for that is waited for, over any number of them")
  func chain() throws {
    let pid = Trace.first
    let read = SystemCall(
      name: "read", arguments: [.descriptor(number: 0)], outcome: .unfinished)
    let reader = moment(pid + 2, read, "ask", "read", nil, descriptors: [0])
    let terminal = OpenDescriptor(number: 0, kind: .terminal, name: "/dev/pts/3")
    let finding = try #require(
      diagnosis([join(pid, pid + 1), join(pid + 1, pid + 2), reader], [terminal], futex)
        .findings.first)
    #expect(finding.title.contains("type at the terminal /dev/pts/3"))
    #expect(finding.because.joined().contains("ask() at a.c:4"))
  }

  @Test("Threads that wait for each other's end end the search")
  func joinCircle() {
    let pid = Trace.first
    let diagnosis = diagnosis([join(pid, pid + 1), join(pid + 1, pid)], [], futex)
    #expect(diagnosis.findings.first?.heuristic == "processes/deadlock")
  }

  @Test("An eventfd has no name of a file that had its number before")
  func eventDescriptor() throws {
    let read = SystemCall(
      name: "read", arguments: [.descriptor(number: 3)], outcome: .unfinished)
    let event = OpenDescriptor(number: 3, kind: .other, name: "anon_inode:[eventfd]")
    let finding = try #require(
      diagnosis([moment(Trace.first, read, "main", "read", nil)], [event], read).findings.first)
    #expect(finding.title.contains("eventfd") && !finding.title.contains("libc.so.6"))
    #expect(finding.subject == "descriptor 3")
  }
}
