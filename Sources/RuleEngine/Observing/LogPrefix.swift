internal import TraceEvents

/// The time stamps and process numbers that a log puts before its words.
enum LogPrefix {
  /// `line` without them, or the message of one that is made of fields; the whole line where nothing else is
  /// left.
  static func removed(from line: String) -> String {
    if let message = LogFields.message(in: line) { return message }
    // The rule on the left of a box of text.
    if line.hasPrefix("│ ") { return String(line.dropFirst(2)).trimmed }
    // A log that one process writes for another can have a header of bytes between the two.
    let head = line.unicodeScalars.prefix(24)
    if let mark = head.lastIndex(where: { $0.value < 0x20 && $0 != "\t" && $0.value != 0x1B }) {
      let rest = String(line.unicodeScalars[line.unicodeScalars.index(after: mark)...])
      return rest.isEmpty ? line : removed(from: rest)
    }
    var rest = line[...]
    var removed = 0
    while removed < 12, let end = rest.firstIndex(of: " ") {
      let word = rest[..<end]
      guard isPartOfPrefix(word, first: removed == 0) else { break }
      rest = rest[end...].drop { $0 == " " }
      removed += 1
    }
    // A number alone can be the message's own first word.
    return removed < 2 || rest.isEmpty ? line : String(rest)
  }

  private static func isPartOfPrefix(_ word: Substring, first: Bool) -> Bool {
    let plain = word.lowercased()
    if levels.contains(plain) { return !first }
    // Apache's: [Wed Nov 25 10:20:30.123456 2026] [ssl:emerg] [pid 4711:tid 4711]
    if weekdays.contains(plain) { return true }
    if plain == "[pid" || plain == "[client" || plain.hasSuffix(":tid") { return !first }
    if plain.hasPrefix("["), let mark = plain.firstIndex(of: ":"),
      levels.contains("[" + plain[plain.index(after: mark)...])
    {
      return !first
    }
    // 24-Nov-2026
    var word = word.lowercased()[...]
    for month in months {
      guard let found = word.firstRange(of: "-" + month + "-") else { continue }
      word.replaceSubrange(found, with: "-")
    }
    let digits = word.count { $0.isASCII && $0.isNumber }
    let marks = word.count { "-:/.,#[]()tzmsc+*".contains($0) }
    if digits == 0 { return !first && (word == "#" || word == "-" || word == "*") }
    return digits + marks == word.count && (digits >= 4 || !first || word.contains(":"))
  }

  private static let weekdays: Set<String> = [
    "[mon", "[tue", "[wed", "[thu", "[fri", "[sat", "[sun",
  ]

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static let levels: Set<String> = [
    "[emerg]", "[alert]", "[crit]", "[error]", "[err]", "[warn]", "[notice]", "[fatal]", "error",
    "error:", "fatal:", "[warning]", "#", "alert:",
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "utc",
    "gmt", "cet", "cest", "est", "edt", "pst", "pdt", "bst", "jst", "ist",
  ]
}
