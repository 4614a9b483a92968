internal import History
internal import TraceEvents

extension Observer {
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
