import Foundation
import Testing

/// Runs a command alone and under whyfail, in the same surroundings.
///
/// What the target writes and how it ends must be equal to the byte, so nothing of whyfail's own
/// may be in its streams: the report goes to a file.
struct Comparison {
  /// Words that prepare the surroundings and end in an `exec` of what follows them.
  var surroundings: [String] = []
  var command: [String]
  var input = Data()
  var directory = "/tmp"
  var options: [String] = []

  /// What both runs came to, and the report of the second.
  struct Results {
    var native: ProcessResult
    var traced: ProcessResult
    var report: String
  }

  private static let gate = Gate(width: 2)

  func run() async throws -> Results {
    if let obstacle = Host.tracingObstacle { try skip(command.joined(separator: " "), obstacle) }
    return try await Self.gate.pass {
      let scratch = try Host.makeTemporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: scratch) }
      let native = try await ChildProcess.run(
        surroundings + command, directory: directory, input: input)
      let tracer = [Host.whyfail] + options + ["--output", scratch + "/report", "--"]
      let traced = try await ChildProcess.run(
        surroundings + tracer + command, directory: directory, input: input)
      let report = FileManager.default.contents(atPath: scratch + "/report") ?? Data()
      return Results(
        native: native, traced: traced, report: String(decoding: report, as: UTF8.self))
    }
  }

  /// Runs both and expects them to be equal; returns the native one, for what it must be like.
  @discardableResult
  func expectEqual(sourceLocation: SourceLocation = #_sourceLocation) async throws -> ProcessResult
  {
    let results = try await run()
    #expect(
      results.traced.status == results.native.status, "\(results.traced.errorText.suffix(600))",
      sourceLocation: sourceLocation)
    #expect(
      results.traced.outputText == results.native.outputText, sourceLocation: sourceLocation)
    #expect(results.traced.output == results.native.output, sourceLocation: sourceLocation)
    #expect(results.traced.errorText == results.native.errorText, sourceLocation: sourceLocation)
    return results.native
  }
}

/// The C programs of Tests/Programs, compiled once each.
actor CPrograms {
  static let shared = CPrograms()
  private var builds: [String: Task<String, any Error>] = [:]

  /// The path of the compiled program; the test is skipped where the compiler cannot make it.
  func path(_ name: String, flags: [String] = []) async throws -> String {
    let key = ([name] + flags).joined(separator: " ")
    let build = builds[key] ?? Task { try await Self.compile(name, flags: flags) }
    builds[key] = build
    return try await build.value
  }

  private static let directory: Result<String, any Error> = Result {
    let path = Host.repository.path + "/.build/test-programs"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private static func compile(_ name: String, flags: [String]) async throws -> String {
    guard Host.path(of: "gcc") != nil else { try skip(name, "needs gcc") }
    let program = try directory.get() + "/" + name + flags.joined()
    let source = Host.repository.path + "/Tests/Programs/\(name).c"
    let compiler = try await ChildProcess.run(
      ["gcc", "-pthread", "-o", program] + flags + [source])
    if compiler.status != 0 {
      guard !flags.isEmpty else { fatalError(compiler.errorText) }
      try skip(name, "gcc cannot compile with \(flags.joined(separator: " "))")
    }
    return program
  }
}
