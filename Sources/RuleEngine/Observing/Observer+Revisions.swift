internal import History
internal import TraceEvents

// What a repository has.
extension Observer {
  /// Tells which branch, tag or remote the words do not know, and which are like it.
  func describeRevision(_ process: ProcessRecord, _ line: String, in seen: inout LastWords) {
    guard RevisionWords.speaks(process) else { return }
    seen.remote = RevisionWords.unknownRemote(in: line)
    seen.revision = RevisionWords.unknownRevision(in: line)
    guard let name = seen.revision ?? seen.remote, let store = repository(of: process) else {
      return
    }
    if seen.remote != nil {
      seen.remotes = inquiry.lines(mentioning: ["[remote "], in: [store + "/config"])
        .compactMap { Complaint.quoted(in: $0.text).first }
      return
    }
    // References are files of their own, or lines of one file (git-pack-refs(1)).
    var near = inquiry.similarNames(
      to: PathName.base(of: name), in: PathName.directory(of: store + "/refs/heads/" + name)
    ).map(PathName.base)
    for branch in inquiry.words(near: PathName.base(of: name), in: [store + "/packed-refs"])
    where !near.contains(branch) { near.append(branch) }
    // To check a file out takes its name.
    if line.contains("pathspec ") {
      near += inquiry.similarNames(to: name, in: process.workingDirectory).map(PathName.base)
    }
    seen.nearWords = Array(near.prefix(3))
    seen.bestNearWord = near.first
    seen.unknownWord = nil
  }

  /// The directory in which git keeps a repository, by what it had read or looked for there.
  private func repository(of process: ProcessRecord) -> String? {
    let paths =
      process.recentFiles
      + history.failures.calls.lazy.filter { $0.process == process.index }.compactMap(\.path)
    for path in paths {
      if let mark = path.firstRange(of: "/.git/") {
        return String(path[..<mark.lowerBound]) + "/.git"
      }
    }
    return nil
  }
}
