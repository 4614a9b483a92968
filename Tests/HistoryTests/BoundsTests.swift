import Testing
import TraceEvents
import TraceTestSupport

@testable import History

@Suite("What a history keeps of a target that does too much")
struct BoundsTests {
  private func fold(_ events: [TraceEvent]) -> History {
    var history = History()
    for event in events { history.apply(event) }
    return history
  }

  @Test("Of 10,000 distinct failures the telling ones and the newest are kept")
  func manyFailures() {
    var trace = Trace("/usr/bin/app")
    trace.open("/srv/secret", .fails(.accessDenied))
    for index in 0..<9998 { trace.open("/srv/data/\(index)", .fails(.noEntry)) }
    trace.open("/srv/last", .fails(.noEntry))
    let log = trace.history.failures
    #expect(log.total == 10_000)
    #expect(log.calls.count <= FailureLog.capacity)
    #expect(log.calls.first?.path == "/srv/secret")
    #expect(log.calls.last?.path == "/srv/last")
    #expect(log.calls.map(\.number) == log.calls.map(\.number).sorted())
  }

  @Test("Where all failures tell, the oldest go")
  func allTelling() {
    var trace = Trace("/usr/bin/app")
    for index in 0..<10_000 { trace.open("/srv/data/\(index)", .fails(.accessDenied)) }
    let log = trace.history.failures
    #expect(log.calls.count <= FailureLog.capacity)
    #expect(log.calls.last?.path == "/srv/data/9999")
    #expect(log.calls.first?.path != "/srv/data/0")
  }

  @Test("Making room makes room for many, though few failures can be let go")
  func roomForMany() {
    var trace = Trace("/usr/bin/app")
    for index in 0..<3999 { trace.open("/srv/secret/\(index)", .fails(.accessDenied)) }
    for index in 3999...FailureLog.capacity { trace.open("/srv/data/\(index)", .fails(.noEntry)) }
    let count = trace.history.failures.calls.count
    #expect(count <= FailureLog.capacity - FailureLog.capacity / 6 + 1)
  }

  @Test("After failures were let go, those that are left are still counted and made good")
  func afterForgetting() throws {
    var trace = Trace("/usr/bin/app")
    trace.open("/srv/secret", .fails(.accessDenied))
    for index in 0..<FailureLog.capacity { trace.open("/srv/\(index)", .fails(.noEntry)) }
    trace.open("/srv/secret", .fails(.accessDenied))
    let before = try #require(trace.history.failures.calls.first)
    #expect(before.path == "/srv/secret" && before.count == 2 && before.replacement == nil)
    trace.open("/srv/secret")
    let after = try #require(trace.history.failures.calls.first)
    #expect(after.path == "/srv/secret" && after.replacement != nil)
    let replaced = trace.history.failures.calls.filter { $0.replacement != nil }
    #expect(replaced.count == 1)
  }

  @Test("Of 100,000 processes those that fit are kept, and nothing breaks after them")
  func manyProcesses() {
    var history = History()
    var trace = Trace("/bin/sh")
    for event in trace.events { history.apply(event) }
    let number = trace.events.count
    for index in 0..<100_000 {
      let process = ProcessID(1000 + index)
      let start = ProcessStart(parent: Trace.first)
      history.apply(
        TraceEvent(
          number: number + 2 * index, time: 1, process: process, thread: process,
          body: .processStarted(start: start)))
      history.apply(
        TraceEvent(
          number: number + 2 * index + 1, time: 1, process: process, thread: process,
          body: .processEnded(end: .exited(status: 0))))
    }
    #expect(history.processes.count == History.processCapacity)
    #expect(history.root?.name == "sh")
    trace.exit(2)
    history.apply(trace.events[trace.events.count - 1])
    #expect(history.root?.end == .exited(status: 2))
  }

  @Test("Facts, descriptors, files, closings and waiting calls have bounds")
  func otherBounds() {
    var trace = Trace("/usr/bin/app")
    for index in 0..<5000 {
      trace.fact(.userName(user: UInt32(index)), .names(list: []))
      trace.pipe(500, 501)
      trace.call("close", 500)
      trace.call("read", 0, nil, .unfinished)
    }
    let history = trace.history
    #expect(history.facts.count == History.factCapacity)
    #expect(history.closings.count <= 4096 && history.closings.last?.number ?? 0 > 15_000)
    #expect(history.processes[0].pendingCalls.count == 64)
  }

  @Test("A table of descriptors has a bound, whichever way they come to be")
  func descriptorBound() {
    var table = DescriptorTable()
    for descriptor in Int32(0)..<70_000 {
      table.open(descriptor, .other(name: "x"), closesOnExec: false)
    }
    let full = table.all.count
    for descriptor in Int32(100_000)..<100_100 {
      table.duplicate(0, as: descriptor, closesOnExec: false)
    }
    #expect(full == 65_536 && table.all.count == full)
  }
}

@Suite("A stream that is damaged")
struct DamagedStreamTests {
  /// A run with a bit of everything.
  private var sample: Trace {
    var trace = Trace("/bin/sh", environment: ["PATH=/bin"])
    trace.pipe(3, 4)
    trace.spawn(200, "/bin/one")
    trace.spawn(300, from: 200, "/bin/two", ["x"])
    trace.open("/etc/x", .fails(.noEntry), by: 300)
    trace.call("chdir", "sub", by: 200)
    trace.duplicate(4, as: 1, by: 300)
    trace.socket("connect", .unix(path: "/run/s"), .fails(.noEntry), by: 200)
    trace.say("two: cannot", by: 300, isPiece: true)
    trace.fact(.path(path: "/etc/x"), .names(list: []))
    trace.kill(.brokenPipe, 300)
    trace.release(3, "/etc/y", position: 7)
    trace.call("read", 3, nil, .unfinished, by: 200)
    trace.exit(1, by: 200)
    trace.note(.timedOut)
    trace.exit(1)
    return trace
  }

  /// What a history came to, as text that can be compared.
  private func summary(_ events: [TraceEvent]) -> String {
    var history = History()
    for event in events { history.apply(event) }
    let processes = history.processes.map {
      "\($0.pid) \($0.parent ?? -1) \($0.name) \(String(describing: $0.end)) \($0.workingDirectory)"
        + " \($0.descriptors.all.keys.sorted()) \($0.children)"
    }
    let failures = history.failures.calls.map {
      "\($0.number) \($0.process) \($0.call.notation) \($0.path ?? "-") \($0.count)"
    }
    let words = history.words.lines.map { "\($0.number) \($0.process) \($0.text)" }
    let closings = history.closings.map { "\($0.pipe) \($0.process) \($0.number)" }
    for process in history.processes { _ = history.lineage(of: process.index) }
    return (processes + failures + words + closings).joined(separator: "\n")
  }

  @Test("Any order of events folds without a crash, and to the same result each time")
  func shuffled() {
    var generator = SplitMix(state: 42)
    for _ in 0..<300 {
      let events = sample.events.shuffled(using: &generator)
      #expect(summary(events) == summary(events))
    }
  }

  @Test("Events that are lost or come twice do no harm")
  func lostAndRepeated() {
    var generator = SplitMix(state: 7)
    for _ in 0..<300 {
      let events = sample.events.flatMap { event in
        Array(repeating: event, count: Int.random(in: 0...2, using: &generator))
      }
      #expect(summary(events) == summary(events))
    }
  }

  @Test("Processes that are said to be their own parents do no harm")
  func ownParent() {
    var trace = Trace()
    trace.fork(100, from: 100)
    trace.fork(100, from: 100)
    trace.fork(200, from: 300)
    trace.fork(300, from: 200)
    trace.exit(1, by: 300)
    let history = trace.history
    #expect(history.processes.count == 4)
    for process in history.processes {
      #expect(history.lineage(of: process.index).count <= history.processes.count)
    }
  }

  @Test("Extreme numbers do no harm")
  func extremeNumbers() {
    var trace = Trace("/bin/sh")
    let extremes: [Int64] = [.min, -1, 0, Int64(Int32.max) + 1, .max]
    for value in extremes {
      trace.open("/x", .gives(value))
      trace.call("dup", Int32(truncatingIfNeeded: value), nil, .gives(value))
      trace.call("close_range", [.integer(value: value), .integer(value: value)])
      trace.call("setuid", [.integer(value: value)])
      trace.release(3, "/x", position: value)
    }
    trace.kill(SignalNumber(rawValue: .max), code: .min)
    for name in ["pipe2", "socketpair", "bind", "chroot", "fchdir", "getdents64", "", "setreuid"] {
      trace.call(name, [])
      trace.call(name, [.unreadable(address: .max)], .fails(ErrorNumber(rawValue: .min)))
    }
    #expect(trace.history.processes.count == 1)
  }
}

/// A source of the same random numbers each time (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
