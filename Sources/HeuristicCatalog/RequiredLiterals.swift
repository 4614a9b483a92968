import TraceEvents

/// Texts of which any match of a regular expression holds at least one.
///
/// Compiling a pattern costs more than all that is asked of it in a run, and most of a catalog's patterns have
/// nothing to do with what a run said: a search for these texts tells that.
struct RequiredLiterals: Equatable, Sendable {
  /// ASCII texts; in lower case where the case does not count.
  let texts: [String]
  /// False where upper and lower case are the same.
  let heedsCase: Bool

  /// What a pattern needs; nil where that is not plain.
  init?(of pattern: String) {
    var reader = PatternReader(pattern)
    guard let texts = reader.alternation(), reader.isAtEnd, reader.isUnderstood else { return nil }
    heedsCase = !reader.ignoresCase
    self.texts = reader.ignoresCase ? texts.map { $0.lowercased() } : texts
  }

  /// True if one of them is in `text`.
  func occur(in text: String) -> Bool {
    let text = heedsCase ? text : text.lowercased()
    return texts.contains { text.contains($0) }
  }
}

/// Reads as much of the syntax of regular expressions as it takes to tell what is literal in it. What it does
/// not know, it takes for something that may be anything.
private struct PatternReader {
  /// How deep groups may lie.
  private static let mostDepth = 32
  private static let quantifiers: Set<Character> = ["*", "?", "{"]

  private let characters: [Character]
  private var position = 0
  private var depth = 0
  /// True once `(?i)` was read.
  private(set) var ignoresCase = false
  /// False once something was read that changes how what follows is to be read.
  private(set) var isUnderstood = true

  var isAtEnd: Bool { position == characters.count }

  init(_ pattern: String) { characters = Array(pattern) }

  private var next: Character? { isAtEnd ? nil : characters[position] }

  /// Branches up to the end of the group: one of these texts is in any match; nil where none need be.
  mutating func alternation() -> [String]? {
    guard depth < Self.mostDepth else {
      position = characters.count
      return nil
    }
    depth += 1
    defer { depth -= 1 }
    var all: [String]? = branch()
    while next == "|" {
      position += 1
      let other = branch()
      all = all.flatMap { all in other.map { all + $0 } }
    }
    return all
  }

  /// The best of what a branch needs: its longest literal, or what a group in it needs.
  private mutating func branch() -> [String]? {
    var best: [String] = []
    var run = ""
    func shortest(_ texts: [String]) -> Int { texts.map(\.utf8.count).min() ?? 0 }
    func offer(_ texts: [String]) { if shortest(texts) > shortest(best) { best = texts } }
    while let character = next, character != "|", character != ")" {
      position += 1
      var literal: Character?
      var group: [String]?
      switch character {
      case "\\":
        guard let escaped = next else { return nil }
        position += 1
        // Letters and digits stand for classes, places and groups; some take what follows.
        if "xuUoQkgcN".contains(escaped) { isUnderstood = false }
        if escaped.isASCII, !escaped.isLetter, !escaped.isNumber { literal = escaped }
      case "[": skipClass()
      case "(": group = self.group()
      case ".", "^", "$": break
      case _ where character.isASCII: literal = character
      default: break
      }
      let isRepeated = next == "+"
      let isOptional = next.map(Self.quantifiers.contains) ?? false
      if isRepeated || isOptional { skipQuantifier() }
      if let literal, !isOptional {
        run.append(literal)
        if !isRepeated { continue }
      }
      offer([run])
      run = ""
      if let group, !isOptional { offer(group) }
    }
    offer([run])
    return best.isEmpty ? nil : best
  }

  /// What a group needs; nothing of those that only look around or set how is matched.
  private mutating func group() -> [String]? {
    var counts = true
    if next == "?" {
      position += 1
      if next == "i", position + 1 < characters.count, characters[position + 1] == ")" {
        ignoresCase = true
        position += 2
        return nil
      }
      counts = next == ":"
      if counts { position += 1 }
      if next == "x" || next == "#" { isUnderstood = false }
    }
    let texts = alternation()
    if next == ")" { position += 1 }
    return counts ? texts : nil
  }

  /// Goes past the end of a class; classes may lie in it.
  private mutating func skipClass() {
    var open = 1
    var isAtStart = true
    while open > 0, let character = next {
      position = min(position + (character == "\\" ? 2 : 1), characters.count)
      if character == "[" { open += 1 }
      if character == "]", !isAtStart { open -= 1 }
      isAtStart = character == "[" || isAtStart && character == "^"
    }
  }

  private mutating func skipQuantifier() {
    if next == "{" {
      while !isAtEnd, next != "}" { position += 1 }
    }
    if !isAtEnd { position += 1 }
    // Of as few as possible, and of what gives nothing back.
    if next == "?" || next == "+" { position += 1 }
  }
}
