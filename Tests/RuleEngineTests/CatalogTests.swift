import HeuristicCatalog
import HeuristicSyntax
import Testing
import TraceEvents

@testable import RuleEngine

@Suite("The heuristics that come with the program")
struct CatalogTests {
  private static let schema = ObservationSchema.engine

  @Test("They are all sound, for the observations that the engine makes")
  func noProblems() {
    #expect(!HeuristicCatalog.embedded.heuristics.isEmpty)
    #expect(HeuristicCatalog.embedded.problems(schema: Self.schema) == [])
  }

  @Test("Kinds of observation and their fields are there once")
  func unique() {
    let names = Self.schema.kinds.map(\.name)
    #expect(Set(names).count == names.count)
    let general = Self.schema.general.map(\.name)
    var hidden: [String] = []
    for kind in Self.schema.kinds {
      let fields = kind.fields.map(\.name)
      #expect(Set(fields).count == fields.count, "\(kind.name)")
      hidden += general.filter(fields.contains).map { "\(kind.name).\($0)" }
    }
    // A field of an observation hides the general one of its name: that is meant here alone.
    #expect(hidden == ["command-not-found.command"])
  }

  @Test("Each says something sound of a full observation and of a bare one", arguments: Fill.all)
  func rendering(fill: Fill) {
    for heuristic in HeuristicCatalog.embedded.heuristics where heuristic.role != .benign {
      guard let kind = Self.schema.kind(named: heuristic.observation) else { continue }
      let context = fill.context(of: kind.fields + Self.schema.general, for: heuristic)
      let rendered = heuristic.rendered(with: context)
      #expect(!rendered.title.isEmpty && !rendered.subject.isEmpty, "\(heuristic.id)")
      let texts =
        [rendered.title, rendered.subject] + rendered.because + rendered.references
        + rendered.fixes.flatMap { [$0.text] + ($0.note.map { [$0] } ?? []) }
      for text in texts {
        for leftover in Self.leftovers(in: text) {
          Issue.record("\(heuristic.id) (\(fill)): \(leftover) in: \(text)")
        }
      }
    }
  }

  /// What a section that is not shown left behind, or a template that is not right.
  private static func leftovers(in text: String) -> [String] {
    var found = [
      "{{", "}}", " ()", "''", "\"\"", " .", " ,", ": .", ":.", "..", ",,", "; .", "( ", " )", "[]",
    ].filter(text.contains)
    // A list keeps its indentation at the beginning of a line.
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.drop(while: { $0 == " " }).contains("  ") { found.append("two spaces") }
      if line.allSatisfy(\.isWhitespace) { found.append("an empty line") }
      if line.last == " " { found.append("a space at the end") }
    }
    return found
  }
}

/// How much of an observation is known.
enum Fill: CaseIterable, CustomTestStringConvertible {
  /// Every field has a value, and every flag holds.
  case everything
  /// Every field has a value, and no flag holds.
  case everyValue
  /// Only the fields that an observation cannot be without, and what the heuristic tests for.
  case required

  static let all = allCases

  var testDescription: String {
    switch self {
    case .everything: "everything"
    case .everyValue: "every value, no flag"
    case .required: "only what is required"
    }
  }

  /// Values for `fields` for which the tests of `heuristic` hold.
  func context(
    of fields: [ObservationSchema.Field], for heuristic: Heuristic
  ) -> [String: FieldValue] {
    var context: [String: FieldValue] = [:]
    for field in fields where self != .required || !field.isOptional {
      context[field.name] = value(of: field)
    }
    for field in fields where field.name.hasPrefix("has_") {
      context[field.name] = .flag(context[String(field.name.dropFirst(4))] != nil)
    }
    for test in heuristic.tests where !test.isNegated {
      guard let field = fields.first(where: { $0.name == test.field }) else { continue }
      context[test.field] = value(of: test, field) ?? context[test.field]
    }
    return context
  }

  private func value(of field: ObservationSchema.Field) -> FieldValue {
    switch field.type {
    case .text: .text(field.name.replacing("_", with: "-"))
    case .number: 7
    case .flag: .flag(self == .everything)
    case .list: .list(["one", "two"])
    case .record: .record([:])
    }
  }

  private func value(of test: FieldTest, _ field: ObservationSchema.Field) -> FieldValue? {
    switch test.modifier {
    case .equals, .in, .startswith, .endswith, .contains:
      guard let first = test.values.first else { return nil }
      switch field.type {
      case .flag: return .flag(first == "true")
      case .number: return Double(first).map { .number($0) }
      default: return .text(first)
      }
    case .exists:
      if test.values == ["false"] { return nil }
      return Fill.everyValue.value(of: field)
    case .gt, .lt, .re, .glob: return nil
    }
  }
}
