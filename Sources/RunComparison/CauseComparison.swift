internal import History
internal import TraceEvents

/// Asks the run that went well what became of the cause there.
struct CauseComparison {
  let paths: PathComparison
  let cause: ComparedRun.Cause

  /// What the other run says; nil where the cause is nothing that can be asked for, such as words.
  func counterpart() -> Counterpart? {
    let subject = cause.subject
    guard !subject.isEmpty, subject.utf8.count <= 4096 else { return nil }
    if let known = paths.bad.subject(named: subject) {
      if let other = paths.good.counterpart(of: known, in: paths.bad) {
        if worked(other) { return .worked(name: other.name) }
        if let place = elsewhere(subject) { return .foundElsewhere(name: place) }
        return .failedToo(name: other.name)
      }
      if let place = elsewhere(subject) { return .foundElsewhere(name: place) }
      return .notAsked
    }
    return elsewhere(subject).map { .foundElsewhere(name: $0) }
  }

  /// True if what failed with the cause's error worked there.
  private func worked(_ other: RunUsage.Subject) -> Bool {
    guard let error = cause.error else { return other.isFound }
    if error.isAbsence { return other.isFound }
    return other.tries.contains { $0.served > 0 && $0.purpose != .inspect }
      && !other.tries.contains { $0.served == 0 && $0.error == error }
  }

  /// Where a file, module, library or program of the name was found there, and not here.
  private func elsewhere(_ subject: String) -> String? {
    let base = PathName.base(of: subject)
    guard !base.isEmpty, base != "/" else { return nil }
    for candidate in Self.spellings(of: base) {
      let found = paths.good.found(base: candidate).first { other in
        other.name != subject && paths.bad.counterpart(of: other, in: paths.good)?.isFound != true
      }
      if let found { return found.name }
    }
    return nil
  }

  /// Under which names of files a name may be found: as it is, or as a module of an interpreter.
  private static func spellings(of base: String) -> [String] {
    let last = base.split(separator: ".").last.map(String.init) ?? base
    var names = [base]
    for suffix in [".py", ".js", ".mjs", ".json", ".rb", ".pm", ".lua", ".so", ".php", ".h"] {
      names.append(base + suffix)
    }
    // A Perl module is named A::B, a Python one a.b.
    if base.contains("::") {
      names.append((base.split(separator: ":").last.map(String.init) ?? base) + ".pm")
    }
    if last != base { names.append(last + ".py") }
    return names
  }
}
