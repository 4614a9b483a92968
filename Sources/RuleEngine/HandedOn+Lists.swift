internal import History
internal import TraceEvents

// Lists of commands that a shell was given with `-c`: it ends as the last one that it ran.
extension HandedOn {
  /// The words of each command of a list (`cd /srv; grep -q x a && echo y`) that the one which ended
  /// last can have been; of a text that is one command, that one. None where the shell can end before
  /// (`set -e`), or the text has more than simple commands.
  static func commands(of process: ProcessRecord) -> [[ShellWord]] {
    if let only = shellCommand(process) { return [only] }
    guard let text = givenText(process),
      let parts = parts(of: text), parts.count > 1, parts.count <= 16
    else { return [] }
    let words = parts.compactMap { ShellWord.onlyCommand(of: $0) }
    guard words.count == parts.count,
      words.allSatisfy({ $0.first?.text.map { !compound.contains($0) } ?? false })
    else { return [] }
    return words
  }

  /// What changes how a shell ends, or begins more than a simple command.
  private static let compound: Set<String> = [
    "set", "exit", "trap", "exec", "if", "then", "else", "elif", "fi", "for", "while", "until",
    "do",
    "done", "case", "esac", "{", "}", "!", "function", "return", "eval", "wait",
  ]

  /// The text given with `-c` alone, without other options.
  private static func givenText(_ process: ProcessRecord) -> String? {
    guard process.arguments.count == 3, process.arguments[1] == "-c",
      ShellWords.shells.contains(PathName.base(of: process.executable ?? process.arguments[0])),
      process.arguments[2].utf8.count <= 4096
    else { return nil }
    return process.arguments[2]
  }

  /// A text at its `;`, `&&`, `||` and line feeds, quotes apart; nil where it has other marks of a shell's
  /// grammar than these and pipes.
  private static func parts(of text: String) -> [String]? {
    var parts = [""]
    var quote: Character?
    var rest = text[...]
    while let character = rest.popFirst() {
      if let open = quote {
        if character == open { quote = nil }
        if character == "\\", open == "\"", let next = rest.popFirst() {
          parts[parts.count - 1] += "\\" + String(next)
          continue
        }
        parts[parts.count - 1].append(character)
        continue
      }
      switch character {
      case "'", "\"":
        quote = character
        parts[parts.count - 1].append(character)
      case "\\":
        parts[parts.count - 1] += "\\" + String(rest.popFirst() ?? " ")
      case ";", "\n": parts.append("")
      case "&", "|":
        if rest.first == character {
          rest.removeFirst()
          parts.append("")
        } else if character == "|" {
          parts[parts.count - 1].append(character)
        } else if parts[parts.count - 1].hasSuffix(">") || rest.first == ">" {
          parts[parts.count - 1].append(character)
        } else {
          return nil
        }
      case "(", ")", "`": return nil
      default: parts[parts.count - 1].append(character)
      }
    }
    guard quote == nil else { return nil }
    return parts.map(\.trimmed).filter { !$0.isEmpty }
  }
}
