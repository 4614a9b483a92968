extension Heuristic {
  /// What the heuristic says of one observation.
  ///
  /// A missing value renders to nothing. A command that would have a hole where a missing value
  /// belongs is left out: what would be left of it could be another command.
  ///
  /// - Parameter context: the observation's fields and the general ones.
  package func rendered(with context: [String: FieldValue]) -> RenderedExplanation {
    RenderedExplanation(
      title: title.rendered(with: context),
      because: because.paragraphs(with: context),
      subject: subject.rendered(with: context),
      fixes: fixes.compactMap { $0.rendered(with: context) },
      references: references)
  }
}

extension Heuristic.FixTemplate {
  fileprivate func rendered(with context: [String: FieldValue]) -> RenderedExplanation.Fix? {
    if let condition, !Self.isPresent(condition, in: context) { return nil }
    if let exclusion, Self.isPresent(exclusion, in: context) { return nil }
    if isCommand, hasHole(in: context) { return nil }
    let shown = text.rendered(with: context)
    guard !shown.isEmpty else { return nil }
    let note = note?.rendered(with: context)
    return RenderedExplanation.Fix(
      text: shown, isCommand: isCommand, safety: safety, note: note?.isEmpty == true ? nil : note)
  }

  private static func isPresent(_ name: String, in context: [String: FieldValue]) -> Bool {
    let path = name.split(separator: ".").map(String.init)
    guard let first = path.first, let value = context[first] else { return false }
    return value.values(at: path.dropFirst()).contains(where: \.isPresent)
  }

  /// Whether a variable that would be shown has no value.
  private func hasHole(in context: [String: FieldValue]) -> Bool {
    // Values in scope, the innermost last; nil for a section that is not shown.
    var scopes: [[FieldValue]?] = [[.record(context)]]
    for tag in TemplateTag.all(in: text.source) {
      guard let scope = scopes.last else { return true }
      switch tag.kind {
      case .end: scopes.removeLast()
      case .section, .inverted:
        let values = scope.map { scope in
          scope.flatMap { Self.lookUp(tag, in: $0, otherwise: context) }
        }
        scopes.append(Self.opened(tag, values, in: scope))
      case .variable, .raw:
        guard let scope, !tag.name.isEmpty else { continue }
        let isThere = scope.allSatisfy { current in
          Self.lookUp(tag, in: current, otherwise: context).contains(where: \.isPresent)
        }
        if !isThere { return true }
      case .comment, .unsupported, .unfinished: break
      }
    }
    return false
  }

  private static func opened(
    _ tag: TemplateTag, _ values: [FieldValue]?, in scope: [FieldValue]?
  ) -> [FieldValue]? {
    guard let values, let scope else { return nil }
    // What a transform makes of a value is not known here; its section counts as shown.
    if !tag.transforms.isEmpty { return scope }
    let present = values.filter(\.isPresent)
    if tag.kind == .inverted { return present.isEmpty ? scope : nil }
    guard !present.isEmpty else { return nil }
    return present.flatMap { value -> [FieldValue] in
      switch value {
      case .list(let elements): elements
      case .flag: scope
      case .text, .number, .record: [value]
      }
    }
  }

  private static func lookUp(
    _ tag: TemplateTag, in current: FieldValue, otherwise context: [String: FieldValue]
  ) -> [FieldValue] {
    let path = tag.path
    guard let first = path.first else { return [current] }
    if case .record(let fields) = current, let value = fields[first] {
      return value.values(at: path.dropFirst())
    }
    return context[first].map { $0.values(at: path.dropFirst()) } ?? []
  }
}
