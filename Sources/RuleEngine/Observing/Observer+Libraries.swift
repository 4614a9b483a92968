internal import History
internal import TraceEvents

extension Observer {
  /// A library that the loader looked for in vain, if that is what `call` was about.
  func libraryNotLoaded(
    _ call: FailedCall, _ places: [String], _ process: ProcessRecord, asking: Bool
  ) -> LibraryNotLoaded? {
    guard let path = subject(of: call), Self.isLibraryName(PathName.base(of: path)) else {
      return nil
    }
    var seen = LibraryNotLoaded()
    seen.library = PathName.base(of: path)
    // The linker looks for libraries as well.
    if let short = linkerName(call), !short.isEmpty { return nil }
    seen.path = path
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    guard asking else { return seen }
    let tried = Self.searchedDirectories(places.isEmpty ? [path] : places)
    describe(tried: tried, process, in: &seen)
    // It was there further on; what was wrong with it then is another failure.
    if call.replacement != nil, seen.trouble == "missing" { seen.trouble = "found" }
    return seen
  }

  /// The file that a linker passed over: `skipping incompatible lib/libx.a when searching for -lx`.
  private func unfitLibraryLine(_ line: String, _ name: String) -> String? {
    let mark = "skipping incompatible "
    guard line.hasSuffix(" when searching for -l" + name), let start = line.firstRange(of: mark),
      let end = line.firstRange(of: " when searching for ")
    else { return nil }
    return start.upperBound < end.lowerBound ? String(line[start.upperBound..<end.lowerBound]) : nil
  }

  /// The file of that name that a linker said to be of another architecture.
  func unfitLibrary(_ name: String) -> String? {
    run.mentions.lines.lazy.compactMap { unfitLibraryLine($0.text, name) }.first
  }

  /// For the linker's search: the name behind its option -l.
  func linkerName(_ call: FailedCall) -> String? {
    // With a number behind it, it is what the loader looks for.
    guard let name = subject(of: call).map(PathName.base), let short = name.linkName,
      name.hasSuffix(".so") || name.hasSuffix(".a"),
      !run.mentions.mentions(of: "-l" + short, after: call.number).isEmpty
    else { return nil }
    return short
  }

  /// Completes what is known of a library by the model of the loader's search.
  func describe(
    tried: [String], _ process: ProcessRecord, in seen: inout LibraryNotLoaded
  ) {
    if process.rootDirectory != "/" { seen.jail = process.rootDirectory }
    let name = seen.path.flatMap { tried.isEmpty ? $0 : nil } ?? seen.library
    let finding = inquiry.library(name, version: nil, loaderStart(of: process, tried: tried))
    if let finding {
      seen.libraryUser = finding.requester
      seen.isLoadedAtRunTime = finding.isLoadedAtRunTime
      seen.isPreloaded = finding.isPreloaded
      seen.runPath = finding.requesterRunPath
      seen.chain = words(for: finding.chain, process)
      seen.hidden = finding.hidden.map(\.path)
      // Found by now, or where the model sees another machine: then what was seen counts.
      if finding.path == nil { seen.places = LibraryWords.list(finding.places) }
      describeVerdicts(finding.places, in: &seen)
    }
    if seen.places.isEmpty { seen.places = tried.map { $0 + ": not there" } }
    seen.unlinked = finding?.unlinked?.first
    seen.missingLink = seen.unlinked.map { PathName.directory(of: $0) + "/" + seen.library }
    // Other links to the library itself are no other version.
    seen.near =
      seen.unlinked != nil
      ? [] : Self.otherVersions(of: seen.library, in: tried, inquiry).filter { !leadsNowhere($0) }
    guard seen.trouble == "missing" else { return }
    let homes = [process.executable, seen.libraryUser].compactMap { $0 }.map(PathName.directory)
    seen.elsewhere = inquiry.nearby(
      [seen.library],
      around: Self.neighbourhood(homes + [process.workingDirectory])
        + ["/usr/local/lib", "/opt", "/usr/lib"]
    ).filter { found in
      !(finding?.places.contains { $0.path == found } ?? false)
        && inquiry.programFile(found) != .empty
    }
    // A directory outside of its root is none to such a program.
    if seen.jail == nil { seen.bestElsewhere = seen.elsewhere.first.map(PathName.directory) }
    describeOthersRunPath(process, in: &seen)
    guard seen.elsewhere.isEmpty else { return }
    seen.owner = finding.flatMap { owner(of: $0.places) }
    if seen.owner == nil { seen.package = inquiry.packageShipping(seen.library) }
  }

  /// Tells of a RUNPATH of the program that names the library's directory, where a library of it needs the
  /// library: that has no say then (ld.so(8)).
  private func describeOthersRunPath(_ process: ProcessRecord, in seen: inout LibraryNotLoaded) {
    guard let program = process.executable, let directory = seen.bestElsewhere,
      let user = seen.libraryUser, user != program,
      case .elf(let facts)? = inquiry.programFile(program), facts.rpath.isEmpty
    else { return }
    let origin = PathName.directory(of: program)
    let names = facts.runpath.map { entry in
      PathName.absolute(
        entry.replacing("${ORIGIN}", with: origin).replacing("$ORIGIN", with: origin),
        from: process.workingDirectory)
    }
    if names.contains(directory) { seen.loadersRunPath = process.name }
  }

  /// The installed package that one of the places belongs to where nothing was.
  private func owner(of places: [LibraryPlace]) -> String? {
    places.lazy.filter { $0.verdict == .absent && $0.source != .libraryPath }.prefix(4)
      .compactMap { inquiry.packageOwning($0.path) }.first
  }

  /// True for a symbolic link whose target is not there.
  private func leadsNowhere(_ path: String) -> Bool {
    if case .danglingLink? = inquiry.pathWalk(path)?.end { true } else { false }
  }

  /// What was there but did not serve decides more than where nothing was.
  private func describeVerdicts(_ places: [LibraryPlace], in seen: inout LibraryNotLoaded) {
    for place in places {
      switch place.verdict {
      case .rejected, .otherClass, .otherMachine:
        // What the cache lists for other programs is no file that is in the way.
        guard place.source != .cache || seen.trouble != "missing" else { continue }
        seen.trouble = "rejected"
        seen.file = place.path
        seen.content = content(of: place)
        return
      case .unreadable(.tooManyLinks) where seen.trouble == "missing":
        seen.trouble = "rejected"
        seen.file = place.path
        seen.content = "it is a symbolic link that leads in a circle, back to itself"
      case .danglingLink(let target) where seen.trouble == "missing":
        seen.trouble = "dangling"
        seen.file = place.path
        seen.linkTarget = target
      default: continue
      }
    }
  }

  private func content(of place: LibraryPlace) -> String? {
    switch place.verdict {
    case .otherClass(let bits):
      return "it is a \(bits)-bit library"
        + " (wrong ELF class), and the program is a \(bits == 32 ? 64 : 32)-bit one"
    case .otherMachine(let name): return "it is built for another processor, \(name)"
    case .rejected(let reason):
      if case .other(let content) = inquiry.programFile(place.path),
        [.text, .html].contains(content),
        let line = inquiry.lines(around: 1, of: place.path).first(where: { $0.number == 1 })?.text
      {
        if isPointer(place.path) { return Self.pointerWords }
        return reason + ", which begins with \(line.prefix(60))"
      }
      return reason
    default: return nil
    }
  }

  /// The names of a chain in words, the first as people know the program; nil for one that tells
  /// nothing.
  private func words(for chain: [String], _ process: ProcessRecord) -> String? {
    chain.count > 1 ? ([process.name] + chain.dropFirst()).joined(separator: " → ") : nil
  }

  /// From the program to the library at `path`, by what needs what.
  func libraryChain(to path: String, _ process: ProcessRecord) -> String? {
    guard PathName.base(of: path).contains(".so") else { return nil }
    let start = loaderStart(of: process, tried: [])
    return inquiry.library(path, version: nil, start).flatMap { words(for: $0.chain, process) }
  }

  /// How the process was started, as far as its loader minds.
  func loaderStart(of process: ProcessRecord, tried: [String]) -> LoaderStart {
    let root = process.rootDirectory
    func inside(_ path: String) -> String {
      root != "/" && path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
    }
    let refused = history.failures.calls.filter {
      $0.process == process.index && [.accessDenied, .notPermitted].contains($0.error)
    }.compactMap(\.path).filter { PathName.base(of: $0).contains(".so") }
    return LoaderStart(
      program: process.executable.map(inside) ?? "", root: root,
      workingDirectory: inside(process.workingDirectory),
      libraryPath: process.environmentValue("LD_LIBRARY_PATH").map(String.init),
      preload: process.environmentValue("LD_PRELOAD").map(String.init),
      user: process.lostPrivilege
        ? nil : process.parent.flatMap { history.processes[$0].credentials?.user },
      isSecure: process.isSecure ? true : nil, opened: process.libraries.map(inside),
      refused: Array(Set(refused.map(inside))).sorted(),
      tried: tried.map(inside))
  }

  /// The directories of a search, without the variants for newer processors that the loader tries
  /// first in each; at most ten.
  private static func searchedDirectories(_ places: [String]) -> [String] {
    var directories: [String] = []
    for place in places {
      let directory = PathName.directory(of: place)
      if !isForProcessor(place), !directories.contains(directory) { directories.append(directory) }
    }
    return Array(directories.prefix(10))
  }

  /// True for a place in a directory of variants for newer processors.
  static func isForProcessor(_ place: String) -> Bool {
    let directory = PathName.directory(of: place)
    return directory.contains("/glibc-hwcaps/")
      || ["tls", "x86_64", "haswell", "avx512_1"].contains(PathName.base(of: directory))
  }

  /// Libraries of the same name and another version.
  private static func otherVersions(
    of name: String, in directories: [String], _ inquiry: Inquiry
  ) -> [String] {
    guard let stem = name.firstRange(of: ".so").map({ name[..<$0.upperBound] }) else { return [] }
    var found: [String] = []
    for directory in directories {
      for near in inquiry.similarNames(to: name, in: directory) {
        let path = near.hasPrefix("/") ? near : directory + "/" + near
        let base = PathName.base(of: path)
        if base.hasPrefix(stem), base != name,
          !found.contains(where: { PathName.base(of: $0) == base })
        {
          found.append(path)
        }
      }
    }
    return Array(found.prefix(3))
  }

  /// Directories in which what one of `homes` lacks could lie: these, and those that hold them.
  static func neighbourhood(_ homes: [String]) -> [String] {
    var roots: [String] = []
    for home in homes {
      for directory in [home, PathName.directory(of: home)]
      where !roots.contains(directory) && !Self.isTooWide(directory) {
        roots.append(directory)
      }
    }
    return roots
  }

  /// True for directories that hold everything, so that a file in them is no neighbour.
  private static func isTooWide(_ directory: String) -> Bool {
    let parts = directory.split(separator: "/")
    guard let first = parts.first else { return true }
    return parts.count == 1 || first == "proc" || first == "sys" || first == "dev"
      || parts.count == 2
        && ["usr", "home", "var", "lib", "mnt", "media"].contains(String(first))
  }

  /// True for `libx.so` and `libx.so.1.2`, not for `x.so` and `ld.so.preload`.
  static func isLibraryName(_ name: String) -> Bool {
    // Without "lib", it is what an interpreter loads by itself: a module of Ruby, Python or PHP.
    if name.hasSuffix(".so") { return name.hasPrefix("lib") }
    guard let mark = name.firstRange(of: ".so.") else { return false }
    return name[mark.upperBound...].allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
  }

  // MARK: What the loader says

  /// What the loader complained of, if it is its words that stand at `position`.
  func loaderComplaint(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> (any ObservationKind)? {
    let text = LogPrefix.removed(from: run.mentions.lines[position].text.trimmed)
    guard let words = LoaderWords(text), let file = words.file ?? words.name else { return nil }
    switch words.trouble {
    case .missing, .rejected:
      var seen = LibraryNotLoaded()
      seen.library = PathName.base(of: file)
      seen.trouble = words.trouble.rawValue
      seen.line = text
      seen.path = path(of: file, process)
      seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
      if words.trouble == .rejected { seen.file = seen.path }
      guard asking else { return seen }
      if text.contains("failed to map segment") {
        let limit =
          inquiry.limitFact("RLIMIT_AS", of: process.pid)?.soft
          ?? process.limits["RLIMIT_AS"].flatMap { UInt64(exactly: $0) }
        seen.spaceLimit = limit.map(Wording.bytes)
      }
      describe(tried: [], process, in: &seen)
      return seen
    case .symbol, .version:
      var seen = LoaderComplaint()
      seen.line = text
      seen.trouble = words.trouble.rawValue
      seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
      if words.trouble == .version {
        seen.file = path(of: file, process)
        seen.version = words.name
        seen.neededBy = words.neededBy.map { path(of: $0, process) }
        if asking { describeVersions(process, in: &seen) }
      } else {
        seen.symbol = words.name
        seen.version = words.version
        seen.neededBy =
          words.file.map { path(of: $0, process) }
          ?? words.name.flatMap { extensionEntered(by: $0, process) }
        if asking { describeSymbol(process, in: &seen) }
      }
      return seen
    }
  }

  /// The library that was loaded last, if the function by which Python enters it has its name.
  private func extensionEntered(by function: String, _ process: ProcessRecord) -> String? {
    guard function.hasPrefix("PyInit_") else { return nil }
    let name = function.dropFirst(7)
    return process.libraries.last { PathName.base(of: $0).hasPrefix(name + ".") }
  }

  /// The path of a file that the loader names, which may be its base name alone.
  private func path(of name: String, _ process: ProcessRecord) -> String {
    if name.contains("/") { return PathName.absolute(name, from: process.workingDirectory) }
    let files = process.libraries + [process.executable].compactMap { $0 }
    return files.last { PathName.base(of: $0) == name } ?? name
  }

  func describeVersions(_ process: ProcessRecord, in seen: inout LoaderComplaint) {
    guard let file = seen.file,
      let finding = inquiry.library(
        file, version: seen.version, loaderStart(of: process, tried: []))
    else { return }
    seen.versions = Array(finding.versions.suffix(3))
    seen.newestVersion = seen.versions.last
    describe(finding, process, in: &seen)
    if let user = seen.neededBy, PathName.base(of: user) != finding.chain.dropLast().last {
      // Another needs it in that version than the one for which it was loaded.
      let way = inquiry.library(user, version: nil, loaderStart(of: process, tried: []))?.chain
      seen.chain = words(
        for: (way ?? [PathName.base(of: user)]) + finding.chain.suffix(1), process)
    }
    seen.package = inquiry.packageOwning(file)
  }

  private func describeSymbol(_ process: ProcessRecord, in seen: inout LoaderComplaint) {
    guard let symbol = seen.symbol,
      let finding = inquiry.symbol(
        symbol, version: seen.version, user: seen.neededBy ?? process.name,
        loaderStart(of: process, tried: []))
    else { return }
    // What dlopen(3) answers, and does not end the program, it was asked for at once (RTLD_NOW).
    seen.isBoundAtStart =
      finding.isBoundAtStart || process.environmentValue("LD_BIND_NOW").map { !$0.isEmpty } ?? false
      || !seen.line.contains("symbol lookup error") && !seen.line.contains("Error relocating")
    seen.isLoadedAtRunTime = finding.wanting.isLoadedAtRunTime
    seen.isPreloaded = finding.wanting.isPreloaded
    seen.isEntry = finding.isWanted == false
    seen.definers = finding.definers
    seen.versions = finding.versions
    seen.newestVersion = seen.versions.last
    seen.chain = words(for: finding.wanting.chain, process)
    guard let expected = finding.expected else { return }
    describe(expected, process, in: &seen)
    seen.chain = words(for: finding.wanting.chain + expected.chain.suffix(1), process)
    seen.file = expected.path
  }

  private func describe(
    _ finding: LibraryFinding, _ process: ProcessRecord, in seen: inout LoaderComplaint
  ) {
    seen.chain = words(for: finding.chain, process)
    seen.hidden = finding.hidden.map(\.path)
    seen.reason = finding.places.last.map { LibraryWords.words(for: $0.source) }
  }
}
