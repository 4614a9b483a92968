import TraceEvents

/// Lines of text files.
enum TextSearch {
  /// Bytes read of a file.
  private static let maximumSize = 256 << 10
  /// Bytes read of a file that the line of a place in it is wanted of; some sources are generated.
  private static let largestSource = 32 << 20
  /// Lines given at most.
  private static let maximumLines = 8
  /// Bytes of a line that are given.
  private static let maximumLineLength = 400
  /// Files and words looked at.
  private static let maximumItems = 256

  /// The lines that hold one of `words`; comments only where nothing else does.
  static func lines(mentioning words: [String], in files: [String]) -> [TextLine] {
    let words = words.prefix(maximumItems).map { TargetText.bytes(of: $0) }.filter { !$0.isEmpty }
    var settings: [TextLine] = []
    var comments: [TextLine] = []
    for file in files.prefix(maximumItems) where settings.count < maximumLines {
      guard let lines = try? textLines(of: file) else { continue }
      for (index, line) in lines.enumerated() {
        guard settings.count < maximumLines else { break }
        guard words.contains(where: { mentions(line, word: $0) }) else { continue }
        let found = textLine(line, file: file, number: index + 1)
        if !isComment(line) {
          settings.append(found)
        } else if comments.count < maximumLines {
          comments.append(found)
        }
      }
    }
    return settings.isEmpty ? comments : settings
  }

  /// Line `line` of a file with at most `context` lines on each side, with the carriage returns of a
  /// file from Windows.
  static func lines(of file: String, around line: Int, context: Int) throws(InspectionError)
    -> [TextLine]
  {
    let reach = max(0, min(context, 50))
    guard line >= 1, line < .max - reach else { return [] }
    let contents = try FileReading.contents(of: file, limit: largestSource)
    guard !contents.bytes.prefix(4 << 10).contains(0) else {
      throw InspectionError(code: .invalidArgument, path: file)
    }
    let first = max(1, line - reach)
    var rest = contents.bytes[...]
    var found: [TextLine] = []
    var number = 0
    while number < line + reach, !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      // A line that the limit cut off, and what turns out to be no text.
      if end == nil, contents.isTruncated { break }
      number += 1
      if number >= first {
        let text = rest[..<(end ?? rest.endIndex)]
        if text.contains(0) { return [] }
        found.append(textLine(text, file: file, number: number, keepingReturn: true))
      }
      rest = end.map { rest[($0 + 1)...] } ?? []
    }
    return number >= line ? found : []
  }

  /// The lines of a file that contain `text`.
  static func lines(containing text: String, in file: String) throws(InspectionError) -> [TextLine]
  {
    let word = TargetText.bytes(of: text)
    guard let first = word.first else { return [] }
    var found: [TextLine] = []
    for (index, line) in try textLines(of: file).enumerated() where found.count < mostFound {
      let contains = line.indices.contains { start in
        line[start] == first && line[start...].starts(with: word)
      }
      if contains { found.append(textLine(line, file: file, number: index + 1)) }
    }
    return found
  }

  private static let mostFound = 40

  /// The lines that can name other files.
  static func references(in file: String) throws(InspectionError) -> [TextLine] {
    var found: [TextLine] = []
    for (index, line) in try textLines(of: file).enumerated() where canName(line) {
      found.append(textLine(line, file: file, number: index + 1))
      if found.count == mostReferences { break }
    }
    return found
  }

  private static let mostReferences = 600
  /// The bytes of the words that lead to another file, in whatever case.
  private static let leadingWords = ["nclu", "mport", "ource", "xtend", "herit", "onfi", "equire"]
    .map { Array($0.utf8) }

  /// True for a line with a path, a pattern, a file's name or a word that leads to another file.
  private static func canName(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = text.first, let second = text.dropFirst().first else { return false }
    // `#include` and `#includedir` are no comments where they exist.
    if first == UInt8(ascii: "#") {
      let word = text.dropFirst().prefix(7).map { $0 | 0x20 }
      return word.elementsEqual("include".utf8)
    }
    // Headings tell what the lines below them are for.
    if first == UInt8(ascii: "[") { return true }
    if first == UInt8(ascii: ";") || first == second && first == UInt8(ascii: "/") { return false }
    var before: UInt8 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "*"), UInt8(ascii: "~"): return true
      // `hosts.local`, not `1.5`.
      case UInt8(ascii: "a")...UInt8(ascii: "z") where before == UInt8(ascii: "."): return true
      default: before = byte
      }
    }
    return leadingWords.contains { word in
      text.indices.contains { start in
        text[start...].prefix(word.count).elementsEqual(word) { $0 | 0x20 == $1 }
      }
    }
  }

  private static func textLines(of file: String) throws(InspectionError) -> [ArraySlice<UInt8>] {
    let contents = try FileReading.contents(of: file, limit: maximumSize)
    // A null byte near the start: no text.
    guard !contents.bytes.prefix(4 << 10).contains(0) else {
      throw InspectionError(code: .invalidArgument, path: file)
    }
    return contents.lines
  }

  private static func textLine(
    _ line: ArraySlice<UInt8>, file: String, number: Int, keepingReturn: Bool = false
  ) -> TextLine {
    var cut = line.prefix(maximumLineLength)
    if !keepingReturn, cut.last == UInt8(ascii: "\r"), cut.count == line.count {
      cut = cut.dropLast()
    }
    if cut.count < line.count {
      // Not in the middle of a character.
      while let next = line[cut.endIndex...].first, next & 0xC0 == 0x80, !cut.isEmpty {
        cut = cut.dropLast()
      }
    }
    return TextLine(file: file, number: number, text: TargetText.decoding(cut))
  }

  private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return text.first == UInt8(ascii: "#") || text.first == UInt8(ascii: ";")
      || text.starts(with: Array("//".utf8))
  }

  /// True if `word` stands in `line` as a whole word, or a whole path or whole components at its
  /// end or (for a path) at its start.
  static func mentions(_ line: ArraySlice<UInt8>, word: [UInt8]) -> Bool {
    guard let first = word.first else { return false }
    var start = line.startIndex
    while let found = line[start...].firstIndex(of: first), line.endIndex - found >= word.count {
      let end = found + word.count
      if line[found..<end].elementsEqual(word),
        isStart(line[..<found], of: word), isEnd(line[end...])
      {
        return true
      }
      start = found + 1
    }
    return false
  }

  private static func isStart(_ before: ArraySlice<UInt8>, of word: [UInt8]) -> Bool {
    guard let byte = before.last else { return true }
    if byte == UInt8(ascii: "/"), word.first == UInt8(ascii: "/") { return false }
    return !isWordByte(byte)
  }

  private static func isEnd(_ after: ArraySlice<UInt8>) -> Bool {
    guard let byte = after.first else { return true }
    if byte == UInt8(ascii: ".") {
      // A full stop ends a sentence; in a name something follows it.
      return after.dropFirst().first.map { !isWordByte($0) } ?? true
    }
    return !isWordByte(byte)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), 0x80...0xFF:
      true
    default: false
    }
  }
}
