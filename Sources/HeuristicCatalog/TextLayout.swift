/// Laying out what a template left: white space of sections that are not there, lines that were
/// broken only to fit a file.
///
/// Values take part in none of it: their spaces stay as they are. While a template is rendered,
/// private-use characters stand for what has to be told apart.
enum TextLayout {
  /// Stands for a space of a value.
  private static let valueSpace: Unicode.Scalar = "\u{FFFF0}"
  /// Stands for an empty line of the template, as against one that a section left.
  private static let paragraphEnd: Unicode.Scalar = "\u{FFFF1}"
  /// Stands before a value, so that punctuation in it is not taken for the template's.
  private static let valueStart: Unicode.Scalar = "\u{FFFF2}"

  /// Stands before a line that flows, however many spaces the sections at its start may leave.
  private static let flowStart: Unicode.Scalar = "\u{FFFF3}"

  /// A value, made safe from layout; its line breaks and tabs are shown as escapes.
  static func protected(_ value: String) -> String {
    var scalars = String.UnicodeScalarView([valueStart])
    for scalar in value.unicodeScalars {
      switch scalar {
      case " ": scalars.append(valueSpace)
      case "\n": scalars.append(contentsOf: "\\n".unicodeScalars)
      case "\r": scalars.append(contentsOf: "\\r".unicodeScalars)
      case "\t": scalars.append(contentsOf: "\\t".unicodeScalars)
      case valueSpace, paragraphEnd, valueStart, flowStart: scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// A template whose empty lines are marked as the author's, and whose lines that begin with a
  /// section are marked as text, unless the section's tag is all there is.
  static func markingParagraphs(_ template: String) -> String {
    lines(of: template)
      .map { line in
        if isBlank(line) { return String(paragraphEnd) }
        let isTagAlone = line.hasSuffix("}}") && line.dropFirst(2).firstRange(of: "{{") == nil
        return line.hasPrefix("{{") && !isTagAlone
          ? String(flowStart) + String(line) : String(line)
      }
      .joined(separator: "\n")
  }

  /// Rendered text as one line.
  static func line(_ rendered: String) -> String {
    let words = lines(of: rendered.filtered { $0 != paragraphEnd && $0 != flowStart }).map {
      collapsed($0)
    }
    return restored(words.filter { !$0.isEmpty }.joined(separator: " "))
  }

  /// Rendered text as paragraphs.
  ///
  /// A line that begins with two spaces or with "- " stays a line of its own; the others of a
  /// paragraph are joined.
  static func paragraphs(_ rendered: String) -> [String] {
    var paragraphs: [[Substring]] = [[]]
    for line in lines(of: rendered) {
      if line.unicodeScalars.contains(paragraphEnd) {
        paragraphs.append([])
      } else if !isBlank(line) {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.filter { !$0.isEmpty }.map { restored(joined($0)) }
  }

  /// A rendered command: spaces outside of quotes are collapsed, lines stay.
  static func command(_ rendered: String) -> String {
    let text = rendered.filtered { $0 != paragraphEnd && $0 != valueStart && $0 != flowStart }
    var result = ""
    var quote: Character?
    var isEscaped = false
    for character in text {
      let isSpace = character == " " && quote == nil && !isEscaped
      if isSpace, result.isEmpty || result.last == " " || result.last == "\n" { continue }
      if character == "\n", quote == nil, result.last == " " { result.removeLast() }
      if !isEscaped, quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if !isEscaped, character == quote {
        quote = nil
      }
      isEscaped = character == "\\" && !isEscaped && quote != "'"
      result.append(character)
    }
    while let last = result.last, last == "\n" || last == " " && !isEscaped { result.removeLast() }
    return restored(result)
  }

  private static func joined(_ lines: [Substring]) -> String {
    var result = ""
    var previousIsKept = false
    for line in lines {
      let flows = line.unicodeScalars.first == flowStart
      let line = flows ? Substring(line.unicodeScalars.dropFirst()) : line
      let isKept = !flows && (line.hasPrefix("  ") || line.hasPrefix("- "))
      let indentation = isKept ? line.prefix { $0 == " " } : ""
      if !result.isEmpty { result += isKept || previousIsKept ? "\n" : " " }
      result += indentation + collapsed(line.dropFirst(indentation.count))
      previousIsKept = isKept
    }
    return result
  }

  /// A line without the spaces that sections left: at its ends, in rows, before punctuation.
  private static func collapsed(_ line: Substring) -> String {
    var result = String.UnicodeScalarView()
    let scalars = line.unicodeScalars
    for (index, scalar) in zip(scalars.indices, scalars) {
      let next = scalars[scalars.index(after: index)...].first
      if scalar == " " || scalar == "\t" {
        if let last = result.last, last != " " { result.append(" ") }
        continue
      }
      let endsPhrase = scalar == "," || scalar == ";" || scalar == "."
      if endsPhrase, next == nil || next == " ", result.last == " " { result.removeLast() }
      result.append(scalar)
    }
    if result.last == " " { result.removeLast() }
    return String(result)
  }

  private static func restored(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case valueSpace: scalars.append(" ")
      case paragraphEnd, valueStart, flowStart: break
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func isBlank(_ line: Substring) -> Bool {
    line.unicodeScalars.allSatisfy { $0 == " " || $0 == "\t" || $0 == flowStart }
  }
}

extension String {
  fileprivate func filtered(_ isKept: (Unicode.Scalar) -> Bool) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.lazy.filter(isKept))
    return String(scalars)
  }
}
