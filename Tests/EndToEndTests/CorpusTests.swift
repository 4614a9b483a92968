import Foundation
import Testing

/// Every case ends as its expectation says when nobody traces it: a case that does not is no proof.
@Suite struct NativeCorpusTests {
  @Test(arguments: CorpusCase.all)
  func endsAsTheCaseSays(_ corpusCase: CorpusCase) async throws {
    try corpusCase.cancelIfImpossible()
    let outcome = try await NativeRuns.shared.outcome(of: corpusCase)
    guard let exit = corpusCase.description.expect.exit else { return }
    #expect(
      exit.values.contains(Int(outcome.target.status)),
      "ended with \(outcome.target.status): \(outcome.target.errorText.suffix(600))")
  }
}

/// Every recording gives its golden report, and meets the expectation written by hand: anywhere,
/// without the program, without privileges.
@Suite struct ReplayedCorpusTests {
  static let recorded = CorpusCase.all.filter {
    FileManager.default.fileExists(atPath: $0.recordingFile.path)
  }

  @Test func everyCaseIsRecorded() {
    let missing = CorpusCase.all.filter {
      $0.description.pending == nil
        && !FileManager.default.fileExists(atPath: $0.recordingFile.path)
    }
    #expect(missing.isEmpty, "no recording, see `make corpus`: \(missing.map(\.id))")
  }

  @Test(arguments: recorded)
  func givesTheGoldenReport(_ corpusCase: CorpusCase) async throws {
    let text = try await Replays.shared.replay(of: corpusCase).text
    if Golden.isRewriting {
      try #require(!text.isEmpty, "an empty report is no golden one")
      try Data(text.utf8).write(to: corpusCase.goldenFile)
      Issue.record("rewrote \(corpusCase.goldenFile.path); read the difference")
      return
    }
    let golden = FileManager.default.contents(atPath: corpusCase.goldenFile.path)
    #expect(text == String(decoding: golden ?? Data(), as: UTF8.self))
  }

  @Test(arguments: recorded)
  func meetsTheExpectation(_ corpusCase: CorpusCase) async throws {
    corpusCase.checkExpectation(try await Replays.shared.replay(of: corpusCase).report)
  }

  /// The program itself says what the replays of this process say.
  @Test(arguments: stride(from: 0, to: recorded.count, by: 40).map { recorded[$0] })
  func theProgramSaysTheSame(_ corpusCase: CorpusCase) async throws {
    let replay = try await ChildProcess.run([
      Host.whyfail, "--replay", corpusCase.recordingFile.path,
    ])
    #expect(replay.status == 0, "\(replay.errorText)")
    #expect(replay.outputText == "", "a report goes to standard error")
    #expect(try await Replays.shared.replay(of: corpusCase).text == replay.errorText)
  }
}

/// The Corpus as a whole: how many causes are named first, and whether the confidence is honest.
@Suite struct CorpusScoreTests {
  @Test func nearlyAllCausesComeFirstAndNoHealthyRunIsAccused() async throws {
    var score = CorpusScore()
    for corpusCase in ReplayedCorpusTests.recorded where corpusCase.description.pending == nil {
      score.add(try await Replays.shared.replay(of: corpusCase).report, of: corpusCase)
    }
    print(score.text)
    #expect(score.falseCauses.isEmpty)
    #expect(Double(score.topOne) >= 0.97 * Double(score.failing), "\(score.missed)")
  }
}

/// Every case, run for real.
@Suite struct LiveCorpusTests {
  @Test(arguments: CorpusCase.all)
  func diagnosesTheRealProgram(_ corpusCase: CorpusCase) async throws {
    try corpusCase.cancelIfImpossible()
    if let obstacle = corpusCase.tracingObstacle { try skip(corpusCase.id, obstacle) }
    let native = try await NativeRuns.shared.outcome(of: corpusCase).target
    let traced = try await corpusCase.run(.traced)
    if corpusCase.description.expect.status.values != ["hung"] {
      #expect(traced.target.status == native.status, "\(traced.target.errorText.suffix(600))")
      let output = corpusCase.withoutVolatileParts(traced.target.outputText)
      #expect(output == corpusCase.withoutVolatileParts(native.outputText))
    }
    let data = try #require(traced.report, "no report: \(traced.target.errorText.suffix(600))")
    let report = try JSONDecoder().decode(JSONReport.self, from: data)
    let met = corpusCase.checkExpectation(report)
    let recording = try #require(traced.recording)
    let replayed = try await corpusCase.replayedReport(of: recording)
    #expect(replayed.withoutSource == String(decoding: data, as: UTF8.self).withoutSource)
    if met && Golden.isRecording {
      // The tool can be among the processes that a fact speaks of; where it lay is nobody's affair.
      let text = String(decoding: recording, as: UTF8.self)
        .replacingOccurrences(of: Host.whyfail, with: "/usr/local/bin/whyfail")
      try Data(text.utf8).write(to: corpusCase.recordingFile)
      let report = try await ChildProcess.run([
        Host.whyfail, "--replay", corpusCase.recordingFile.path,
      ])
      try report.error.write(to: corpusCase.goldenFile)
    }
  }
}

/// The two ways to write what a test compares with; neither works where CI is set.
enum Golden {
  /// `WHYFAIL_REWRITE_GOLDEN=1 swift test --filter ReplayedCorpusTests`: the reports alone.
  static let isRewriting = isAsked("WHYFAIL_REWRITE_GOLDEN")
  /// `make corpus`: recordings and reports.
  static let isRecording = isAsked("WHYFAIL_RECORD")

  private static func isAsked(_ name: String) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    guard environment[name] == "1" else { return false }
    if environment["CI"] == "true" { fatalError("\(name) is not for CI") }
    return true
  }
}

/// Runs each case natively once, for all tests that ask.
actor NativeRuns {
  static let shared = NativeRuns()
  private var runs: [String: Task<CaseOutcome, any Error>] = [:]

  func outcome(of corpusCase: CorpusCase) async throws -> CaseOutcome {
    let run = runs[corpusCase.id] ?? Task { try await corpusCase.run(.native) }
    runs[corpusCase.id] = run
    return try await run.value
  }
}

extension CorpusCase {
  var recordingFile: URL { directory.appendingPathComponent("recording.jsonl") }
  var goldenFile: URL { directory.appendingPathComponent("report.txt") }

  /// The JSON report of a recording that was just made.
  func replayedReport(of recording: Data) async throws -> String {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let file = scratch + "/recording.jsonl"
    try recording.write(to: URL(fileURLWithPath: file))
    return try await Replays.json(of: file, arguments: description.arguments ?? [])
  }

  /// Ends the test as skipped, with the reason.
  func cancelIfImpossible() throws {
    if let obstacle { try skip(id, obstacle) }
  }

  /// Why this machine cannot trace the case, or nil.
  var tracingObstacle: String? {
    if let obstacle = Host.tracingObstacle { return obstacle }
    guard description.user == .ordinary, !Host.ordinaryUserRunsWhyfail else { return nil }
    return "the user \(Host.ordinaryUser ?? "") cannot run the built program"
  }

  /// Whether the report meets the expectation; what it breaks becomes issues of the test, known
  /// ones where the case is pending.
  @discardableResult
  func checkExpectation(_ report: JSONReport) -> Bool {
    let violations = description.expect.violations(in: report, scratch: scratchDirectory)
    func check() {
      for violation in violations { Issue.record("\(id): \(violation)") }
    }
    if let pending = description.pending {
      // Once it is met the key must go: a known issue that does not occur is a failure.
      withKnownIssue("\(pending)") { check() }
    } else {
      check()
    }
    return violations.isEmpty
  }

  func withoutVolatileParts(_ text: String) -> String {
    (description.volatile ?? []).reduce(text) { text, pattern in
      guard
        let expression = try? NSRegularExpression(
          pattern: pattern, options: [.anchorsMatchLines])
      else { fatalError("\(id): not a regular expression: \(pattern)") }
      return expression.stringByReplacingMatches(
        in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "…")
    }
  }
}
