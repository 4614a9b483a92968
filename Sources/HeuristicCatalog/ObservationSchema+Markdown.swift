extension ObservationSchema {
  /// The documentation of all observations: what docs/observations.md holds.
  package var markdown: String {
    var text = """
      # Observations

      <!-- Generated from the observation schema; a test compares it. Do not edit. -->

      What a heuristic's `when` and `unless` can test and its templates can show. A field that is
      marked as optional may be missing: tests of it do not hold then, and a template shows nothing
      for it. How to write a heuristic is told in CONTRIBUTING.md.


      """
    if !general.isEmpty {
      text += "## Everywhere\n\nThese fields go with every observation.\n\n"
      text += Self.table(general)
    }
    for kind in kinds {
      text += "## \(kind.name)\n\n\(kind.summary)\n\n"
      text += kind.fields.isEmpty ? "It has no fields of its own.\n\n" : Self.table(kind.fields)
    }
    return String(text.dropLast())
  }

  private static func table(_ fields: [Field]) -> String {
    let lines = fields.flatMap { rows($0, below: "") }
    return "| field | type | meaning |\n|---|---|---|\n" + lines.joined() + "\n"
  }

  private static func rows(_ field: Field, below: String) -> [String] {
    let name = below + field.name
    let meaning =
      field.summary.replacing("|", with: "\\|") + (field.isOptional ? " (optional)" : "")
    let row = "| `\(name)` | \(field.type.name) | \(meaning) |\n"
    guard case .record(let fields) = field.type.element else { return [row] }
    return [row] + fields.flatMap { rows($0, below: name + ".") }
  }
}
