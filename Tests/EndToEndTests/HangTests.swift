import Foundation
import Testing

/// Programs that hang, each in a way of its own: what is said of them out of time and when attached to.
@Suite struct HangTests {
  private struct Report: Decodable {
    struct Verdict: Decodable {
      var status: String
      var summary: String
    }
    struct Finding: Decodable {
      var heuristic: String
      var role: String
      var explanation: String
    }
    var verdict: Verdict
    var findings: [Finding]
  }

  /// How a program hangs, and what has to be said.
  struct Hang: CustomTestStringConvertible {
    var way: String
    var heuristic: String
    var says: [String]
    var testDescription: String { way }
  }

  private static let hangs = [
    Hang(way: "again", heuristic: "processes/deadlock", says: ["take_again()", "holds itself"]),
    Hang(way: "dead", heuristic: "processes/deadlock", says: ["take_of_the_dead()", "has ended"]),
    Hang(way: "count", heuristic: "processes/busy", says: ["count_for_ever"]),
    Hang(way: "pipes", heuristic: "processes/deadlock", says: ["deadlock"]),
    Hang(way: "own-pipe", heuristic: "processes/stuck", says: ["nobody but itself"]),
  ]

  private func report(_ script: String) async throws -> Report {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let program = try await CPrograms.shared.path("hangs", flags: ["-g", "-O0"])
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try await ChildProcess.run(
      [
        "/bin/bash", "-c",
        """
        P=\(program)
        W() { \(Host.whyfail) --format json -o \(scratch)/report "$@"; }
        \(script)
        """,
      ], directory: scratch)
    let data = try #require(
      FileManager.default.contents(atPath: scratch + "/report"), "\(result.errorText)")
    return try JSONDecoder().decode(Report.self, from: data)
  }

  private func check(_ report: Report, _ hang: Hang) {
    #expect(report.verdict.status == "hung")
    #expect(report.findings.first?.heuristic == hang.heuristic, "\(report)")
    #expect(report.findings.first?.role == "cause")
    for words in hang.says {
      let all = report.verdict.summary + (report.findings.first?.explanation ?? "")
      #expect(all.contains(words), "\(words): \(report)")
    }
  }

  @Test(arguments: hangs) func aHangIsToldOutOfTime(_ hang: Hang) async throws {
    check(try await report("W --timeout 3 $P \(hang.way)"), hang)
  }

  @Test(
    arguments: hangs + [
      Hang(way: "child", heuristic: "processes/stopped", says: ["stopped"])
    ])
  func aHangIsToldOfWhatRunsAlready(_ hang: Hang) async throws {
    check(
      try await report(
        "setsid $P \(hang.way) & p=$!; sleep 0.5; W -p $p --timeout 3; kill -9 -$p"), hang)
  }

  @Test func aServerThatWaitsForClientsDoesNotHang() async throws {
    let report = try await report(
      """
      python3 -c '
      import select, socket
      listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
      poll = select.epoll(); poll.register(listener, select.EPOLLIN)
      open("ready", "w").close()
      poll.poll()' & p=$!
      until [ -e ready ]; do sleep 0.05; done
      W -p $p --timeout 1; kill $p
      """)
    #expect(report.verdict.status == "unknown" && report.findings.isEmpty, "\(report)")
    #expect(report.verdict.summary.contains("waits for a client to connect to 127.0.0.1:"))
  }
}
