import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

/// What is kept of the conditions of a run, so that two can be compared.
@Suite struct RunConditionsTests {
  @Test func ourOwnAreTold() throws {
    let answer = LiveSystemInspector().answer(.conditions(pid: getpid()))
    guard case .conditions(let conditions) = answer else {
      Issue.record("not told: \(answer)")
      return
    }
    let mask = umask(0)
    _ = umask(mask)
    #expect(conditions.umask == UInt16(mask))
    let files = try #require(conditions.limits.first { $0.name == "RLIMIT_NOFILE" })
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(7), &limit) == 0)
    #expect(files.soft == UInt64(limit.rlim_cur))
    #expect(files.used == nil)
    #expect(!conditions.kernel.isEmpty)
    #expect(!conditions.groupNames.isEmpty)
  }

  @Test func thoseOfNoProcessAreUnknown() {
    guard case .unknown = LiveSystemInspector().answer(.conditions(pid: Int32.max)) else {
      Issue.record("told of a process that is none")
      return
    }
  }
}
