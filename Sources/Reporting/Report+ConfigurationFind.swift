package import TraceEvents

extension Report {
  /// Looks for a word in the configuration files that were read.
  package mutating func find(_ word: String, answer: (SystemQuestion) -> SystemAnswer) {
    var lines: [Configuration.Find.Line] = []
    for entry in config.entries where entry.status == .read && entry.kind == .file {
      guard case .lines(let found) = answer(.linesContaining(text: word, file: entry.path)) else {
        continue
      }
      lines += found.map {
        .init(path: $0.file, line: $0.number, text: $0.text.trimmingBlanks(), isLast: false)
      }
    }
    if let last = lines.lastIndex(where: { !$0.isComment }) { lines[last].isLast = true }
    config.find = Configuration.Find(word: word, lines: lines)
  }
}

extension Report.Configuration.Find.Line {
  /// True for what nearly every language of configuration takes for a comment.
  fileprivate var isComment: Bool {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return start.hasPrefix("#") || start.hasPrefix(";") || start.hasPrefix("//")
  }
}
