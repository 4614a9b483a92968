internal import History
internal import TraceEvents

extension Observer {
  /// Characters behind a path in which a sentence says that it is to be a directory.
  private static let restOfSentence = 40

  /// True if the words call a missing path a directory: `Missing privilege separation directory: /run/sshd`,
  /// `/srv/logs is not an existing directory`.
  func isCalledDirectory(_ path: String, _ call: FailedCall) -> Bool {
    run.mentions.lines.contains { line in
      guard line.number >= call.number,
        CallFeatures.isAudience(line.process, of: call.process, run)
      else { return false }
      // Those of the error say nothing.
      let text = line.text.lowercased().replacing("file or directory", with: "")
      let names = [path, call.call.path ?? path].map { $0.lowercased() }
      guard let place = names.lazy.compactMap({ text.firstRange(of: $0) }).first else {
        return false
      }
      let before = text[..<place.lowerBound].reversed().drop { " '\"`:‘“(".contains($0) }
      let behind = text[place.upperBound...].drop { $0 == "/" }
      // A longer path.
      guard !(behind.first.map { $0.isLetter || $0.isNumber || "-_.".contains($0) } ?? false) else {
        return false
      }
      return String(before.prefix(9).reversed()) == "directory"
        || behind.prefix(Self.restOfSentence).prefix { $0 != "/" }.contains("directory")
    }
  }

  /// True if the directory that is missing is what a program misses, and not one file in it: the words
  /// name it alone, or three names and more were looked for in it.
  func isMeant(_ missing: String, by call: FailedCall) -> Bool {
    let words = run.mentions.lines.filter { $0.number >= call.number }.map(\.text)
    let base = PathName.base(of: call.path ?? "")
    if words.contains(where: { $0.contains(missing) }),
      !words.contains(where: { $0.contains(base) })
    {
      return true
    }
    let sought = history.failures.calls.filter {
      $0.process == call.process && $0.error.isAbsence
        && $0.path.map { $0.hasPrefix(missing + "/") } ?? false
    }
    return Set(sought.compactMap(\.path)).count >= 3
      && !words.contains { word in call.path.map { word.contains($0) } ?? false }
  }
}
