import HeuristicCatalog
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Threads of a process that crashed")
struct CrashedThreadsTests {
  private func frame(_ function: String, _ line: Int) -> StackFrame {
    StackFrame(
      address: UInt64(line), module: "/opt/app/app", function: function, file: "/src/app.c",
      line: line)
  }

  private func moment(
    _ thread: ProcessID, _ stack: [StackFrame], call: String? = "futex", state: String = "S",
    name: String = "app", lock: ThreadLock? = nil, descriptors: [Int32] = []
  ) -> ThreadMoment {
    ThreadMoment(
      thread: thread, name: name, state: state,
      call: call.map { SystemCall(name: $0, arguments: [], outcome: .unfinished) },
      descriptors: descriptors, lock: lock, stack: stack)
  }

  private func threads(_ moments: [ThreadMoment]?) -> CrashedThreads? {
    var trace = Trace("/opt/app/app")
    if let moments {
      trace.fact(.crashedThreads(pid: Trace.first), .threads(list: moments))
    }
    trace.deliver(.segmentationViolation)
    trace.add(.processEnded(end: .killed(signal: .segmentationViolation, coreDumped: false)))
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
      .diagnosis().threads
  }

  @Test("Nobody asked, nothing is said")
  func notAsked() { #expect(threads(nil) == nil) }

  @Test("A pool that waits is one entry, behind the crashed thread and those that are alone")
  func folded() throws {
    let idle = [frame("pthread_cond_wait", 80), frame("idle", 12), frame("start_thread", 1)]
    let crashed = moment(4, [frame("lookup", 18)], call: nil, state: "R", name: "resolver")
    let told = try #require(
      threads(
        [crashed] + (10..<20).map { moment($0, idle) }
          + [moment(30, [frame("spin", 17)], call: nil, state: "R")]))
    #expect(told.groups.map(\.threads) == [[4], [30], Array(10..<20)])
    #expect(told.groups.map(\.isCrashed) == [true, false, false])
    #expect(told.groups[0].names == ["resolver"])
    #expect(told.groups[0].doing == [])
    #expect(told.groups[1].doing == ["runs"])
    #expect(told.groups[2].doing.count == 1)
    #expect(told.groups[2].stack == ["#0 pthread_cond_wait  app.c:80", "#1 idle  app.c:12"])
    #expect(told.leftOut == 0)
  }

  @Test("The thread that crashed stands alone, though another was at the same place")
  func crashedStandsAlone() throws {
    let told = try #require(
      threads([4, 5].map { moment($0, [frame("lookup", 18)], call: nil, state: "R") }))
    #expect(told.groups.map(\.threads) == [[4], [5]])
  }

  @Test("One stack and different things that are waited for are told together")
  func differentThings() throws {
    let told = try #require(
      threads(
        [moment(4, [frame("lookup", 18)], call: nil, state: "R")]
          + (5..<12).map { moment($0, [frame("read", 1)], call: "read", descriptors: [$0]) }))
    #expect(told.groups.count == 2)
    #expect(told.groups[1].doing.count == 3)
  }

  @Test("A lock is told with the thread that holds it")
  func lock() throws {
    let told = try #require(
      threads([
        moment(4, [frame("lookup", 18)], call: nil, state: "R", name: "resolver"),
        moment(
          5, [frame("take", 3)], lock: ThreadLock(kind: .mutex, address: 0x1000, owner: 4)),
      ]))
    #expect(told.groups[1].doing == ["waits for a lock (mutex) that the thread 4 (resolver) holds"])
  }

  @Test("More than 64 are counted")
  func leftOut() throws {
    let told = try #require(
      threads((1...70).map { moment($0, [frame("f\($0)", Int($0))]) }))
    #expect(told.groups.count == 64)
    #expect(told.leftOut == 6)
  }

  @Test("A core file says nothing of a thread that was in no call")
  func ofACoreFile() throws {
    let told = try #require(
      threads([
        moment(4, [frame("lookup", 18)], call: nil, state: "?"),
        moment(5, [frame("spin", 17)], call: nil, state: "?"),
      ]))
    #expect(told.groups.map(\.doing) == [[], []])
  }
}
