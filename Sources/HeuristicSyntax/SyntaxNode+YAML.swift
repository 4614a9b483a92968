import Yams

extension SyntaxNode {
  /// The most that a heuristic's file may hold, in bytes.
  package static let sizeLimit = 65_536

  /// Reads one YAML document.
  ///
  /// The text may be hostile: what would cost more than its size (aliases, deep nesting) is
  /// refused before the parser sees it.
  ///
  /// - Throws: the first thing that is wrong; YAML cannot be read on after that.
  package init(yaml text: String) throws(SyntaxProblem) {
    try Self.refuseCostly(text)
    let root: Node?
    do {
      // No resolver: types are the heuristic's affair. The encoding is given because Yams looks
      // into the environment, and prints to standard output, where it is not.
      root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw SyntaxProblem(error, in: text)
    } catch {
      throw SyntaxProblem(SyntaxPlace(line: 1, column: 1), "not readable as YAML: \(error)")
    }
    guard let root else {
      throw SyntaxProblem(SyntaxPlace(line: 1, column: 1), "the file is empty")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    try self.init(root, lines: lines)
  }

  private init(_ node: Node, lines: [Substring]) throws(SyntaxProblem) {
    place = SyntaxPlace(node.mark)
    switch node {
    case .scalar(let scalar):
      let isShown = { (scalar: Unicode.Scalar) in
        scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) || scalar == "\n"
          || scalar == "\t"
      }
      guard scalar.string.unicodeScalars.allSatisfy(isShown) else {
        throw SyntaxProblem(place, "a control character in a text")
      }
      content = .scalar(scalar.string, Self.style(of: scalar, at: place, lines: lines))
    case .sequence(let sequence):
      var elements: [SyntaxNode] = []
      for element in sequence { elements.append(try SyntaxNode(element, lines: lines)) }
      content = .sequence(elements)
    case .mapping(let mapping):
      var pairs: [Pair] = []
      for (key, value) in mapping {
        let keyPlace = SyntaxPlace(key.mark)
        guard case .scalar(let name) = key else {
          throw SyntaxProblem(keyPlace, "a key must be a name")
        }
        pairs.append(Pair(name.string, keyPlace, try SyntaxNode(value, lines: lines)))
      }
      content = .mapping(pairs)
    case .alias:
      throw SyntaxProblem(place, "aliases (*name) are not allowed here")
    }
  }

  private static func style(
    of scalar: Node.Scalar, at place: SyntaxPlace, lines: [Substring]
  ) -> ScalarStyle {
    let line = place.line <= lines.count ? lines[place.line - 1] : ""
    let written = line.unicodeScalars.dropFirst(place.column - 1)
    switch scalar.style {
    case .literal:
      let body = lines.dropFirst(place.line).first { !$0.allSatisfy { $0 == " " || $0 == "\r" } }
      return .literal(indentation: body?.prefix { $0 == " " }.count ?? 0)
    case .singleQuoted, .doubleQuoted:
      let inside = written.dropFirst()
      return inside.starts(with: scalar.string.unicodeScalars) ? .quoted : .other
    case .plain:
      return written.starts(with: scalar.string.unicodeScalars) ? .plain : .other
    case .any, .folded: return .other
    }
  }

  /// Refuses what takes the parser more time or stack than the size of the text allows for.
  ///
  /// libyaml and Yams nest calls as deep as the document nests, and compare keys through aliases.
  private static func refuseCostly(_ text: String) throws(SyntaxProblem) {
    guard text.utf8.count <= sizeLimit else {
      throw SyntaxProblem(
        SyntaxPlace(line: 1, column: 1), "longer than the \(sizeLimit) bytes that are allowed")
    }
    var anchors: Set<Substring> = []
    var openings = 0
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      var indicators = 0
      for index in line.indices {
        let place = SyntaxPlace(
          line: number + 1,
          column: line.unicodeScalars.distance(from: line.startIndex, to: index) + 1)
        switch line[index] {
        case "&": anchors.insert(name(after: index, in: line))
        case "*":
          // An alias needs its anchor before it, so this sees each one, wherever a quote begins.
          let name = name(after: index, in: line)
          if !name.isEmpty, anchors.contains(name) {
            throw SyntaxProblem(place, "aliases (*\(name)) are not allowed here")
          }
        case "[", "{": openings += 1
        case "-", "?": indicators += 1
        case " ": break
        default: indicators = -line.utf8.count
        }
        if openings > nestingLimit || indicators > 16 {
          throw SyntaxProblem(place, "nested too deep")
        }
      }
    }
  }

  /// How many brackets and braces a text may open; the tags of templates count as two each.
  private static let nestingLimit = 1000

  private static func name(after index: String.Index, in line: Substring) -> Substring {
    line[line.index(after: index)...].prefix {
      $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-"
    }
  }
}

extension SyntaxPlace {
  fileprivate init(_ mark: Mark?) {
    self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
  }
}

extension SyntaxProblem {
  fileprivate init(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { "; \($0.text) in line \($0.mark.line)" } ?? ""
      self.init(SyntaxPlace(mark), "not valid YAML: \(problem)\(around)")
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.count { $0.isNewline } + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      self.init(SyntaxPlace(line: line, column: column), "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      self.init(SyntaxPlace(context.mark), "the key \(names) is there twice")
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      self.init(SyntaxPlace(line: 1, column: 1), "not readable as YAML: \(error)")
    }
  }
}
