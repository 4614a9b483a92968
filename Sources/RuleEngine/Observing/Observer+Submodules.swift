internal import History
internal import TraceEvents

// Repositories within a repository of git that were not fetched with it.
extension Observer {
  /// How far above a missing file a repository may begin.
  private static let mostAncestors = 8

  /// Finds the submodule of git that a missing file belongs to, if there is nothing in its directory.
  func describeSubmodule(_ places: [String], in seen: inout MissingPath) {
    guard !seen.existsNow, seen.link == nil else { return }
    let sought = places.isEmpty ? [seen.path] : [seen.path] + places
    var files: [String] = []
    for place in sought where !place.hasPrefix("/usr/") && !place.hasPrefix("/etc/") {
      var directory = PathName.directory(of: place)
      for _ in 0..<Self.mostAncestors where directory.utf8.count > 1 {
        let file = directory + "/.gitmodules"
        if !files.contains(file) { files.append(file) }
        directory = PathName.directory(of: directory)
      }
      if files.count >= 3 * Self.mostAncestors { break }
    }
    for line in inquiry.lines(mentioning: ["path"], in: files) {
      let parts = line.text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmed == "path" else { continue }
      let directory = PathName.directory(of: line.file) + "/" + parts[1].trimmed
      guard sought.contains(where: { $0 == directory || $0.hasPrefix(directory + "/") }),
        inquiry.contents(of: directory).isEmpty
      else { continue }
      seen.submodule = directory
      seen.submoduleFile = line.file
      seen.submoduleLine = line.number
      seen.submoduleRoot = PathName.directory(of: line.file)
      return
    }
  }
}
