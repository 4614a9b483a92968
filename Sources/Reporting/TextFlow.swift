/// Breaks paragraphs into lines.
enum TextFlow {
  /// The lines of `text`, each at most `width` columns where words allow it, with `indent` before
  /// each and `hanging` in its place from the second line on.
  ///
  /// Words are never broken: a path that is longer than the line overflows. What stands between
  /// backquotes, such as a command, counts as one word.
  static func lines(
    of text: String, width: Int, indent: String = "", hanging: String? = nil
  ) -> [String] {
    var lines: [String] = []
    var line = indent
    var lineWidth = displayWidth(of: indent)
    var isEmpty = true
    for word in words(of: text) {
      let wordWidth = displayWidth(of: word)
      if !isEmpty, lineWidth + 1 + wordWidth > width {
        lines.append(line)
        line = hanging ?? indent
        lineWidth = displayWidth(of: line)
        isEmpty = true
      }
      if !isEmpty {
        line += " "
        lineWidth += 1
      }
      line += word
      lineWidth += wordWidth
      isEmpty = false
    }
    if !isEmpty { lines.append(line) }
    return lines
  }

  /// Like `lines(of:)` for a text of several lines, of which those that start with two spaces or a
  /// list marker keep their shape; the others flow together.
  static func shapedLines(of text: String, width: Int, indent: String) -> [String] {
    var result: [String] = []
    var flowing = ""
    func endFlow() {
      result += lines(of: flowing, width: width, indent: indent)
      flowing = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if isShaped(line) {
        endFlow()
        result.append(indent + line.replacingTabs())
      } else if line.allSatisfy(\.isWhitespace) {
        endFlow()
      } else {
        flowing += (flowing.isEmpty ? "" : " ") + line
      }
    }
    endFlow()
    return result
  }

  private static func isShaped(_ line: Substring) -> Bool {
    if ["  ", "\t", "- ", "* ", "> ", "• ", "#"].contains(where: line.hasPrefix) { return true }
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && digits.count < 4 && line.dropFirst(digits.count).hasPrefix(". ")
  }

  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    // A backquote that nothing closes quotes nothing.
    var remaining = text.count { $0 == "`" } / 2 * 2
    for character in text {
      if character == "`", remaining > 0 {
        isQuoted.toggle()
        remaining -= 1
      }
      if character == " " || character == "\n" || character == "\t", !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

extension Substring {
  fileprivate func replacingTabs() -> String {
    split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    ")
  }
}
