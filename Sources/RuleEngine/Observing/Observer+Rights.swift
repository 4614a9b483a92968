internal import History
internal import TraceEvents

// Files that a program could use, and does not trust.
extension Observer {
  /// Mode and owner of the file that words find too open, or of the wrong owner.
  func describeRights(
    of lines: [String], _ process: ProcessRecord, in seen: inout LastWords, asking: Bool
  ) {
    let about = ([seen.line] + lines).filter {
      Self.rightsPhrase(in: $0) != nil && !isMereWarning($0, beside: seen.line)
    }
    guard let telling = about.first else { return }
    let named = about.lazy.compactMap { Self.fileOfRights(in: $0, process) }.first
    seen.isAboutRights = true
    seen.line = LogPrefix.removed(from: telling.trimmed)
    seen.wantedMode = wantedMode(in: about)
    let isAboutOwner = ["owned by", "owner", "ownership"].contains {
      telling.lowercased().contains($0)
    }
    // Words that name no file are about the one that was opened last.
    let last = seen.lastFile.flatMap {
      Mentions.tokens(of: telling).contains(PathName.base(of: $0)) ? $0 : nil
    }
    // "read/write" is no file where the line names the one that was read.
    let whole = named.flatMap { telling.contains($0) ? $0 : nil }
    guard
      let named = whole ?? last ?? named ?? seen.file ?? (isAboutOwner ? seen.lastFile : nil)
    else { return }
    seen.file = named
    seen.lineNumber = nil
    guard asking,
      var component = inquiry.pathWalk(named)?.components.last(where: { $0.path == named })
    else { return }
    if telling.lowercased().contains("parent directory"),
      let parent = inquiry.pathWalk(named)?.components.last(where: {
        $0.path == PathName.directory(of: named)
      })
    {
      component = parent
      seen.file = parent.path
    }
    seen.fileMode = component.octalMode
    seen.fileOwner = component.ownerName
    seen.fileIsDirectory = component.type == .directory
    let user = process.credentials?.user
    seen.ownerIsWrong = isAboutOwner && component.owner != user
    seen.wantedOwner = user.map { inquiry.userName($0) }
  }

  /// True for a warning that asks for nothing (`WARNING: unsafe permissions on homedir`), where the program
  /// went on and complained of something else.
  private func isMereWarning(_ line: String, beside complaint: String) -> Bool {
    let text = line.lowercased()
    return text.contains("warning") && !complaint.lowercased().contains("warning")
      && wantedMode(in: [line]) == nil && !text.contains("ignor") && !text.contains("u=rw")
  }

  /// The file that a line finds too open, or of the wrong owner: the path that stands nearest before
  /// those words, else the first behind them.
  private static func fileOfRights(in line: String, _ process: ProcessRecord) -> String? {
    guard let phrase = rightsPhrase(in: line) else { return nil }
    let words = Mentions.tokens(of: line).filter { $0.contains("/") }
    // "user/group" is no file where the line has a whole path.
    let paths = words.filter { $0.hasPrefix("/") }
    let places = (paths.isEmpty ? words : paths).compactMap {
      word -> (path: String, start: String.Index)? in
      let path = PathName.absolute(word, from: process.workingDirectory)
      guard path != process.executable, path != process.executedPath,
        let place = line.firstRange(of: word)
      else { return nil }
      return (path, place.lowerBound)
    }.sorted { ($0.start, $0.path) < ($1.start, $1.path) }
    return (places.last { $0.start < phrase } ?? places.first)?.path
  }

  /// Where the words stand by which a line says that it does not trust a file.
  private static func rightsPhrase(in line: String) -> String.Index? {
    let text = line.lowercased()
    guard let start = rightsWords.lazy.compactMap({ text.firstRange(of: $0) }).first?.lowerBound
    else { return nil }
    // Letters of other alphabets can be longer in lower case.
    return text.utf8.count == line.utf8.count ? start : line.startIndex
  }

  /// The octal number behind "should be", "must be" or "to be mode" in words about rights.
  private func wantedMode(in lines: [String]) -> String? {
    for text in lines {
      guard
        let phrase = ["hould be", "ust be", "equires mode", "maximum ", "must have"].lazy
          .compactMap({ text.firstRange(of: $0) }).first
      else { continue }
      for word in text[phrase.upperBound...].split(whereSeparator: { !$0.isNumber && !$0.isLetter })
      where (3...4).contains(word.count) && word.allSatisfy({ ("0"..."7").contains($0) }) {
        return String(word)
      }
    }
    return nil
  }

  /// How programs say that they do not trust a file for its mode or owner.
  private static let rightsWords = [
    "too open", "insecure permission", "invalid permission", "bad permission", "unsafe permission",
    "wrong permission", "bad ownership", "wrong owner", "insecure owner", "bad owner",
    "world writable", "world-writable", "group writable", "group-writable", "writable by group",
    "accessible by others", "readable by others", "writable by others", "group or world access",
    "is owned by uid", "is owned by gid", "not owned by", "must be owned by", "should be mode",
    "has unsafe", "is wrong, maximum", "permissions are too", "too permissive",
    "unsafe permissions", "insecure file mode", "permissions should be", "insecure mode",
    "dubious ownership", "globally writable", "must have mode", "must have no more than",
  ]
}
