/// The value of one field of an observation, as heuristics test it and templates show it.
///
/// Values come from the target and are hostile: they may hold any character, control characters
/// and line breaks among them. Rendering makes them harmless; matching looks at them as they are.
package enum FieldValue: Hashable, Sendable {
  /// A name, a path, an address, a message.
  case text(String)
  /// A count, a size, a process id; a whole number up to 2^53 is exact.
  case number(Double)
  /// A yes or no.
  case flag(Bool)
  /// Values of one type, in an order that means something.
  case list([FieldValue])
  /// Named values that belong together.
  case record([String: FieldValue])
}

extension FieldValue {
  /// Makes a text value.
  package init(_ text: some StringProtocol) { self = .text(String(text)) }

  /// Makes a number value.
  package init(_ number: some BinaryInteger) { self = .number(Double(number)) }

  /// Makes a flag value.
  package init(_ flag: Bool) { self = .flag(flag) }

  /// Makes a list of texts.
  package init(_ texts: some Sequence<String>) { self = .list(texts.map(FieldValue.text)) }

  /// Whether a fix's `if:` and a template's section count the value as there: everything does but
  /// `false`, the empty text and the empty list. Zero is there.
  package var isPresent: Bool {
    switch self {
    case .text(let text): !text.isEmpty
    case .number: true
    case .flag(let flag): flag
    case .list(let elements): !elements.isEmpty
    case .record(let fields): !fields.isEmpty
    }
  }

  /// The value as a template shows it, before any escaping; a whole number has no fraction.
  package var shownText: String {
    switch self {
    case .text(let text): text
    case .number(let number):
      Int64(exactly: number).map(String.init) ?? String(number)
    case .flag(let flag): flag ? "yes" : "no"
    case .list(let elements): elements.map(\.shownText).enumeratedInEnglish
    case .record(let fields):
      fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shownText)" }
        .enumeratedInEnglish
    }
  }

  /// The value at the end of a dotted name below this one; every value of it where the way leads
  /// through a list.
  package func values(at path: some Collection<String>) -> [FieldValue] {
    guard let name = path.first else { return [self] }
    switch self {
    case .record(let fields):
      return fields[name]?.values(at: path.dropFirst()) ?? []
    case .list(let elements):
      return elements.flatMap { $0.values(at: path) }
    case .text, .number, .flag:
      return []
    }
  }
}

extension [String] {
  /// The elements as English lists them: "a", "a and b", "a, b and c".
  var enumeratedInEnglish: String {
    guard count > 1, let last else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}

extension FieldValue: ExpressibleByStringInterpolation {
  /// Makes a text value.
  package init(stringLiteral value: String) { self = .text(value) }
}

extension FieldValue: ExpressibleByIntegerLiteral {
  /// Makes a number value.
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension FieldValue: ExpressibleByFloatLiteral {
  /// Makes a number value.
  package init(floatLiteral value: Double) { self = .number(value) }
}

extension FieldValue: ExpressibleByBooleanLiteral {
  /// Makes a flag value.
  package init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension FieldValue: ExpressibleByArrayLiteral {
  /// Makes a list value.
  package init(arrayLiteral elements: FieldValue...) { self = .list(elements) }
}

extension FieldValue: ExpressibleByDictionaryLiteral {
  /// Makes a record value; of a name that is given twice the last value counts.
  package init(dictionaryLiteral elements: (String, FieldValue)...) {
    self = .record(Dictionary(elements) { _, last in last })
  }
}
