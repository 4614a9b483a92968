internal import HeuristicCatalog
internal import History
internal import TraceEvents

// What is said of one candidate.
extension Diagnostician {
  /// The finding of a candidate, in the words of `chosen`, or of the heuristic that fits best; as the failure of
  /// `speaker`, where another process than the one that met it is that.
  func finding(
    for candidate: Candidate, explainedBy chosen: Heuristic? = nil,
    spokenBy speaker: ProcessRecord? = nil
  ) -> Finding? {
    let observation = observer.observation(of: candidate, asking: true)
    let process = history.processes[candidate.process]
    let complaint = complaint(about: candidate)
    var general = general(process, complaint: complaint)
    let variable = variable(behind: candidate, observation, process)
    if let variable { general["environment_variable"] = .text(variable.name) }
    if let variable, let missing = observation as? MissingPath, let near = missing.bestNear,
      (missing.firstMissing ?? missing.path) == variable.value
    {
      general["environment_near"] = .text(near)
    }
    if let speaker {
      let own = self.general(speaker, complaint: complaint)
      for field in ["program", "ending", "exit_status"] { general[field] = own[field] }
    }
    guard
      let heuristic = chosen
        ?? catalog.matches(observation, general: general).first(where: { $0.role != .benign })
    else { return nil }
    var context = observation.context
    context.merge(general) { own, _ in own }
    var rendered = heuristic.rendered(with: context)
    if let place = askedPlace(of: candidate, subject: rendered.subject, process: process),
      !isBesideNamedLine(place, observation),
      !rendered.because.contains(where: { $0.contains(TargetText.escaped(place.text.trimmed)) }
      )
    {
      rendered.because.insert(
        "\(TargetText.escaped(place.file)) line \(place.number) names it:  "
          + TargetText.escaped(place.text.trimmed), at: 0)
    }
    if let place = callingPlace(of: candidate, process) {
      rendered.because.insert(
        "\(TargetText.escaped(place.file)) line \(place.number) runs it:  "
          + TargetText.escaped(place.text.trimmed), at: 0)
    }
    if let variable {
      rendered.because.append(
        TargetText.escaped(
          "The \(variable.value.contains("/") ? "path" : "name") comes from the environment variable"
            + " \(variable.name), which is \(variable.value)."
        ))
    } else if let variable = self.variable(holding: rendered.subject, of: candidate, process)
      ?? self.variable(naming: rendered.subject, observation, process)
    {
      rendered.because.append(variable)
    }
    if let named = variableInWords(candidate, process),
      !rendered.because.contains(where: { $0.contains(named.name) && $0.contains(named.value) }),
      !rendered.fixes.contains(where: { $0.text.contains(named.name) })
    {
      rendered.because.append(TargetText.escaped(named.sentence))
      if named.isMissing {
        rendered.fixes.insert(
          .init(
            text: TargetText.escaped(
              "Give the environment variable \(named.name) the right value, or unset it."),
            isCommand: false, safety: .checkFirst), at: 0)
      }
    }
    if let panic = panic(over: candidate) { rendered.because.append(TargetText.escaped(panic)) }
    if let warning = warning(before: candidate, complaint: complaint) {
      rendered.because.append(
        TargetText.escaped("Before, \(name(of: warning.process)) warned: \(warning.text.trimmed)"))
    }
    if let complaint, !rendered.title.contains(complaint.text.trimmed),
      !isWords(candidate.source)
    {
      rendered.because.append(
        TargetText.escaped(
          "\(name(of: complaint.process)) then said: "
            + LogPrefix.removed(from: complaint.text.trimmed)))
    }
    if let advice = advice(beside: candidate, complaint),
      !rendered.fixes.contains(where: { $0.text == advice }),
      !rendered.because.contains(where: { $0 == advice })
    {
      rendered.fixes.append(
        .init(
          text: TargetText.escaped("\(process.name) itself advises: \(advice)"), isCommand: false,
          safety: .checkFirst))
    }
    let down = pathDown(to: candidate.process)
    return Finding(
      heuristic: heuristic.id, role: role(of: heuristic),
      confidence: confidence(of: candidate, heuristic), subject: rendered.subject,
      error: error(of: candidate), signal: signal(of: candidate, process),
      call: call(of: candidate), pid: process.pid,
      program: process.executedPath ?? process.executable ?? process.arguments.first ?? "",
      title: rendered.title, because: rendered.because, fixes: rendered.fixes,
      references: rendered.references, evidence: evidence(for: candidate, complaint: complaint),
      pathDown: down.count > 1 ? down : [],
      features: Dictionary(
        candidate.features.filter { $0.value != 0 || $0.name == .complaint }.map {
          ($0.name, ($0.value * 100).rounded() / 100)
        },
        uniquingKeysWith: { $0 + $1 }), reason: reason(for: candidate))
  }

  /// True for another line of the source of which the words themselves name a line.
  private func isBesideNamedLine(_ place: TextLine, _ observation: any ObservationKind) -> Bool {
    guard let words = observation as? LastWords, let line = words.lineNumber else { return false }
    return words.file == place.file && line != place.number && !words.fileIsLibrarys
  }

  /// Where a Rust or Go program gave up over the failed call that is the cause.
  private func panic(over candidate: Candidate) -> String? {
    guard case .call(let call, _) = candidate.source,
      let panic = Observer.panic(of: history.processes[call.process], in: run.mentions),
      Complaint.speaks(of: call.error, in: panic.message.lowercased()), let file = panic.file,
      let line = panic.line
    else { return nil }
    let function = panic.function.map { " in \($0)()," } ?? ""
    return "The program panicked over it\(function) at \(file) line \(line)."
  }

  /// What the process itself advises around its complaint.
  private func advice(beside candidate: Candidate, _ complaint: SpokenLine?) -> String? {
    guard let complaint,
      let position = run.mentions.lines.firstIndex(where: {
        $0.number == complaint.number && $0.text == complaint.text
      })
    else { return nil }
    return Advice.find(in: run.mentions.lines, around: position)
  }

  func role(of heuristic: Heuristic) -> Finding.Role {
    switch heuristic.role {
    case .cause: .cause
    case .contributing: .contributing
    case .note, .benign: .note
    }
  }

  /// What is left of the confidence where nothing could be asked of the machine.
  private static let shareOfLog = 0.92

  func confidence(of candidate: Candidate, _ heuristic: Heuristic) -> Double {
    let share = history.isFromLog ? Self.shareOfLog : 1
    return ((candidate.score.asProbability * heuristic.confidence * share) * 1000).rounded() / 1000
  }

  /// True for a process without an end of its own, and for one of several of the same program that ended
  /// well and had told the others what failed.
  private func handsItsEndOn(_ process: ProcessRecord, to root: ProcessRecord) -> Bool {
    process.end == nil || !process.failed && root.failed && process.name == root.name
  }

  /// The process whose end is told where one failed: a fork that became no program of its own ends with a
  /// status that nobody else sees, such as that of an exec in vain, and its parent with one that is told.
  private func teller(of process: ProcessRecord) -> ProcessRecord {
    guard !process.hasExecuted, case .exited = process.end else { return process }
    for index in history.lineage(of: process.index).dropFirst() {
      let parent = history.processes[index]
      guard parent.hasExecuted || parent.parent == nil else { continue }
      if case .exited = parent.end, parent.failed { return parent }
      return process
    }
    return process
  }

  func general(
    _ process: ProcessRecord, complaint: SpokenLine?
  ) -> [String: FieldValue] {
    let root = history.root ?? process
    let told = teller(of: process)
    var context: [String: FieldValue] = [
      "program": .text(process.name),
      "pid": .number(Double(process.pid)),
      "ending": .text(
        history.isHung && !history.isAttached
          ? "did not end" : Wording.ending(of: handsItsEndOn(told, to: root) ? root : told)),
      "command": .text(process.arguments.joined(separator: " ")),
      "command_words": .list(process.arguments.map { .text($0) }),
      "working_directory": .text(process.workingDirectory),
      "root_program": .text(root.name),
      "is_root_program": .flag(root.index == process.index),
      "program_user": .text(
        process.credentials.map { observer.inquiry.userName($0.user) } ?? "its user"),
    ]
    context["program_path"] = (process.executedPath ?? process.executable).map { .text($0) }
    if case .exited(let status) = process.end { context["exit_status"] = .number(Double(status)) }
    if let complaint { context["said"] = .text(complaint.text.trimmed) }
    return context
  }

  func name(of process: Int) -> String { history.processes[process].name }

  /// The line in which somebody complained of a candidate.
  func complaint(about candidate: Candidate) -> SpokenLine? {
    let lines = run.mentions.lines
    switch candidate.source {
    case .words(let line): return lines[line]
    case .call(let call, _):
      let mentions = CallFeatures.mentions(of: call, run)
      if let best = mentions.max(by: { $0.value < $1.value }), best.value > 1 {
        let line = lines[best.line]
        // A line of source in a traceback names it; what says what happened comes after.
        let later = lines.indices.filter {
          $0 > best.line && lines[$0].process == line.process
        }
        guard line.text.hasPrefix("    "), !run.mentions.line(best.line, speaksOf: call.error),
          let message = later.first(where: { run.mentions.line($0, speaksOf: call.error) })
            ?? later.first(where: { Complaint.namesException(lines[$0].text) })
        else { return line }
        return lines[message]
      }
      if isOfResolver(call),
        let line = lines.first(where: {
          $0.number >= call.number && CallFeatures.isAudience($0.process, of: call.process, run)
            && NameWords.speak(of: $0.text)
        })
      {
        return line
      }
      if CallFeatures.isStartInVain(call, run),
        let line = lines.first(where: {
          $0.process == history.processes[call.process].parent && $0.number > call.number
        })
      {
        return line
      }
      if call.error.isAbsence {
        guard run.lastFailure[call.process] == call.lastNumber,
          let line = run.firstClearComplaint(after: call.number, of: call.process),
          Complaint.speaks(of: call.error, in: line.text.lowercased())
        else { return nil }
        return line
      }
      return lines.indices.first {
        lines[$0].number >= call.number && run.mentions.line($0, speaksOf: call.error)
      }.map { lines[$0] }
    case .death, .lostReader, .silence, .waiting, .busy:
      return nil
    }
  }

  /// True for a question to a name server, and for the files of resolver(3).
  private func isOfResolver(_ call: FailedCall) -> Bool {
    call.address?.port == 53
      || ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"].contains { $0 == call.path }
  }

  func pathDown(to process: Int) -> [String] {
    var names: [String] = []
    for index in history.lineage(of: process).reversed() {
      let record = history.processes[index]
      // A fork that became no program of its own is its parent still.
      guard record.hasExecuted || record.parent == nil else { continue }
      if names.last != record.name { names.append(record.name) }
    }
    return names.count > 8 ? Array(names.prefix(3)) + ["…"] + names.suffix(4) : names
  }

  func error(of candidate: Candidate) -> ErrorNumber? {
    switch candidate.source {
    case .call(let call, _): call.error
    case .lostReader: .brokenPipe
    case .words(let line): SpokenError.find(in: run.mentions.lines[line].text)
    default: nil
    }
  }

  func signal(of candidate: Candidate, _ process: ProcessRecord) -> SignalNumber? {
    switch candidate.source {
    case .death(let signal): signal.delivery.signal
    case .lostReader(_, _, _, true): .brokenPipe
    default: nil
    }
  }

  func call(of candidate: Candidate) -> String? {
    switch candidate.source {
    case .call(let call, _): call.call.name
    case .lostReader(_, _, let call, _): call?.name
    case .waiting(let pending): pending.call.name
    default: nil
    }
  }

  /// In a few words, what made the engine sure.
  private func reason(for candidate: Candidate) -> String {
    var strong = candidate.features.filter { $0.value > 0.3 && $0.name != .unrivalled }
      .sorted { $0.value > $1.value }
    // That there is no rival is said where not much else can be.
    strong += candidate.features.filter { $0.value > 0.3 && $0.name == .unrivalled }
    return strong.prefix(3).map { feature in
      feature.name == .mentioned && run.memo.fitting.contains(candidate.number)
        ? "what was then said fits it" : feature.name.reason ?? feature.name.rawValue
    }.joined(separator: "; ")
  }
}
