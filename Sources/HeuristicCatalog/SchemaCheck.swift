import HeuristicSyntax

/// What is wrong with a well-formed heuristic, seen against the kinds of observation that there are.
struct SchemaCheck {
  private let schema: ObservationSchema
  private var fields: [ObservationSchema.Field] = []
  private var found: [SyntaxProblem] = []

  /// Everything that is wrong, in no order.
  static func problems(in root: SyntaxNode, _ schema: ObservationSchema) -> [SyntaxProblem] {
    var check = SchemaCheck(schema: schema)
    check.heuristic(root)
    return check.found
  }

  private init(schema: ObservationSchema) { self.schema = schema }

  private mutating func report(_ place: SyntaxPlace, _ message: String) {
    found.append(SyntaxProblem(place, message))
  }

  private mutating func heuristic(_ root: SyntaxNode) {
    guard let when = root["when"], let observation = when["observation"],
      let name = observation.text
    else { return }
    guard let kind = schema.kind(named: name) else {
      let near = Self.nearest(to: name, among: schema.kinds.map(\.name))
      return report(observation.place, "there is no observation '\(name)'" + near)
    }
    let own = Set(kind.fields.map(\.name))
    fields = kind.fields + schema.general.filter { !own.contains($0.name) }
    for pair in when.pairs ?? [] where pair.key != "observation" { test(pair) }
    for block in root["unless"].map({ $0.elements ?? [$0] }) ?? [] {
      for pair in block.pairs ?? [] { test(pair) }
    }
    if let subject = root["subject"] {
      template(subject, .exact)
    } else if root["role"]?.text != "benign", !fields.contains(where: { $0.name == "subject" }) {
      report(
        root.place,
        "a heuristic for '\(name)' needs the key 'subject': this observation has no such field")
    }
    explain(root["explain"])
  }

  private mutating func explain(_ explain: SyntaxNode?) {
    template(explain?["title"], .line)
    template(explain?["because"], .paragraphs)
    for fix in explain?["fixes"]?.elements ?? [] {
      template(fix["do"], .command)
      template(fix["say"], .line)
      template(fix["note"], .line)
      for condition in [fix["if"], fix["unless"]] {
        guard let condition, let field = condition.text else { continue }
        if let problem = missing(field) { report(condition.place, problem) }
      }
    }
  }

  private mutating func template(_ node: SyntaxNode?, _ use: ExplanationTemplate.Use) {
    guard let node, let text = node.text else { return }
    for problem in TemplateCheck.problems(in: text, use, fields: fields) {
      report(node.place(of: problem.index), problem.message)
    }
  }

  // MARK: Tests

  private mutating func test(_ pair: SyntaxNode.Pair) {
    guard let key = try? TestKey(pair.key) else { return }
    guard let type = type(of: key.field) else {
      if let problem = missing(key.field) { report(pair.place, problem) }
      return
    }
    let written = key.modifier.rawValue
    switch (key.modifier, type.element) {
    case (.exists, _), (.equals, .text), (.in, .text), (.contains, .text), (.startswith, .text),
      (.endswith, .text), (.re, .text), (.glob, .text), (.gt, .number), (.lt, .number):
      break
    case (.equals, .number), (.in, .number):
      requireValues(of: pair, "a number") { Double($0)?.isFinite == true }
    case (.equals, .flag), (.in, .flag):
      requireValues(of: pair, "true or false") { $0 == "true" || $0 == "false" }
    case (.equals, let element), (.in, let element):
      report(
        pair.place,
        "'\(key.field)' is \(element.name) and cannot be compared; name a field of it")
    case (_, let element):
      report(
        pair.place,
        "the modifier '\(written)' does not fit '\(key.field)', which is \(element.name)")
    }
  }

  private mutating func requireValues(
    of pair: SyntaxNode.Pair, _ what: String, _ isRight: (String) -> Bool
  ) {
    for value in pair.value.elements ?? [pair.value] where !isRight(value.text ?? "") {
      report(value.place, "'\(pair.key)' needs \(what), not '\(value.text ?? "")'")
    }
  }

  // MARK: Fields

  /// The type at the end of a dotted name; a list on the way is looked into.
  private func type(of name: String) -> ObservationSchema.FieldType? {
    var type = ObservationSchema.FieldType.record(fields)
    for part in name.split(separator: ".", omittingEmptySubsequences: false) {
      guard case .record(let fields) = type.element,
        let field = fields.first(where: { $0.name == part })
      else { return nil }
      type = field.type
    }
    return type
  }

  private func missing(_ name: String) -> String? {
    guard type(of: name) == nil else { return nil }
    return "there is no field '\(name)' here" + Self.nearest(to: name, among: fields.map(\.name))
  }

  /// "; did you mean …?" where a name is near, else the names that there are.
  static func nearest(to name: String, among known: [String]) -> String {
    let near = known.map { (distance(name, $0), $0) }.min { $0 < $1 }
    if let near, near.0 <= max(1, (name.count + 1) / 2) { return "; did you mean '\(near.1)'?" }
    return known.isEmpty ? "" : "; known are \(known.sorted().joined(separator: ", "))"
  }

  /// Levenshtein's distance.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.prefix(64))
    var row = Array(0...right.count)
    for (index, character) in left.prefix(64).enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (right[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
      }
    }
    return row[right.count]
  }
}

extension ObservationSchema.FieldType {
  /// The type itself, or that of the elements of a list.
  var element: Self {
    if case .list(let element) = self { element.element } else { self }
  }

  /// The type as problems and documentation name it.
  var name: String {
    switch self {
    case .text: "text"
    case .number: "a number"
    case .flag: "a flag"
    case .list(let element):
      switch element {
      case .text: "a list of texts"
      case .number: "a list of numbers"
      case .flag: "a list of flags"
      case .list: "a list of lists"
      case .record: "a list of records"
      }
    case .record: "a record"
    }
  }
}
