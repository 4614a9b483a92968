internal import History
internal import TraceEvents

extension Observer {
  /// A library that the loader looked for in vain, if that is what `call` was about.
  func libraryNotLoaded(
    _ call: FailedCall, _ places: [String], _ process: ProcessRecord, asking: Bool
  ) -> LibraryNotLoaded? {
    guard let path = subject(of: call),
      Self.isLibraryName(PathName.base(of: path)) || isPluginName(path, places)
    else { return nil }
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
      seen.avoidsDefaultDirectories = finding.places.contains {
        if case .skipped = $0.verdict { $0.source == .standard } else { false }
      }
      seen.isSecure =
        process.isSecure
        || finding.places.contains {
          if case .skipped(let reason) = $0.verdict {
            reason.contains("more rights")
          } else {
            false
          }
        }
      describeVerdicts(finding.places, in: &seen)
    }
    if seen.places.isEmpty { seen.places = tried.map { $0 + ": not there" } }
    if let program = program(of: process), let loader = program.interpreter,
      loader.contains("/ld-musl-")
    {
      seen.muslPathFile = "/etc/ld-musl-\(program.machine).path"
    }
    seen.unlinked = finding?.unlinked?.first
    seen.missingLink = seen.unlinked.map { PathName.directory(of: $0) + "/" + seen.library }
    // Other links to the library itself are no other version.
    seen.near =
      seen.unlinked != nil
      ? [] : Self.otherVersions(of: seen.library, in: tried, inquiry).filter { !leadsNowhere($0) }
    guard seen.trouble == "missing" else { return }
    let homes = [process.executable, seen.libraryUser].compactMap { $0 }.map(PathName.directory)
    let program = self.program(of: process)
    let copies = inquiry.nearby(
      [seen.library],
      around: Self.neighbourhood(homes + [process.workingDirectory])
        + ["/usr/local/lib", "/opt", "/usr/lib"]
    ).filter { found in
      !(finding?.places.contains { $0.path == found } ?? false)
        && inquiry.programFile(found) != .empty
    }
    let objections = copies.map { objection(to: $0, for: program) }
    seen.elsewhere = zip(copies, objections).filter { $1 == nil }.map(\.0)
    seen.unusable = zip(copies, objections).compactMap { copy, objection in
      objection.map { "\(copy), but \($0)" }
    }
    // A directory outside of its root is none to such a program.
    if seen.jail == nil { seen.bestElsewhere = seen.elsewhere.first.map(PathName.directory) }
    describeOthersRunPath(process, in: &seen)
    describeNamedPath(process, in: &seen)
    guard seen.elsewhere.isEmpty else { return }
    seen.owner = finding.flatMap { owner(of: $0.places) }
    guard seen.owner == nil else { return }
    // The same library for other programs is here: its package has this one as well.
    let copy = copies.lazy.compactMap { inquiry.packageOwning($0) }.first
    let package = copy ?? inquiry.packageShipping(seen.library)
    seen.package = package.map { PackageName.name($0, for: program) }
    if seen.package != package {
      seen.foreignArchitecture = program.flatMap(PackageName.architecture)
    }
  }

  /// What the program that a process runs says of itself: of one that was handed to the loader, not of that.
  private func program(of process: ProcessRecord) -> ElfFacts? {
    let start = LoaderInvocation(process)?.program ?? process.executable
    guard let start, case .elf(let facts)? = inquiry.programFile(start) else { return nil }
    return facts
  }

  /// Why a file of a library's name is none that the program could load, in words; nil where it could, as far
  /// as is known.
  private func objection(to file: String, for program: ElfFacts?) -> String? {
    switch inquiry.programFile(file) {
    case .elf(let facts):
      guard let program else { return nil }
      if facts.bits != program.bits {
        return "it is a \(facts.bits)-bit library, and the program is a \(program.bits)-bit one"
      }
      if facts.machine != program.machine { return "it is for another processor, \(facts.machine)" }
      return facts.kind == .shared ? nil : "it is no shared library"
    case .damagedElf(let reason): return "it is damaged: \(reason)"
    case .script: return "it is a script"
    case .directory: return "it is a directory"
    case .other(let content): return "it is no library: \(content.rawValue)"
    case .empty, nil: return nil
    }
  }

  /// Tells of a library that is needed under a name with a slash: the loader takes that for a path, and looks
  /// nowhere else.
  private func describeNamedPath(_ process: ProcessRecord, in seen: inout LibraryNotLoaded) {
    guard let user = seen.libraryUser, case .elf(let facts)? = inquiry.programFile(user),
      let name = facts.needed.first(where: {
        $0.contains("/") && PathName.base(of: $0) == seen.library
      })
    else { return }
    seen.neededAs = name
    guard !name.hasPrefix("/") else { return }
    let end = "/" + name
    seen.startDirectory = seen.elsewhere.first { $0.hasSuffix(end) }.map {
      $0.utf8.count == end.utf8.count ? "/" : String($0.dropLast(end.count))
    }
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
  func words(for chain: [String], _ process: ProcessRecord) -> String? {
    let first = LoaderInvocation(process) == nil ? process.name : chain.first ?? process.name
    return chain.count > 1 ? ([first] + chain.dropFirst()).joined(separator: " → ") : nil
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
    let invocation = LoaderInvocation(process)
    return LoaderStart(
      program: (invocation?.program ?? process.executable).map(inside) ?? "", root: root,
      workingDirectory: inside(process.workingDirectory),
      libraryPath: invocation?.libraryPath
        ?? process.environmentValue("LD_LIBRARY_PATH").map(String.init),
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
      || ["tls", "x86_64", "haswell", "avx512_1", "i686", "sse2"].contains(
        PathName.base(of: directory))
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

  /// True for a name such as `plugx.so` that was looked for in the loader's own directories: where interpreters look
  /// for their modules is elsewhere.
  private func isPluginName(_ path: String, _ places: [String]) -> Bool {
    path.hasSuffix(".so")
      && places.contains { place in
        let directory = PathName.directory(of: place)
        return directory == "/usr/lib" || directory == "/lib"
          || directory.hasPrefix("/lib/") && directory.hasSuffix("-linux-gnu")
      }
  }

  /// True for `libx.so` and `libx.so.1.2`, not for `x.so` and `ld.so.preload`.
  static func isLibraryName(_ name: String) -> Bool {
    // Without "lib", it is what an interpreter loads by itself: a module of Ruby, Python or PHP.
    if name.hasSuffix(".so") { return name.hasPrefix("lib") }
    guard let mark = name.firstRange(of: ".so.") else { return false }
    return name[mark.upperBound...].allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
  }
}
