import History
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Pipes and sockets of a history")
struct PipeTests {
  /// A shell that runs `producer | consumer`; the consumer reads from descriptor 0.
  private func pipeline() -> Trace {
    var trace = Trace("/bin/sh", ["-c", "producer | consumer"])
    trace.pipe(3, 4)
    trace.fork(200)
    trace.fork(300)
    trace.call("close", 3)
    trace.call("close", 4)
    trace.duplicate(4, as: 1, by: 200)
    trace.call("close", 3, by: 200)
    trace.call("close", 4, by: 200)
    trace.execute("/bin/producer", by: 200)
    trace.duplicate(3, as: 0, by: 300)
    trace.call("close", 3, by: 300)
    trace.call("close", 4, by: 300)
    trace.execute("/bin/consumer", by: 300)
    return trace
  }

  @Test("Both ends of a pipe share a number, through copies and forks")
  func ends() throws {
    let history = pipeline().history
    let writing = try #require(history.processes[1].descriptors[1])
    let reading = try #require(history.processes[2].descriptors[0])
    guard case .pipe(let first, .writing) = writing, case .pipe(let second, .reading) = reading
    else {
      Issue.record("\(writing) and \(reading) are not the ends of a pipe")
      return
    }
    #expect(first == second)
  }

  @Test("The reader's end is a closing of its pipe")
  func readerEnds() throws {
    var trace = pipeline()
    let end = trace.exit(1, by: 300)
    trace.kill(
      .brokenPipe, 200,
      during: SystemCall(
        name: "write", arguments: [.descriptor(number: 1)], outcome: .fails(.brokenPipe)))
    let history = trace.history
    let closing = try #require(history.closings.last)
    #expect(closing.process == 2 && closing.atEnd && closing.number == end)
    #expect(history.brokenChannels[1] == .pipe(number: closing.pipe, end: .writing))
  }

  @Test("A reader that closes its end and goes on is told apart from one that ended")
  func readerCloses() throws {
    var trace = pipeline()
    let number = trace.call("close", 0, by: 300)
    let closing = try #require(trace.history.closings.last)
    #expect(closing.process == 2 && !closing.atEnd && closing.number == number)
  }

  @Test("A copy put over a reading end closes it")
  func replacedEnd() throws {
    var trace = pipeline()
    trace.open("/dev/null", .gives(7), by: 300)
    let before = trace.history.closings.count
    trace.duplicate(7, as: 0, by: 300)
    #expect(trace.history.closings.count == before + 1)
  }

  @Test("The end of the writer is no closing of a reader")
  func writerEnds() {
    var trace = pipeline()
    let before = trace.history.closings.count
    trace.exit(0, by: 200)
    #expect(trace.history.closings.count == before)
  }

  @Test("A write that failed names what it was written to, even after the descriptor is closed")
  func brokenChannel() throws {
    var trace = pipeline()
    trace.exit(0, by: 300)
    trace.call("write", 1, nil, .fails(.brokenPipe), by: 200)
    trace.call("close", 1, by: 200)
    let history = trace.history
    guard case .pipe(_, .writing) = try #require(history.brokenChannels[1]) else {
      Issue.record("not a pipe")
      return
    }
  }

  @Test("A socket learns where it is bound, whom it is connected to, and that it listens")
  func socketState() throws {
    var trace = Trace("/usr/bin/server")
    let local = SocketAddress.ip4(address: "0.0.0.0", port: 80)
    let peer = SocketAddress.ip6(address: "::1", port: 5432)
    trace.socket("bind", local, descriptor: 5)
    trace.call("listen", 5)
    trace.socket("connect", peer, .fails(.inProgress), descriptor: 6)
    let descriptors = trace.history.processes[0].descriptors
    guard case .socket(let server) = try #require(descriptors[5]),
      case .socket(let client) = try #require(descriptors[6])
    else {
      Issue.record("not sockets")
      return
    }
    #expect(server.local == local && server.isListening && server.domain == "AF_INET")
    #expect(client.type == "SOCK_STREAM" && !client.isListening)
    #expect(client.peer == peer)
    #expect(trace.history.failures.total == 0)
  }

  @Test("A call on a connected socket has the peer's address")
  func addressOfDescriptor() {
    var trace = Trace("/usr/bin/client")
    let peer = SocketAddress.ip4(address: "10.0.0.1", port: 443)
    trace.socket("connect", peer, descriptor: 5)
    trace.call("recvfrom", 5, nil, .fails(.connectionReset))
    #expect(trace.history.failures.calls.first?.address == peer)
  }

  @Test("Descriptors from outside are known as far as their links tell")
  func fromOutside() {
    let trace = Trace(
      "/usr/bin/app", descriptors: [0: "pipe:[1234]", 1: "/tmp/out", 2: "socket:[99]", 3: "pipe:["])
    let descriptors = trace.history.processes[0].descriptors
    #expect(descriptors[0] == .pipe(number: -1234, end: .unknown))
    #expect(descriptors[1] == .file(path: "/tmp/out", isWritable: true))
    #expect(descriptors[2] == .other(name: "socket:[99]"))
    #expect(descriptors[3] == .other(name: "pipe:["))
  }
}
