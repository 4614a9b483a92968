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
