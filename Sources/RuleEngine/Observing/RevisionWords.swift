internal import History
internal import TraceEvents

/// Words of version control about a branch, tag, commit or remote that the repository does not have.
enum RevisionWords {
  /// True for git and its helpers.
  static func speaks(_ process: ProcessRecord) -> Bool {
    process.name == "git" || process.name.hasPrefix("git-")
  }

  /// The name that is not known; nil for words about something else, such as files to be added.
  static func unknownRevision(in line: String) -> String? {
    if line.contains("pathspec "), !line.contains("known to git") { return nil }
    return name(in: line, behind: revisions)
  }

  /// The name of a remote that is not known; nil for the address or path of a repository.
  static func unknownRemote(in line: String) -> String? {
    let lower = line.lowercased()
    let name =
      lower.contains("does not appear to be a git repository")
      ? Complaint.quoted(in: line).first ?? "" : self.name(in: line, behind: ["no such remote "])
    guard let name, !name.isEmpty, !name.contains("/"), !name.contains(":") else { return nil }
    return name
  }

  private static func name(in line: String, behind phrases: [String]) -> String? {
    let lower = line.lowercased()
    for phrase in phrases {
      guard let range = lower.firstRange(of: phrase) else { continue }
      let offset = lower.distance(from: lower.startIndex, to: range.upperBound)
      guard offset <= line.count else { continue }
      let rest = line.dropFirst(offset)
      let start = rest.drop { "'\"`: ".contains($0) }
      let name = start.prefix { !" '\":;,".contains($0) }
      if (1...200).contains(name.count), !name.contains("..") { return String(name) }
    }
    return nil
  }

  /// What stands before the name, in lower case (git's sources, `refs.c` and `revision.c`).
  private static let revisions = [
    "pathspec ", "invalid upstream ", "bad revision ", "ambiguous argument ", "src refspec ",
    "couldn't find remote ref ", "not a valid object name: ", "not a valid object name ",
    "invalid reference: ", "unknown revision ", "error: branch ", "error: tag ",
  ]
}
