import Foundation
import Testing

/// `whyconf` with programs that do not end by themselves.
@Suite struct ConfigurationRunTests {
  /// A server of the fewest lines that reads its configuration and waits; with a word, in the
  /// background of a process that has ended.
  private static let server = """
    import os, socket, sys
    text = open(sys.argv[1]).read()
    if len(sys.argv) > 2 and os.fork():
        os._exit(0)
    if len(sys.argv) > 2:
        os.setsid()
        if os.fork():
            os._exit(0)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1] + ".listener")
    listener.listen()
    open(sys.argv[1] + ".pid", "w").write(str(os.getpid()))
    listener.accept()
    """

  private struct Report: Decodable {
    struct Outcome: Decodable { var kind: String }
    struct Verdict: Decodable { var status: String }
    struct Entry: Decodable {
      var path: String
      var status: String
    }
    struct Configuration: Decodable { var entries: [Entry] }
    var outcome: Outcome
    var verdict: Verdict
    var config: Configuration
  }

  @Test(arguments: [[], ["background"]])
  func aDaemonIsStoppedOnceItWaits(_ words: [String]) async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let configuration = scratch + "/server.conf"
    try "port = 1\n".write(toFile: configuration, atomically: true, encoding: .utf8)
    try Self.server.write(
      toFile: scratch + "/server.py", atomically: true, encoding: .utf8)
    let whyconf = scratch + "/whyconf"
    try FileManager.default.createSymbolicLink(
      atPath: whyconf, withDestinationPath: Host.whyfail)
    let result = try await ChildProcess.run(
      [
        whyconf, "--settle", "0.5", "--timeout", "60", "--format", "json", "-o",
        scratch + "/report", "--", "/usr/bin/python3", scratch + "/server.py", configuration,
      ] + words)
    #expect(result.status == 0, "\(result.errorText)")
    let data = try #require(FileManager.default.contents(atPath: scratch + "/report"))
    let report = try JSONDecoder().decode(Report.self, from: data)
    #expect(report.verdict.status == "succeeded")
    #expect(report.outcome.kind == (words.isEmpty ? "still-running" : "exited"))
    #expect(report.config.entries.first { $0.path == configuration }?.status == "read")
    // Nothing is left behind.
    let pid = try String(contentsOfFile: configuration + ".pid", encoding: .utf8)
    let state = FileManager.default.contents(atPath: "/proc/\(pid)/stat")
    #expect(state.map { String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? true)
  }

  @Test func oneThatEndsByItselfKeepsItsStatus() async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let result = try await ChildProcess.run([
      Host.whyfail, "--settle", "5", "sh", "-c", "exit 7",
    ])
    #expect(result.status == 7)
  }
}
