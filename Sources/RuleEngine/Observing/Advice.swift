internal import TraceEvents
internal import History

/// What a program itself advises to do, in the lines around its complaint.
enum Advice {
  /// How far behind a complaint its advice stands.
  private static let reach = 8

  /// The advice that `lines`, the words of one process, give around `position`; nil if there is none.
  ///
  /// Either a command of its own line, below one that announces it, or a sentence that begins with
  /// what to do.
  static func find(in lines: [SpokenLine], around position: Int) -> String? {
    let near = lines[max(0, position - 2)..<min(lines.count, position + reach)]
      .filter { $0.process == lines[position].process && $0.text.utf8.count < 300 }
    for (line, next) in zip(near, near.dropFirst())
    where announces(line.text) && isIndented(next.text) && looksLikeCommand(next.text.trimmed) {
      return next.text.trimmed
    }
    for (line, next) in zip(near, near.dropFirst())
    where tellsNear(line.text) && isIndented(next.text) && !next.text.trimmed.contains(" ") {
      return line.text.trimmed + " " + next.text.trimmed
    }
    return near.indices.lazy.compactMap { sentence(in: paragraph(from: $0, of: near)) }.first
      ?? near.lazy.compactMap { question(in: $0.text) }.first
  }

  /// `Did you forget AC_CONFIG_FILES([Makefile]) in configure.ac?`, behind the name of who asks it.
  private static func question(in text: String) -> String? {
    guard text.hasSuffix("?"), let start = text.firstRange(of: "id you forget ")?.lowerBound,
      start > text.startIndex
    else { return nil }
    let mark = text.index(before: start)
    return text[mark] == "D" || text[mark] == "d" ? "D" + text[start...] : nil
  }

  /// A line, and those that it runs on in: they begin with a small letter, or quote something.
  private static func paragraph(from index: Int, of lines: [SpokenLine]) -> String {
    var text = LogPrefix.removed(from: lines[index].text.trimmed)
    for next in lines[(index + 1)...].prefix(3) {
      // git begins each line of its advice with "hint:", npm each of its own with "npm error".
      let more =
        prefixes.first { next.text.hasPrefix($0) }
        .map { String(next.text.dropFirst($0.utf8.count)).trimmed } ?? next.text.trimmed
      guard let last = text.last,
        last.isLetter || last.isNumber || last == "," || text.hasSuffix("e.g."),
        let first = more.first, first.isLowercase || "\"'`(".contains(first)
      else { break }
      text += " " + more
    }
    return text
  }

  /// True for a line above the names that are near to one which is not known.
  private static func tellsNear(_ text: String) -> Bool {
    let text = text.lowercased()
    return ["most similar command", "did you mean", "most similar choices"].contains {
      text.contains($0)
    }
      && (text.hasSuffix("is") || text.hasSuffix("are") || text.hasSuffix("?")
        || text.hasSuffix(":"))
  }

  private static func announces(_ text: String) -> Bool {
    let text = text.trimmed.lowercased()
    guard text.hasSuffix(":") else { return false }
    let words = Set(text.split { " ,:;()".contains($0) })
    return !words.isDisjoint(with: [
      "run", "call", "use", "try", "type", "execute", "using", "command", "commands", "with",
      "install", "installing", "running", "executing",
    ])
  }

  private static func isIndented(_ text: String) -> Bool {
    text.hasPrefix("  ") || text.hasPrefix("\t")
  }

  private static func looksLikeCommand(_ text: String) -> Bool {
    guard let first = text.first, first.isLowercase || first == "/" || first == "." || first == "$"
    else { return false }
    return text.contains(" ") && !text.hasSuffix(".") && !text.hasSuffix(":")
      && !text.hasSuffix(",")
  }

  /// `Run initdb or pg_basebackup to …`, `HINT: Try …`, `… Please run 'apt update'`.
  private static func sentence(in text: String) -> String? {
    let text = text.replacing("e.g. ", with: "e.g.: ")
    for part in text.split(separator: ". ", omittingEmptySubsequences: true) {
      var words = part.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if let first = words.first, heads.contains(first.lowercased()) { words.removeFirst() }
      if words.first?.lowercased() == "please" { words.removeFirst() }
      if words.prefix(4).elementsEqual(["You", "may", "want", "to"]) { words.removeFirst(4) }
      if words.first == "first" { words.removeFirst() }
      guard words.count >= 3, let verb = words.first,
        verb.first?.isUppercase ?? false || words.count < part.split(separator: " ").count,
        verbs.contains(verb.lowercased()),
        !part.contains("--help"), !part.contains(" -h"), !part.contains("RUST_BACKTRACE"),
        !part.lowercased().contains("for more information"),
        !part.lowercased().contains("for usage")
      else { continue }
      // Reports tell a sentence from a command by its full stop.
      let sentence = words.joined(separator: " ")
      // What breaks off is no advice.
      if let last = words.last, openEnds.contains(last.lowercased()) { continue }
      return sentence.last.map { $0.isLetter || $0.isNumber } ?? false ? sentence + "." : sentence
    }
    return nil
  }

  /// What each line of a message can begin with.
  private static let prefixes = ["hint: ", "npm error ", "npm ERR! "]
  private static let openEnds: Set<String> = [
    "or", "and", "to", "with", "the", "a", "an", "of", "in", "for", "by", "from", "on", "at",
  ]
  private static let heads: Set<String> = ["hint:", "help:", "tip:", "suggestion:", "note:"]
  private static let verbs: Set<String> = [
    "run", "try", "use", "install", "update", "rerun", "execute", "add", "set", "increase", "check",
    "make",
    "consider", "ensure", "commit", "integrate", "move", "rename", "fetch", "specify", "remove",
    "create", "reinstall", "upgrade",
  ]
}
