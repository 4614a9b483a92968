import TraceEvents

/// The loader's search for one library after another (`_dl_map_object` of glibc's `elf/dl-load.c`;
/// `load_library` of musl's `ldso/dynlink.c`).
struct LibrarySearch {
  private struct Loaded {
    let path: String
    let facts: ElfFacts
    let versions: ElfVersions?
  }

  private let files: RootedFiles
  private let facts: ElfFacts
  private let platform: LoaderPlatform
  private let libraryPath: [String]
  private let cache: LoaderCache
  private var loaded: [Int: Loaded] = [:]
  private var byName: [String: Int] = [:]
  private var byFile: [String: Int] = [:]
  private var interpreter: String?

  init(facts: ElfFacts, files: RootedFiles, libraryPath: [String]) {
    self.files = files
    self.facts = facts
    self.libraryPath = libraryPath
    platform = LoaderPlatform(facts, files: files)
    cache =
      platform.isMusl || platform.cacheFlags == nil
      ? LoaderCache(path: "") : LoaderCache(path: files.outside("/etc/ld.so.cache"))
  }

  /// The names in `/etc/ld.so.preload`.
  var preloadedEverywhere: [String] {
    guard !platform.isMusl, let path = files.resolved("/etc/ld.so.preload"),
      let file = try? FileBytes(path: files.outside(path)), let bytes = try? file.prefix(1 << 16)
    else { return [] }
    return TargetText.decoding(bytes).split(separator: "\n")
      .flatMap { line in
        line.prefix { $0 != "#" }.split(whereSeparator: { " \t:".contains($0) }).map(String.init)
      }
  }

  /// The program's loader is in memory already, under the name of its file.
  mutating func knowInterpreter(_ path: String) { interpreter = path }

  /// The object that serves `name` already.
  func known(_ name: String) -> Int? { byName[name] }

  /// The object that `path` is, below the root.
  func index(ofFile path: String) -> Int? { byFile[files.resolved(path) ?? path] }

  /// `name` means object `index` from here on.
  mutating func rename(_ name: String, _ index: Int) { byName[name] = index }

  /// The file at `path` is loaded as object `index`.
  mutating func take(_ path: String, name: String, index: Int) {
    byName[name] = index
    guard let facts = try? ElfFile(path: files.outside(files.resolved(path) ?? path)).facts else {
      return
    }
    add(
      path, facts,
      versions: try? ElfVersions(path: files.outside(files.resolved(path) ?? path)), index: index)
  }

  /// The file at `path` with these facts is object `index`.
  mutating func add(_ path: String, _ facts: ElfFacts, versions: ElfVersions?, index: Int) {
    loaded[index] = Loaded(path: path, facts: facts, versions: versions)
    byFile[files.resolved(path) ?? path] = index
    // musl knows a library by the name that it was first asked for; glibc by its soname as well.
    if let soname = facts.soname, byName[soname] == nil, !platform.isMusl { byName[soname] = index }
  }

  /// DT_NEEDED of object `index`.
  func needed(_ index: Int) -> [String] { loaded[index]?.facts.needed ?? [] }

  /// The symbol versions of object `index`.
  func versions(_ index: Int) -> ElfVersions? { loaded[index]?.versions }

  /// Looks for `name` on behalf of an object.
  ///
  /// - Parameters:
  ///   - requester: The object; nil for what is preloaded.
  ///   - chain: That object, the one that it was loaded for, and so on up to the program.
  func find(
    _ name: String, for requester: Int?, chain: [Int]
  ) -> (path: String?, places: [LibraryPlace]) {
    var trial = Trial()
    if name.contains("/") {
      let path = expanded(name, for: requester ?? 0) ?? name
      attempt(path, .name, &trial)
      return (trial.found, trial.places)
    }
    if let interpreter, interpreter.split(separator: "/").last.map(String.init) == name {
      return (interpreter, [LibraryPlace(path: interpreter, source: .name, verdict: .found)])
    }
    if platform.isMusl {
      findAsMusl(name, chain, &trial)
    } else {
      findAsGlibc(name, requester, chain, &trial)
    }
    return (trial.found, trial.places)
  }

  /// What a search has come to.
  private struct Trial {
    var places: [LibraryPlace] = []
    var found: String?
    var isOver = false

    mutating func note(
      _ path: String, _ source: LibraryPlace.Source, _ verdict: LibraryPlace.Verdict
    ) {
      places.append(LibraryPlace(path: path, source: source, verdict: verdict))
    }
  }

  private func findAsGlibc(
    _ name: String, _ requester: Int?, _ chain: [Int], _ trial: inout Trial
  ) {
    let own = requester.flatMap { loaded[$0] }
    if let own, !own.facts.runpath.isEmpty {
      for index in chain where loaded[index].map({ !$0.facts.rpath.isEmpty }) ?? false {
        trial.note(
          loaded[index].map { $0.facts.rpath.joined(separator: ":") } ?? "",
          .rpath(of: title(index)), .skipped(reason: "\(title(requester ?? 0)) has a RUNPATH"))
      }
    } else {
      for index in chain.contains(0) ? chain : chain + [0] {
        guard let object = loaded[index], !object.facts.rpath.isEmpty else { continue }
        guard object.facts.runpath.isEmpty else {
          trial.note(
            object.facts.rpath.joined(separator: ":"), .rpath(of: title(index)),
            .skipped(reason: "it has a RUNPATH as well"))
          continue
        }
        search(object.facts.rpath, of: index, .rpath(of: title(index)), name, &trial)
      }
    }
    search(libraryPath, of: 0, .libraryPath, name, &trial)
    if let requester, let own {
      search(own.facts.runpath, of: requester, .runpath(of: title(requester)), name, &trial)
    }
    searchCache(name, &trial)
    search(platform.defaultDirectories, of: 0, .standard, name, &trial)
  }

  private func findAsMusl(_ name: String, _ chain: [Int], _ trial: inout Trial) {
    search(libraryPath, of: 0, .libraryPath, name, &trial)
    // Both kinds are alike to musl, and both are inherited.
    for index in chain {
      guard let object = loaded[index] else { continue }
      let isNew = !object.facts.runpath.isEmpty
      search(
        isNew ? object.facts.runpath : object.facts.rpath, of: index,
        isNew ? .runpath(of: title(index)) : .rpath(of: title(index)), name, &trial)
    }
    search(platform.defaultDirectories, of: 0, .standard, name, &trial)
  }

  private func search(
    _ directories: [String], of index: Int, _ source: LibraryPlace.Source, _ name: String,
    _ trial: inout Trial
  ) {
    for directory in directories where !trial.isOver {
      guard let directory = expanded(directory, for: index) else {
        trial.note(directory, source, .skipped(reason: "it has a variable that is not known"))
        continue
      }
      let base = directory.isEmpty ? "." : directory
      for variant in platform.variants where !trial.isOver {
        // These are told of only where something is there.
        let path = "\(base)/\(variant)/\(name)"
        if files.resolved(path) != nil { attempt(path, source, &trial) }
      }
      if !trial.isOver { attempt("\(base)/\(name)", source, &trial) }
    }
  }

  private func searchCache(_ name: String, _ trial: inout Trial) {
    guard !trial.isOver, let flags = platform.cacheFlags else { return }
    let listed = cache.libraries(named: name)
    let usable = listed.filter { $0.flags == flags && platform.canUse($0.path) }
      .sorted { rank($0.path) < rank($1.path) }
    guard let best = usable.first else {
      let others = listed.filter { $0.flags != flags }
      if let other = others.first {
        let bits = other.flags & 0xFF00 == 0 ? 32 : 64
        trial.note(
          other.path, .cache,
          bits == facts.bits ? .otherMachine("another processor") : .otherClass(bits: bits))
      } else {
        trial.note("/etc/ld.so.cache", .cache, .notListed)
      }
      return
    }
    attempt(best.path, .cache, &trial)
  }

  /// The place of the processor's variant of `path` among those that are looked at.
  private func rank(_ path: String) -> Int {
    platform.variants.firstIndex { path.contains("/\($0)/") } ?? platform.variants.count
  }

  private func attempt(_ path: String, _ source: LibraryPlace.Source, _ trial: inout Trial) {
    guard let file = files.resolved(path) else { return trial.note(path, source, .absent) }
    let verdict = verdict(of: file)
    trial.note(path, source, verdict)
    switch verdict {
    case .found:
      trial.found = path
      trial.isOver = true
    case .rejected: trial.isOver = true
    default: break
    }
  }

  /// Whether the loader takes the file (`open_verify` of glibc).
  private func verdict(of file: String) -> LibraryPlace.Verdict {
    do throws(ElfError) {
      let found = try ElfFile(path: files.outside(file)).facts
      if found.bits != facts.bits { return .otherClass(bits: found.bits) }
      if found.machine != facts.machine || found.isBigEndian != facts.isBigEndian {
        return .otherMachine(found.machine)
      }
      guard found.kind == .shared else {
        return .rejected(reason: "it is a program or an object file, not a shared library")
      }
      return .found
    } catch {
      switch error.code {
      case .unreadable(let number): return .unreadable(number)
      case .truncated: return .rejected(reason: "it is cut short")
      case .corrupt: return .rejected(reason: "its headers do not hold together")
      case .notElf:
        guard let kind = try? programFile(files.outside(file)) else {
          return .rejected(reason: "it is no ELF file")
        }
        return .rejected(reason: Self.words(for: kind))
      }
    }
  }

  private static func words(for file: ProgramFile) -> String {
    switch file {
    case .empty: "it is empty"
    case .other(.text): "it is a text file, such as a linker script"
    case .other(let content): "it is \(content.rawValue)"
    case .script: "it is a script"
    default: "it is no ELF file"
    }
  }

  private func title(_ index: Int) -> String {
    guard let path = loaded[index]?.path else { return "the program" }
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `text` with `$ORIGIN`, `$LIB` and `$PLATFORM` replaced; nil with another variable in it.
  private func expanded(_ text: String, for index: Int) -> String? {
    guard text.contains("$") else { return text }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      let name = (isBraced ? rest.dropFirst() : rest).prefix { $0.isLetter || $0 == "_" }
      guard let value = value(of: name, index) else { return nil }
      result += value
      rest = rest.dropFirst(name.count + (isBraced ? 2 : 0))
    }
    return result + rest
  }

  private func value(of name: Substring, _ index: Int) -> String? {
    switch name {
    case "ORIGIN":
      guard let path = loaded[index]?.path, let file = files.resolved(path) else { return nil }
      return String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
    case "LIB": return platform.lib
    case "PLATFORM": return platform.platform
    default: return nil
    }
  }
}
