internal import History
internal import TraceEvents

extension Observer {
  /// Tells of a script in another language that a shell was told to run: `sh deploy.py`.
  func describeMistakenScript(_ process: ProcessRecord, in seen: inout CommandNotFound) {
    guard let shell = process.executable.map(PathName.base), ShellWords.shells.contains(shell),
      let given = process.arguments.dropFirst().first, !given.hasPrefix("-")
    else { return }
    let path = PathName.absolute(given, from: process.workingDirectory)
    guard case .script(let line)? = inquiry.programFile(path) else { return }
    let words = Self.interpreterWords(in: line).map { PathName.base(of: $0) }
    let first =
      words.first == "env" ? words.dropFirst().first(where: { !$0.hasPrefix("-") }) : words.first
    guard let name = first, !ShellWords.shells.contains(name)
    else { return }
    seen.mistakenScript = path
    seen.otherInterpreter = name
  }

  /// What the first line of a script asks for, and what is wrong with it.
  func describeInterpreter(
    of firstLine: String, _ call: FailedCall, in seen: inout ProgramRejected
  ) {
    // The kernel reads 256 bytes, and the line feed must be among them (load_script of binfmt_script).
    if firstLine.utf8.count > 255 { seen.lineIsTooLong = true }
    var line = firstLine.dropFirst(2)
    while let last = line.last, last == "\r" || last == "\r\n" || last == "\n" {
      seen.hasCarriageReturn = seen.hasCarriageReturn || last != "\n"
      line.removeLast()
    }
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard let interpreter = words.first.map(String.init) else {
      seen.reason = "interpreter-unnamed"
      return
    }
    seen.namingFile = seen.via.last ?? seen.path
    seen.interpreter = interpreter
    seen.reason = "interpreter-missing"
    if PathName.base(of: interpreter) == "env" {
      seen.envCommand = words.dropFirst().first { !$0.hasPrefix("-") }.map(String.init)
    }
    let process = history.processes[call.process]
    if !interpreter.hasPrefix("/") { seen.interpreterIsRelative = true }
    guard let walk = inquiry.pathWalk(path(of: interpreter, for: process)) else { return }
    switch walk.end {
    case .danglingLink(_, let target, _): seen.interpreterLink = target
    case .linkLoop: seen.reason = "interpreter-circle"
    case .exists where call.error == .tooManyLinks && seen.via.count >= Self.mostInterpreters - 1:
      seen.reason = "interpreter-chain"
      seen.via.append(interpreter)
    case .exists:
      // It is there; so what is missing is what it needs itself.
      guard !seen.hasCarriageReturn, seen.via.count < Self.mostInterpreters else { return }
      describeNeeds(of: interpreter, call, in: &seen)
    default:
      let beside = PathName.directory(of: seen.path) + "/" + PathName.base(of: interpreter)
      if case .exists? = inquiry.pathWalk(beside)?.end { seen.interpreterBeside = beside }
      seen.nearInterpreter =
        inquiry.similarNames(
          to: PathName.base(of: interpreter), in: PathName.directory(of: interpreter)
        ).map { PathName.directory(of: interpreter) + "/" + $0 }
        // One that leads to the missing one by a link will not do.
        .first { path in inquiry.pathWalk(path).map { $0.end == .exists } ?? true }
    }
  }

  /// What is wrong with an interpreter that is there: what it needs in turn, or what it is.
  private func describeNeeds(
    of interpreter: String, _ call: FailedCall, in seen: inout ProgramRejected
  ) {
    let process = history.processes[call.process]
    guard let file = inquiry.programFile(path(of: interpreter, for: process)) else { return }
    switch file {
    case .script(let next):
      seen.via.append(interpreter)
      return describeInterpreter(of: next, call, in: &seen)
    case .elf(let facts):
      if let loader = facts.interpreter,
        let walk = inquiry.pathWalk(path(of: loader, for: process)),
        walk.end != .exists
      {
        seen.via.append(interpreter)
        seen.interpreter = loader
        return
      }
      seen.content = "a program for \(facts.bits)-bit \(facts.machine)"
    case .damagedElf(let reason): seen.content = "a damaged program: " + reason
    case .empty: seen.content = "an empty file (0 bytes)"
    case .directory: seen.content = "a directory"
    case .other(let content): seen.content = content.rawValue
    }
    // Otherwise it may have been missing then, and be there by now.
    if call.error != .noEntry { seen.reason = "interpreter-rejected" }
  }

  /// A path that the kernel took from a file, as this machine knows it: below the root directory of
  /// the process, or its working directory.
  func path(of written: String, for process: ProcessRecord) -> String {
    guard written.hasPrefix("/") else {
      return PathName.absolute(written, from: process.workingDirectory)
    }
    return process.rootDirectory == "/" ? written : process.rootDirectory + written
  }
}
