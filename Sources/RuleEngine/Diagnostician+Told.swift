internal import History
internal import TraceEvents

// A process that met the failure, told another one of it, and ended well itself.
extension Diagnostician {
  /// How sure it is that words which name nothing are about what another process met.
  private static let sureOfPlace = 0.7
  private static let sureOfKind = 0.62
  /// How many failed calls are looked at, the last first.
  private static let mostExamined = 24

  /// Where words are all there is, and say nothing of what failed, the call is the cause that failed in a
  /// process which the speaker had started, if the speaker's own script names its path, or the words say what
  /// the call was to do: workers tell by a pipe what they met, and end well.
  func preferToldFailure(_ findings: inout [Finding]) {
    guard let words = findings.first, words.role == .cause, words.heuristic == "words/complaint",
      words.error == nil, let speaker = history.process(pid: words.pid),
      let line = run.mentions.lines.last(where: { line in
        line.process == speaker.index && words.evidence.contains { $0.number == line.number }
      })
    else { return }
    let isVague = Complaint.namesNothing(line.text)
    let failed = history.failures.calls.reversed().lazy.filter { isTold($0, to: speaker, line) }
    for call in failed.prefix(Self.mostExamined) {
      let isOfKind = Self.names(call, in: line.text.lowercased())
      guard isVague || isOfKind else { continue }
      let place = isVague ? placeInScript(of: call, speaker) : nil
      guard place != nil || isOfKind else { continue }
      let candidate = Candidate(
        source: .call(call, places: []), process: call.process, number: call.number,
        features: [
          (.process, RankingWeights.onFailurePath), (.error, CallFeatures.error(call, run)),
        ])
      guard var finding = finding(for: candidate, spokenBy: speaker) else { continue }
      let met = history.processes[call.process]
      finding.role = .cause
      finding.confidence = place == nil ? Self.sureOfKind : Self.sureOfPlace
      if let place,
        !finding.because.contains(where: { $0.contains(TargetText.escaped(place.text)) })
      {
        finding.because.append(
          TargetText.escaped("\(place.file) line \(place.number): \(place.text.trimmed)"))
      }
      finding.because.append(
        TargetText.escaped(
          "It failed in \(met.name) (pid \(met.pid)), which \(speaker.name) had started; that one"
            + " \(met.failed ? "failed" : "ended well"), and \(speaker.name) said:"
            + " \(line.text.trimmed)"))
      findings.removeAll { $0.subject == finding.subject || $0.pid == words.pid }
      findings.insert(finding, at: 0)
      return
    }
  }

  /// True for a call that failed before the words, beside the failure path, in a process that the speaker had
  /// started, over something that is nobody's plumbing.
  private func isTold(_ call: FailedCall, to speaker: ProcessRecord, _ line: SpokenLine) -> Bool {
    guard call.process != speaker.index, !run.path.contains(call.process),
      call.number < line.number, call.replacement == nil, let path = call.path,
      call.error.isAbsence || call.error == .accessDenied || call.error == .notPermitted
        || call.error == .readOnly || call.error == .noSpace,
      call.purpose != .inspect || history.processes[call.process].failed,
      call.purpose != .remove, call.purpose != .connect,
      call.generation == history.processes[call.process].generation,
      !Observer.isPlumbing(path), !Observer.isCode(path),
      history.lineage(of: call.process).contains(speaker.index),
      isNearest(call.process, to: speaker, line)
    else { return false }
    return !loweredIfBenign(
      Candidate(source: .call(call, places: []), process: call.process, number: call.number)
    ).features.contains { $0.name == .knownHarmless }
  }

  /// False for what the speaker had run, and then went on with much else; and for what a script had run before
  /// the last that it ran.
  private func isNearest(_ process: Int, to speaker: ProcessRecord, _ line: SpokenLine) -> Bool {
    guard
      let child = history.lineage(of: process).first(where: {
        history.processes[$0].parent == speaker.index
      })
    else { return true }
    if FailurePath.wentOn(speaker, after: history.processes[child], in: history) { return false }
    guard let program = speaker.executable.map(PathName.base), ShellWords.shells.contains(program)
    else { return true }
    return !speaker.children.contains {
      let other = history.processes[$0]
      return other.startNumber > history.processes[child].endNumber
        && other.startNumber < line.number
    }
  }

  /// The line of a script of the speaker, or of the process that met it, that has the path, or what is before
  /// the first digit of its name: `"parts/part-%02d.csv"`.
  private func placeInScript(of call: FailedCall, _ speaker: ProcessRecord) -> TextLine? {
    guard let path = call.path else { return nil }
    let given = call.call.path ?? path
    var scripts: [String] = []
    for index in history.lineage(of: call.process) {
      let process = history.processes[index]
      for argument in process.arguments.dropFirst().prefix(3) where !argument.hasPrefix("-") {
        let file = PathName.absolute(argument, from: process.workingDirectory)
        if file != process.executable, file != path, !scripts.contains(file) {
          scripts.append(file)
        }
      }
      if let script = process.executedPath, script != process.executable,
        !scripts.contains(script)
      {
        scripts.append(script)
      }
      if index == speaker.index { break }
    }
    let stem = given.prefix { !$0.isNumber }
    let words =
      (given == path ? [path] : [given, path])
      + (stem.contains("/") && stem.last != "/" ? [String(stem)] : [])
    let files = scripts.filter { !$0.hasPrefix("/usr/") && !$0.hasPrefix("/bin/") }
    return observer.inquiry.lines(mentioning: words.filter { $0.utf8.count > 4 }, in: files).first
  }

  /// True if words say what a call was to do, that another error than an absence kept from it: "unable to
  /// create temporary object directory", of mkdir(2).
  private static func names(_ call: FailedCall, in text: String) -> Bool {
    guard !call.error.isAbsence else { return false }
    let isMaking = text.contains("create") || text.contains("make ") || text.contains("mkdir")
    switch call.purpose {
    case .make where call.call.name.hasPrefix("mkdir"): return isMaking && text.contains("director")
    case .create: return isMaking && text.contains("file") || text.contains("write ")
    default: return false
    }
  }
}
