/// What a heuristic's file must look like, as far as it can be told without knowing the kinds of
/// observation: its keys, their order, the form of their values.
package struct HeuristicGrammar {
  private var found: [SyntaxProblem] = []

  /// Everything that is wrong with the tree of a file, in the order of the file.
  ///
  /// - Parameter id: the id that the file's path asks for; nil accepts any.
  package static func problems(in root: SyntaxNode, id: String?) -> [SyntaxProblem] {
    var grammar = HeuristicGrammar()
    grammar.heuristic(root, id: id)
    return grammar.found.sorted {
      ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column)
    }
  }

  /// The keys of a heuristic, in their order.
  package static let keys = [
    "id", "maturity", "summary", "when", "unless", "confidence", "role", "lowers", "subject",
    "explain", "references", "examples",
  ]

  private mutating func report(_ place: SyntaxPlace, _ message: String) {
    found.append(SyntaxProblem(place, message))
  }

  private mutating func heuristic(_ root: SyntaxNode, id: String?) {
    let isBenign = root["role"]?.text == "benign"
    let required =
      ["id", "maturity", "summary", "when", "confidence"] + (isBenign ? [] : ["explain"])
    guard keys(of: root, "a heuristic", Self.keys, required: required) else { return }
    self.id(root["id"], expected: id)
    oneOf(["stable", "incubating"], root["maturity"], "maturity")
    filled(root["summary"], "summary")
    when(root["when"])
    unless(root["unless"])
    fraction(root["confidence"], "confidence")
    oneOf(["cause", "contributing", "note", "benign"], root["role"], "role")
    fraction(root["lowers"], "lowers")
    if let lowers = root["lowers"], !isBenign {
      report(lowers.place, "'lowers' is for heuristics whose role is benign")
    }
    filled(root["subject"], "subject")
    explain(root["explain"])
    texts(root["references"], "references")
    texts(root["examples"], "examples")
  }

  private mutating func id(_ node: SyntaxNode?, expected: String?) {
    guard let node, let id = filled(node, "id") else { return }
    if let expected, id != expected {
      report(node.place, "the id is '\(id)', but the file's place asks for '\(expected)'")
    }
    let isIdentifier = id.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty
        && $0.utf8.allSatisfy { byte in
          UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "-")
        }
    }
    if !isIdentifier {
      report(node.place, "an id is made of small letters, digits, '-' and '/', as area/name")
    }
  }

  private mutating func when(_ node: SyntaxNode?) {
    guard let node else { return }
    guard let pairs = node.pairs else {
      return report(node.place, "'when' must hold an observation and tests of its fields")
    }
    if pairs.first?.key != "observation" {
      report(node.place, "'when' must begin with 'observation', the kind of it")
    }
    for pair in pairs {
      if pair.key == "observation" { filled(pair.value, "observation") } else { test(pair) }
    }
  }

  private mutating func unless(_ node: SyntaxNode?) {
    guard let node else { return }
    for block in node.elements ?? [node] {
      guard let pairs = block.pairs, !pairs.isEmpty else {
        report(block.place, "'unless' must hold tests of fields, or a list of blocks of them")
        continue
      }
      for pair in pairs { test(pair) }
    }
  }

  private mutating func test(_ pair: SyntaxNode.Pair) {
    let key: TestKey
    do { key = try TestKey(pair.key) } catch { return report(pair.place, error.message) }
    let isList = pair.value.elements != nil
    let values = pair.value.elements ?? [pair.value]
    if values.isEmpty { report(pair.value.place, "'\(pair.key)' has an empty list of values") }
    if key.modifier == .in && !isList {
      report(pair.value.place, "'\(pair.key)' needs a list of values")
    }
    for value in values {
      guard case .scalar(let text, let style) = value.content else {
        report(value.place, "a value must be a text, a number, true or false")
        continue
      }
      if text.isEmpty, style == .plain || key.modifier != .equals && key.modifier != .in {
        report(value.place, "'\(pair.key)' has no value")
      } else {
        self.value(text, value.place, key)
      }
    }
  }

  private mutating func value(_ text: String, _ place: SyntaxPlace, _ key: TestKey) {
    switch key.modifier {
    case .exists where text != "true" && text != "false":
      report(place, "'exists' needs true or false, not '\(text)'")
    case .gt, .lt:
      if Double(text)?.isFinite != true {
        report(place, "'\(key.modifier.rawValue)' needs a number, not '\(text)'")
      }
    case .re:
      do { _ = try Regex<AnyRegexOutput>(text) } catch {
        report(place, "not a regular expression: \(error)")
      }
      if PatternHazard.nestsRepetitions(text) {
        report(place, "a repetition of a repetition, as in (a+)*, can take for ever")
      }
    case .equals, .contains, .startswith, .endswith, .glob, .in, .exists: break
    }
  }

  private mutating func explain(_ node: SyntaxNode?) {
    guard let node,
      keys(
        of: node, "'explain'", ["title", "because", "fixes"], required: ["title", "because"])
    else { return }
    filled(node["title"], "title")
    filled(node["because"], "because")
    guard let fixes = node["fixes"] else { return }
    guard let elements = fixes.elements else {
      return report(fixes.place, "'fixes' must be a list")
    }
    for element in elements { fix(element) }
  }

  private mutating func fix(_ node: SyntaxNode) {
    let names = ["do", "say", "if", "unless", "safety", "note"]
    guard keys(of: node, "a fix", names, required: []) else { return }
    switch (node["do"], node["say"]) {
    case (nil, nil): report(node.place, "a fix needs 'do' (a command) or 'say' (a sentence)")
    case (_?, let say?): report(say.place, "a fix has 'do' or 'say', not both")
    case (let command?, nil):
      if node["safety"] == nil {
        report(
          command.place, "a command needs 'safety': safe, check-first or destructive")
      }
    case (nil, _?): break
    }
    for name in ["do", "say", "if", "unless", "note"] { filled(node[name], name) }
    oneOf(["safe", "check-first", "destructive"], node["safety"], "safety")
  }

  /// Checks that a node is a mapping with keys that are known, in order, and all that are required.
  private mutating func keys(
    of node: SyntaxNode, _ what: String, _ known: [String], required: [String]
  ) -> Bool {
    guard let pairs = node.pairs else {
      report(node.place, "\(what) must be keys and values")
      return false
    }
    var latest = (index: -1, key: "")
    for pair in pairs {
      guard let index = known.firstIndex(of: pair.key) else {
        report(
          pair.place,
          "unknown key '\(pair.key)' in \(what); known are \(known.joined(separator: ", "))")
        continue
      }
      if index < latest.index {
        report(pair.place, "'\(pair.key)' must come before '\(latest.key)'")
      } else {
        latest = (index, pair.key)
      }
    }
    for key in required where node[key] == nil {
      report(node.place, "\(what) needs the key '\(key)'")
    }
    return true
  }

  @discardableResult
  private mutating func filled(_ node: SyntaxNode?, _ key: String) -> String? {
    guard let node else { return nil }
    guard let text = node.text else {
      report(node.place, "'\(key)' must be a text")
      return nil
    }
    guard text.contains(where: { !$0.isWhitespace }) else {
      report(node.place, "'\(key)' is empty")
      return nil
    }
    return text
  }

  private mutating func oneOf(_ words: [String], _ node: SyntaxNode?, _ key: String) {
    guard let node, let text = filled(node, key), !words.contains(text) else { return }
    report(node.place, "'\(key)' must be \(words.joined(separator: " or ")), not '\(text)'")
  }

  private mutating func fraction(_ node: SyntaxNode?, _ key: String) {
    guard let node, let text = filled(node, key) else { return }
    guard let number = Double(text), (0...1).contains(number) else {
      return report(node.place, "'\(key)' must be a number from 0 to 1, not '\(text)'")
    }
  }

  private mutating func texts(_ node: SyntaxNode?, _ key: String) {
    guard let node else { return }
    guard let elements = node.elements else {
      return report(node.place, "'\(key)' must be a list of texts")
    }
    for element in elements { filled(element, key) }
  }
}
