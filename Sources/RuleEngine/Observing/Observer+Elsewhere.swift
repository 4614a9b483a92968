internal import History
internal import TraceEvents

extension Observer {
  /// Looks around for a file that was not found where it was looked for, and for what makes the
  /// program look there.
  func describeElsewhere(_ process: ProcessRecord, in seen: inout MissingPath) {
    guard seen.link == nil, !seen.loop, seen.notDirectory == nil, !seen.existsNow,
      ["open", "inspect", "execute", "list", "enter"].contains(seen.use)
    else { return }
    if let module = run.mentions.lines.lazy.filter({ $0.process == process.index })
      .compactMap({ MissingModule(in: $0.text) })
      .first(where: { module in module.files.contains { $0.stem == seen.sought?.stem } })
    {
      seen.module = module.name
      seen.installation = module.installation
    }
    let name = soughtName(of: seen)
    guard name.utf8.count > 3, !name.hasPrefix("/") else { return }
    var homes = [seen.cwd, process.executedPath.map(PathName.directory) ?? seen.cwd]
    if !seen.isRelative, seen.searched.isEmpty {
      homes.insert(seen.existingParent ?? seen.directory, at: 0)
    }
    for index in history.lineage(of: process.index).dropFirst() {
      let record = history.processes[index]
      if let script = record.executedPath, script != record.executable {
        homes.append(PathName.directory(of: script))
      }
    }
    var names = [name]
    if process.name == "node", !PathName.base(of: name).contains(".") {
      names += [name + ".js", name + "/index.js"]
    }
    seen.elsewhere = inquiry.nearby(names, around: Self.neighbourhood(homes)).filter {
      $0 != seen.path && !seen.near.contains($0) && !process.arguments.contains($0)
        && isNeighbour($0, named: name, of: homes)
        // What was read is what it is, and the asker at most.
        && !process.recentFiles.contains($0)
        // The files of packages are where packages look for them.
        && (seen.isRelative || !Self.isOfTheSystem($0) || Self.isOfTheSystem(seen.path))
    }
    seen.elsewhereFile = seen.elsewhere.first
    guard let first = seen.elsewhere.first, first.hasSuffix("/" + name) else { return }
    let directory = String(first.dropLast(name.utf8.count + 1))
    seen.bestElsewhere = directory
    guard !seen.searched.isEmpty || seen.linkerName != nil else { return }
    seen.searchOption = SearchOption.words(for: process.name, directory: directory)
  }

  /// The same for a path below the root directory that was refused.
  func describeEmptyVariables(
    _ call: FailedCall, _ process: ProcessRecord, in seen: inout AccessRefused
  ) {
    guard seen.component == "/" else { return }
    var made = MissingPath()
    describeVariables(call, process, in: &made)
    (seen.emptyVariables, seen.madeIn, seen.madeBy) = (
      made.emptyVariables, made.madeIn, made.madeBy
    )
  }

  /// Names the variables of a script that were empty when it made the path.
  func describeVariables(
    _ call: FailedCall, _ process: ProcessRecord, in seen: inout MissingPath
  ) {
    guard let given = call.call.path, given.hasPrefix("/") else { return }
    let last = PathName.base(of: given)
    for index in history.lineage(of: process.index) {
      let record = history.processes[index]
      var lines: [TextLine] = []
      for arguments in [record.arguments, record.formerArguments] {
        guard let option = arguments.firstIndex(where: { $0 == "-c" || $0 == "-ec" }),
          arguments.indices.contains(option + 1)
        else { continue }
        lines += arguments[option + 1].split(separator: "\n").map {
          TextLine(file: "", number: 0, text: String($0))
        }
      }
      let scripts =
        record.arguments.dropFirst().prefix(3) + record.formerArguments.dropFirst().prefix(3)
        + [record.executedPath ?? ""]
      for script in scripts {
        guard !script.hasPrefix("-"), !script.isEmpty, script != record.executable else { continue }
        let file = PathName.absolute(script, from: record.workingDirectory)
        lines += inquiry.lines(mentioning: [last], in: [file])
      }
      for line in lines where line.text.contains("$") {
        let names = ShellVariables.empty(in: line.text, giving: given)
        guard !names.isEmpty else { continue }
        // One with the value "/" gives the same path, and is set.
        if names.allSatisfy({ record.environment.contains($0 + "=/") }) {
          seen.emptyVariable = false
          return
        }
        seen.emptyVariables = names
        seen.emptyVariable = true
        if line.number > 0 { seen.madeIn = "\(line.file) line \(line.number)" }
        seen.madeBy = line.text.trimmed
        return
      }
    }
  }

  /// Finds the mount that is missing on the way, by what /etc/fstab has.
  func describeMount(in seen: inout MissingPath) {
    var ancestors: [String] = []
    var directory = seen.existingParent ?? seen.directory
    while directory.utf8.count > 1, directory.hasPrefix("/"), ancestors.count < 12 {
      ancestors.append(directory)
      directory = PathName.directory(of: directory)
    }
    ancestors.removeAll { ["/usr", "/etc", "/var", "/tmp", "/home"].contains($0) }
    for line in inquiry.lines(mentioning: ancestors, in: ["/etc/fstab"]) {
      let fields = line.text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      guard fields.count > 2, !fields[0].hasPrefix("#"), ancestors.contains(fields[1]),
        let mounted = inquiry.fileSystem(fields[1]), mounted.mountPoint != fields[1]
      else { continue }
      seen.unmounted = fields[1]
      seen.unmountedSource = fields[0]
      return
    }
  }

  /// Whose lock or pid file it is that stands in the way, and whether anybody still needs it.
  func describeLockFile(_ path: String, in seen: inout PathConflict) {
    let name = PathName.base(of: path).lowercased()
    seen.isLockFile = name.contains("lock") || name.hasSuffix(".pid") || name.hasSuffix("pid")
    guard seen.isLockFile else { return }
    if let line = inquiry.lines(around: 1, of: path).first(where: { $0.number == 1 }),
      let pid = Self.writtenPid(line.text), pid > 1
    {
      seen.writtenPid = Int(pid)
      seen.writtenProcess = inquiry.process(pid)?.name
    }
    let holder = inquiry.openers(path).first?.process
    seen.holder = holder.map { "\($0.name) (pid \($0.pid))" }
    seen.isUnused = holder == nil && seen.writtenProcess == nil
  }

  /// The process id that the first line of a lock or pid file holds: a number by itself, or behind a name.
  static func writtenPid(_ line: String) -> Int32? {
    let words = line.split(whereSeparator: { $0.isWhitespace || ":=,".contains($0) })
    guard words.count <= 3 else { return nil }
    return words.lazy.compactMap { Int32($0) }.first
  }

  /// Looks around for a module that an interpreter did not find.
  func describeModule(_ process: ProcessRecord, in seen: inout LastWords, asking: Bool) {
    guard let module = MissingModule(in: seen.line) else { return }
    seen.module = module.name
    guard asking, !module.files.isEmpty else { return }
    let home = process.executedPath.map(PathName.directory)
    let script = process.arguments.dropFirst().first { !$0.hasPrefix("-") }.map {
      PathName.directory(of: PathName.absolute($0, from: process.workingDirectory))
    }
    // An environment that was made for another version of its interpreter has it beside.
    var roots = seen.searched.filter { $0.hasSuffix("/site-packages") && !$0.hasPrefix("/usr/") }
      .map { PathName.directory(of: PathName.directory(of: $0)) }
    roots.append(process.workingDirectory)
    if let script { roots.append(script) }
    if let home, !home.hasPrefix("/usr/") { roots.append(home) }
    seen.elsewhere = inquiry.nearby(
      module.files,
      around: Self.neighbourhood(roots)
        + ["/usr/lib/python3/dist-packages", "/usr/local/lib", "/usr/share/nodejs"]
    ).filter { file in
      // What lies in a package is no module of its own.
      guard file.hasSuffix(".py"),
        let name = module.files.first(where: { file.hasSuffix("/" + $0) }),
        case .exists? = inquiry.pathWalk(file.dropLast(name.utf8.count) + "__init__.py")?.end
      else { return true }
      return false
    }
    guard let first = seen.elsewhere.first,
      let file = module.files.first(where: { first.hasSuffix("/" + $0) })
    else { return }
    var directory = String(first.dropLast(file.utf8.count + 1))
    if file.hasPrefix("node_modules/") { directory += "/node_modules" }
    seen.bestElsewhere = directory
    seen.searchOption =
      SearchOption.words(for: process.name, directory: directory)
      ?? SearchOption.words(
        for: process.executable.map(PathName.base) ?? "", directory: directory)
  }

  /// True for a place that packages of the distribution alone fill.
  private static func isOfTheSystem(_ path: String) -> Bool {
    ["/usr/", "/lib/", "/lib64/", "/bin/", "/sbin/"].contains { path.hasPrefix($0) }
      && !path.hasPrefix("/usr/local/")
  }

  /// The name to look for: what a search had in common, or the path as the program gave it, if that
  /// does not begin at the root.
  private func soughtName(of seen: MissingPath) -> String {
    var name = seen.sought ?? (seen.isRelative ? seen.asked ?? seen.base : seen.base)
    while name.hasPrefix("./") || name.hasPrefix("../") {
      name = String(name.drop { $0 == "." }.dropFirst())
    }
    return name
  }
}

/// What makes a program search a further directory.
enum SearchOption {
  /// The option or variable for a directory, by the kind of program; nil where there is none.
  static func words(for program: String, directory: String) -> String? {
    let name = String(program.prefix { $0.isLetter || $0 == "+" })
    return switch name {
    case "cc", "gcc", "g++", "c++", "clang", "clang++", "cpp", "cc1", "cc1plus", "cc1obj", "swig":
      "-I\(directory)"
    case "ld", "collect", "gold", "lld", "mold": "-L\(directory)"
    case "perl": "perl -I\(directory), or PERL5LIB=\(directory)"
    case "ruby", "irb", "rake": "ruby -I\(directory), or RUBYLIB=\(directory)"
    case "python", "pypy": "PYTHONPATH=\(directory)"
    case "java": "java -cp \(directory)"
    case "node", "nodejs": "NODE_PATH=\(directory)"
    case "php": "php -d include_path=.:\(directory)"
    case "lua", "luajit": "LUA_PATH='\(directory)/?.lua;;'"
    case "make", "gmake": "make -I \(directory)"
    case "pkg", "pkgconf": "PKG_CONFIG_PATH=\(directory)"
    case "cmake": "cmake -D CMAKE_PREFIX_PATH=\(directory)"
    case "tclsh", "wish": "TCLLIBPATH=\(directory)"
    case "nasm", "yasm", "as", "protoc", "dtc", "m": "-I\(directory)"
    default: nil
    }
  }
}

extension String {
  /// Without the suffix of its last component.
  fileprivate var stem: Substring {
    guard let dot = lastIndex(of: "."), !self[dot...].contains("/") else { return self[...] }
    return self[..<dot]
  }
}
