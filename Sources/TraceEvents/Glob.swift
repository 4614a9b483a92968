/// Shell patterns for paths: `*` and `?` stay within one component, `**` crosses components,
/// `[abc]`, `[a-z]` and `[!a]` are sets, a backslash takes the next character as it is.
package enum Glob {
  /// Whether the whole text matches; takes time in proportion to pattern times text at most.
  package static func matches(pattern: String, text: String) -> Bool {
    let steps = parse(pattern)
    // The positions in the pattern that the text so far can have led to.
    var reached = [Bool](repeating: false, count: steps.count + 1)
    reached[0] = true
    skipStars(steps, &reached)
    for character in text {
      var next = [Bool](repeating: false, count: steps.count + 1)
      for (index, step) in steps.enumerated() where reached[index] && step.accepts(character) {
        next[step.repeats ? index : index + 1] = true
      }
      skipStars(steps, &next)
      reached = next
    }
    return reached[steps.count]
  }

  private static func skipStars(_ steps: [Step], _ reached: inout [Bool]) {
    for (index, step) in steps.enumerated() where reached[index] && step.repeats {
      reached[index + 1] = true
    }
  }

  private enum Step {
    case literal(Character)
    case one
    case set([ClosedRange<Character>], isNegated: Bool)
    case star(crossesComponents: Bool)

    var repeats: Bool {
      if case .star = self { true } else { false }
    }

    func accepts(_ character: Character) -> Bool {
      switch self {
      case .literal(let literal): literal == character
      case .one: character != "/"
      case .set(let ranges, let isNegated):
        character != "/" && ranges.contains { $0.contains(character) } != isNegated
      case .star(let crossesComponents): crossesComponents || character != "/"
      }
    }
  }

  private static func parse(_ pattern: String) -> [Step] {
    var steps: [Step] = []
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      switch character {
      case "*":
        let stars = 1 + rest.prefix { $0 == "*" }.count
        rest = rest.drop { $0 == "*" }
        steps.append(.star(crossesComponents: stars > 1))
      case "?": steps.append(.one)
      case "[": steps.append(set(&rest) ?? .literal("["))
      case "\\": steps.append(.literal(rest.popFirst() ?? "\\"))
      default: steps.append(.literal(character))
      }
    }
    return steps
  }

  /// Reads a set after its `[`; nil, with nothing read, where it has no end.
  private static func set(_ rest: inout Substring) -> Step? {
    var body = rest
    let isNegated = body.first == "!" || body.first == "^"
    if isNegated { body.removeFirst() }
    var ranges: [ClosedRange<Character>] = []
    var isFirst = true
    while let first = body.popFirst() {
      if first == "]" && !isFirst {
        rest = body
        return .set(ranges, isNegated: isNegated)
      }
      isFirst = false
      if body.first == "-", let last = body.dropFirst().first, last != "]", first <= last {
        body.removeFirst(2)
        ranges.append(first...last)
      } else {
        ranges.append(first...first)
      }
    }
    return nil
  }
}
