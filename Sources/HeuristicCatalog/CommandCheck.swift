/// Places in a command's template where quoting a value would not keep it one harmless word.
enum CommandCheck {
  /// Everything that is wrong.
  static func problems(in template: String, _ tags: [TemplateTag]) -> [TemplateError] {
    var scan = Scan()
    var index = template.startIndex
    for tag in tags {
      scan.read(template, index..<tag.range.lowerBound)
      if tag.kind == .variable || tag.kind == .raw { scan.check(tag) }
      index = tag.range.upperBound
    }
    scan.read(template, index..<template.endIndex)
    if scan.quote != nil {
      scan.found.append(TemplateError(index: scan.opened, message: "a quote that is not closed"))
    }
    return scan.found
  }

  private struct Scan {
    var found: [TemplateError] = []
    var quote: Character?
    var opened = "".startIndex
    private var isEscaped = false
    private var isComment = false
    private var previous: Character = " "

    mutating func check(_ tag: TemplateTag) {
      let reason: String? =
        if quote != nil {
          "'\(tag.written)' is in quotes; leave them out, values are quoted where they need it"
        } else if isComment {
          "'\(tag.written)' is in a comment, which a line break in it would end"
        } else if isEscaped || previous == "$" {
          "'\(tag.written)' follows '\(previous)', which would change its quotes"
        } else {
          nil
        }
      if let reason { found.append(TemplateError(index: tag.range.lowerBound, message: reason)) }
      previous = "a"
      isEscaped = false
    }

    mutating func read(_ text: String, _ range: Range<String.Index>) {
      var rest = text[range]
      while let character = rest.first {
        let index = rest.startIndex
        defer {
          previous = character
          rest = rest.dropFirst()
        }
        if isEscaped {
          isEscaped = false
        } else if isComment {
          isComment = character != "\n"
        } else if character == "\\", quote != "'" {
          isEscaped = true
        } else if let open = quote {
          if character == open { quote = nil }
        } else {
          readUnquoted(character, rest, index)
        }
        if character == "`", quote != "'" {
          refuse(index, "a backquote; use $(…)")
        }
      }
    }

    private mutating func readUnquoted(
      _ character: Character, _ rest: Substring, _ index: String.Index
    ) {
      switch character {
      case "'", "\"":
        quote = character
        opened = index
      case "#": isComment = previous.isWhitespace
      case "<":
        if rest.hasPrefix("<<") { refuse(index, "a here-document; values in it are not quoted") }
      case "$":
        if rest.hasPrefix("$((") { refuse(index, "arithmetic, which evaluates values") }
      default: break
      }
    }

    private mutating func refuse(_ index: String.Index, _ message: String) {
      found.append(TemplateError(index: index, message: message))
    }
  }
}
