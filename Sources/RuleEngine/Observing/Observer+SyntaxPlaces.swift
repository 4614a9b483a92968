internal import History
internal import TraceEvents

/// Where a mistake is that a parser noticed only later.
struct SyntaxPlace: Sendable {
  /// The line that has the mistake.
  let line: TextLine
  /// The sign that this line lacks at its end; nil where it opens what nothing closes.
  let missingSign: String?
}

// Parsers name the line where they could not go on: what is wrong can stand before it.
extension Observer {
  /// How many lines before the place are read at once, and how often.
  private static let window = 50
  private static let mostWindows = 4

  /// Tells the line that opens what is not closed, or that lacks the sign at its end.
  func describeSyntaxPlace(_ words: [String], in seen: inout LastWords) {
    guard seen.module == nil, seen.dataFile == nil, !seen.fileIsLibrarys, let line = words.first,
      let file = seen.file ?? (Self.speaksOfEnd(line) ? seen.lastFile : nil)
    else { return }
    if let number = words.lazy.compactMap({ self.namedOpener($0, file) }).first,
      number != seen.lineNumber,
      let opener = inquiry.lines(around: number, of: file).first(where: { $0.number == number })
    {
      seen.tools.syntaxPlace = SyntaxPlace(line: opener, missingSign: nil)
    } else if Self.speaksOfEnd(line) {
      seen.tools.syntaxPlace = OpenBlocks.opener(in: linesBefore(seen.lineNumber, of: file))
        .map { SyntaxPlace(line: $0, missingSign: nil) }
    } else if let number = seen.lineNumber {
      seen.tools.syntaxPlace = lineWithoutEnd(before: number, of: file, line)
    }
  }

  /// True if words say that a file or a block ends too early.
  private static func speaksOfEnd(_ line: String) -> Bool {
    let text = line.lowercased()
    return ends.contains { text.contains($0) }
  }

  private static let ends = [
    "unexpected end", "unexpected eof", "end of input", "end of file", "end-of-input",
    "near '<eof>'", "near <eof>", "found 'eof'", "unclosed", "eof encountered", "premature eof",
    "missing closing", "expected `end'", "unmatched", "un-matched", "unbalanced",
  ]

  /// The number of the line that words say opens what is not closed: `(to close 'function' at line 1)`,
  /// `Unclosed '{' on line 1`, `a.cpp:2:12: note: to match this ‘{’`.
  private func namedOpener(_ line: String, _ file: String) -> Int? {
    let text = line.lowercased()
    if text.contains("note: to match this"),
      let place = NamedPlace.find(in: line, base: PathName.directory(of: file))
    {
      return PathName.base(of: place.file) == PathName.base(of: file) ? place.line : nil
    }
    for mark in ["(to close ", "unclosed ", "unmatched ", "un-matched ", "opened "] {
      guard let start = text.firstRange(of: mark) else { continue }
      let rest = text[start.upperBound...].prefix(60)
      guard let place = rest.firstRange(of: " line ") else { continue }
      return Int(rest[place.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
    return nil
  }

  /// The lines of a file up to a place, which can be the one behind its last.
  private func linesBefore(_ number: Int?, of file: String) -> [TextLine] {
    guard let number else {
      let all = inquiry.lines(around: 1, of: file, context: Self.window)
      return all.count > Self.window ? [] : all
    }
    var found: [TextLine] = []
    var last = number
    for behind in 0...2 where found.isEmpty && number > behind {
      found = inquiry.lines(around: number - behind, of: file, context: Self.window)
      last = number
    }
    found.removeAll { $0.number > last }
    for _ in 1..<Self.mostWindows {
      guard let first = found.first?.number, first > 1 else { break }
      let earlier = inquiry.lines(
        around: max(1, first - Self.window), of: file, context: Self.window
      ).filter { $0.number < first }
      if earlier.isEmpty { break }
      found = earlier + found
    }
    return found
  }

  /// The line before a place that lacks the sign which the words miss there, or which its language wants.
  private func lineWithoutEnd(
    before number: Int, of file: String, _ words: String
  ) -> SyntaxPlace? {
    guard let sign = Self.missingSign(words, file), number > 1 else { return nil }
    let lines = inquiry.lines(around: number, of: file, context: 3)
    guard let there = lines.first(where: { $0.number == number }),
      Self.begins(there.text.trimmed, asToldBy: words),
      let before = lines.last(where: { $0.number < number && !$0.text.trimmed.isEmpty }),
      let end = before.text.trimmed.last,
      end.isLetter || end.isNumber || "\"')]_`".contains(end) || end == "}" && sign == ",",
      !["#", "//", "*", "%", "--"].contains(where: before.text.trimmed.hasPrefix)
    else { return nil }
    return SyntaxPlace(line: before, missingSign: sign)
  }

  /// The sign that words say is missing, or that ends a statement of the file's language.
  private static func missingSign(_ words: String, _ file: String) -> String? {
    let text = words.lowercased()
    if text.contains("expect") {
      let quoted = Complaint.quoted(in: words)
      return [";", ","].first { quoted.contains($0) }
    }
    if file.hasSuffix(".pl") || file.hasSuffix(".pm"), text.contains("syntax error") { return ";" }
    if file.hasSuffix(".erl"), text.contains("syntax error before") { return "." }
    let isScript = [".js", ".mjs", ".cjs", ".ts"].contains(where: file.hasSuffix)
    return isScript
      && ["unexpected identifier", "unexpected string", "unexpected number"].contains {
        text.contains($0)
      } ? "," : nil
  }

  /// True if a line begins with what words say came unexpectedly.
  private static func begins(_ source: String, asToldBy words: String) -> Bool {
    let named =
      Complaint.quoted(in: words) + [words.split(separator: " ").last.map(String.init) ?? ""]
    return named.contains { name in
      name.split(separator: " ").first.map { source.hasPrefix($0) } ?? false
    }
  }
}
