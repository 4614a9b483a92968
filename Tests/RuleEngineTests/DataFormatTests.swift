import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Data that a parser rejected")
struct DataFormatTests {
  @Test(
    "The format is that of the words, or of the file",
    arguments: [
      ("json.decoder.JSONDecodeError: Expecting value", .json), ("Psych::SyntaxError", .yaml),
      ("tomllib.TOMLDecodeError: Invalid value", .toml), ("a parser error", nil),
    ] as [(String, DataFormat?)])
  func words(text: String, format: DataFormat?) {
    #expect(DataFormat(namedIn: text) == format)
    #expect(DataFormat.isRejection(text + ": unexpected token"))
  }

  @Test("The usual mistakes are told, and sound lines have none")
  func hints() {
    #expect(DataFormat.json.hint(at: "}", after: "  \"a\": 1,")?.contains("comma") == true)
    #expect(DataFormat.json.hint(at: "\"b\": 2", after: "\"a\": 1")?.contains("no comma") == true)
    #expect(DataFormat.json.hint(at: "// x", after: "{")?.contains("comments") == true)
    #expect(DataFormat.json.hint(at: "\"b\": 2", after: "\"a\": 1,") == nil)
    #expect(DataFormat.yaml.hint(at: "\tb: 2", after: "a:")?.contains("tabs") == true)
    #expect(DataFormat.yaml.hint(at: "  b: 2", after: "a: 1")?.contains("has a value") == true)
    #expect(DataFormat.yaml.hint(at: "  b: 2", after: "a:") == nil)
    #expect(DataFormat.toml.hint(at: "a = b", after: nil)?.contains("quotation") == true)
    #expect(DataFormat.toml.hint(at: "a = true", after: nil) == nil)
  }

  /// The first finding of a program that read some files and then said something.
  private func finding(
    _ said: String, files: [String], text: [Int: String] = [:], connects: Bool = false
  ) throws -> Finding {
    var trace = Trace("/usr/bin/app")
    if connects { trace.socket("connect", .ip4(address: "10.0.0.1", port: 443)) }
    for file in files { trace.read(file) }
    trace.say(said)
    trace.exit(1)
    var inspector = FakeInspector()
    if let file = files.last {
      let lines = text.sorted { $0.key < $1.key }.map {
        TextLine(file: file, number: $0.key, text: $0.value)
      }
      for (number, context) in [(1, 50), (4, 1), (4, 0)] {
        inspector[.linesAround(file: file, line: number, context: context)] =
          .lines(list: lines)
      }
    }
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    return try #require(diagnosis.findings.first)
  }

  private let settings = [1: "{", 2: "\"a\": 1,", 3: "\"b\": 2,", 4: "}"]

  @Test("A line, or a position, is found in the file that was read last")
  func places() throws {
    let line = try finding(
      "JSONDecodeError: Expecting value: line 4 column 1", files: ["/srv/x.json"], text: settings)
    #expect(line.heuristic == "words/invalid-json" && line.subject == "/srv/x.json:4")
    let position = try finding(
      "SyntaxError: Unexpected token } in JSON at position 18", files: ["/srv/x.json"],
      text: settings)
    #expect(position.subject == "/srv/x.json:4")
    #expect(position.because.contains { $0.contains("ends in a comma") })
  }

  @Test("A file is not blamed for what came over the network, nor for a line that it does not have")
  func others() throws {
    let words = "JSONDecodeError: Expecting value: line 4 column 1"
    #expect(
      try finding(words, files: ["/srv/x.json"], text: settings, connects: true).heuristic
        != "words/invalid-json")
    #expect(
      try finding(words, files: ["/srv/x.json"], text: [1: "{}"]).heuristic != "words/invalid-json")
    #expect(
      try finding(words, files: ["/srv/x.txt"], text: settings).heuristic != "words/invalid-json")
  }
}
