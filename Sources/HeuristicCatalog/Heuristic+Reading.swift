package import HeuristicSyntax

extension Heuristic {
  /// Reads a heuristic from the tree of a file in which the grammar found nothing wrong.
  ///
  /// - Returns: nil where the grammar would have found something.
  package init?(_ root: SyntaxNode, file: String, isBuiltIn: Bool) {
    guard let id = root["id"]?.text,
      let maturity = root["maturity"]?.text.flatMap(Maturity.init),
      let summary = root["summary"]?.text,
      let when = root["when"]?.pairs,
      let observation = root["when"]?["observation"]?.text,
      let confidence = root["confidence"]?.text.flatMap(Double.init)
    else { return nil }
    let explain = root["explain"]
    self.id = id
    self.file = file
    self.isBuiltIn = isBuiltIn
    self.maturity = maturity
    self.summary = TextLayout.line(summary)
    self.observation = observation
    tests = Self.tests(when.filter { $0.key != "observation" })
    unless = (root["unless"].map { $0.elements ?? [$0] } ?? []).map { Self.tests($0.pairs ?? []) }
    self.confidence = confidence
    role = root["role"]?.text.flatMap(Role.init) ?? .cause
    lowers = root["lowers"]?.text.flatMap(Double.init)
    subject = ExplanationTemplate(root["subject"]?.text ?? "{{subject}}", .exact)
    title = ExplanationTemplate(explain?["title"]?.text ?? summary, .line)
    because = ExplanationTemplate(explain?["because"]?.text ?? "", .paragraphs)
    fixes = (explain?["fixes"]?.elements ?? []).map(Self.fix)
    references = (root["references"]?.elements ?? []).compactMap(\.text)
    examples = (root["examples"]?.elements ?? []).compactMap(\.text)
    source = root
  }

  private static func tests(_ pairs: [SyntaxNode.Pair]) -> [FieldTest] {
    pairs.compactMap { pair in
      guard let key = try? TestKey(pair.key) else { return nil }
      return FieldTest(
        field: key.field, modifier: key.modifier, isNegated: key.isNegated,
        values: (pair.value.elements ?? [pair.value]).compactMap(\.text))
    }
  }

  private static func fix(_ node: SyntaxNode) -> FixTemplate {
    let command = node["do"]?.text
    return FixTemplate(
      text: ExplanationTemplate(
        command ?? node["say"]?.text ?? "", command == nil ? .line : .command),
      isCommand: command != nil,
      condition: node["if"]?.text,
      exclusion: node["unless"]?.text,
      safety: node["safety"]?.text.flatMap(Safety.init),
      note: node["note"]?.text.map { ExplanationTemplate($0, .line) })
  }
}
