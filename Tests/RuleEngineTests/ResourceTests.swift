import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What was used up")
struct ResourceTests {
  private func seen(
    _ inspector: FakeInspector, _ trace: Trace
  ) throws -> ResourceExhausted {
    var trace = trace
    trace.exit(1)
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    let observer = Observer(run: run, inquiry: Inquiry(history: history, inspector: inspector))
    let call = try #require(history.failures.calls.last)
    return observer.resourceExhausted(call, asking: true)
  }

  @Test("A limit on processes that is far away is none, unless this run has set it")
  func processes() throws {
    var inspector = FakeInspector()
    inspector[.limits(pid: Trace.first)] = .limits(
      list: [ResourceLimit(name: "RLIMIT_NPROC", soft: 10, hard: 10, used: 2)])
    var trace = Trace("/usr/bin/app")
    trace.call("clone3", [], .fails(.tryAgain))
    #expect(try !seen(inspector, trace).limitWasLow)
    var set = Trace("/usr/bin/app")
    set.call("prlimit64", [.integer(value: 0), .symbol(name: "RLIMIT_NPROC"), .integer(value: 10)])
    set.call("clone3", [], .fails(.tryAgain))
    let low = try seen(inspector, set)
    #expect(low.limitWasLow && low.limit == "10" && low.used == nil)
  }

  private func status(_ type: String, available: UInt64) -> FileSystemStatus {
    FileSystemStatus(
      mountPoint: "/srv", type: type, source: "none", options: [], totalBytes: 1 << 20,
      availableBytes: available,
      totalInodes: 100, availableInodes: 50)
  }

  @Test("A file system in memory that is not full, but smaller than what was asked for")
  func small() throws {
    var inspector = FakeInspector()
    inspector[.fileSystem(path: "/srv/x")] = .fileSystem(
      status: status("tmpfs", available: 1 << 20))
    var trace = Trace("/usr/bin/app")
    trace.open("/srv/x", .gives(3))
    trace.call(
      "fallocate",
      [
        .descriptor(number: 3), .hexadecimal(value: 0), .integer(value: 0),
        .integer(value: 4 << 20),
      ],
      .fails(.noSpace))
    let seen = try seen(inspector, trace)
    #expect(seen.mountPoint == nil && seen.storedAt == "/srv" && seen.memoryMount == "/srv")
    #expect(seen.total == "1 MiB" && seen.askedFor == "4 MiB")
  }

  @Test(
    "A quota is told by the file system, which for btrfs is the subvolume's",
    arguments: ["ext4", "btrfs"])
  func quota(type: String) throws {
    var inspector = FakeInspector()
    inspector[.fileSystem(path: "/srv/x")] = .fileSystem(status: status(type, available: 1 << 19))
    var trace = Trace("/usr/bin/app")
    trace.open("/srv/x", .fails(.quotaExceeded), flags: "O_WRONLY|O_CREAT")
    let seen = try seen(inspector, trace)
    let best = HeuristicCatalog.embedded.matches(seen).first?.id
    #expect(best == (type == "btrfs" ? "resources/quota-of-subvolume" : "resources/quota"))
  }

  @Test(
    "Of two limits on memory the one that leaves less is meant",
    arguments: [(nil, "RLIMIT_DATA"), (UInt64(1 << 30), "RLIMIT_DATA"), (1100, "RLIMIT_AS")])
  func memory(space: UInt64?, name: String) throws {
    var inspector = FakeInspector()
    inspector[.limits(pid: Trace.first)] = .limits(
      list: [
        ResourceLimit(name: "RLIMIT_DATA", soft: 2000, hard: 2000, used: 1000),
        ResourceLimit(name: "RLIMIT_AS", soft: space, hard: nil, used: 1000),
      ])
    var trace = Trace("/usr/bin/app")
    trace.call("mmap", [.integer(value: 4096)], .fails(.noMemory))
    let seen = try seen(inspector, trace)
    #expect(seen.limitName == name && seen.limitWasLow)
    #expect(seen.limitMeans == (name == "RLIMIT_AS" ? "address space" : "data"))
  }
}
