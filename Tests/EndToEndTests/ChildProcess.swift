import Foundation
import Glibc

/// What a process did that a test started: its streams, and how it ended as a shell tells it.
struct ProcessResult: Sendable, Equatable {
  /// The exit status; 128 + N when signal N ended it.
  var status: Int32
  var output: Data
  var error: Data

  var outputText: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: error, as: UTF8.self) }
}

/// Starts processes with a clean slate, which Foundation's `Process` does not: all signals at their
/// default and unblocked, no descriptor but 0, 1 and 2. What a target sees is compared byte for
/// byte, so nothing of the test runner may leak into it.
enum ChildProcess {
  struct SpawnError: Error {
    var command: [String]
    var code: Int32
  }

  /// Runs a command to its end; after `limit` seconds it is ended by `timeout(1)`, with 124.
  static func run(
    _ command: [String], environment: [String: String] = Host.environment,
    directory: String = "/", input: Data = Data(), limit: Int = 120
  ) async throws -> ProcessResult {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try input.write(to: URL(fileURLWithPath: scratch + "/in"))
    let words = cleanStart + [directory, "/usr/bin/timeout", "--foreground", "-k", "5", "\(limit)"]
    let child = try spawn(
      words + command, environment: environment,
      streams: [scratch + "/in", scratch + "/out", scratch + "/err"])
    let status = await wait(for: child)
    return ProcessResult(
      status: status,
      output: try Data(contentsOf: URL(fileURLWithPath: scratch + "/out")),
      error: try Data(contentsOf: URL(fileURLWithPath: scratch + "/err")))
  }

  /// Changes the directory and closes what was inherited; a shell does it, since the import of
  /// Glibc has no `posix_spawn_file_actions_addclosefrom_np(3)`.
  private static let cleanStart = [
    "/bin/bash", "-c",
    """
    cd "$1" || exit 125
    shift
    for path in /proc/$$/fd/*; do
      number=${path##*/}
      [ "$number" -le 2 ] || eval "exec $number>&-"
    done
    exec "$@"
    """, "clean-start",
  ]

  private static func spawn(
    _ command: [String], environment: [String: String], streams: [String]
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, streams[0], O_RDONLY, 0)
    for number in 1...2 {
      unsafe posix_spawn_file_actions_addopen(
        &actions, Int32(number), streams[number], O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    // Not sigfillset(3): that leaves out 32 and 33, which glibc then has the child ignore.
    unsafe memset(&signals, 0xff, MemoryLayout<sigset_t>.size)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    var variables =
      unsafe environment.sorted { $0.key < $1.key }
      .map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      unsafe (arguments + variables).forEach { unsafe free($0) }
    }
    var child: pid_t = 0
    let code = unsafe posix_spawn(
      &child, command[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw SpawnError(command: command, code: code) }
    return child
  }

  /// Waits on a thread of its own: the cooperative pool must not block.
  private static func wait(for child: pid_t) async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7f
        continuation.resume(returning: signal == 0 ? (status >> 8) & 0xff : 128 + signal)
      }
    }
  }
}

/// Lets a few tasks through at a time: real programs beside each other, not a stampede.
actor Gate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) {
    free = width
  }

  /// Runs `body` once there is room.
  nonisolated func pass<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async rethrows -> Result {
    await enter()
    do {
      let result = try await body()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
