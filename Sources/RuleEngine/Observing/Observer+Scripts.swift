internal import History
internal import TraceEvents

// What is wrong with a script, by the words of its shell.
extension Observer {
  /// Tells of a script that was written for another shell or on Windows, and of a variable that is not
  /// set.
  func describeScript(_ process: ProcessRecord, _ words: [String], in seen: inout LastWords) {
    seen.unsetVariable =
      words.lazy.compactMap(ShellWords.unsetVariable).first
      ?? (seen.sourceLine?.contains("environ") ?? false
        || words.contains { $0.contains("<frozen os>") || $0.contains("/os.py\", line ") }
        ? words.lazy.compactMap(ShellWords.missingKey).first : nil)
      ?? seen.sourceLine.flatMap(ShellWords.neededVariable).flatMap { name in
        process.environment.contains { $0.hasPrefix(name + "=") } || process.environment.isEmpty
          ? nil : name
      }
    if let name = seen.unsetVariable {
      seen.nearVariable = process.environment.compactMap { $0.split(separator: "=").first }
        .first { name.count > 4 && Self.areSimilar(String($0), name) }.map(String.init)
      let file = process.workingDirectory + "/.env"
      let line = inquiry.lines(mentioning: [name], in: [file]).first { line in
        [name + "=", "export " + name + "="].contains { line.text.hasPrefix($0) }
      }
      seen.unsetDefinition = line.map { "\(file) line \($0.number)" }
    }
    guard let shell = process.executable.map(PathName.base), ShellWords.shells.contains(shell)
    else {
      return
    }
    if seen.lineNumber == nil,
      let place = words.lazy.compactMap({ self.place(in: $0, process) }).first,
      seen.file.map({ $0 == place.file }) ?? true
    {
      seen.file = place.file
      seen.lineNumber = place.line
      seen.sourceLine =
        inquiry.lines(around: place.line, of: place.file).first { $0.number == place.line }?
        .text.trimmed
    }
    guard let file = seen.file else { return }
    if let number = seen.lineNumber {
      // At the end of the file, the last line does.
      let lines = inquiry.lines(around: max(1, number - 1), of: file, context: 1)
      seen.hasWindowsLineEnds = !lines.isEmpty && lines.allSatisfy { $0.text.hasSuffix("\r") }
    }
    seen.wantsBash = shell != "bash" && words.contains(where: ShellWords.areOfBash)
    seen.namesItsShell = process.executedPath == file
  }

  /// Tells which script a process ran that ended without a word, and which line of it ends it so.
  func describeScript(_ process: ProcessRecord, in seen: inout SilentExit, asking: Bool) {
    let given = process.arguments.dropFirst().first { !$0.hasPrefix("-") }
      .map { PathName.absolute($0, from: process.workingDirectory) }
    if let started = process.executedPath, started != process.executable,
      process.arguments.dropFirst().contains(where: {
        PathName.absolute($0, from: process.workingDirectory) == started
      })
    {
      seen.script = started
    } else if let given, process.recentFiles.contains(given) {
      seen.script = given
    }
    seen.isShell =
      process.executable.map { ShellWords.shells.contains(PathName.base(of: $0)) } ?? false
    let sourced = asking && seen.isShell ? sourcedLast(process, seen) : nil
    if asking, let script = seen.script, describeExit(in: script, &seen) { return }
    if let sourced, describeExit(in: sourced, &seen) {
      seen.script = sourced
    } else if seen.script == nil {
      describeCommandLine(process, in: &seen)
    }
  }

  /// The file that a shell had read last, where it is none of its own script, nor one of the system's: what it
  /// sources, or BASH_ENV names.
  private func sourcedLast(_ process: ProcessRecord, _ seen: SilentExit) -> String? {
    guard let last = process.recentFiles.last(where: { !Self.isPlumbing($0) }),
      last != seen.script, !["/usr/", "/etc/", "/lib/"].contains(where: last.hasPrefix),
      inquiry.programFile(last) != .directory
    else { return nil }
    return last
  }

  /// Tells the one `exit` of a script that ends it with the status it had; false if there is none, or several.
  private func describeExit(in script: String, _ seen: inout SilentExit) -> Bool {
    let exits = seen.isShell ? Self.exits : Self.exits + Self.otherExits
    let calls = exits.map { $0 + String(seen.status) }
    let lines = inquiry.lines(mentioning: calls, in: [script]).filter { line in
      let text = line.text.trimmed
      return !text.hasPrefix("#") && !text.hasPrefix("//")
        && calls.contains { call in
          text.ranges(of: call).contains { range in
            text[range.upperBound...].first.map { !$0.isNumber } ?? true
          }
        }
    }
    guard lines.count == 1 else { return false }
    seen.exitLine = lines[0].number
    seen.exitText = lines[0].text.trimmed
    seen.exitPlace = "\(script) line \(lines[0].number)"
    let before = inquiry.lines(
      around: lines[0].number, of: script, context: Self.linesBeforeExit
    ).filter { $0.number < lines[0].number && !Self.isBlank($0.text) }
      .map { "line \($0.number): \($0.text.trimmed)" }
    seen.linesBefore = before.isEmpty ? nil : before.joined(separator: "; ")
    return true
  }

  /// How scripts of shells, Perl and PHP end themselves with a status, which follows.
  private static let exits = ["exit ", "exit(", "status="]
  /// The same of Python, Lua and Node.js.
  private static let otherExits = ["sys.exit(", "os._exit(", "os.exit(", "process.exit("]

  /// How many lines above an `exit` are shown.
  private static let linesBeforeExit = 3

  /// Tells which command of `sh -c` ends it with the status it had.
  private func describeCommandLine(_ process: ProcessRecord, in seen: inout SilentExit) {
    guard seen.isShell, let mark = process.arguments.firstIndex(of: "-c"),
      process.arguments.indices.contains(mark + 1)
    else { return }
    let parts = process.arguments[mark + 1].split { $0 == "\n" || $0 == ";" }
      .map { String($0).trimmed }.filter { Self.ends($0, with: seen.status) }
    guard parts.count == 1 else { return }
    seen.exitText = parts[0]
    seen.exitPlace = "its command line"
  }

  private static func ends(_ text: String, with status: Int) -> Bool {
    let words = text.split { $0.isWhitespace || $0 == "}" }
    return words.suffix(2).elementsEqual(["exit", "\(status)"])
  }

  /// The place of `./deploy: line 3: …` and `deploy: 3: …`: a shell names its script as it was given, which
  /// need not lead there once it has changed its directory.
  private func place(in line: String, _ process: ProcessRecord) -> (file: String, line: Int)? {
    let parts = line.split(separator: ":", maxSplits: 2).map { String($0).trimmed }
    guard parts.count == 3, let number = Int(parts[1].replacing("line ", with: "")), number > 0
    else { return nil }
    // With -c the name is that of the shell itself.
    if ShellWords.givenText(process) != nil { return nil }
    let name = PathName.base(of: parts[0])
    // What a shell reads from its standard input is told by the shell's own name.
    if ShellWords.shells.contains(name) { return nil }
    let scripts = [process.executedPath].compactMap { $0 } + process.recentFiles
    return scripts.first { $0 != process.executable && PathName.base(of: $0) == name }
      .map { ($0, number) }
  }
}

/// Words of shells about scripts.
enum ShellWords {
  /// Names of shells, which run the script that their first argument names.
  static let shells: Set<String> = ["sh", "dash", "bash", "ash", "ksh", "mksh", "zsh", "busybox"]

  /// The text that a shell was given to run with `-c`, which can stand together with other options (`-ec`); nil for
  /// other programs.
  static func givenText(_ process: ProcessRecord) -> String? {
    guard process.arguments.count >= 3,
      shells.contains(PathName.base(of: process.executable ?? process.arguments[0])),
      let option = process.arguments.prefix(4).firstIndex(where: {
        $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("c")
      }), option > 0, process.arguments.indices.contains(option + 1)
    else { return nil }
    return process.arguments[option + 1]
  }

  /// The variable that a shell says is not set.
  static func unsetVariable(in line: String) -> String? {
    let text = line.trimmed
    for end in [": unbound variable", ": parameter not set", ": parameter null or not set"]
    where text.hasSuffix(end) {
      let name = text.dropLast(end.count).split(separator: " ").last.map(String.init) ?? ""
      return isName(name) ? name : nil
    }
    return nil
  }

  /// The key that Python says a dictionary does not have, if it has the form of a variable's name.
  static func missingKey(in line: String) -> String? {
    let text = line.trimmed
    guard text.hasPrefix("KeyError: '"), text.hasSuffix("'") else { return nil }
    let name = String(text.dropFirst(11).dropLast())
    return isName(name) && name == name.uppercased() ? name : nil
  }

  /// The one variable of the environment that a line of source cannot do without: it has no other value for
  /// it (`ENV.fetch("X")`, `env::var("X").unwrap()`, `new URL(process.env.X)`).
  static func neededVariable(in line: String) -> String? {
    guard !["||", "??", "unwrap_or", "if ", "? "].contains(where: line.contains) else { return nil }
    var found: [String] = []
    for (before, after) in [
      ("ENV.fetch(\"", "\")"), ("ENV.fetch('", "')"), ("env::var(\"", "\").expect("),
      ("env::var(\"", "\").unwrap()"), ("os.environ[\"", "\"]"), ("os.environ['", "']"),
    ] {
      guard let start = line.firstRange(of: before)?.upperBound,
        let end = line[start...].firstRange(of: after)?.lowerBound
      else { continue }
      found.append(String(line[start..<end]))
    }
    // Of a shell: ${X:?must be set}, ${X?}.
    for start in line.ranges(of: "${").map(\.upperBound) {
      let name = line[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      let rest = line[name.endIndex...]
      if rest.hasPrefix(":?") || rest.hasPrefix("?") { found.append(String(name)) }
    }
    if let start = line.firstRange(of: "new URL(process.env.")?.upperBound {
      found.append(String(line[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
    }
    return found.count == 1 && isName(found[0]) ? found[0] : nil
  }

  private static func isName(_ text: String) -> Bool {
    text.first.map { $0.isLetter || $0 == "_" } ?? false
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// True for what sh says of what only bash knows.
  static func areOfBash(_ line: String) -> Bool {
    let text = line.trimmed
    return commandsOfBash.contains { text.hasSuffix(": \($0): not found") }
      || text.hasSuffix("Syntax error: \"(\" unexpected") || text.hasSuffix("Bad substitution")
      || text.hasSuffix("Syntax error: redirection unexpected")
      || text.hasSuffix("Illegal option -o pipefail")
  }

  private static let commandsOfBash = [
    "[[", "source", "declare", "pushd", "popd", "let", "shopt", "function", "typeset", "mapfile",
    "readarray", "((",
  ]
}
