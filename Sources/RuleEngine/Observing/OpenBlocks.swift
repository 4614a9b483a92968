internal import History
internal import TraceEvents

/// What the lines of a source file open and do not close: brackets, and the words that begin a block.
struct OpenBlocks {
  private struct Opening {
    let close: String
    let line: TextLine
    let indentation: Int
  }

  private var stack: [Opening] = []
  /// One whose end by its indentation is that of another block.
  private var suspect: TextLine?
  /// One that was open when what is around it was closed.
  private var passedOver: TextLine?
  private let language: Language

  /// The line that opens what nothing in `lines` closes: the one whose closing sign another block has, as the
  /// indentation tells, else the innermost. Nil where all is closed.
  static func opener(in lines: [TextLine]) -> TextLine? {
    guard let file = lines.first?.file else { return nil }
    var blocks = OpenBlocks(language: Language(file: file))
    for line in lines { blocks.read(line) }
    if let passedOver = blocks.passedOver { return passedOver }
    guard let last = blocks.stack.last else { return nil }
    return blocks.suspect ?? last.line
  }

  private init(language: Language) { self.language = language }

  /// How a language writes what does not count, and which words stand for brackets.
  private struct Language {
    var comment = "//"
    var quotes: Set<Character> = ["\"", "'", "`"]
    /// What ends the block that a word at the beginning of a command opens.
    var words: [String: String] = [:]

    init(file: String) {
      let name = PathName.base(of: file)
      let suffix = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
      switch suffix {
      case "rb":
        comment = "#"
        let openers = ["def", "class", "module", "if", "unless", "while", "until", "case", "begin"]
        words = Dictionary(uniqueKeysWithValues: openers.map { ($0, "end") })
      case "lua":
        comment = "--"
        words = ["function": "end", "if": "end", "for": "end", "while": "end", "local": "end"]
      case "sh", "bash", "":
        comment = "#"
        words = [
          "if": "fi", "for": "done", "while": "done", "until": "done", "case": "esac",
        ]
      case "py", "pl", "pm", "R", "r", "awk", "jl", "nix", "toml", "yaml", "yml", "tf", "tcl":
        comment = "#"
      case "scm", "lisp", "el", "clj", "rkt":
        comment = ";"
        quotes = ["\""]
      case "erl", "tex", "m": comment = "%"
      case "rs": quotes = ["\""]
      case "sql", "hs", "adb", "vhd": comment = "--"
      default: break
      }
    }
  }

  private static let pairs: [Character: String] = ["(": ")", "[": "]", "{": "}"]

  private mutating func read(_ line: TextLine) {
    let indentation = line.text.prefix { $0 == " " || $0 == "\t" }.count
    let text = codeOnly(line.text)
    if !language.words.isEmpty { readWords(text, line, indentation) }
    var isFirst = true
    for character in text where character != " " && character != "\t" {
      if let close = Self.pairs[character] {
        stack.append(Opening(close: close, line: line, indentation: indentation))
      } else if ")]}".contains(character) {
        close(String(character), at: isFirst ? indentation : nil)
      }
      isFirst = false
    }
  }

  /// The words that begin commands, of which a line can have several.
  private mutating func readWords(_ text: String, _ line: TextLine, _ indentation: Int) {
    for (index, command) in text.split(separator: ";").enumerated() {
      let words = command.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      guard let first = words.first.map(String.init) else { continue }
      let closes = language.words.values.contains(first)
      if closes {
        close(first, at: index == 0 ? indentation : nil)
      } else if let end = language.words[first],
        first != "local" || words.dropFirst().first == "function"
      {
        stack.append(Opening(close: end, line: line, indentation: indentation))
      } else if end(ofBlockBehind: words) {
        stack.append(Opening(close: "end", line: line, indentation: indentation))
      }
      // "if x then y end" in one line.
      if !closes, words.count > 1, let last = words.last.map(String.init),
        language.words.values.contains(last)
      {
        close(last, at: nil)
      }
    }
  }

  /// True for `list.each do |x|` and `x = function ()`.
  private func end(ofBlockBehind words: [Substring]) -> Bool {
    guard language.words.values.contains("end") else { return false }
    return language.comment == "#"
      ? words.contains("do") : words.dropFirst().contains("function")
  }

  private mutating func close(_ sign: String, at indentation: Int?) {
    guard let index = stack.lastIndex(where: { $0.close == sign }) else { return }
    let opening = stack[index]
    if index + 1 < stack.count {
      passedOver = passedOver ?? stack[index + 1].line
    } else if let indentation, indentation < opening.indentation {
      suspect = suspect ?? opening.line
    }
    stack.removeSubrange(index...)
  }

  /// A line without what stands in quotation marks, and without its comment.
  private func codeOnly(_ text: String) -> String {
    var code = ""
    var rest = text[...]
    while let character = rest.first {
      if rest.hasPrefix(language.comment) { break }
      rest.removeFirst()
      if character == "\\" {
        _ = rest.popFirst()
      } else if language.quotes.contains(character), let end = rest.firstIndex(of: character) {
        rest = rest[end...].dropFirst()
        code.append("_")
      } else {
        code.append(character)
      }
    }
    return code
  }
}
