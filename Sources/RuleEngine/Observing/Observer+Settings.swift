internal import History
internal import TraceEvents

// Settings that a program did not find in a file that was not there: readers such as Python's
// ConfigParser.read() pass over that without a word.
extension Observer {
  /// How many files of source are searched for the name.
  private static let mostSources = 8

  /// Fills in the file of settings that was not there, if the words miss a key and the program's own
  /// source names it.
  func describeMissingSettings(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    guard MissingKey.isMissed(in: line) else { return }
    var sources = process.recentFiles.reversed().filter { Self.isSource($0) }
    if let file = seen.file { sources.insert(file, at: 0) }
    if let script = process.arguments.dropFirst().first(where: { !$0.hasPrefix("-") }) {
      sources.append(PathName.absolute(script, from: process.workingDirectory))
    }
    sources = Array(sources.filter { !$0.hasPrefix("/usr/") }.prefix(Self.mostSources))
    guard !sources.isEmpty else { return }
    for call in history.failures.calls.reversed()
    where call.process == process.index && call.error.isAbsence && call.replacement == nil
      && (call.purpose == .open || call.purpose == .inspect)
    {
      if CallFeatures.isDoneWithout(call, run) { continue }
      guard let path = call.path, let given = call.call.path, given.utf8.count > 3,
        PathName.base(of: given).dropFirst().contains("."), !Self.isPlumbing(path),
        !Self.isCode(path)
      else { continue }
      let names = [given, PathName.base(of: given)]
      let quoted = names.flatMap { ["\"\($0)\"", "'\($0)'"] }
      guard let asked = inquiry.lines(mentioning: quoted, in: sources).first else { continue }
      // One of a list of places that served is all that is needed.
      let served = process.recentFiles.contains { read in
        let name = PathName.base(of: read)
        return !Self.isCode(read)
          && (asked.text.contains("\"\(name)\"") || asked.text.contains("'\(name)'"))
      }
      if served { continue }
      seen.missingSettings = path
      seen.missingSettingsAsked = "\(asked.file) line \(asked.number): \(asked.text.trimmed)"
      seen.missingSettingsNear =
        inquiry.nearby(
          [PathName.base(of: given)], around: Self.neighbourhood([process.workingDirectory])
        ).first { $0 != path }
      return
    }
  }

  /// True for a file of a program's own code.
  private static func isSource(_ path: String) -> Bool {
    isCode(path) && !path.hasPrefix("/usr/") && !path.hasSuffix(".pyc")
      && ["/lib/python", "/site-packages/", "/node_modules/", "/gems/", ".so"]
        .allSatisfy { !path.contains($0) }
  }
}
