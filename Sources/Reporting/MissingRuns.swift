/// Finds where many files of one directory are missing, one after the other: a few of them say what there
/// is to say.
enum MissingRuns {
  /// From so many on a run is shortened.
  private static let many = 12
  private static let shown = 4

  /// The positions of entries that are not shown, with the sentence in place of the first of each run.
  static func hidden(in entries: [Report.Configuration.Entry]) -> [Int: String?] {
    var hidden: [Int: String?] = [:]
    var start = 0
    while start < entries.count {
      let directory = place(of: entries[start])
      var end = start + 1
      while end < entries.count, directory != nil, place(of: entries[end]) == directory { end += 1 }
      if let directory, end - start >= many {
        let first = start + shown
        for position in first..<end { hidden[position] = .some(nil) }
        hidden[first] =
          "        … and \(end - first) more in \(directory)/ that do not exist; --verbose lists them"
      }
      start = end
    }
    return hidden
  }

  /// The directory of a missing file; nil for anything else.
  private static func place(of entry: Report.Configuration.Entry) -> Substring? {
    guard entry.status == .missing, let slash = entry.path.lastIndex(of: "/") else { return nil }
    return entry.path[..<slash]
  }
}
