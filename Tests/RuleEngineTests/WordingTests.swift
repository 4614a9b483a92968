import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Turns of phrase")
struct WordingTests {
  @Test(
    "Durations",
    arguments: [
      (0.0, "0 ms"), (0.0003, "0.3 ms"), (0.0094, "9.4 ms"), (0.012, "12 ms"), (0.9994, "999 ms"),
      (0.9996, "1 s"), (2.5, "2.5 s"), (61, "61 s"),
    ])
  func seconds(value: Double, words: String) {
    #expect(Wording.seconds(value) == words)
  }

  @Test(
    "Sizes",
    arguments: [
      (UInt64(0), "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"),
      (20 << 30, "20 GiB"), (1 << 50, "1 PiB"), (.max, "16384 PiB"),
    ])
  func bytes(count: UInt64, words: String) {
    #expect(Wording.bytes(count) == words)
  }

  @Test("Ends of processes")
  func endings() {
    var trace = Trace("/usr/bin/app")
    for (index, status) in [Int32(0), 3].enumerated() {
      trace.fork(ProcessID(200 + index))
      trace.exit(status, by: ProcessID(200 + index))
    }
    trace.fork(300)
    trace.kill(.segmentationViolation, 300)
    let endings = trace.history.processes.map(Wording.ending)
    #expect(
      endings == [
        "was still running", "ended successfully", "failed (exit status 3)",
        "was killed by SIGSEGV",
      ])
  }

  @Test("What a call waits for", arguments: Self.waits)
  func wait(name: String, words: String, subject: String, build: @Sendable (inout Trace) -> Void) {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    let process = trace.history.processes[0]
    guard let pending = process.pendingCalls.first else {
      Issue.record("nothing waits in \(name)")
      return
    }
    let wait = Wording.wait(pending, by: process)
    #expect(wait.whatFor == words && wait.subject == subject, "\(name)")
  }

  private static let waits: [(String, String, String, @Sendable (inout Trace) -> Void)] = [
    (
      "accept", "a client to connect to 127.0.0.1:80", "127.0.0.1:80",
      {
        $0.socket("bind", .ip4(address: "127.0.0.1", port: 80))
        $0.call("listen", 5)
        $0.call("accept4", 5, nil, .unfinished)
      }
    ),
    (
      "recv", "an answer from 10.0.0.1:443", "10.0.0.1:443",
      {
        $0.socket("connect", .ip4(address: "10.0.0.1", port: 443))
        $0.call("recvfrom", 5, nil, .unfinished)
      }
    ),
    (
      "poll", "an answer from 10.0.0.1:443", "10.0.0.1:443",
      {
        $0.socket("connect", .ip4(address: "10.0.0.1", port: 443))
        $0.call("poll", [], .unfinished)
      }
    ),
    ("wait", "a child to end", "/usr/bin/app", { $0.call("wait4", [], .unfinished) }),
    (
      "sleep", "time to pass (it sleeps)", "/usr/bin/app", { $0.call("nanosleep", [], .unfinished) }
    ),
    (
      "lock", "a lock on /run/lock/x", "/run/lock/x",
      {
        $0.open("/run/lock/x", .gives(3))
        $0.call("flock", 3, "LOCK_EX", .unfinished)
      }
    ),
    (
      "open of a pipe", "a file to be opened: /tmp/fifo", "/tmp/fifo",
      { $0.open("/tmp/fifo", .unfinished) }
    ),
    (
      "any other", "the system call fsync to return", "/usr/bin/app",
      { $0.call("fsync", 9, nil, .unfinished) }
    ),
  ]
}
