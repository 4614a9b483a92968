/// The key of a test in `when` and `unless`: a field, then modifiers, with `|` between them.
package struct TestKey: Hashable, Sendable {
  /// The field; dots lead into records.
  package var field: String
  /// How it is compared.
  package var modifier: Modifier
  /// Whether `not` is among the modifiers.
  package var isNegated: Bool

  /// How a field is compared: Sigma's modifiers, without its ignoring of case.
  package enum Modifier: String, Hashable, Sendable, CaseIterable {
    /// The field is the value; what is meant where no modifier is written.
    case equals = ""
    /// The value occurs in the field.
    case contains
    /// The field begins with the value.
    case startswith
    /// The field ends with the value.
    case endswith
    /// The regular expression matches anywhere in the field (Swift's syntax).
    case re
    /// The shell pattern matches the whole field; `*` stops at a slash, `**` does not.
    case glob
    /// The field is one of the values.
    case `in`
    /// The field is there (`true`) or not (`false`).
    case exists
    /// The field is greater than the value.
    case gt
    /// The field is less than the value.
    case lt
  }

  /// Reads a key.
  ///
  /// - Throws: what is wrong with it, as a person can read it.
  package init(_ key: String) throws(TestKeyError) {
    let parts = key.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    let names = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard names.allSatisfy({ !$0.isEmpty }) else {
      throw TestKeyError(message: "'\(key)' names no field")
    }
    field = parts[0]
    modifier = .equals
    isNegated = false
    for part in parts.dropFirst() {
      if part == "not", !isNegated {
        isNegated = true
      } else if let next = Modifier(rawValue: part), next != .equals {
        guard modifier == .equals else {
          throw TestKeyError(
            message: "'\(key)' has two modifiers, '\(modifier.rawValue)' and '\(part)'")
        }
        modifier = next
      } else {
        let known = Modifier.allCases.dropFirst().map(\.rawValue) + ["not"]
        throw TestKeyError(
          message: "unknown modifier '\(part)'; known are \(known.joined(separator: ", "))")
      }
    }
  }
}

/// What is wrong with the key of a test.
package struct TestKeyError: Error, Hashable, Sendable {
  /// It, as a person can read it; no full stop.
  package var message: String
}
