import HeuristicCatalog
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("A server whose time is up")
struct ServerWaitTests {
  private static let address = SocketAddress.ip4(address: "127.0.0.1", port: 2379)
  private static let nameServer = SocketAddress.ip4(address: "10.0.0.53", port: 53)

  /// What is said of a program that does `build` and then waits in `calls`, one for each of its threads.
  private func title(
    waitingIn calls: [SystemCall], after build: (inout Trace) -> Void
  ) throws -> String {
    var trace = Trace("/usr/bin/served")
    build(&trace)
    trace.note(.timedOut, "2.0")
    for call in calls { trace.add(.systemCall(call: call)) }
    trace.kill(.terminate)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    return try #require(diagnosis.findings.first).title
  }

  private func listen(_ trace: inout Trace) {
    trace.socket("bind", Self.address)
    trace.call("listen", 5)
  }

  private let futex = SystemCall(
    name: "futex", arguments: [.hexadecimal(value: 0x1000)], outcome: .unfinished)
  /// On descriptor 3, which may have been a file before.
  private let epoll = SystemCall(
    name: "epoll_pwait", arguments: [.descriptor(number: 3)], outcome: .unfinished)

  @Test("Idle threads of its runtime are no deadlock")
  func idleThreads() throws {
    let title = try title(waitingIn: [futex, futex, epoll, futex], after: listen)
    #expect(title.contains("a client to connect to 127.0.0.1:2379"))
  }

  @Test("Threads that wait for each other are told where nobody waits for clients")
  func lock() throws {
    #expect(try title(waitingIn: [futex, futex], after: listen).contains("futex"))
  }

  @Test("What failed before it listened is not why it goes on")
  func failedBefore() throws {
    let title = try title(waitingIn: [epoll]) {
      $0.socket("connect", Self.nameServer, .fails(.networkUnreachable), descriptor: 9)
      $0.call("close", 9)
      listen(&$0)
    }
    #expect(title.contains("a client to connect to 127.0.0.1:2379"))
  }

  @Test("The descriptor of epoll(7) is not the file that had its number")
  func reusedNumber() throws {
    let title = try title(waitingIn: [epoll]) { $0.open("/dev/urandom", .gives(3)) }
    #expect(!title.contains("urandom"))
  }

  @Test("Who waits for another's answer waits for that, though it has clients of its own")
  func upstream() throws {
    let title = try title(waitingIn: [epoll]) {
      listen(&$0)
      $0.socket("connect", .ip4(address: "10.0.0.1", port: 443), descriptor: 6)
    }
    #expect(title.contains("an answer from 10.0.0.1:443"))
  }

  @Test("A connection to itself is no such answer")
  func ownClient() throws {
    let title = try title(waitingIn: [epoll]) {
      listen(&$0)
      $0.socket("connect", Self.address, descriptor: 6)
    }
    #expect(title.contains("a client to connect to 127.0.0.1:2379"))
  }
}
