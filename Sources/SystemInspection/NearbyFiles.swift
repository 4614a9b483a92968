import TraceEvents

/// Files of a given name in the neighbourhood of some directories: what was looked for may only lie
/// in another place.
enum NearbyFiles {
  /// Paths given at most.
  private static let maximumCount = 5
  /// Directories below a root that are gone into.
  private static let maximumDepth = 4
  /// Entries looked at in all below one root.
  private static let maximumEntries = 8_000
  /// What holds copies, or is of another kind.
  private static let skipped: Set<String> = [
    ".git", ".svn", ".hg", "proc", "sys", "dev", "__pycache__", ".cache", "lost+found",
  ]

  /// The files named `names` (a base name, or the last components of a path) around `roots`: in
  /// the order of the roots, and below each the nearest first.
  static func named(_ names: [String], around roots: [String]) -> [String] {
    let ends = names.filter { !$0.isEmpty && $0 != "." && $0 != ".." }.map { "/" + $0 }
    guard !ends.isEmpty else { return [] }
    var found: [String] = []
    var listed: Set<FileIdentity> = []
    for root in roots where root.hasPrefix("/") {
      search(root, ends, &listed, &found)
      if found.count >= maximumCount { break }
    }
    return Array(found.prefix(maximumCount))
  }

  /// Breadth first, so that a large tree costs no near file.
  private static func search(
    _ root: String, _ ends: [String], _ listed: inout Set<FileIdentity>, _ found: inout [String]
  ) {
    var left = maximumEntries
    var level = [root]
    for depth in 0...maximumDepth {
      var next: [String] = []
      for directory in level {
        // One directory can be below several roots. A link is not followed, save a root.
        guard left > 0,
          let status = try? FileStatus(of: directory, followingLinks: depth == 0),
          status.type == .directory, listed.insert(status.identity).inserted,
          let entries = try? FileReading.names(in: directory, limit: left)
        else { continue }
        left -= entries.count
        for entry in entries.sorted() {
          let path = directory == "/" ? "/" + entry : directory + "/" + entry
          if ends.contains(where: path.hasSuffix), !found.contains(path),
            (try? FileStatus(of: path, followingLinks: true)) != nil
          {
            found.append(path)
            if found.count >= maximumCount { return }
          }
          // Most names with a dot inside are files; a directory costs a look of its own.
          if !skipped.contains(entry), next.count < maximumEntries { next.append(path) }
        }
      }
      level = next
    }
  }
}
