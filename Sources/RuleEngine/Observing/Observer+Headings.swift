internal import TraceEvents

// Messages of which one line is the heading and the next what it is about.
extension Observer {
  /// A line that is one word alone, with the line before it where that announces it:
  /// `error: Repository lacks these prerequisite commits:`, `error: 1c904e6…`; nil for others.
  static func headed(_ text: String, by before: String) -> String? {
    let heading = LogPrefix.removed(from: before.trimmed)
    guard heading.hasSuffix(":"), heading.utf8.count < 200, heading.contains(" ") else {
      return nil
    }
    var item = text[...]
    for mark in ["error: ", "fatal: ", "warning: "]
    where item.hasPrefix(mark) && heading.hasPrefix(mark) {
      item = item.dropFirst(mark.count)
    }
    let word = item.trimmed
    guard !word.isEmpty, !word.contains(" "), !word.hasSuffix(":") else { return nil }
    return heading + " " + word
  }
}
