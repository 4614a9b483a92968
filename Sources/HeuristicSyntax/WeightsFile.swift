/// The file of the ranking's weights, Sources/RuleEngine/weights.yaml: read by the build tool alone.
package struct WeightsFile: Equatable, Sendable {
  /// The weights, in the order of the file.
  package var weights: [Weight] = []
  /// The weights of errors, in the order of the file.
  package var errors: [ErrorGroup] = []
  /// The weight of an error that is not listed.
  package var otherErrors = 0.0

  /// One weight.
  package struct Weight: Equatable, Sendable {
    /// The name by which the engine uses it.
    package var name: String
    /// The feature that it belongs to.
    package var feature: String
    /// Log-odds.
    package var weight: Double
    /// A sentence on why it is what it is.
    package var why: String
  }

  /// Errors that weigh alike.
  package struct ErrorGroup: Equatable, Sendable {
    /// Their names, as C spells them.
    package var names: [String]
    /// Log-odds.
    package var weight: Double
  }

  /// Reads the tree of the file; `problems` says what is wrong with it, in the order of the file.
  package init(_ root: SyntaxNode, problems: inout [SyntaxProblem]) {
    for pair in root.pairs ?? [] where !["weights", "errors", "other_errors"].contains(pair.key) {
      problems.append(SyntaxProblem(pair.place, "unknown key '\(pair.key)'"))
    }
    for node in Self.list("weights", of: root, &problems) {
      Self.checkKeys(of: node, ["name", "feature", "weight", "why"], &problems)
      guard let name = Self.text("name", of: node, &problems),
        let feature = Self.text("feature", of: node, &problems),
        let weight = Self.number(node["weight"], at: node, &problems),
        let why = Self.text("why", of: node, &problems)
      else { continue }
      if name.first?.isLowercase != true || !name.allSatisfy({ $0.isASCII && $0.isLetter }) {
        problems.append(
          SyntaxProblem(node.place, "'\(name)' is no name of the form innermostSpoke"))
      }
      if weights.contains(where: { $0.name == name }) {
        problems.append(SyntaxProblem(node.place, "'\(name)' is there twice"))
      }
      weights.append(Weight(name: name, feature: feature, weight: weight, why: why))
    }
    for node in Self.list("errors", of: root, &problems) {
      Self.checkKeys(of: node, ["errors", "weight", "why"], &problems)
      _ = Self.text("why", of: node, &problems)
      let names = (node["errors"]?.elements ?? []).compactMap(\.text)
      if names.isEmpty { problems.append(SyntaxProblem(node.place, "'errors' must be a list")) }
      for name in names where errors.contains(where: { $0.names.contains(name) }) {
        problems.append(SyntaxProblem(node.place, "'\(name)' is there twice"))
      }
      guard let weight = Self.number(node["weight"], at: node, &problems) else { continue }
      errors.append(ErrorGroup(names: names, weight: weight))
    }
    otherErrors = Self.number(root["other_errors"], at: root, &problems) ?? 0
  }

  private static func list(
    _ key: String, of root: SyntaxNode, _ problems: inout [SyntaxProblem]
  ) -> [SyntaxNode] {
    if let elements = root[key]?.elements { return elements }
    problems.append(SyntaxProblem(root.place, "'\(key)' must be a list"))
    return []
  }

  private static func checkKeys(
    of node: SyntaxNode, _ known: [String], _ problems: inout [SyntaxProblem]
  ) {
    for pair in node.pairs ?? [] where !known.contains(pair.key) {
      problems.append(SyntaxProblem(pair.place, "unknown key '\(pair.key)'"))
    }
  }

  private static func text(
    _ key: String, of node: SyntaxNode, _ problems: inout [SyntaxProblem]
  ) -> String? {
    if let text = node[key]?.text, text.contains(where: { !$0.isWhitespace }) { return text }
    problems.append(SyntaxProblem(node.place, "needs a text for '\(key)'"))
    return nil
  }

  /// Log-odds beyond ten, one in twenty thousand, are a mistake.
  private static func number(
    _ node: SyntaxNode?, at parent: SyntaxNode, _ problems: inout [SyntaxProblem]
  ) -> Double? {
    if let number = node?.text.flatMap(Double.init), (-10...10).contains(number) { return number }
    problems.append(
      SyntaxProblem(node?.place ?? parent.place, "a weight must be a number from -10 to 10"))
    return nil
  }
}
