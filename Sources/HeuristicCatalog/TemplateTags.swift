/// One tag of a Mustache template, with its place, which the library's parser does not tell.
struct TemplateTag {
  /// What a tag does.
  enum Kind: Equatable {
    /// `{{name}}`
    case variable
    /// `{{{name}}}` or `{{&name}}`
    case raw
    /// `{{#name}}`
    case section
    /// `{{^name}}`
    case inverted
    /// `{{/name}}`
    case end
    /// `{{!…}}`
    case comment
    /// Partials, blocks, changes of delimiters, pragmas: what heuristics have no use for.
    case unsupported
    /// Without its end.
    case unfinished
  }

  /// What it does.
  var kind: Kind
  /// The variable, without transforms; `.` is the current element.
  var name: String
  /// The transforms that are applied to it, the first one last: `a(b(name))` has `a`, `b`.
  var transforms: [String]
  /// Where it stands, with its braces.
  var range: Range<String.Index>

  /// Where the name's first component is looked up: the parts between its dots.
  var path: [String] { name.split(separator: ".").map(String.init) }

  /// The name with its transforms, as it is written.
  var written: String {
    transforms.map { $0 + "(" }.joined() + name + String(repeating: ")", count: transforms.count)
  }

  /// The tags of a template in their order.
  static func all(in template: String) -> [TemplateTag] {
    var tags: [TemplateTag] = []
    var rest = template[...]
    while let opening = rest.firstRange(of: "{{") {
      let isTriple = template[opening.upperBound...].first == "{"
      let closing = isTriple ? "}}}" : "}}"
      guard let end = template[opening.upperBound...].firstRange(of: closing) else {
        tags.append(
          TemplateTag(
            kind: .unfinished, name: "", transforms: [],
            range: opening.lowerBound..<template.endIndex))
        break
      }
      let inside = template[opening.upperBound..<end.lowerBound]
      tags.append(TemplateTag(inside, range: opening.lowerBound..<end.upperBound))
      rest = template[end.upperBound...]
    }
    return tags
  }

  private init(kind: Kind, name: String, transforms: [String], range: Range<String.Index>) {
    self.kind = kind
    self.name = name
    self.transforms = transforms
    self.range = range
  }

  private init(_ inside: Substring, range: Range<String.Index>) {
    let kinds: [Character: Kind] = [
      "{": .raw, "&": .raw, "#": .section, "^": .inverted, "/": .end, "!": .comment,
      ">": .unsupported, "<": .unsupported, "$": .unsupported, "=": .unsupported,
      "%": .unsupported,
    ]
    let sigil = inside.first.flatMap { kinds[$0] }
    let body = sigil == nil ? inside : inside.dropFirst()
    let calls = body.filter { !$0.isWhitespace }.split(
      separator: "(", omittingEmptySubsequences: false
    ).map(String.init)
    let name = (calls.last ?? "").prefix { $0 != ")" }
    self.init(
      kind: sigil ?? .variable, name: String(name), transforms: calls.dropLast(), range: range)
  }
}
