/// The kinds of observation that there are, and what each of them tells.
///
/// The engine declares it; the catalog checks heuristics against it and makes documentation of it.
package struct ObservationSchema: Hashable, Sendable {
  /// The kinds, in the order in which the documentation shows them.
  package var kinds: [Kind]
  /// The fields that the engine offers beside those of every observation: the program, its user.
  package var general: [Field]

  /// Declares a schema.
  package init(kinds: [Kind], general: [Field] = []) {
    self.kinds = kinds
    self.general = general
  }

  /// One kind of observation.
  package struct Kind: Hashable, Sendable {
    /// Its name in kebab case: `library-not-found`.
    package var name: String
    /// One sentence that says when there is one.
    package var summary: String
    /// What it tells.
    package var fields: [Field]

    /// Declares a kind.
    package init(_ name: String, _ summary: String, fields: [Field]) {
      self.name = name
      self.summary = summary
      self.fields = fields
    }
  }

  /// One named value of an observation or of a record.
  package struct Field: Hashable, Sendable {
    /// Its name in snake case: `resolved_later`.
    package var name: String
    /// What it holds.
    package var type: FieldType
    /// A sentence or part of one that says what it means, with its unit.
    package var summary: String
    /// Whether an observation may be without it.
    package var isOptional: Bool

    /// Declares a field.
    package init(
      _ name: String, _ type: FieldType, _ summary: String, isOptional: Bool = false
    ) {
      self.name = name
      self.type = type
      self.summary = summary
      self.isOptional = isOptional
    }
  }

  /// What a field holds.
  package indirect enum FieldType: Hashable, Sendable {
    /// `FieldValue.text`.
    case text
    /// `FieldValue.number`.
    case number
    /// `FieldValue.flag`.
    case flag
    /// `FieldValue.list`, all elements of one type.
    case list(of: FieldType)
    /// `FieldValue.record` with these fields.
    case record([Field])
  }

  /// The kind of a name.
  package func kind(named name: String) -> Kind? { kinds.first { $0.name == name } }

  /// All that a template can show of an observation: the general values, and over them its own.
  package func context(
    of observation: some Observation, general: [String: FieldValue] = [:]
  ) -> [String: FieldValue] {
    var context = general
    for field in kind(named: observation.kind)?.fields ?? [] {
      if let value = observation.value(of: field.name) { context[field.name] = value }
    }
    return context
  }
}
