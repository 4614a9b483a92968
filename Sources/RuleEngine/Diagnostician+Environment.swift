internal import HeuristicCatalog
internal import History
internal import TraceEvents

extension Diagnostician {
  /// The environment variable that a path came from, with its value; nil where none tells.
  ///
  /// A variable counts if it holds the path itself, or a directory on the way at which the trouble
  /// begins: that HOME leads to a file that is missing there says nothing of HOME.
  func variable(
    behind candidate: Candidate, _ observation: any ObservationKind, _ process: ProcessRecord
  ) -> (name: String, value: String)? {
    guard case .call(let call, _) = candidate.source, let path = observer.subject(of: call) else {
      return nil
    }
    if let named = variable(listing: path, of: call, process) { return named }
    let place = text("first_missing", observation) ?? text("component", observation) ?? path
    var best: (name: String, value: String)?
    for entry in process.environment {
      guard let mark = entry.firstIndex(of: "=") else { continue }
      let name = String(entry[..<mark])
      var value = String(entry[entry.index(after: mark)...])
      while value.count > 1, value.hasSuffix("/") { value.removeLast() }
      // Options of an interpreter, such as NODE_OPTIONS=--require ./trace.js, name files.
      if value.hasPrefix("-"),
        value.split(whereSeparator: { $0 == " " || $0 == "=" }).contains(where: {
          $0.contains("/") && PathName.absolute(String($0), from: process.workingDirectory) == path
        })
      {
        return (name, value)
      }
      guard value.hasPrefix("/"), value.count > 3, !Self.shellVariables.contains(name) else {
        continue
      }
      let holds = path == value || path.hasPrefix(value + "/")
      let begins = path == value || place == value || value.hasPrefix(place + "/")
      guard holds, begins else { continue }
      if let best, best.value.count >= value.count { continue }
      best = (name, value)
    }
    return best
  }

  /// The variable that has a path, or the name of a command or library that was looked for, among its words:
  /// `JAVA_TOOL_OPTIONS=-javaagent:/opt/agent.jar`, `GIT_PAGER=delta --dark`, `LD_PRELOAD=libfake.so`.
  private func variable(
    listing path: String, of call: FailedCall, _ process: ProcessRecord
  ) -> (name: String, value: String)? {
    let base = PathName.base(of: path)
    let isCommand =
      call.purpose == .execute
      || history.failures.calls.contains {
        $0.process == call.process && $0.path.map(PathName.base) == base
          && CallFeatures.isCommand($0, run)
      }
    // That of a process which ended well is not kept.
    let environment =
      process.environment.isEmpty ? history.root?.environment ?? [] : process.environment
    for entry in environment {
      guard let mark = entry.firstIndex(of: "=") else { continue }
      let name = String(entry[..<mark])
      let value = String(entry[entry.index(after: mark)...])
      guard value.utf8.count > 3, !Self.ofEveryProgram.contains(name), value.contains(base) else {
        continue
      }
      let words = value.split { " :,=".contains($0) }
      let isAsked =
        words.count > 1 && path.utf8.count > 4 && words.contains { $0 == path }
        || isCommand && base.utf8.count > 2 && value.split(separator: " ").first ?? "" == base
        || name == "LD_PRELOAD" && words.contains { $0 == base }
      if isAsked { return (name, value) }
    }
    return nil
  }

  /// A sentence on the variable that holds the name of a host which could not be resolved.
  func variable(
    naming subject: String, _ observation: any ObservationKind, _ process: ProcessRecord
  ) -> String? {
    guard text("host_name", observation) == subject || text("vain_name", observation) == subject
    else { return nil }
    let entry = process.environment.first { entry in
      guard let mark = entry.firstIndex(of: "=") else { return false }
      let value = String(entry[entry.index(after: mark)...])
      return value == subject || value.hasPrefix(subject + ":")
        || NameWords.host(ofArgument: value) == subject
    }
    guard let entry, let mark = entry.firstIndex(of: "=") else { return nil }
    return TargetText.escaped(
      "The name comes from the environment variable \(entry[..<mark]), which is"
        + " \(entry[entry.index(after: mark)...]).")
  }

  /// The line of the script that started a silent command: of those that name its program, the one
  /// with most of its arguments.
  func callingPlace(of candidate: Candidate, _ process: ProcessRecord) -> TextLine? {
    guard case .silence = candidate.source, let parent = process.parent else { return nil }
    let caller = history.processes[parent]
    guard let script = caller.arguments.dropFirst().prefix(3).first(where: { !$0.hasPrefix("-") }),
      !script.contains(" ")
    else { return nil }
    let file = PathName.absolute(script, from: caller.workingDirectory)
    guard caller.recentFiles.contains(file) || caller.executedPath == file else { return nil }
    let arguments = process.arguments.dropFirst().filter { $0.utf8.count > 1 }
    var best: (line: TextLine, count: Int)?
    for line in observer.inquiry.lines(mentioning: [process.name], in: [file]) {
      let count = arguments.count { line.text.contains($0) }
      if count > 0, count > best?.count ?? 0 { best = (line, count) }
    }
    return best?.line
  }

  private func text(_ field: String, _ observation: any ObservationKind) -> String? {
    if case .text(let text) = observation.value(of: field) { text } else { nil }
  }

  /// What a shell sets by itself, which is nobody's wish.
  private static let shellVariables: Set<String> = ["PWD", "OLDPWD", "_", "SHLVL", "SHELL"]
}
