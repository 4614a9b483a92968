internal import History
internal import TraceEvents

extension Observer {
  /// Tells which module the words say is missing, where it was looked for, and what has it.
  func describeModule(
    in line: String, _ process: ProcessRecord, in seen: inout LastWords, asking: Bool
  ) {
    guard let module = MissingModule(in: line) else { return }
    seen.module = module.name
    seen.language = module.language.rawValue
    seen.searched = Array(directoriesSearched(for: module, process).prefix(10))
    // Perl's own list of them.
    if !seen.searched.isEmpty, let start = seen.line.firstRange(of: " (@INC "),
      let end = seen.line[start.upperBound...].firstIndex(of: ")")
    {
      seen.line.removeSubrange(start.lowerBound...end)
    }
    seen.installsLocally = process.executable.map { !$0.hasPrefix("/usr/bin/") } ?? false
    if let executed = process.executedPath, executed != process.executable,
      !executed.hasPrefix("/usr/")
    {
      // A virtual environment's interpreter is a link to the system's.
      seen.installsLocally = PathName.base(of: executed).hasPrefix("python")
    }
    describeInstallation(of: module, in: &seen)
    if module.language == .php { describeExtension(process, in: &seen) }
    guard asking else { return }
    if module.language == .go { seen.tools.ownModule = ownModule(module.name, process) }
    if isOfTheProject(module, process, seen.searched) {
      seen.pipName = nil
      seen.venvName = nil
      seen.npmName = nil
    }
    // The file of `com.acme.Main` lies in com/acme.
    let file = module.files.first ?? module.relativePath
    let below = file.lastIndex(of: "/").map { "/" + file[..<$0] } ?? ""
    for place in seen.searched.prefix(3) where !place.hasPrefix("/usr/lib/") {
      let directory = place + below
      seen.near = inquiry.similarNames(to: module.fileName, in: directory).map {
        $0.hasPrefix("/") ? $0 : directory + "/" + $0
      }
      if !seen.near.isEmpty { break }
    }
    for name in module.packageNames {
      if let package = inquiry.packageShipping(name) {
        seen.modulePackage = package
        break
      }
    }
  }

  /// The extension that PHP says it could not load, if the function that it misses has its name.
  private func describeExtension(_ process: ProcessRecord, in seen: inout LastWords) {
    guard let module = seen.module, let (name, place) = extensionNotLoaded(for: module, process)
    else { return }
    let line = run.mentions.lines[place].text
    seen.tools.extensionNotLoaded = name
    seen.tools.extensionWords = LogPrefix.removed(from: line.trimmed)
    if let loader = LoaderWords(line), loader.trouble == .missing, let lacking = loader.file,
      Self.isLibraryName(PathName.base(of: lacking)),
      PathName.base(of: lacking) != PathName.base(of: name)
    {
      seen.tools.extensionLacks = lacking
    }
  }

  /// The extension that PHP said it could not load, if a function has its name, and the position of that line.
  func extensionNotLoaded(
    for function: String, _ process: ProcessRecord
  ) -> (name: String, line: Int)? {
    let phrase = "Unable to load dynamic library '"
    let lines = run.mentions.lines
    for position in lines.indices where lines[position].process == process.index {
      let text = lines[position].text
      guard let mark = text.firstRange(of: phrase),
        let end = text[mark.upperBound...].firstIndex(of: "'")
      else { continue }
      let name = String(text[mark.upperBound..<end])
      let short = PathName.base(of: name).prefix { $0 != "." }.lowercased()
      if !short.isEmpty, function.lowercased().hasPrefix(short) { return (name, position) }
    }
    return nil
  }

  /// True for a module whose first part is a file or directory of the program's own, or that the command
  /// line names: what has that name in a registry is another's.
  private func isOfTheProject(
    _ module: MissingModule, _ process: ProcessRecord, _ searched: [String]
  ) -> Bool {
    guard let first = module.name.split(whereSeparator: { ".:/".contains($0) }).first else {
      return false
    }
    if process.arguments.dropFirst().contains(where: {
      $0 == first || $0 == module.name || $0.hasPrefix(module.name + ":")
    }) {
      return true
    }
    let own =
      [process.workingDirectory]
      + searched.filter { path in
        !["/usr/", "/lib/"].contains(where: path.hasPrefix)
          && !["/site-packages", "/dist-packages", "/node_modules", "/lib/python"]
            .contains(where: path.contains)
      }
    guard module.language == .python else { return false }
    return Set(own).sorted().prefix(4).contains { directory in
      ["\(first)", "\(first).py"].contains { inquiry.programFile(directory + "/" + $0) != nil }
    }
  }

  /// The file of the program's own that stands for a package of Python's library, if the words say that it
  /// is none: `No module named 'email.parser'; 'email' is not a package`.
  func packageHidden(in line: String, _ process: ProcessRecord) -> String? {
    guard let mark = line.firstRange(of: "' is not a package") else { return nil }
    let name = line[..<mark.lowerBound].split(separator: "'").last.map(String.init) ?? ""
    return process.recentFiles.last {
      let base = PathName.base(of: $0)
      return (base == name + ".py" || base.hasPrefix(name + ".cpython-"))
        && !$0.hasPrefix("/usr/")
    }.map { path in
      // The byte code of it lies beside it.
      guard let cache = path.firstRange(of: "/__pycache__/") else { return path }
      return path[..<cache.lowerBound] + "/" + name + ".py"
    }
  }

  /// The extension that a package has for another Python than this, where the words miss a module or name
  /// of it.
  func otherExtension(in line: String, _ process: ProcessRecord) -> String? {
    guard line.contains("cannot import name '") || line.contains("No module named '") else {
      return nil
    }
    let parts = line.split(separator: "'")
    guard parts.count > 1, let name = parts[1].split(separator: ".").last.map(String.init),
      let failed = history.failures.calls.last(where: { call in
        call.process == process.index && call.error.isAbsence
          && call.path.map { path in
            PathName.base(of: path).hasPrefix(name + ".") && path.hasSuffix(".so")
          } ?? false
      })?.path
    else { return sibling(of: parts.count > 1 ? String(parts[1]) : "", process) }
    let directory = PathName.directory(of: failed)
    return inquiry.contents(of: directory)
      .map(PathName.base).first { $0.hasPrefix(name + ".cpython-") && $0.hasSuffix(".so") }
      .map { directory + "/" + $0 }
  }

  /// Python lists a directory once and then looks for no name that is not in it.
  private func sibling(of name: String, _ process: ProcessRecord) -> String? {
    let last = name.split(separator: ".").last.map(String.init) ?? ""
    guard last.count > 1 else { return nil }
    for directory in process.listedDirectories.filter({ !$0.hasPrefix("/usr/") }).suffix(4) {
      let found = inquiry.contents(of: directory).map(PathName.base)
        .first { $0.hasPrefix(last + ".cpython-") && $0.hasSuffix(".so") }
      if let found { return directory + "/" + found }
    }
    return nil
  }

  private func describeInstallation(of module: MissingModule, in seen: inout LastWords) {
    let first = module.name.split(whereSeparator: { ".:/".contains($0) }).first.map(String.init)
    switch module.language {
    case .python:
      if seen.installsLocally { seen.pipName = first } else { seen.venvName = first }
      seen.pathVariable = "PYTHONPATH"
    case .perl:
      // What is required by a file's name is a file of the program's own.
      seen.cpanName = module.name.hasSuffix(".pl") || module.name.hasPrefix("/") ? nil : module.name
      seen.pathVariable = "PERL5LIB"
    case .ruby:
      seen.gemName = first
      seen.pathVariable = "RUBYLIB"
    case .node:
      // The packages of an organisation begin with its name: @acme/widget.
      seen.npmName =
        module.name.hasPrefix("@")
        ? module.name.split(separator: "/").prefix(2).joined(separator: "/") : first
      seen.pathVariable = "NODE_PATH"
    case .lua:
      seen.rockName = first
      seen.pathVariable = "LUA_PATH"
    case .tcl: seen.pathVariable = "TCLLIBPATH"
    case .cmake:
      seen.pathVariable =
        "CMAKE_PREFIX_PATH, or \(module.name)_DIR for the directory of its \(module.name)Config.cmake"
    case .pkgConfig: seen.pathVariable = "PKG_CONFIG_PATH"
    case .r:
      seen.rName = module.name
      seen.pathVariable = "R_LIBS_USER"
    case .java, .php, .go, .rust: break
    }
  }

  /// The file that was read for the module in quotes, where it is not of the system.
  func shadow(in line: String, _ process: ProcessRecord) -> String? {
    if let mark = line.lastRange(of: ".py)"), let open = line.lastRange(of: "' (/"),
      line.contains("cannot import name ")
    {
      // "cannot import name 'Random' from 'random' (/srv/lib/random.py)"
      let file = line[open.upperBound..<mark.lowerBound]
      return file.hasPrefix("usr/") ? nil : "/" + file + ".py"
    }
    guard line.contains("module '") else { return nil }
    let parts = line.split(separator: "'")
    guard parts.count > 1, let mark = parts.firstIndex(where: { $0.hasSuffix("module ") }),
      mark + 1 < parts.count
    else { return nil }
    let name = parts[mark + 1].split(separator: ".").last.map(String.init) ?? ""
    return process.recentFiles.last {
      PathName.base(of: $0) == name + ".py" && !$0.hasPrefix("/usr/")
    }
  }

  /// PYTHONPATH, if the directory of a file that hides a module is one of its.
  func shadowVariable(of shadow: String?, _ process: ProcessRecord) -> String? {
    guard let shadow else { return nil }
    let name = "PYTHONPATH"
    let directories = process.environmentValue(name)?.split(separator: ":") ?? []
    return directories.contains {
      PathName.absolute(String($0), from: process.workingDirectory)
        == PathName.directory(of: shadow)
    } ? name : nil
  }

  /// The variable that sets the encoding of a process's streams to another one than UTF-8, with its value.
  func encodingVariable(of process: ProcessRecord) -> String? {
    ["PYTHONIOENCODING", "LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { name -> String? in
      guard let value = process.environmentValue(name), !value.isEmpty else { return nil }
      return "\(name)=\(value)"
    }.first { !$0.lowercased().contains("utf") }
  }

  /// True if a module that was not yet read to its end was asked for something by another file than
  /// itself: the two import each other.
  func isCircular(_ line: String, shadow: String?, askedIn file: String?) -> Bool {
    guard line.contains("partially initialized module"), let shadow, let file else { return false }
    return file != shadow
  }

  /// The locale whose files were looked for last and not found.
  func describeLocale(_ process: ProcessRecord, in seen: inout LastWords) {
    let prefix = "/usr/lib/locale/"
    let failed = history.failures.calls.last {
      $0.process == process.index && $0.error.isAbsence
        && $0.replacement.map { $0.subject.hasPrefix(prefix + "C.") } ?? true
        && $0.path?.hasPrefix(prefix) ?? false
        // What is taken in place of it.
        && !($0.path?.hasPrefix(prefix + "C.") ?? false) && $0.path != prefix + "locale-archive"
    }
    guard let path = failed?.path else { return }
    // The plain language is tried last: the first of its tries has the whole name.
    let last = path.dropFirst(prefix.count).prefix { $0 != "/" }
    let language = last.prefix { $0 != "." && $0 != "@" }
    let first = history.failures.calls.first {
      $0.process == process.index && ($0.path?.hasPrefix(prefix + language) ?? false)
    }
    guard let name = first?.path?.dropFirst(prefix.count).prefix(while: { $0 != "/" }),
      name != "locale-archive", !name.hasPrefix("C.")
    else { return }
    seen.localeName = String(name)
    seen.localeLanguage = String(name.prefix { $0 != "." && $0 != "@" })
  }

  /// The directories of the interpreter's search path: those whose files were tried, or, for one
  /// that reads whole directories, those that it listed.
  private func directoriesSearched(
    for module: MissingModule, _ process: ProcessRecord
  ) -> [String] {
    let end = "/" + module.relativePath
    var found: [String] = []
    for call in history.failures.calls
    where call.process == process.index && call.error.isAbsence {
      guard let path = call.path, let mark = path.lastRange(of: end) else { continue }
      let rest = path[mark.upperBound...]
      guard rest.isEmpty || rest.first == "." || rest.first == "/" else { continue }
      let directory = String(path[..<mark.lowerBound])
      if !directory.isEmpty, !found.contains(directory) { found.append(directory) }
    }
    if found.isEmpty, module.language == .python {
      // Not the packages within them. The program's own directory first.
      let listed = process.listedDirectories.filter { !$0.hasPrefix("/proc/") }
      found = listed.filter { path in
        !listed.contains(PathName.directory(of: path)) || PathName.base(of: path).contains("-")
      }
      found = found.filter { !$0.hasPrefix("/usr/") } + found.filter { $0.hasPrefix("/usr/") }
    }
    if found.isEmpty, module.language == .node {
      // It does not look into directories that are not there.
      found = history.failures.calls.filter {
        $0.process == process.index && $0.error.isAbsence
          && $0.path.map(PathName.base) == "node_modules"
      }.compactMap(\.path)
    }
    return found
  }
}

extension String {
  /// The last place where `part` stands.
  func lastRange(of part: String) -> Range<String.Index>? {
    ranges(of: part).last
  }
}
