import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("What became of a core file")
struct CoreFileTests {
  /// A crash in /home/ann, and what its advice says of the core file.
  private func advice(
    pattern: String?, limit: UInt64? = nil, hard: UInt64? = nil, dumped: Bool = false,
    isSecure: Bool = false, signal: SignalNumber = .segmentationViolation,
    _ change: (inout FakeInspector) -> Void = { _ in }
  ) -> [String] {
    var inspector = FakeInspector()
    inspector[.kernelParameter(path: "kernel/core_pattern")] = pattern.map { .names(list: [$0]) }
    inspector[.kernelParameter(path: "fs/suid_dumpable")] = .names(list: ["0"])
    change(&inspector)
    var trace = Trace()
    trace.start()
    trace.add(
      .programExecuted(
        execution: ProgramExecution(
          path: "/opt/app", executable: "/opt/app", arguments: ["app"], environment: [],
          credentials: Trace.user, isSecure: isSecure, workingDirectory: "/home/ann")))
    trace.add(
      .fact(
        fact: Fact(
          question: .limits(pid: Trace.first),
          answer: .limits(list: [ResourceLimit(name: "RLIMIT_CORE", soft: limit, hard: hard)]))))
    trace.kill(signal, code: 1, faultAddress: 8, coreDumped: dumped)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    return (diagnosis.findings.first?.fixes ?? []).map { "\($0.note ?? "") \($0.text)" }
      .filter { $0.contains("core file") }
  }

  @Test("A limit that leaves none is told, with how to raise it")
  func limit() throws {
    let zero = try #require(advice(pattern: "core", limit: 0).first)
    #expect(zero.contains("since the limit on its size was 0 (ulimit -c), as it was handed down"))
    #expect(zero.hasSuffix("ulimit -c unlimited"))
    let hard = try #require(advice(pattern: "core", limit: 100, hard: 100).first)
    #expect(hard.contains("100 bytes (ulimit -c)") && hard.contains("only root may raise"))
    #expect(advice(pattern: "core", limit: 0, signal: .abort).count == 1)
    #expect(advice(pattern: "core", limit: 4096).isEmpty)
    #expect(advice(pattern: "core").isEmpty)
    #expect(advice(pattern: "core", limit: 0, signal: .terminate).isEmpty)
    // Where the kernel's pattern is not known, nothing is.
    #expect(advice(pattern: nil, limit: 0).isEmpty)
  }

  @Test("So is what else stands in the way")
  func obstacles() throws {
    let helper = try #require(advice(pattern: "|/usr/libexec/take %P %e", limit: 0).first)
    #expect(helper.contains("hands core files to /usr/libexec/take (kernel.core_pattern)"))
    let secure = try #require(advice(pattern: "core", limit: 0, isSecure: true).first)
    #expect(secure.contains("fs.suid_dumpable is 0"))
    let relative = advice(pattern: "core", isSecure: true) {
      $0[.kernelParameter(path: "fs/suid_dumpable")] = .names(list: ["2"])
    }
    #expect(relative.first?.contains("relative place") == true)
    let refused = advice(pattern: "core.%p") {
      $0.setRefusal(
        "/home/ann/core.", .create,
        by: PathComponent(path: "/home/ann", type: .directory, mode: 0o555), needs: .write,
        reason: .otherBits)
    }
    #expect(
      refused.first?.contains("its working directory /home/ann, where app may create no") == true)
    let missing = advice(pattern: "/var/cores/%e.%p") { $0.setMissing("/var/cores") }
    #expect(
      missing.first?.contains("/var/cores (kernel.core_pattern), which does not exist") == true)
    #expect(advice(pattern: "/var/cores/%e.%p").isEmpty)
  }

  @Test(
    "Where it went is told",
    arguments: [
      ("|/usr/lib/systemd/systemd-coredump %P %u", "coredumpctl debug 100"),
      ("|/usr/share/apport/apport -p%p", "below /var/crash"),
      ("|/opt/take", "went to /opt/take"),
      ("core", "is in /home/ann, named after core"),
      ("dumps/%e", "is in /home/ann/dumps, named after %e"),
      ("/%p.core", "is in /, named after %p.core"),
    ])
  func places(pattern: String, words: String) {
    let told = advice(pattern: pattern, limit: 0, dumped: true)
    #expect(told.count == 1)
    #expect(told.first?.contains(words) == true, "\(told)")
  }
}
