/// A place in a text, both counted from 1; columns are counted in Unicode scalars.
package struct SyntaxPlace: Hashable, Sendable {
  /// The line.
  package var line: Int
  /// The column.
  package var column: Int

  /// Names a place.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Something wrong at a place of a text.
package struct SyntaxProblem: Error, Hashable, Sendable {
  /// Where it is.
  package var place: SyntaxPlace
  /// What is wrong; no full stop.
  package var message: String

  /// Makes a problem.
  package init(_ place: SyntaxPlace, _ message: String) {
    self.place = place
    self.message = message
  }
}

/// One node of a YAML document, without anchors, aliases and tags.
package struct SyntaxNode: Hashable, Sendable {
  /// Where it begins.
  package var place: SyntaxPlace
  /// What it is.
  package var content: Content

  /// Makes a node.
  package init(_ place: SyntaxPlace, _ content: Content) {
    self.place = place
    self.content = content
  }

  /// What a node is.
  package enum Content: Hashable, Sendable {
    /// A text, a number, a yes or no: YAML's types are not resolved.
    case scalar(String, ScalarStyle)
    /// Pairs in the order of the text; keys are scalars and no key is there twice.
    case mapping([Pair])
    /// Elements.
    case sequence([SyntaxNode])
  }

  /// A key of a mapping and its value.
  package struct Pair: Hashable, Sendable {
    /// The key.
    package var key: String
    /// Where the key begins.
    package var place: SyntaxPlace
    /// The value.
    package var value: SyntaxNode

    /// Makes a pair.
    package init(_ key: String, _ place: SyntaxPlace, _ value: SyntaxNode) {
      self.key = key
      self.place = place
      self.value = value
    }
  }

  /// How a scalar is written.
  package enum ScalarStyle: Hashable, Sendable {
    /// Without quotes, on one line.
    case plain
    /// In quotes, on one line, without escapes.
    case quoted
    /// A block that keeps its lines (`|`), with the number of columns before its lines.
    case literal(indentation: Int)
    /// In any other way; places inside of it are not known.
    case other
  }
}

extension SyntaxNode {
  /// The text of a scalar.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The elements of a sequence.
  package var elements: [SyntaxNode]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  /// The pairs of a mapping.
  package var pairs: [Pair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  /// The value of a key of a mapping.
  package subscript(key: String) -> SyntaxNode? {
    pairs?.first { $0.key == key }?.value
  }

  /// The place of a character of a scalar's text in the file, or of the scalar where the way it is
  /// written does not tell.
  package func place(of index: String.Index) -> SyntaxPlace {
    guard case .scalar(let text, let style) = content else { return place }
    let before = text[..<index].unicodeScalars
    let line = before.count { $0 == "\n" }
    let column = before.reversed().prefix { $0 != "\n" }.count
    switch style {
    case .plain: return SyntaxPlace(line: place.line, column: place.column + column)
    case .quoted: return SyntaxPlace(line: place.line, column: place.column + 1 + column)
    case .literal(let indentation):
      return SyntaxPlace(line: place.line + 1 + line, column: indentation + column + 1)
    case .other: return place
    }
  }
}
