/// How a text report is to look.
package struct TextOptions: Sendable, Equatable {
  /// The widths that reports are written in, in columns.
  package static let widths = 40...100

  /// Columns of a line; what is given is brought into `widths`.
  package var width: Int {
    didSet { width = Self.clamped(width) }
  }
  /// Whether to write SGR colour codes (`console_codes(4)`).
  package var usesColor: Bool
  /// Whether to show all findings, all evidence, all configuration and the processes.
  package var isVerbose: Bool
  /// Whether to do without characters outside ASCII, for a locale that is not UTF-8.
  package var usesASCII: Bool
  /// Whether whyconf draws what led to what, rather than a list.
  package var drawsTree: Bool

  package init(
    width: Int = 80, usesColor: Bool = false, isVerbose: Bool = false, usesASCII: Bool = false,
    drawsTree: Bool = false
  ) {
    self.width = Self.clamped(width)
    self.usesColor = usesColor
    self.isVerbose = isVerbose
    self.usesASCII = usesASCII
    self.drawsTree = drawsTree
  }

  private static func clamped(_ width: Int) -> Int {
    min(max(width, widths.lowerBound), widths.upperBound)
  }
}

extension TextOptions {
  /// What a piece of text is, for colour.
  enum Emphasis: String {
    case strong = "1"
    case faint = "2"
    case good = "32"
    case bad = "31"
  }

  /// `text` with the colour codes of `emphasis`, or as it is.
  func styled(_ text: String, _ emphasis: Emphasis) -> String {
    usesColor ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` with the symbols that reports use spelled in ASCII, if that is wanted; the target's own
  /// characters stay, which are the bytes that it wrote.
  func spelled(_ text: String) -> String {
    guard usesASCII, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "─": result += "-"
      case "●", "•": result += "*"
      case "○": result += "o"
      case "✗": result += "x"
      case "…": result += "..."
      case "→": result += "->"
      case "├": result += "|"
      case "└": result += "`"
      case "│": result += "|"
      case "▸": result += ">"
      case "″": result += "\""
      case "–", "—": result += "-"
      case "‘", "’": result += "'"
      case "“", "”": result += "\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
