internal import History

/// A file, and perhaps a line in it, that words name.
struct NamedPlace: Equatable {
  /// Absolute path.
  let file: String
  /// From 1.
  let line: Int?

  /// The first place that `text` names, in one of the usual notations: `FILE:12`, `FILE, line 12`,
  /// `line 12 of FILE`, `File "FILE", line 12`, `in FILE on line 12`, `FILE(12)`.
  static func find(in text: String, base: String) -> NamedPlace? {
    let words = text.split(whereSeparator: { $0.isWhitespace }).map(clean)
    var best: NamedPlace?
    for (position, word) in words.enumerated() {
      guard let found = place(in: word, base: base) else { continue }
      if found.line != nil { return found }
      let line = lineNumber(near: position, in: words)
      if line != nil { return NamedPlace(file: found.file, line: line) }
      best = best ?? found
    }
    return best
  }

  private static func clean(_ word: Substring) -> Substring {
    var word = word
    let marks: Set<Character> = ["\"", "'", "`", "(", "[", "<", "‘", "“", "’", "”", ",", ";", "]", ">"]
    while let first = word.first, marks.contains(first) { word.removeFirst() }
    while let last = word.last, marks.contains(last) || last == "." || last == ":" {
      word.removeLast()
    }
    return word
  }

  /// A path with perhaps `:12`, `:12:7` or `(12)` behind it.
  private static func place(in word: Substring, base: String) -> NamedPlace? {
    let stem = word.prefix { $0 != ":" && $0 != "(" }
    var path = stem
    while let last = path.last, ["\"", "'", ",", "’"].contains(last) { path.removeLast() }
    guard isFileName(path) else { return nil }
    let digits = word.dropFirst(stem.count + 1).prefix { $0.isASCII && $0.isNumber }
    return NamedPlace(
      file: PathName.absolute(String(path), from: base),
      line: digits.isEmpty || digits.count > 8 ? nil : Int(digits))
  }

  private static func isFileName(_ word: Substring) -> Bool {
    guard word.count >= 3, !word.contains("//"), !word.hasPrefix("-") else { return false }
    if word.hasPrefix("/") { return word.count > 3 && word.dropFirst().contains { $0.isLetter } }
    guard let dot = word.lastIndex(of: "."), dot != word.startIndex else {
      return word == "Makefile" || word == "Dockerfile"
    }
    let suffix = word[word.index(after: dot)...]
    return (1...5).contains(suffix.count) && suffix.allSatisfy { $0.isASCII && $0.isLetter }
      && word[..<dot].allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+@".contains($0))
      }
  }

  private static func lineNumber(near position: Int, in words: [Substring]) -> Int? {
    for offset in [1, 2, 3, -2, -3, -4] {
      let index = position + offset
      guard words.indices.contains(index), words.indices.contains(index + 1) else { continue }
      if words[index].lowercased() == "line", let number = Int(words[index + 1]), number > 0 {
        return number
      }
    }
    return nil
  }
}
