internal import History
internal import TraceEvents

/// A setting that a file has under a name near to the one that words miss.
struct MisspeltKey: Sendable {
  /// The name that the words miss, in full.
  let key: String
  /// Its last part, as a file has it.
  let wanted: String
  /// The name that the file has.
  let near: String
  let line: TextLine
}

// Settings that nobody gave, since their names are misspelt.
extension Observer {
  private static let mostKeyFiles = 4

  /// The line of a file that was read which has a name near to that of a setting that the words miss; nil where
  /// the file has the very name, or several lines have the near one.
  func misspeltKey(_ line: String, _ process: ProcessRecord) -> MisspeltKey? {
    guard let key = MissingKey.find(in: line),
      let wanted = key.split(separator: ".").last.map(String.init), wanted.utf8.count > 3
    else { return nil }
    let files = process.recentFiles.filter {
      !Self.isPlumbing($0) && !Self.isCode($0) && !$0.hasPrefix("/usr/") && $0 != process.executable
    }
    for file in files.suffix(Self.mostKeyFiles).reversed() {
      guard let near = inquiry.words(near: wanted, in: [file]).first else { continue }
      let lines = inquiry.lines(
        mentioning: [near, key.dropLast(wanted.count) + near], in: [file])
      guard lines.count == 1, let found = lines.first else { return nil }
      return MisspeltKey(key: key, wanted: wanted, near: near, line: found)
    }
    return nil
  }
}
