import HeuristicSyntax

extension HeuristicCatalog {
  /// One line of a listing.
  package struct ListEntry: Hashable, Sendable {
    /// The heuristic's id.
    package var id: String
    /// One sentence that says what it is about.
    package var summary: String
    /// How well tried it is.
    package var maturity: Heuristic.Maturity
    /// The user's file that it was read from; nil for one that comes with the program.
    package var userFile: String?
  }

  /// All heuristics by id, for `--list`.
  package var listing: [ListEntry] {
    heuristics.map {
      ListEntry(
        id: $0.id, summary: $0.summary, maturity: $0.maturity,
        userFile: $0.isBuiltIn ? nil : $0.file)
    }
  }

  /// Everything about one heuristic, for `--explain`; nil where there is none of that id.
  ///
  /// Templates are shown as they are written: what is between braces is put in for each failure.
  package func explanation(of id: String) -> String? {
    guard let heuristic = self[id] else { return nil }
    var sections = [
      "\(heuristic.id)\n\n\(heuristic.summary)",
      "Applies to: " + Self.conditions(heuristic),
      Self.standing(heuristic),
      "What it says: \(TextLayout.line(heuristic.title.source))",
    ]
    let because = heuristic.because.source
    if !because.isEmpty { sections.append("Why:\n" + Self.indented(because)) }
    if !heuristic.fixes.isEmpty {
      let fixes = heuristic.fixes.enumerated().map { "  \($0 + 1). \(Self.described($1))" }
      sections.append("What to do:\n" + fixes.joined(separator: "\n"))
    }
    for (heading, lines) in [
      ("Examples", heuristic.examples), ("See also", heuristic.references),
    ] where !lines.isEmpty {
      sections.append(heading + ":\n" + lines.map(Self.indented).joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private static func conditions(_ heuristic: Heuristic) -> String {
    var text = "observations of the kind \(heuristic.observation)"
    if !heuristic.tests.isEmpty {
      text += ", where\n" + heuristic.tests.map { "  \($0.described)" }.joined(separator: "\n")
    }
    for block in heuristic.unless {
      let tests = block.map { "  \($0.described)" }
      text += "\nbut not where\n" + tests.joined(separator: "\n")
    }
    return text
  }

  private static func standing(_ heuristic: Heuristic) -> String {
    var lines = [
      "Subject: \(heuristic.subject.source)",
      "Role: \(heuristic.role.rawValue)",
      "Confidence before ranking: \(heuristic.confidence)",
      "Maturity: \(heuristic.maturity.rawValue)",
      "From: " + (heuristic.isBuiltIn ? "whyfail itself (\(heuristic.file))" : heuristic.file),
    ]
    if let lowers = heuristic.lowers {
      lines.insert("Lowers what it matches by: \(lowers)", at: 2)
    }
    return lines.joined(separator: "\n")
  }

  private static func described(_ fix: Heuristic.FixTemplate) -> String {
    var text = TextLayout.line(fix.text.source)
    if let safety = fix.safety { text += "  (\(safety.rawValue))" }
    if let condition = fix.condition { text += "\n     only with: \(condition)" }
    if let exclusion = fix.exclusion { text += "\n     only without: \(exclusion)" }
    if let note = fix.note { text += "\n     note: \(TextLayout.line(note.source))" }
    return text
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  " + $0 }
      .joined(separator: "\n")
      .trimmingFinalLineBreaks
  }
}

extension FieldTest {
  /// The test in words: `path ends with ".so" or ".so.1"`.
  fileprivate var described: String {
    let words: [Modifier: (String, negated: String)] = [
      .equals: ("is", "is not"), .in: ("is", "is not"),
      .contains: ("contains", "does not contain"),
      .startswith: ("begins with", "does not begin with"),
      .endswith: ("ends with", "does not end with"),
      .re: ("matches the regular expression", "does not match the regular expression"),
      .glob: ("matches the pattern", "does not match the pattern"),
      .gt: ("is greater than", "is not greater than"),
      .lt: ("is less than", "is not less than"),
    ]
    if modifier == .exists {
      return (values == ["true"]) != isNegated ? "\(field) is there" : "\(field) is not there"
    }
    let verb = words[modifier].map { isNegated ? $0.negated : $0.0 } ?? modifier.rawValue
    return "\(field) \(verb) " + values.map { "\"\($0)\"" }.joined(separator: " or ")
  }
}

extension String {
  fileprivate var trimmingFinalLineBreaks: String {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    return String(text)
  }
}
