@testable import CommandLineInterface
import Foundation
import Testing

/// What a recording gives.
struct Replayed: Sendable {
  /// The report as it is written where no terminal is.
  var text: String
  var report: JSONReport
}

/// Replays each recording once for all tests that ask, in this process: a thousand starts of the program,
/// each of which reads its heuristics, take minutes.
actor Replays {
  static let shared = Replays()
  private static let gate = Gate(width: 2)
  private var replays: [String: Task<Replayed, any Error>] = [:]

  func replay(of corpusCase: CorpusCase) async throws -> Replayed {
    let path = corpusCase.recordingFile.path
    let replay =
      replays[corpusCase.id]
      ?? Task {
        let texts = try await Self.texts(of: path, formats: [.text, .json])
        return Replayed(
          text: texts[0],
          report: try JSONDecoder().decode(JSONReport.self, from: Data(texts[1].utf8)))
      }
    replays[corpusCase.id] = replay
    return try await replay.value
  }

  /// The report of a recording in JSON, with these options of the command line.
  static func json(of path: String, arguments: [String]) async throws -> String {
    try await texts(of: path, arguments: arguments, formats: [.json])[0]
  }

  /// The report of a recording in several forms.
  private static func texts(
    of path: String, arguments: [String] = [], formats: [Options.Format]
  ) async throws -> [String] {
    try await gate.pass {
      // A replay holds its thread to its end, as the threads of tasks are not to be held.
      try await withCheckedThrowingContinuation { replayed in
        DispatchQueue.global().async {
          replayed.resume(
            with: Result {
              var options = try OptionParser.options(of: arguments + ["--replay", path])
              let report = try Replay.report(
                tool: "whyfail", path: path, listsHarmless: options.listsHarmless,
                environment: Host.environment)
              return formats.map { format in
                options.format = format
                return Reporter(tool: "whyfail", options: options, environment: Host.environment)
                  .text(of: report)
              }
            })
        }
      }
    }
  }
}
