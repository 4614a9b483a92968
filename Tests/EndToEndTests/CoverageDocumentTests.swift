import Foundation
import Testing

/// docs/coverage.md names what exists; `Scripts/coverage` writes it anew.
@Suite struct CoverageDocumentTests {
  private static let page = Host.repository.appendingPathComponent("docs/coverage.md")

  private func text() throws -> String { try String(contentsOf: Self.page, encoding: .utf8) }

  @Test func theCasesExist() throws {
    let known = Set(CorpusCase.all.map(\.id))
    let rows = try text().split(separator: "\n").filter {
      $0.hasPrefix("| ") || $0.hasPrefix("- `")
    }
    let named = rows.flatMap { row in
      row.matches(of: /[a-z-]+\/[a-z0-9-]+(?=,|;|$| \|)/).map { String($0.output) }
    }
    #expect(named.count > 40)
    #expect(named.filter { !known.contains($0) } == [], "Scripts/coverage writes the page anew")
  }

  @Test func theHeuristicsExist() throws {
    let files = FileManager.default
    let named = try text().matches(of: /`([a-z]+\/[a-z0-9-]+)`/).map { String($0.output.1) }
    #expect(!named.isEmpty)
    for id in Set(named) {
      let file = Host.repository.appendingPathComponent("Heuristics/\(id).yaml")
      #expect(files.fileExists(atPath: file.path), "Scripts/coverage writes the page anew: \(id)")
    }
  }

  @Test func everyErrorIsThere() throws {
    let text = try text()
    let source = Host.repository.appendingPathComponent("Sources/TraceEvents/ErrorNumber.swift")
    let table = try String(contentsOf: source, encoding: .utf8)
    let names = table.matches(of: /\("(E[A-Z0-9]+)", "/).map { String($0.output.1) }
      .filter { !$0.hasPrefix("ERESTART") }
    #expect(names.count > 100)
    #expect(names.filter { !text.contains($0) } == [])
  }
}
