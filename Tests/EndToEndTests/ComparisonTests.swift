import Foundation
import Testing
import Yams

/// The pairs of Tests/Comparisons: what `--diff` says of each.
@Suite struct ComparisonTests {
  /// A pair of runs, with what is to be said of it.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var pair: String
    var good: String?
    var status: String
    var causeThere: String?
    var exit: Int32
    var related: [String]
    var says: [String]
    var saysNot: [String]?

    enum CodingKeys: String, CodingKey {
      case pair, good, status, exit, related, says
      case causeThere = "cause_there"
      case saysNot = "says_not"
    }

    var testDescription: String { pair }
    /// The two files, from the directory of all pairs on.
    var files: [String] { [pair + "/" + (good ?? "good.jsonl"), pair + "/bad.jsonl"] }
  }

  /// The fields of a difference that cases speak of.
  private struct JSONDifference: Decodable {
    struct Item: Decodable {
      var subject: String
      var related: Bool
      var sentence: String
    }
    var schema: String
    var status: String
    var summary: String
    var causeThere: String?
    var differences: [Item]

    enum CodingKeys: String, CodingKey {
      case schema, status, summary, differences
      case causeThere = "cause_there"
    }
  }

  static let directory = Host.repository.appendingPathComponent("Tests/Comparisons")

  static let cases: [Case] = {
    let file = directory.appendingPathComponent("cases.yaml")
    do {
      return try YAMLDecoder().decode([Case].self, from: String(contentsOf: file, encoding: .utf8))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()

  private func compare(_ options: [String], _ files: [String]) async throws -> ProcessResult {
    try await ChildProcess.run(
      [Host.whyfail, "--diff"] + options + files, directory: Self.directory.path)
  }

  @Test(arguments: cases)
  func isExplained(_ pair: Case) async throws {
    let result = try await compare(["--format", "json"], pair.files)
    #expect(result.status == pair.exit, "\(result.errorText)")
    #expect(result.output.isEmpty)
    let difference = try JSONDecoder().decode(JSONDifference.self, from: result.error)
    #expect(difference.schema == "whyfail.difference/1")
    #expect(difference.status == pair.status)
    #expect(difference.causeThere == pair.causeThere)
    let related = difference.differences.filter(\.related).map(\.subject)
    #expect(Set(related) == Set(pair.related))
    let text = ([difference.summary] + difference.differences.map(\.sentence)).joined(
      separator: "\n")
    for pattern in pair.says {
      #expect(try matches(pattern, text), "not said: \(pattern) in \(text)")
    }
    for pattern in pair.saysNot ?? [] {
      #expect(try !matches(pattern, result.errorText), "said: \(pattern)")
    }
  }

  @Test(arguments: cases)
  func givesTheGoldenText(_ pair: Case) async throws {
    let result = try await compare([], pair.files)
    let golden = Self.directory.appendingPathComponent(pair.pair + "/difference.txt")
    if Golden.isRewriting {
      try #require(!result.error.isEmpty, "an empty report is no golden one")
      try result.error.write(to: golden)
      Issue.record("rewrote \(golden.path); read the difference")
      return
    }
    let expected = FileManager.default.contents(atPath: golden.path)
    #expect(result.errorText == String(decoding: expected ?? Data(), as: UTF8.self))
  }

  @Test(arguments: cases)
  func aRunDoesNotDifferFromItself(_ pair: Case) async throws {
    let result = try await compare(["--format", "json"], [pair.files[0], pair.files[0]])
    let difference = try JSONDecoder().decode(JSONDifference.self, from: result.error)
    #expect(difference.differences.map(\.sentence) == [])
  }

  @Test func everyPairHasACase() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path)
      .filter { !$0.contains(".") && $0 != "record" }
    #expect(Set(folders) == Set(Self.cases.map(\.pair)))
  }

  @Test func reportsAreComparedByWhatTheyTell() async throws {
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let pair = Self.directory.appendingPathComponent("file-missing").path
    for side in ["good", "bad"] {
      let made = try await ChildProcess.run([
        Host.whyfail, "--format", "json", "-o", "\(directory)/\(side)", "--replay",
        "\(pair)/\(side).jsonl",
      ])
      try #require(made.status == 0, "\(made.errorText)")
    }
    for files in [
      ["\(directory)/good", "\(directory)/bad"], ["\(pair)/good.jsonl", "\(directory)/bad"],
      ["\(directory)/good", "\(pair)/bad.jsonl"],
    ] {
      let result = try await compare(["--format", "json"], files)
      let difference = try JSONDecoder().decode(JSONDifference.self, from: result.error)
      #expect(difference.status == "explained", "\(files)")
      #expect(difference.summary.contains("There it exists"), "\(difference.summary)")
      #expect(result.errorText.contains("is a report"))
    }
  }

  @Test func markdownHasTheSameSentences() async throws {
    let pair = try #require(Self.cases.first { $0.pair == "search-path" })
    let result = try await compare(["--format", "markdown"], pair.files)
    #expect(result.errorText.hasPrefix("**sh failed (exit status 127)"))
    #expect(result.errorText.contains("### What is different"))
    #expect(result.errorText.contains("- **PATH lacks"))
  }

  @Test func secretsAreShownOnRequestAlone() async throws {
    let pair = try #require(Self.cases.first { $0.pair == "empty-environment" })
    for format in ["text", "json", "markdown"] {
      let shown = try await compare(["--no-redact", "--format", format], pair.files)
      #expect(shown.errorText.contains("hunter2secret"))
      let hidden = try await compare(["--format", format], pair.files)
      #expect(!hidden.errorText.contains("hunter2secret"))
    }
  }

  @Test func secretsOfCommandsAreHidden() async throws {
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    // The place of a word alone tells that it is a secret.
    for (name, word) in [("good", "ann:swordfish"), ("bad", "bob:marlinfin")] {
      let log = """
        execve("/usr/bin/curl", ["curl", "-u", "\(word)", "http://\(name)/"], 0x1 /* 9 vars */) = 0
        exit_group(0) = ?
        +++ exited with 0 +++

        """
      try log.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }
    for format in ["text", "json", "markdown"] {
      let result = try await compare(
        ["--format", format], ["\(directory)/good", "\(directory)/bad"])
      #expect(result.errorText.contains("redacted"), "\(result.errorText)")
      #expect(!result.errorText.contains("swordfish"), "\(result.errorText)")
      #expect(!result.errorText.contains("marlinfin"), "\(result.errorText)")
    }
  }

  @Test func theOrderOfTheTwoIsSaidToBeWrong() async throws {
    let pair = try #require(Self.cases.first)
    let result = try await compare([], pair.files.reversed())
    #expect(result.errorText.contains("does not fail here"), "\(result.errorText)")
    #expect(result.errorText.contains("--diff GOOD BAD"))
  }

  @Test(arguments: [
    (Data(), "it is empty"), (Data([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1]), "it is binary"),
    (Data("hello\n".utf8), "is not a log that can be read"),
    (Data("{\n  \"schema\": \"whyfail.rep".utf8), "neither a report"),
  ])
  func whatIsNoRunIsRefusedInOneLine(_ contents: Data, _ reason: String) async throws {
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try contents.write(to: URL(fileURLWithPath: directory + "/file"))
    let good = try #require(Self.cases.first).files[0]
    for files in [[good, directory + "/file"], [directory + "/file", good]] {
      let result = try await compare([], files)
      #expect(result.status == 125)
      #expect(result.errorText.contains(reason), "\(result.errorText)")
      #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
    }
  }

  @Test func aCutRecordingIsComparedAndSaidToBeCut() async throws {
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let files = try #require(Self.cases.first).files
    let whole = try Data(contentsOf: Self.directory.appendingPathComponent(files[1]))
    try whole.prefix(9000).write(to: URL(fileURLWithPath: directory + "/cut"))
    let result = try await compare([], [files[0], directory + "/cut"])
    #expect(result.status == 1)
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("ends before its program does"), "\(text)")
  }

  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    let range = NSRange(text.startIndex..., in: text)
    return try NSRegularExpression(pattern: pattern).firstMatch(in: text, range: range) != nil
  }
}
