/// Regular expressions that can take for ever on a short text, as a backtracking engine runs them.
enum PatternHazard {
  /// Whether a group that repeats without end holds a repetition without end, as in `(a+)*`.
  ///
  /// This sees the usual mistake, not every bad pattern: `(a|a)*` passes.
  static func nestsRepetitions(_ pattern: String) -> Bool {
    // For each open group, whether something in it repeats without end.
    var groups = [false]
    // Whether what was just read holds such a repetition.
    var latestRepeats = false
    var isInSet = false
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      switch character {
      case "\\":
        rest = rest.dropFirst()
        latestRepeats = false
      case "[" where !isInSet: isInSet = true
      case "]" where isInSet:
        isInSet = false
        latestRepeats = false
      case _ where isInSet: break
      case "(": groups.append(false)
      case ")":
        latestRepeats = groups.count > 1 && groups.removeLast()
        if latestRepeats { groups[groups.count - 1] = true }
      case "*", "+", "{":
        let isEndless = character != "{" || rest.prefix { $0 != "}" }.last == ","
        if character == "{" { rest = rest.drop { $0 != "}" }.dropFirst() }
        guard isEndless else { break }
        if latestRepeats { return true }
        groups[groups.count - 1] = true
        // A second sign only says how greedy the first is.
        if rest.first == "?" || rest.first == "+" { rest = rest.dropFirst() }
      default: latestRepeats = false
      }
    }
    return false
  }
}
