internal import TraceEvents

/// Tells by its text whether a file holds settings, for one that is given on the command line and whose
/// name says nothing: `openvpn client.ovpn`, `anacron -t table`.
enum SettingsText {
  /// How many lines are looked at.
  static let lines = 50
  /// The most characters that a line of settings has, mostly.
  private static let longest = 300

  /// True if the lines at a file's beginning are comments and settings, and no prose or script; of a
  /// file of the program's own type there need be no more than words.
  static func isSettings(_ lines: [TextLine], isOptionValue: Bool, isOwnType: Bool) -> Bool {
    var signs = isOwnType && !lines.isEmpty ? 1 : 0
    for line in lines {
      let text = trimmed(line.text)
      if text.isEmpty { continue }
      if text.hasPrefix("#!") || text.utf8.count > longest || isProse(text) { return false }
      if isOptionValue, isJob(text) || isOption(text) || isMount(text) { signs += 1 }
      if isComment(text) || isHeading(text) || isAssignment(text) { signs += 1 }
    }
    return signs > 0
  }

  private static func trimmed(_ line: String) -> Substring {
    var text = line.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private static func isComment(_ text: Substring) -> Bool {
    text.hasPrefix("#") || text.hasPrefix(";") || text.hasPrefix("<!--") || text.hasPrefix("//")
  }

  /// `[section]`, `section {`, `<Section x>`
  private static func isHeading(_ text: Substring) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]") { return true }
    if text.hasPrefix("<"), text.hasSuffix(">") { return true }
    return text.hasSuffix("{") && text.utf8.count > 1
  }

  /// `key = value`, `key: value`, `key value;`
  private static func isAssignment(_ text: Substring) -> Bool {
    let rest = text.drop { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    guard rest.startIndex > text.startIndex else { return false }
    if text.hasSuffix(";"), rest.first == " " { return true }
    let sign = rest.drop { $0 == " " || $0 == "\t" }
    return sign.first == "=" && !sign.hasPrefix("==") || rest.hasPrefix(": ") || rest == ":"
  }

  /// A line of crontab(5) or anacrontab(5): numbers or stars, and a command.
  private static func isJob(_ text: Substring) -> Bool {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard words.count >= 4, words.last?.contains(where: \.isLetter) == true else { return false }
    return words.prefix(2).allSatisfy { $0.allSatisfy { $0.isNumber || "*/,-".contains($0) } }
  }

  /// A line with options of a command line: `-v`, `--quiet`.
  private static func isOption(_ text: Substring) -> Bool {
    let name = text.drop { $0 == "-" }
    return text.hasPrefix("-") && name.startIndex <= text.index(text.startIndex, offsetBy: 2)
      && name.first?.isLetter == true
  }

  /// A line of fstab(5): what is mounted, where, its type, options.
  private static func isMount(_ text: Substring) -> Bool {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard (4...6).contains(words.count) else { return false }
    return words[1].hasPrefix("/")
      && words[3...].dropFirst().allSatisfy { $0.allSatisfy(\.isNumber) }
  }

  /// A sentence: many words, and the sign of its end.
  private static func isProse(_ text: Substring) -> Bool {
    guard !isComment(text), let last = text.last, ".?!".contains(last) else { return false }
    return text.split(separator: " ").count >= 5
  }
}
