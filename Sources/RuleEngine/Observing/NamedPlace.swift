internal import TraceEvents
internal import History

/// A file, and perhaps a line in it, that words name.
struct NamedPlace: Equatable {
  /// Absolute path.
  let file: String
  /// From 1.
  let line: Int?

  /// The first place that `text` names, in one of the usual notations: `FILE:12`, `FILE, line 12`,
  /// `line 12 of FILE`, `File "FILE", line 12`, `in FILE on line 12`, `FILE: 12:`, `FILE(12)`,
  /// `METHOD(FILE:12)`.
  /// A word of any form counts that is one of the `known` files.
  static func find(in text: String, base: String, known: [String] = []) -> NamedPlace? {
    let raw = text.split(whereSeparator: { $0.isWhitespace })
    let words = raw.map(clean)
    var best: NamedPlace?
    for (position, word) in words.enumerated() {
      guard let found = place(in: word, base: base, known: known) else { continue }
      if found.line != nil { return found }
      let line =
        lineNumber(near: position, in: words, base: base) ?? lineNumber(between: position, in: raw)
      if line != nil { return NamedPlace(file: found.file, line: line) }
      best = best ?? found
    }
    return best
  }

  private static func clean(_ word: Substring) -> Substring {
    var word = word
    let marks: Set<Character> = [
      "\"", "'", "`", "(", "[", "<", "‘", "“", "’", "”", ",", ";", "]", ">",
    ]
    while let first = word.first, marks.contains(first) { word.removeFirst() }
    while let last = word.last, marks.contains(last) || last == "." || last == ":" {
      word.removeLast()
    }
    // That of a parenthesis that began words before.
    while word.hasSuffix(")"), !word.contains("(") { word.removeLast() }
    return word
  }

  /// A path with perhaps `:12`, `:12:7` or `(12)` behind it.
  private static func place(
    in word: Substring, base: String, known: [String] = []
  ) -> NamedPlace? {
    if let open = word.lastIndex(of: "("),
      let inner = place(in: word[word.index(after: open)...], base: base, known: known),
      inner.line != nil
    {
      return inner
    }
    let stem = word.prefix { $0 != ":" && $0 != "(" }
    var path = stem
    while let last = path.last, ["\"", "'", ",", "’"].contains(last) { path.removeLast() }
    let digits = word.dropFirst(stem.count + 1).prefix { $0.isASCII && $0.isNumber }
    let file = PathName.absolute(String(path), from: base)
    guard
      isFileName(path, hasLine: !digits.isEmpty)
        || !path.isEmpty && path != "/" && known.contains(file)
    else { return nil }
    return NamedPlace(
      file: file,
      line: digits.isEmpty || digits.count > 8 ? nil : Int(digits))
  }

  private static func isFileName(_ word: Substring, hasLine: Bool) -> Bool {
    guard word.count >= 3, !word.contains("//"), !word.hasPrefix("-"),
      // 127.0.0.1:8080 is an address.
      word.contains(where: \.isLetter),
      word != "e.g", word != "i.e", !word.contains(where: { "[]{}$%&".contains($0) })
    else { return false }
    if word.hasPrefix("/") { return word.count > 3 && word.dropFirst().contains { $0.isLetter } }
    guard let dot = word.lastIndex(of: "."), dot != word.startIndex else {
      return word == "Makefile" || word == "Dockerfile"
    }
    let suffix = word[word.index(after: dot)...]
    return (1...5).contains(suffix.count)
      && (hasLine || word.contains("/") || knownSuffixes.contains(suffix.lowercased()))
      && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      && word[..<dot].allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+@".contains($0))
      }
  }

  /// The number of `FILE: 12:`, as dash writes it.
  private static func lineNumber(between position: Int, in words: [Substring]) -> Int? {
    guard position + 1 < words.count, words[position].hasSuffix(":"),
      words[position + 1].hasSuffix(":")
    else { return nil }
    return Int(words[position + 1].dropLast()).flatMap { $0 > 0 ? $0 : nil }
  }

  private static func lineNumber(
    near position: Int, in words: [Substring], base: String
  ) -> Int? {
    for offset in [1, 2, 3, -2, -3, -4, -5, -6] {
      let index = position + offset
      guard words.indices.contains(index), words.indices.contains(index + 1) else { continue }
      // Another file between the two is the one that the number is of.
      let between = offset > 1 ? position + 1..<index : offset < -2 ? index + 2..<position : 0..<0
      if words[between].contains(where: { place(in: $0, base: base) != nil }) { continue }
      if words[index].lowercased() == "line", let number = Int(words[index + 1]), number > 0 {
        return number
      }
    }
    return nil
  }

  /// Suffixes by which a word without a slash is a file's name, not a method's or a host's.
  private static let knownSuffixes: Set<String> = [
    "c", "cc", "cpp", "cxx", "h", "hpp", "py", "rb", "js", "mjs", "ts", "php", "pl", "pm", "lua",
    "sh", "bash", "go", "rs", "java", "kt", "swift", "scala", "awk", "sed", "tcl", "r", "m", "s",
    "conf", "cnf", "cfg", "ini", "yml", "yaml", "json", "toml", "xml", "txt", "sql", "tf", "mk",
    "cmake", "in", "am", "ac", "tex", "md", "csv", "html", "css", "l", "y", "proto", "service",
    "pem", "crt", "key", "log", "db", "erb", "j2", "env", "lock", "list", "rules", "pas", "ml",
    "mli",
    "hs", "ex", "exs", "erl", "clj", "scm", "rkt", "lisp", "f90", "jl", "nim", "zig", "dart", "adb",
    "ads",
  ]
}

extension ProcessRecord {
  /// The files that it had read, without itself: its name begins its complaints.
  var nameableFiles: [String] {
    recentFiles.filter {
      $0 != executable && $0 != executedPath && PathName.base(of: $0) != name
    }
  }
}
