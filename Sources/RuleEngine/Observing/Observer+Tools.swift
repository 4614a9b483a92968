internal import History
internal import TraceEvents

// Servers that answered with an error, versions that do not fit, and variables with a wrong value.
extension Observer {
  /// Fills in what the words tell of these.
  func describeTools(_ process: ProcessRecord, line position: Int, in seen: inout LastWords) {
    let line = run.mentions.lines[position]
    describeAnswer(process, position, in: &seen)
    if let version = VersionWords(in: line.text) ?? VersionWords(in: seen.line) {
      seen.tools.versionedThing = version.thing
      seen.tools.presentVersion = version.present
      seen.tools.wantedVersion = version.wanted
    }
    describeVariable(process, line.text, in: &seen)
    describePatch(process, line: position, in: &seen)
    seen.tools.frame = JavaFrames.own(in: [line.text] + seen.more)
    if line.text.contains("account is currently not available") {
      describeAccount(process, in: &seen)
    }
  }

  /// The account of the command line whose shell is nologin(8) or false(1).
  private func describeAccount(_ process: ProcessRecord, in seen: inout LastWords) {
    let given = run.path.processes.flatMap { history.processes[$0].arguments.dropFirst() }
    for name in given.prefix(32) where !name.isEmpty && !name.hasPrefix("-") {
      let line = inquiry.lines(mentioning: [name + ":"], in: ["/etc/passwd"])
        .first { $0.text.hasPrefix(name + ":") }?.text
      guard let shell = line?.split(separator: ":").last,
        ["nologin", "false"].contains(PathName.base(of: String(shell)))
      else { continue }
      seen.tools.account = name
      seen.tools.accountShell = String(shell)
      return
    }
  }

  /// The status that a server answered with, and the address that was asked for.
  private func describeAnswer(
    _ process: ProcessRecord, _ position: Int, in seen: inout LastWords
  ) {
    let lines = run.mentions.lines
    guard process.lastPeer != nil, let status = HTTPWords.status(in: lines[position].text) else {
      return
    }
    seen.tools.httpStatus = status
    seen.tools.isLogin = [401, 403, 407].contains(status)
    seen.tools.isAddress = [404, 405, 410].contains(status)
    seen.tools.isServers = status >= 500 || status == 429
    if status == 407, let peer = process.lastPeer {
      seen.tools.proxyVariable =
        process.environment.lazy.compactMap { entry -> String? in
          let parts = entry.split(separator: "=", maxSplits: 1)
          guard parts.count == 2, parts[0].lowercased().hasSuffix("_proxy"),
            peer.port.map({ parts[1].contains(":\($0)") }) ?? false
          else { return nil }
          return String(parts[0])
        }.first
    }
    let near = lines[max(0, position - 4)...position].reversed().filter {
      $0.process == process.index
    }
    seen.tools.httpURL =
      near.lazy.compactMap { HTTPWords.address(in: $0.text) }.first
      ?? process.arguments.dropFirst().lazy.compactMap { HTTPWords.address(in: $0) }.first
      ?? seen.sourceLine.flatMap { HTTPWords.address(in: $0) }
  }

  /// How many of the program's own files of source are looked into.
  private static let mostSources = 8

  /// The variable of the environment whose value the words quote, if the program's own source names it.
  private func describeVariable(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    guard seen.unsetVariable == nil, seen.module == nil, seen.dataFile == nil else { return }
    let quoted = Set(Complaint.quoted(in: line) + Self.parenthesised(in: line))
    let named = process.environment.prefix(200).compactMap { entry -> (String, String)? in
      guard let mark = entry.firstIndex(of: "=") else { return nil }
      let (name, value) = (String(entry[..<mark]), String(entry[entry.index(after: mark)...]))
      return quoted.contains(value) && !Self.everyones.contains(name) ? (name, value) : nil
    }
    guard !named.isEmpty else { return }
    let script = process.arguments.dropFirst().first { !$0.hasPrefix("-") }
      .map { PathName.absolute($0, from: process.workingDirectory) }
    let sources = ([seen.file, script].compactMap { $0 } + process.recentFiles.reversed())
      .filter { Self.isCode($0) && !$0.hasPrefix("/usr/") && !$0.contains("/node_modules/") }
    for (name, value) in named.sorted(by: { $0.0 < $1.0 }) {
      let asked = inquiry.lines(mentioning: [name], in: Array(sources.prefix(Self.mostSources)))
      guard let place = asked.first else { continue }
      seen.tools.variable = name
      seen.tools.variableValue = value
      seen.file = place.file
      seen.lineNumber = place.number
      seen.sourceLine = place.text.trimmed
      return
    }
  }

  /// What stands in quotation marks within parentheses: `('99999')`.
  private static func parenthesised(in line: String) -> [String] {
    line.split { "()".contains($0) }.map(\.trimmed).compactMap { part in
      guard part.utf8.count > 2, let mark = part.first, mark == "'" || mark == "\"",
        part.last == mark
      else { return nil }
      return String(part.dropFirst().dropLast())
    }
  }

  /// Variables that every process has, and nobody sets for a program.
  private static let everyones: Set<String> = [
    "PATH", "HOME", "PWD", "OLDPWD", "SHELL", "USER", "LOGNAME", "LANG", "TERM", "SHLVL", "_",
    "MAIL",
  ]
}
