import HeuristicCatalog

/// A kind of observation: a typed value whose fields heuristics can test and quote.
///
/// `fields` is the one list from which matching, templates, validation and docs/observations.md
/// take what there is.
protocol ObservationKind: Observation, Sendable {
  /// The name that a heuristic's `when.observation` gives.
  static var name: String { get }
  /// One sentence on when it is made.
  static var summary: String { get }
  /// Every field.
  static var fields: [ObservationField<Self>] { get }
}

/// One field of an observation.
struct ObservationField<Root>: Sendable {
  let declaration: ObservationSchema.Field
  let read: @Sendable (Root) -> FieldValue?

  /// True for a field with several values.
  var isList: Bool {
    if case .list = declaration.type { true } else { false }
  }

  init(_ name: String, _ path: any KeyPath<Root, String?> & Sendable, _ summary: String) {
    declaration = .init(name, .text, summary, isOptional: true)
    read = { $0[keyPath: path].map { .text($0) } }
  }

  init(_ name: String, _ path: any KeyPath<Root, String> & Sendable, _ summary: String) {
    declaration = .init(name, .text, summary)
    read = { .text($0[keyPath: path]) }
  }

  init(_ name: String, _ path: any KeyPath<Root, Int?> & Sendable, _ summary: String) {
    declaration = .init(name, .number, summary, isOptional: true)
    read = { $0[keyPath: path].map { .number(Double($0)) } }
  }

  init(_ name: String, _ path: any KeyPath<Root, Int> & Sendable, _ summary: String) {
    declaration = .init(name, .number, summary)
    read = { .number(Double($0[keyPath: path])) }
  }

  init(_ name: String, _ path: any KeyPath<Root, Bool> & Sendable, _ summary: String) {
    declaration = .init(name, .flag, summary)
    read = { .flag($0[keyPath: path]) }
  }

  init(_ name: String, _ path: any KeyPath<Root, [String]> & Sendable, _ summary: String) {
    declaration = .init(name, .list(of: .text), summary, isOptional: true)
    read = { root in
      let list = root[keyPath: path]
      return list.isEmpty ? nil : .list(list.map { .text($0) })
    }
  }
}

extension ObservationKind {
  var kind: String { Self.name }

  func value(of field: String) -> FieldValue? {
    if let found = Self.fields.first(where: { $0.declaration.name == field }) {
      return found.read(self)
    }
    guard field.hasPrefix("has_"),
      let list = Self.fields.first(where: { $0.isList && $0.declaration.name == field.dropFirst(4) }
      )
    else { return nil }
    return .flag(list.read(self) != nil)
  }

  /// All fields that have a value, for templates.
  var context: [String: FieldValue] {
    var context: [String: FieldValue] = [:]
    for field in Self.fields {
      let value = field.read(self)
      context[field.declaration.name] = value
      if field.isList { context["has_" + field.declaration.name] = .flag(value != nil) }
    }
    return context
  }

  static var schema: ObservationSchema.Kind {
    ObservationSchema.Kind(
      name, summary,
      fields: fields.flatMap { field -> [ObservationSchema.Field] in
        let name = field.declaration.name
        return field.isList
          ? [
            field.declaration,
            .init(
              "has_" + name, .flag, "True if there are any `\(name)`: a section of a list repeats."),
          ] : [field.declaration]
      })
  }
}
