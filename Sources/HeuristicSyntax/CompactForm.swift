/// The form in which the build tool embeds heuristics: YAML's tree, written so that reading it
/// takes no search.
///
/// A node is a letter, numbers with commas between them, a colon, and what it holds:
/// `p`, `q`, `b`, `o` line, column, (for `b` indentation,) bytes `:` text for a scalar that is plain,
/// quoted, a literal block or other; `l` line, column, count `:` elements; `m` line, column, count
/// `:` pairs, whose keys are written as `p` scalars. A file is its name as a `p` scalar and its root.
package enum CompactForm {
  /// The text of files.
  package static func encode(_ files: [(name: String, root: SyntaxNode)]) -> String {
    var text = ""
    for file in files {
      append(scalar: file.name, .plain, SyntaxPlace(line: 0, column: 0), to: &text)
      append(file.root, to: &text)
      text += "\n"
    }
    return text
  }

  private static func append(_ node: SyntaxNode, to text: inout String) {
    switch node.content {
    case .scalar(let scalar, let style): append(scalar: scalar, style, node.place, to: &text)
    case .sequence(let elements):
      text += "l\(node.place.line),\(node.place.column),\(elements.count):"
      for element in elements { append(element, to: &text) }
    case .mapping(let pairs):
      text += "m\(node.place.line),\(node.place.column),\(pairs.count):"
      for pair in pairs {
        append(scalar: pair.key, .plain, pair.place, to: &text)
        append(pair.value, to: &text)
      }
    }
  }

  private static func append(
    scalar: String, _ style: SyntaxNode.ScalarStyle, _ place: SyntaxPlace, to text: inout String
  ) {
    let count = scalar.utf8.count
    switch style {
    case .plain: text += "p\(place.line),\(place.column),\(count):"
    case .quoted: text += "q\(place.line),\(place.column),\(count):"
    case .literal(let indentation):
      text += "b\(place.line),\(place.column),\(indentation),\(count):"
    case .other: text += "o\(place.line),\(place.column),\(count):"
    }
    text += scalar
  }

  /// The files of a text.
  ///
  /// - Throws: where the text is not what `encode` makes; the column counts bytes.
  package static func decode(_ text: String) throws(SyntaxProblem) -> [(
    name: String, root: SyntaxNode
  )] {
    var reader = Reader(bytes: Array(text.utf8))
    var files: [(name: String, root: SyntaxNode)] = []
    while reader.index < reader.bytes.count {
      let name = try reader.key().key
      files.append((name, try reader.node(depth: 0)))
      try reader.expect("\n")
    }
    return files
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    var damage: SyntaxProblem {
      SyntaxProblem(SyntaxPlace(line: 1, column: index + 1), "the embedded heuristics are damaged")
    }

    mutating func expect(_ byte: Unicode.Scalar) throws(SyntaxProblem) {
      guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { throw damage }
      index += 1
    }

    mutating func number(until end: Unicode.Scalar) throws(SyntaxProblem) -> Int {
      var number = 0
      let start = index
      while index < bytes.count, case let digit = bytes[index], digit >= 0x30, digit <= 0x39 {
        number = number * 10 + Int(digit - 0x30)
        index += 1
        guard index - start < 10 else { throw damage }
      }
      guard index > start else { throw damage }
      try expect(end)
      return number
    }

    mutating func place() throws(SyntaxProblem) -> SyntaxPlace {
      SyntaxPlace(line: try number(until: ","), column: try number(until: ","))
    }

    mutating func text() throws(SyntaxProblem) -> String {
      let count = try number(until: ":")
      guard count <= bytes.count - index else { throw damage }
      defer { index += count }
      return String(decoding: bytes[index..<index + count], as: UTF8.self)
    }

    mutating func key() throws(SyntaxProblem) -> (key: String, place: SyntaxPlace) {
      try expect("p")
      let place = try place()
      return (try text(), place)
    }

    mutating func node(depth: Int) throws(SyntaxProblem) -> SyntaxNode {
      guard index < bytes.count, depth < 2000 else { throw damage }
      let letter = Unicode.Scalar(bytes[index])
      index += 1
      let place = try place()
      switch letter {
      case "p": return SyntaxNode(place, .scalar(try text(), .plain))
      case "q": return SyntaxNode(place, .scalar(try text(), .quoted))
      case "o": return SyntaxNode(place, .scalar(try text(), .other))
      case "b":
        let indentation = try number(until: ",")
        return SyntaxNode(place, .scalar(try text(), .literal(indentation: indentation)))
      case "l":
        var elements: [SyntaxNode] = []
        for _ in 0..<(try number(until: ":")) { elements.append(try node(depth: depth + 1)) }
        return SyntaxNode(place, .sequence(elements))
      case "m":
        var pairs: [SyntaxNode.Pair] = []
        for _ in 0..<(try number(until: ":")) {
          let key = try key()
          pairs.append(SyntaxNode.Pair(key.key, key.place, try node(depth: depth + 1)))
        }
        return SyntaxNode(place, .mapping(pairs))
      default: throw damage
      }
    }
  }
}
