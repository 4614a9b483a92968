package import HeuristicSyntax
import Synchronization
internal import TraceEvents

/// A test of one field of an observation, written `field|modifier: value` in a heuristic.
///
/// A list of values means any of them. A field that holds a list passes where one element does.
/// Comparison is by characters, case counts. An absent field passes nothing but `exists: false`
/// and tests with `|not`.
package struct FieldTest: Sendable {
  /// The field; dots lead into records and lists of records: `holder.program`.
  package var field: String
  /// How it is compared.
  package var modifier: Modifier
  /// Whether the outcome is turned around (`|not`).
  package var isNegated: Bool
  /// What it is compared with, as it is written.
  package var values: [String]
  private let patterns: [PatternBox]

  /// How a field is compared.
  package typealias Modifier = TestKey.Modifier

  /// Makes a test; values of `re` that are no regular expressions match nothing.
  package init(field: String, modifier: Modifier, isNegated: Bool = false, values: [String]) {
    self.field = field
    self.modifier = modifier
    self.isNegated = isNegated
    self.values = values
    patterns = modifier == .re ? values.map(PatternBox.init) : []
  }

  /// Whether the test holds of an observation.
  ///
  /// - Parameter general: fields that every observation has beside its own, which come first.
  package func holds(
    of observation: some Observation, general: [String: FieldValue] = [:]
  ) -> Bool {
    let path = field.split(separator: ".").map(String.init)
    let root = observation.value(of: path[0]) ?? general[path[0]]
    let found = root?.values(at: path.dropFirst()) ?? []
    return outcome(of: found) != isNegated
  }

  private func outcome(of found: [FieldValue]) -> Bool {
    if modifier == .exists {
      return values.contains { ($0 == "true") == found.contains(where: \.isThere) }
    }
    return found.contains { value in
      if case .list(let elements) = value {
        elements.contains(where: passes)
      } else {
        passes(value)
      }
    }
  }

  private func passes(_ value: FieldValue) -> Bool {
    switch value {
    case .text(let text): passes(text)
    case .number(let number): passes(number)
    case .flag(let flag):
      (modifier == .equals || modifier == .in) && values.contains(flag ? "true" : "false")
    case .list, .record: false
    }
  }

  private func passes(_ number: Double) -> Bool {
    let limits = values.lazy.compactMap(Double.init)
    return switch modifier {
    case .equals, .in: limits.contains { number == $0 }
    case .gt: limits.contains { number > $0 }
    case .lt: limits.contains { number < $0 }
    case .contains, .startswith, .endswith, .re, .glob, .exists: false
    }
  }

  private func passes(_ whole: String) -> Bool {
    switch modifier {
    case .equals, .in: return values.contains(whole)
    case .startswith: return values.contains { whole.hasPrefix($0) }
    case .endswith: return values.contains { whole.hasSuffix($0) }
    case .contains: return values.contains { whole.contains($0) }
    case .glob:
      let text = Self.capped(whole)
      return values.contains { Glob.matches(pattern: $0, text: text) }
    case .re:
      let text = Self.capped(whole)
      return patterns.contains { $0.occurs(in: text) }
    case .exists, .gt, .lt: return false
    }
  }

  /// The most of a text, in bytes of UTF-8, that a pattern is tried on.
  ///
  /// A pattern that backtracks badly can take long on less; what a heuristic's author writes is
  /// trusted that far, what a target writes is not.
  package static let patternTextLimit = 4096

  private static func capped(_ text: String) -> String {
    guard text.utf8.count > patternTextLimit else { return text }
    return String(decoding: text.utf8.prefix(patternTextLimit), as: UTF8.self)
  }
}

extension FieldValue {
  /// Whether `exists` counts the value as there; `false` and zero are, the empty text is not.
  fileprivate var isThere: Bool {
    if case .flag = self { true } else { isPresent }
  }
}

/// A regular expression that is compiled when it is first used, and once; of a text without what it needs, it
/// is not asked.
private final class PatternBox: Sendable {
  private let source: String
  private let required = Mutex<RequiredLiterals??>(nil)
  private let compiled = Mutex<Regex<AnyRegexOutput>??>(nil)

  init(_ source: String) { self.source = source }

  /// Whether the pattern matches anywhere in `text`.
  func occurs(in text: String) -> Bool {
    let source = source
    let required = required.withLock { required in
      let literals = required ?? RequiredLiterals(of: source)
      required = .some(literals)
      return literals
    }
    if let required, !required.occur(in: text) { return false }
    return compiled.withLock { compiled in
      // `\\b` is where a word of letters, digits and underscores ends, as in grep(1): in "java.lang.Error" Unicode
      // sees one word.
      let pattern = compiled ?? (try? Regex(source).wordBoundaryKind(.simple))
      compiled = .some(pattern)
      guard let pattern else { return false }
      return (try? pattern.firstMatch(in: text)) != nil
    }
  }
}
