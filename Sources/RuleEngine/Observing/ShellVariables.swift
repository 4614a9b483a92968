internal import TraceEvents
internal import History

/// The variables of a shell's line that made a path what it is.
enum ShellVariables {
  /// The variables in those words of `line` that give `path` once all of them are empty; `path` as
  /// the program gave it.
  static func empty(in line: String, giving path: String) -> [String] {
    for part in line.split(whereSeparator: { " \t=;<>()&|".contains($0) }) where part.contains("$")
    {
      // `"$REPORTS"/daily`
      let word = part.filter { $0 != "\"" && $0 != "'" }[...]
      guard let (rest, names) = emptied(word), rest.contains("/") else { continue }
      if rest == path || PathName.absolute(rest, from: "/") == PathName.absolute(path, from: "/") {
        return names
      }
    }
    return []
  }

  /// `word` without its `$NAME` and `${NAME}`, and their names; nil for what is more than that.
  private static func emptied(_ word: Substring) -> (String, [String])? {
    var rest = ""
    var names: [String] = []
    var left = word
    while let dollar = left.firstIndex(of: "$") {
      rest += left[..<dollar]
      left = left[left.index(after: dollar)...]
      let isBraced = left.first == "{"
      if isBraced { left = left.dropFirst() }
      let name = left.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard !name.isEmpty else { return nil }
      left = left.dropFirst(name.count)
      if isBraced {
        guard left.first == "}" else { return nil }
        left = left.dropFirst()
      }
      names.append(String(name))
    }
    return (rest + left, names)
  }
}

extension ShellVariables {
  /// The variable that a word of a script is: `"$TOKEN"`, `${TOKEN}`, `"${TOKEN:-}"`; nil for others.
  static func name(_ word: String) -> String? {
    var word = word.filter { $0 != "\"" }
    guard word.hasPrefix("$") else { return nil }
    word.removeFirst()
    if word.hasPrefix("{"), word.hasSuffix("}") {
      word = String(word.dropFirst().dropLast())
      if word.hasSuffix(":-") { word = String(word.dropLast(2)) }
    }
    guard let first = word.first, first == "_" || first.isASCII && first.isLetter,
      word.allSatisfy({ $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return nil }
    return word
  }

  /// What a word of a script stood for, if it has no variable or is one whose value came with the environment;
  /// nil where the script itself may have set it, or more than a variable is in it.
  static func value(
    of word: String, _ process: ProcessRecord, _ script: String, _ lines: [TextLine]
  ) -> String? {
    guard word.contains(where: { "$`*?~".contains($0) }) else {
      return word.filter { $0 != "\"" && $0 != "'" }
    }
    guard let name = name(word), !word.contains("'"),
      !lines.contains(where: { sets(name, $0.text) }), !process.environment.isEmpty
    else { return nil }
    return process.environmentValue(name).map(String.init) ?? ""
  }

  /// True for a line that may give a variable a value, or read in another script that does.
  private static func sets(_ name: String, _ line: String) -> Bool {
    let words = line.split { " \t;&|()".contains($0) }
    guard let first = words.first else { return false }
    if first == "." || first == "source" || first == "eval" { return true }
    return words.contains {
      $0.hasPrefix(name + "=") || $0.hasPrefix(name + "+=") || $0.contains("{" + name + ":=")
    }
      || ["read", "for", "getopts", "mapfile", "readarray", "printf", "declare", "local", "export"]
        .contains { words.contains($0[...]) } && words.contains(name[...])
  }
}
