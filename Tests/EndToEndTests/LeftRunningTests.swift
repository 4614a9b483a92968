import Foundation
import Glibc
import Testing

/// What a target leaves running goes on when the target has ended, and so does whoever waits for us.
@Suite struct LeftRunningTests {
  /// A program that leaves a process behind, which waits at a FIFO for a line, makes a process for it,
  /// and writes to a file. It ends after a pause, in which nothing of ours ticks.
  private static func leaving(_ status: Int) -> String {
    """
    mkfifo line
    (exec >/dev/null 2>&1; read text <line; (cat /etc/hostname >/dev/null; echo "$text" >answer.new)
      mv answer.new answer) &
    echo $! >left
    sleep 1
    exit \(status)
    """
  }

  @Test(arguments: [0, 3])
  func goesOn(status: Int) async throws {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try await ChildProcess.run(
      [Host.whyfail, "/bin/sh", "-c", Self.leaving(status)], directory: scratch)
    #expect(result.status == status)
    let left = try #require(Self.number(in: scratch + "/left"))
    let words = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("It left sh (pid \(left)) running"), "\(result.errorText)")
    let tracer = try #require(Self.tracer(of: left))
    #expect(tracer > 0)

    try Data("hello\n".utf8).write(to: URL(fileURLWithPath: scratch + "/line"), options: [])
    #expect(await Self.becomesTrue { FileManager.default.fileExists(atPath: scratch + "/answer") })
    let answer = try String(contentsOfFile: scratch + "/answer", encoding: .utf8)
    #expect(answer == "hello\n")
    #expect(await Self.becomesTrue { kill(tracer, 0) != 0 }, "the tracer stays")
  }

  @Test func isKilledWithTheFront() async throws {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    // The one that is killed is what the shell waits for.
    let script = """
      \(Host.whyfail) /bin/sh -c 'echo $$ >target; exec cat <line' & front=$!
      exec 3<>line
      until [ -s target ]; do sleep 0.05; done
      kill -KILL $front; wait $front
      """
    let made = unsafe mkfifo(scratch + "/line", 0o600)
    try #require(made == 0)
    let result = try await ChildProcess.run(["/bin/bash", "-c", script], directory: scratch)
    #expect(result.status == 128 + SIGKILL)
    let target = try #require(Self.number(in: scratch + "/target"))
    #expect(await Self.becomesTrue { kill(target, 0) != 0 })
  }

  private static func number(in path: String) -> pid_t? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  private static func tracer(of process: pid_t) -> pid_t? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    return status?.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
      .flatMap { pid_t($0.dropFirst(10).trimmingCharacters(in: .whitespaces)) }
  }

  /// Looks until it is true, for as long as a slow machine may need.
  private static func becomesTrue(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1200 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return false
  }
}
