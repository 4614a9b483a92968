internal import History
internal import TraceEvents

// Code that was not found, where the program keeps that to itself.
extension CallFeatures {
  /// How many events after the last place of a search an exception becomes words: nothing is opened in between.
  private static let eventsToWords = 12

  /// How many forms of one name an interpreter tries at most, as events.
  private static let mostForms = 8

  /// How many lines a program says that caught the exception and gives up.
  private static let mostLines = 3

  /// The endings of files of code that interpreters look for.
  private static let codeSuffixes: Set<Substring> = [
    "pm", "pl", "rb", "py", "js", "cjs", "mjs", "json", "node", "php", "lua", "tcl",
  ]

  /// True for code that was looked for last, in vain, before its program failed with words that name nothing:
  /// `eval { require Acme } or die "no backend"`.
  static func isHiddenLoad(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.error.isAbsence, call.address == nil, call.replacement == nil,
      call.purpose == .open || call.purpose == .inspect, let path = call.path,
      run.path.contains(call.process), let last = run.lastFailure[call.process],
      last - call.lastNumber <= mostForms, path == askedLast(call.process, last, run)
    else { return false }
    let lines = run.mentions.lines.filter {
      $0.process == call.process && $0.number >= last && $0.stream != .log
    }
    guard let first = lines.first, lines.count <= mostLines,
      first.number - last <= eventsToWords
    else { return false }
    return lines.allSatisfy { Complaint.namesNothing($0.text) }
  }

  /// The code that a process looked for last, under the name that it was asked for: without the endings that were
  /// tried; nil if that is no code.
  private static func askedLast(
    _ process: Int, _ last: Int, _ run: RankingContext
  ) -> String? {
    guard
      let path = run.history.failures.calls.last(where: {
        $0.process == process && $0.lastNumber == last
      })?.path
    else { return nil }
    let name = PathName.base(of: path)
    let dot = name.lastIndex(of: ".")
    let suffix = dot.map { name[name.index(after: $0)...] } ?? ""
    let stem = dot == nil ? path : String(path.dropLast(suffix.utf8.count + 1))
    let forms = codeSuffixes.filter { run.failedPaths.contains("\(process) \(stem).\($0)") }
    if !suffix.isEmpty, run.failedPaths.contains("\(process) \(stem)"), !forms.isEmpty {
      return stem
    }
    if codeSuffixes.contains(suffix) { return path }
    // Ruby tries an extension last.
    if suffix == "so" { return forms.contains("rb") ? stem + ".rb" : nil }
    return forms.isEmpty ? nil : path
  }
}
