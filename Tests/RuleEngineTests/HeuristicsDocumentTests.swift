import Foundation
import HeuristicCatalog
import Testing

@testable import RuleEngine

/// The worked examples of docs/heuristics.md are sound: what readers copy works.
@Suite struct HeuristicsDocumentTests {
  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../docs/heuristics.md")

  /// The blocks of YAML on the page.
  private func examples() throws -> [String] {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    return text.components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
  }

  @Test func theWorkedExamplesAreSound() throws {
    let examples = try examples()
    try #require(examples.count >= 2)
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("heuristics-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    for example in examples {
      let id = try #require(example.firstMatch(of: /id: (\S+)/)?.output.1)
      let file = scratch.appendingPathComponent("\(id).yaml")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try example.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(HeuristicCatalog.check([scratch.path], schema: .engine).map { "\($0)" } == [])
  }
}
