internal import History
internal import TraceEvents

extension Observer {
  /// Completes what is known of a library that the loader did not find: who needs it, and where
  /// else one is.
  func describeLibrary(
    _ process: ProcessRecord, _ places: [String], in seen: inout MissingPath
  ) {
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    seen.searched = Self.searchedDirectories(places)
    if let rejected = process.libraries.last(where: { PathName.base(of: $0) == seen.base }) {
      seen.rejectedFile = rejected
      seen.rejectedContent = libraryContent(rejected)
    }
    for place in places where PathName.base(of: place) == seen.base {
      guard case .danglingLink(let link, let target, _) = inquiry.pathWalk(place)?.end else {
        continue
      }
      seen.link = link
      seen.linkTarget = target
      break
    }
    let chain = needing(seen.base, process)
    seen.libraryUser = chain.first
    if let executable = process.executable, case .elf = inquiry.programFile(executable) {
      seen.isLoadedAtRunTime = chain.last != executable
    }
    if let user = chain.first {
      var names = chain.reversed().map(PathName.base) + [seen.base]
      if seen.isLoadedAtRunTime { names.insert(process.name, at: 0) }
      if names.count > 2 { seen.chain = names.joined(separator: " → ") }
      if case .elf(let facts) = inquiry.programFile(user) {
        let run = facts.runpath.isEmpty ? facts.rpath : facts.runpath
        seen.runPath = run.isEmpty ? nil : run.joined(separator: ":")
      }
    }
    seen.near = Self.otherVersions(of: seen.base, in: seen.searched, inquiry)
    seen.bestNear = seen.near.first
    let homes = ([process.executable, chain.first].compactMap { $0 }).map(PathName.directory)
    seen.elsewhere = inquiry.nearby(
      [seen.base],
      around: Self.neighbourhood(homes + [process.workingDirectory])
        + ["/usr/local/lib", "/opt", "/usr/lib"]
    ).filter { $0 != seen.rejectedFile }
    seen.bestElsewhere = seen.elsewhere.first.map(PathName.directory)
    if seen.elsewhere.isEmpty { seen.package = inquiry.packageShipping(seen.base) }
  }

  /// The file that needs library `name`, and those that need it in turn; the program last. Empty
  /// if none does: then the program asked for it by itself (`dlopen(3)`).
  private func needing(_ name: String, _ process: ProcessRecord) -> [String] {
    let files = [process.executable].compactMap { $0 } + process.libraries.reversed()
    var chain: [String] = []
    var sought = name
    while chain.count < 6 {
      let user = files.first { file in
        guard !chain.contains(file), case .elf(let facts) = inquiry.programFile(file) else {
          return false
        }
        return facts.needed.contains { $0 == sought || PathName.base(of: $0) == sought }
      }
      guard let user else { break }
      chain.append(user)
      if user == process.executable { break }
      sought = PathName.base(of: user)
    }
    return chain
  }

  /// The directories of a search, without the variants for newer processors that the loader tries
  /// first in each; at most ten.
  private static func searchedDirectories(_ places: [String]) -> [String] {
    var directories: [String] = []
    for place in places {
      let directory = PathName.directory(of: place)
      let isVariant =
        directory.contains("/glibc-hwcaps/")
        || ["tls", "x86_64", "haswell", "avx512_1"].contains(PathName.base(of: directory))
      if !isVariant, !directories.contains(directory) { directories.append(directory) }
    }
    return Array(directories.prefix(10))
  }

  /// Libraries of the same name and another version.
  private static func otherVersions(
    of name: String, in directories: [String], _ inquiry: Inquiry
  ) -> [String] {
    guard let stem = name.firstRange(of: ".so").map({ name[..<$0.upperBound] }) else { return [] }
    var found: [String] = []
    for directory in directories {
      for near in inquiry.similarNames(to: name, in: directory)
      where near.hasPrefix(stem) && near != name {
        let path = near.hasPrefix("/") ? near : directory + "/" + near
        if !found.contains(where: { PathName.base(of: $0) == near }) { found.append(path) }
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

  /// What is in a file that is no library, in words; nil if it looks well.
  func libraryContent(_ path: String) -> String? {
    switch inquiry.programFile(path) {
    case .empty: return "the file is empty (0 bytes)"
    case .directory: return "it is a directory"
    case .damagedElf(let reason): return "a damaged ELF file: " + reason
    case .script(let line): return "a script, which begins with \(line)"
    case .other(.text), .other(.html):
      let isPage = inquiry.programFile(path) == .other(content: .html)
      let line = inquiry.lines(around: 1, of: path).first { $0.number == 1 }?.text
      return (isPage ? "HTML, a web page" : "text, such as a linker script")
        + (line.map { ", which begins with \($0.prefix(60))" } ?? "")
    case .other(let content): return content.rawValue
    case .elf(let facts):
      return facts.machine == "x86_64" && facts.bits == 64
        ? nil : "a \(facts.bits)-bit library for \(facts.machine), not a 64-bit one for x86_64"
    case nil: return nil
    }
  }

  /// What the loader complained of, if it is its words that stand at `position`.
  func loaderComplaint(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> LoaderComplaint? {
    let text = LogPrefix.removed(from: run.mentions.lines[position].text.trimmed)
    guard let words = LoaderWords(text) else { return nil }
    var seen = LoaderComplaint()
    seen.line = text
    seen.trouble = words.trouble.rawValue
    let named = words.file.map { path(of: $0, process) }
    switch words.trouble {
    case .rejected: seen.file = named
    case .version:
      seen.file = named
      seen.version = words.name
      seen.neededBy = words.neededBy.map { path(of: $0, process) }
    case .symbol:
      seen.symbol = words.name
      seen.neededBy = named
    }
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    guard asking else { return seen }
    switch words.trouble {
    case .rejected: seen.content = named.flatMap(libraryContent)
    case .version: describeVersions(words, named, in: &seen)
    case .symbol: describeSymbol(words, process, in: &seen)
    }
    return seen
  }

  /// The path of a file that the loader names, which may be its base name alone.
  private func path(of name: String, _ process: ProcessRecord) -> String {
    if name.contains("/") { return PathName.absolute(name, from: process.workingDirectory) }
    let files = process.libraries + [process.executable].compactMap { $0 }
    return files.last { PathName.base(of: $0) == name } ?? name
  }

  private func describeVersions(
    _ words: LoaderWords, _ library: String?, in seen: inout LoaderComplaint
  ) {
    guard let library, let version = words.name else { return }
    let kind = version.prefix { !$0.isNumber }
    let all = inquiry.symbolVersions(library)
    let same = all.filter { $0.hasPrefix(kind) && $0.dropFirst(kind.count).first?.isNumber == true }
    seen.versions = Array((same.isEmpty ? all : same).suffix(3))
    seen.newestVersion = seen.versions.last
  }

  private func describeSymbol(
    _ words: LoaderWords, _ process: ProcessRecord, in seen: inout LoaderComplaint
  ) {
    let system = ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"]
    seen.suspects = process.libraries.filter { library in
      library != seen.neededBy && !system.contains { library.hasPrefix($0) }
    }
    seen.bestSuspect = seen.suspects.first
    let places = ["/usr/lib/x86_64-linux-gnu/", "/lib/x86_64-linux-gnu/", "/usr/local/lib/"]
    for library in seen.suspects {
      for place in places {
        let other = place + PathName.base(of: library)
        guard other != library, case .elf = inquiry.programFile(other) else { continue }
        seen.hidden.append(other)
        break
      }
    }
    if let symbol = words.name {
      seen.definers = inquiry.definers(of: symbol, among: seen.hidden)
    }
  }
}
