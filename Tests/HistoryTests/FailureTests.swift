import Testing
import TraceEvents
import TraceTestSupport

@testable import History

@Suite("Failed calls of a history")
struct FailureTests {
  /// The first failed call of a trace.
  private func failure(_ build: (inout Trace) -> Void) throws -> FailedCall {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    return try #require(trace.history.failures.calls.first)
  }

  @Test("A name that is found elsewhere makes the tries before it harmless")
  func foundElsewhere() throws {
    let call = try failure {
      $0.open("/usr/local/lib/libx.so", .fails(.noEntry))
      $0.open("/usr/lib/libx.so")
    }
    let replacement = try #require(call.replacement)
    #expect(replacement.subject == "/usr/lib/libx.so" && !replacement.isSameSubject)
  }

  @Test("The same path, which came to serve, makes the failure harmless")
  func cameToServe() throws {
    let call = try failure {
      $0.open("/run/x", .fails(.accessDenied))
      $0.open("/run/x")
    }
    #expect(call.replacement?.isSameSubject == true)
  }

  @Test(
    "A command that was found further along PATH makes the tries before it harmless",
    arguments: [ErrorNumber.noEntry, .accessDenied])
  func foundCommand(_ error: ErrorNumber) throws {
    let call = try failure {
      $0.failToExecute("/usr/local/bin/tool", error)
      $0.execute("/usr/bin/tool")
    }
    #expect(call.replacement?.subject == "/usr/bin/tool")
  }

  @Test("mkdir of what is there is harmless once it is entered")
  func madeBefore() throws {
    let call = try failure {
      $0.call("mkdir", "/var/cache/app", .fails(.exists))
      $0.call("chdir", "/var/cache/app")
    }
    #expect(call.replacement != nil)
  }

  @Test("A child's success serves its parent's failure, and the other way round")
  func relatives() throws {
    let below = try failure {
      $0.open("/etc/a/x", .fails(.noEntry))
      $0.fork(200)
      $0.open("/etc/b/x", by: 200)
    }
    #expect(below.replacement != nil)
    let above = try failure {
      $0.fork(200)
      $0.open("/etc/a/x", .fails(.noEntry), by: 200)
      $0.open("/etc/b/x")
    }
    #expect(above.replacement != nil)
  }

  @Test("An address that could be used at last makes the tries before it harmless")
  func address() throws {
    let address = SocketAddress.ip4(address: "127.0.0.1", port: 80)
    let call = try failure {
      $0.socket("connect", address, .fails(.connectionRefused))
      $0.socket("connect", address)
    }
    #expect(call.replacement?.isSameSubject == true)
  }

  @Test("What does not take the place of a failure", arguments: Self.noReplacements)
  func noReplacement(name: String, build: @Sendable (inout Trace) -> Void) throws {
    let call = try failure(build)
    #expect(call.replacement == nil, "\(name)")
  }

  private static let noReplacements: [(String, @Sendable (inout Trace) -> Void)] = [
    (
      "another name",
      {
        $0.open("/etc/a.conf", .fails(.noEntry))
        $0.open("/etc/b.conf")
      }
    ),
    (
      "a look at what could not be opened",
      {
        $0.open("/etc/x", .fails(.accessDenied))
        $0.stat("/etc/x")
      }
    ),
    (
      "a file of the same name elsewhere, where this one refused",
      {
        $0.open("/srv/a/x", .fails(.accessDenied))
        $0.open("/srv/b/x")
      }
    ),
    (
      "a success before the failure",
      {
        $0.open("/etc/x")
        $0.open("/etc/x", .fails(.noEntry))
      }
    ),
    (
      "a success of a stranger",
      {
        $0.fork(200)
        $0.fork(300)
        $0.open("/srv/a/x", .fails(.noEntry), by: 200)
        $0.open("/srv/b/x", by: 300)
      }
    ),
    (
      "making another directory of the same name, where the first could not be opened",
      {
        $0.open("/srv/a/x", .fails(.noEntry))
        $0.call("mkdir", "/srv/b/x")
      }
    ),
    (
      "another port",
      {
        $0.socket("bind", .ip4(address: "0.0.0.0", port: 80), .fails(.addressInUse))
        $0.socket("bind", .ip4(address: "0.0.0.0", port: 81))
      }
    ),
    (
      "a success that the same failure followed once more",
      {
        $0.open("/run/x", .fails(.noEntry))
        $0.open("/run/x")
        $0.open("/run/x", .fails(.noEntry))
      }
    ),
  ]

  @Test("Repetitions are one failure with a count, its first and its last time")
  func repetitions() throws {
    var trace = Trace("/usr/bin/app")
    let first = trace.open("/run/x", .fails(.noEntry))
    trace.open("/run/y", .fails(.noEntry))
    let last = trace.open("/run/x", .fails(.noEntry))
    let log = trace.history.failures
    #expect(log.calls.map(\.count) == [2, 1] && log.total == 3)
    #expect(log.calls[0].number == first && log.calls[0].lastNumber == last)
    #expect(log.calls[0].time < log.calls[0].lastTime)
  }

  @Test("A failure that recurs after a success can be made good once more")
  func madeGoodAgain() throws {
    let call = try failure {
      for _ in 0..<3 {
        $0.open("/run/x", .fails(.noEntry))
        $0.open("/run/x")
      }
    }
    #expect(call.count == 3 && call.replacement?.isSameSubject == true)
  }

  @Test("Another error, call or process for the same path is another failure")
  func distinct() {
    var trace = Trace("/usr/bin/app")
    trace.open("/x", .fails(.noEntry))
    trace.open("/x", .fails(.accessDenied))
    trace.stat("/x", .fails(.noEntry))
    trace.fork(200)
    trace.open("/x", .fails(.noEntry), by: 200)
    #expect(trace.history.failures.calls.map(\.count) == [1, 1, 1, 1])
  }

  @Test(
    "Results that are answers are no failures",
    arguments: [
      ("read", ErrorNumber.tryAgain), ("read", .interrupted), ("ioctl", .notTerminal),
      ("connect", .inProgress), ("readlink", .invalidArgument), ("wait4", .noChild),
      ("read", ErrorNumber(rawValue: 512)),
    ])
  func answers(name: String, error: ErrorNumber) {
    var trace = Trace("/usr/bin/app")
    trace.call(name, 3, nil, .fails(error))
    #expect(trace.history.failures.total == 0)
  }

  @Test(
    "The same results of other calls are failures",
    arguments: [
      ("clone", ErrorNumber.tryAgain), ("flock", .tryAgain), ("mmap", .tryAgain),
      ("setsockopt", .invalidArgument), ("kill", .noChild), ("bind", .inProgress),
    ])
  func failures(name: String, error: ErrorNumber) {
    var trace = Trace("/usr/bin/app")
    trace.call(name, 3, nil, .fails(error))
    #expect(trace.history.failures.total == 1)
  }

  @Test(
    "A call's purpose is what it wants of its path",
    arguments: [
      ("openat", "O_RDONLY", FailedCall.Purpose.open), ("openat", "O_WRONLY|O_CREAT", .create),
      ("creat", "0", .create), ("execve", "0", .execute), ("statx", "0", .inspect),
      ("faccessat2", "R_OK", .inspect), ("getdents64", "0", .list), ("mkdirat", "0", .make),
      ("renameat2", "0", .make), ("unlinkat", "AT_REMOVEDIR", .remove), ("chdir", "0", .enter),
      ("fchownat", "0", .change), ("write", "0", .change), ("connect", "0", .connect),
      ("listen", "0", .bind), ("prctl", "PR_SET_NAME", .other),
    ])
  func purpose(name: String, symbols: String, purpose: FailedCall.Purpose) {
    let call = SystemCall(
      name: name, arguments: [.symbol(name: symbols)], outcome: .fails(.noEntry))
    #expect(FailedCall.Purpose(call) == purpose)
  }
}
