import TraceEvents

/// The loader's search for one library after another (`_dl_map_object` of glibc's `elf/dl-load.c`;
/// `load_library` of musl's `ldso/dynlink.c`).
struct LibrarySearch {
  private struct Loaded {
    let path: String
    let file: LibraryFile
    var facts: ElfFacts { file.facts }
  }

  let files: RootedFiles
  let facts: ElfFacts
  let platform: LoaderPlatform
  private let start: LoaderStart
  let refused: Set<String>
  let readsSymbols: Bool
  private let cache: LoaderCache
  /// True if the program has more rights than the user who starts it, so that the loader does not
  /// trust the environment (AT_SECURE of `getauxval(3)`).
  let isSecure: Bool
  private var loaded: [Int: Loaded] = [:]
  private var byName: [String: Int] = [:]
  private var byFile: [String: Int] = [:]
  private var interpreter: String?

  init(facts: ElfFacts, files: RootedFiles, start: LoaderStart, readsSymbols: Bool) {
    self.files = files
    self.readsSymbols = readsSymbols
    self.facts = facts
    self.start = start
    refused = Set(start.refused)
    isSecure =
      start.isSecure ?? start.user.map { files.raisesRights(start.program, of: $0) } ?? false
    platform = LoaderPlatform(facts, files: files)
    cache =
      platform.isMusl || platform.cacheFlags == nil
      ? LoaderCache(path: "") : LoaderCache(path: files.outside("/etc/ld.so.cache"))
  }

  /// What is to be loaded before anything else, as LD_PRELOAD and `/etc/ld.so.preload` name it.
  var preloaded: [String] {
    let named = (start.preload ?? "").split(whereSeparator: { $0 == " " || $0 == ":" })
    // In secure execution a name with a slash is passed over.
    return named.map(String.init).filter { !isSecure || !$0.contains("/") } + preloadedEverywhere
  }

  private var preloadedEverywhere: [String] {
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

  /// The file at `path` is loaded as object `index`; `file` if it has been read.
  mutating func take(_ path: String, _ file: LibraryFile?, name: String, index: Int) {
    byName[name] = index
    let place = files.outside(files.resolved(path) ?? path)
    guard let file = file ?? (try? LibraryFile(path: place, withSymbols: readsSymbols)) else {
      return
    }
    add(path, file, index: index)
  }

  /// The file at `path` is object `index`.
  mutating func add(_ path: String, _ file: LibraryFile, index: Int) {
    loaded[index] = Loaded(path: path, file: file)
    byFile[files.resolved(path) ?? path] = index
    // musl knows a library by the name that it was first asked for; glibc by its soname as well.
    if let soname = file.facts.soname, byName[soname] == nil, !platform.isMusl {
      byName[soname] = index
    }
  }

  /// DT_NEEDED of object `index`.
  func needed(_ index: Int) -> [String] { loaded[index]?.facts.needed ?? [] }

  /// The symbol versions of object `index`.
  func versions(_ index: Int) -> ElfVersions? { loaded[index]?.file.versions }

  /// The symbols of object `index`; nil where they cannot be read.
  func symbols(_ index: Int) -> ElfSymbols? { loaded[index]?.file.symbols }

  /// All libraries for such a program that `ldconfig(8)` has found.
  var cachedPaths: [String] {
    guard let flags = platform.cacheFlags else { return [] }
    return cache.paths(withFlags: flags).filter(platform.canUse)
  }

  /// DT_RUNPATH of object `index`, or else its DT_RPATH.
  func runPath(_ index: Int) -> [String] {
    guard let facts = loaded[index]?.facts else { return [] }
    return facts.runpath.isEmpty ? facts.rpath : facts.runpath
  }

  /// What the search for one library came to.
  struct Result {
    /// Where it is found.
    fileprivate(set) var path: String?
    /// What was read there.
    fileprivate(set) var file: LibraryFile?
    /// Where it was looked for, in order.
    fileprivate(set) var places: [LibraryPlace] = []
    /// Other copies, which would be found if the search went on.
    fileprivate(set) var hidden: [LibraryPlace] = []

    fileprivate var isOver = false
    private static let mostHidden = 4

    fileprivate mutating func note(
      _ path: String, _ source: LibraryPlace.Source, _ verdict: LibraryPlace.Verdict
    ) {
      guard !isOver else { return }
      places.append(LibraryPlace(path: path, source: source, verdict: verdict))
    }

    fileprivate mutating func hide(_ path: String, _ source: LibraryPlace.Source) {
      guard hidden.count < Self.mostHidden, path != self.path,
        !hidden.contains(where: { $0.path == path })
      else { return }
      hidden.append(LibraryPlace(path: path, source: source, verdict: .found))
    }
  }

  /// Looks for `name` on behalf of an object.
  ///
  /// - Parameters:
  ///   - requester: The object; nil for what is preloaded.
  ///   - chain: That object, the one that it was loaded for, and so on up to the program.
  func find(_ name: String, for requester: Int?, chain: [Int]) -> Result {
    var result = Result()
    if name.contains("/") {
      attempt(absolute(expanded(name, for: requester ?? 0) ?? name), .name, &result)
      return result
    }
    if let interpreter, interpreter.split(separator: "/").last.map(String.init) == name {
      result.note(interpreter, .name, .found)
      result.path = interpreter
      return result
    }
    if platform.isMusl {
      findAsMusl(name, chain, &result)
    } else {
      findAsGlibc(name, requester, chain, &result)
    }
    return result
  }

  private func findAsGlibc(
    _ name: String, _ requester: Int?, _ chain: [Int], _ result: inout Result
  ) {
    let own = requester.flatMap { loaded[$0] }
    if let own, !own.facts.runpath.isEmpty {
      for index in chain where loaded[index].map({ !$0.facts.rpath.isEmpty }) ?? false {
        result.note(
          loaded[index].map { $0.facts.rpath.joined(separator: ":") } ?? "",
          .rpath(object: title(index)), .skipped(reason: "\(title(requester ?? 0)) has a RUNPATH"))
      }
    } else {
      for index in chain.contains(0) ? chain : chain + [0] {
        guard let object = loaded[index], !object.facts.rpath.isEmpty else { continue }
        guard object.facts.runpath.isEmpty else {
          result.note(
            object.facts.rpath.joined(separator: ":"), .rpath(object: title(index)),
            .skipped(reason: "it has a RUNPATH as well"))
          continue
        }
        search(object.facts.rpath, of: index, .rpath(object: title(index)), name, &result)
      }
    }
    searchLibraryPath(":;", name, &result)
    if let requester, let own {
      search(own.facts.runpath, of: requester, .runpath(object: title(requester)), name, &result)
    }
    // Of what is preloaded, and of what is opened, the program decides.
    if let file = (own ?? loaded[0])?.file, file.avoidsDefaultDirectories {
      searchCache(name, besides: platform.defaultDirectories, &result)
      return result.note(
        platform.defaultDirectories.joined(separator: ":"), .standard,
        .skipped(reason: "\(title(requester ?? 0)) is linked with -z nodefaultlib"))
    }
    searchCache(name, &result)
    search(platform.defaultDirectories, of: 0, .standard, name, &result)
  }

  private func findAsMusl(_ name: String, _ chain: [Int], _ result: inout Result) {
    searchLibraryPath(":\n", name, &result)
    // Both kinds are alike to musl, and both are inherited.
    for index in chain {
      guard let object = loaded[index] else { continue }
      let isNew = !object.facts.runpath.isEmpty
      let path = isNew ? object.facts.runpath : object.facts.rpath
      let source: LibraryPlace.Source =
        isNew ? .runpath(object: title(index)) : .rpath(object: title(index))
      // It knows no other variable, and gives up the whole path over one (fixup_rpath).
      if path.contains(where: { Self.hasVariable($0, besides: "ORIGIN") }) {
        result.note(
          path.joined(separator: ":"), source,
          .skipped(reason: "musl knows no variable but $ORIGIN, and leaves the whole path out"))
        continue
      }
      search(path.filter { !$0.isEmpty }, of: index, source, name, &result)
    }
    search(platform.defaultDirectories, of: 0, .standard, name, &result)
  }

  private static func hasVariable(_ text: String, besides name: String) -> Bool {
    text.replacing("${\(name)}", with: "").replacing("$\(name)", with: "").contains("$")
  }

  private func searchLibraryPath(
    _ separators: String, _ name: String, _ result: inout Result
  ) {
    guard let value = start.libraryPath, !value.isEmpty else { return }
    guard !isSecure else {
      return result.note(
        value, .libraryPath,
        .skipped(reason: "the program runs with more rights than the user who starts it"))
    }
    let directories = value.split(
      omittingEmptySubsequences: platform.isMusl, whereSeparator: { separators.contains($0) })
    search(directories.map(String.init), of: 0, .libraryPath, name, &result)
  }

  private func search(
    _ directories: [String], of index: Int, _ source: LibraryPlace.Source, _ name: String,
    _ result: inout Result
  ) {
    // Of copies in the loader's own directories the one that it would take tells enough.
    if result.isOver, source == .standard,
      !result.hidden.isEmpty || result.places.last?.source == .cache
    {
      return
    }
    for written in directories {
      let isVerbatim = platform.isMusl && source == .libraryPath
      guard let directory = isVerbatim ? written : expanded(written, for: index) else {
        result.note(written, source, .skipped(reason: "it has a variable that is not known"))
        continue
      }
      if isSecure, written.contains("$ORIGIN") || written.contains("${ORIGIN}"),
        !platform.defaultDirectories.contains(directory)
      {
        result.note(
          written, source,
          .skipped(reason: "$ORIGIN is not trusted, as the program runs with more rights"))
        continue
      }
      let base = absolute(directory)
      for variant in platform.variants {
        // These are told of only where something is there.
        let path = "\(base)/\(variant)/\(name)"
        if files.resolved(path) != nil { attempt(path, source, &result) }
      }
      attempt(base == "/" ? "/" + name : "\(base)/\(name)", source, &result)
    }
  }

  /// `path` from the working directory on; that directory for an empty one.
  private func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let own = start.workingDirectory
    if path.isEmpty || path == "." { return own }
    return own == "/" ? "/" + path : own + "/" + path
  }

  private func searchCache(
    _ name: String, besides avoided: [String] = [], _ result: inout Result
  ) {
    guard let flags = platform.cacheFlags else { return }
    let listed = cache.libraries(named: name).filter { entry in
      !avoided.contains { entry.path.hasPrefix($0 + "/") }
    }
    let usable = listed.filter { $0.flags == flags && platform.canUse($0.path) }
      .sorted { rank($0.path) < rank($1.path) }
    guard let best = usable.first else {
      let others = listed.filter { $0.flags != flags }
      if let other = others.first {
        let bits = other.flags & 0xFF00 == 0 ? 32 : 64
        result.note(
          other.path, .cache,
          bits == facts.bits
            ? .otherMachine(name: "another processor") : .otherClass(bits: bits))
      } else {
        result.note("/etc/ld.so.cache", .cache, .notListed)
      }
      return
    }
    attempt(best.path, .cache, &result)
  }

  /// The place of the processor's variant of `path` among those that are looked at.
  private func rank(_ path: String) -> Int {
    platform.variants.firstIndex { path.contains("/\($0)/") } ?? platform.variants.count
  }

  private func attempt(
    _ path: String, _ source: LibraryPlace.Source, _ result: inout Result
  ) {
    guard let file = files.resolved(path) else {
      switch files.lostLink(path) {
      case .nowhere(let target): result.note(path, source, .danglingLink(target: target))
      case .inCircle: result.note(path, source, .unreadable(error: .tooManyLinks))
      case nil: result.note(path, source, .absent)
      }
      return
    }
    guard !result.isOver else {
      guard file != result.path.flatMap(files.resolved) else { return }
      if verdict(of: path, file).verdict == .found {
        result.hide(files.withoutLinkedDirectories(path), source)
      }
      return
    }
    let (verdict, library) = verdict(of: path, file)
    result.note(path, source, verdict)
    result.file = library
    switch verdict {
    case .found:
      result.path = path
      result.isOver = true
    case .rejected: result.isOver = true
    default: break
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
      // The kernel tells the program's own place without links; a library's is taken as it is named.
      guard let path = loaded[index]?.path, let file = index == 0 ? files.resolved(path) : path
      else { return nil }
      return String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
    case "LIB": return platform.lib
    case "PLATFORM": return platform.platform
    default: return nil
    }
  }
}
