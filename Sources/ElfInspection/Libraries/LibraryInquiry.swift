package import TraceEvents

/// Answers questions about one run's libraries from the model of its loader. Paths of an answer
/// are the machine's, so they include the root of the process.
package struct LibraryInquiry {
  private let start: LoaderStart
  private let tree: LibraryTree
  private static let mostDefiners = 5

  /// For a program started so. Throws what is wrong with the program itself.
  package init(_ start: LoaderStart) throws(ElfError) {
    self.start = start
    tree = try LibraryTree(start)
  }

  /// How the loader looks for `name`, and what comes of it.
  package func library(_ name: String, version: String?) -> LibraryFinding {
    var finding: LibraryFinding
    if let index = index(of: name) {
      finding = self.finding(of: index)
      if finding.isLoadedAtRunTime { finding.lack = lack(below: index) }
      if let version { finding.versions = versions(of: index, like: version) }
    } else {
      let caller = caller(of: name)
      let found = tree.search.find(name, for: caller, chain: tree.lineage(of: caller))
      finding = LibraryFinding(
        chain: tree.chain(to: caller).map(base) + [base(name)],
        requester: nil, isLoadedAtRunTime: true, path: found.path, places: found.places,
        hidden: found.hidden)
    }
    if finding.path == nil { finding.unlinked = unlinked(base(name), in: finding.places) }
    return outside(finding)
  }

  /// The first thing that object `index`, or one that it needs, does not have.
  private func lack(below index: Int) -> LibraryLack? {
    var open = [index]
    var seen: Set<Int> = [index]
    while !open.isEmpty {
      let current = open.removeFirst()
      let object = tree.objects[current]
      let user = tree.files.outside(object.path ?? object.name)
      if let missing = object.missingVersions.first {
        return LibraryLack(
          library: tree.files.outside(missing.library), version: missing.version, user: user)
      }
      for need in object.needs {
        if tree.objects[need].path == nil {
          return LibraryLack(library: tree.objects[need].name, user: user)
        }
        if seen.insert(need).inserted { open.append(need) }
      }
    }
    return symbolLack(of: seen, isLast: start.opened.last.map(inside) == tree.objects[index].path)
  }

  /// The first symbol that one of these objects wants and nothing defines: as it is loaded, or, for what was
  /// loaded last, at all, since most are asked for at once (RTLD_NOW).
  private func symbolLack(of indices: Set<Int>, isLast: Bool) -> LibraryLack? {
    let own = tree.missingSymbols(of: indices)
    guard let symbol = own.first(where: \.isBoundAtStart) ?? (isLast ? own.first : nil) else {
      return nil
    }
    let user = tree.objects[symbol.object]
    let path = tree.files.outside(user.path ?? user.name)
    return LibraryLack(library: path, symbol: symbol.name, user: path)
  }

  /// Files beside `places` that have `name` as their soname; nil if there are none.
  private func unlinked(_ name: String, in places: [LibraryPlace]) -> [String]? {
    guard let stem = name.firstRange(of: ".so").map({ name[..<$0.upperBound] }) else { return nil }
    var directories: [String] = []
    for place in places where place.verdict == .absent {
      let directory = tree.files.withoutLinkedDirectories(directory(of: place.path))
      if !directories.contains(directory) { directories.append(directory) }
    }
    var found: [String] = []
    for directory in directories.prefix(8) {
      for near in tree.files.names(in: directory).filter({ $0.hasPrefix(stem) && $0 != name })
        .prefix(Self.mostDefiners)
      {
        guard let file = tree.files.resolved(directory + "/" + near), !found.contains(file),
          let library = try? LibraryFile(path: tree.files.outside(file), withSymbols: false),
          library.facts.soname == name
        else { continue }
        found.append(file)
      }
    }
    return found.isEmpty ? nil : found
  }

  /// Where `name` should come from, which the file called `user` wants.
  package func symbol(_ name: String, version: String?, user: String) -> SymbolFinding {
    let wanting = index(of: user) ?? 0
    var finding = SymbolFinding(wanting: outside(self.finding(of: wanting)))
    // Nothing else is known of a file whose name is not.
    if wanting > 0, let table = table(of: wanting),
      !table.wanted.contains(where: { $0.name == name })
    {
      finding.isWanted = false
      return finding
    }
    let need = table(of: wanting)?.wanted.first {
      $0.name == name && (version == nil || $0.version == version)
    }
    if let need, let path = tree.objects[wanting].path,
      let uses = try? SymbolUses(path: tree.files.outside(tree.files.resolved(path) ?? path))
    {
      finding.isBoundAtStart = uses.use(of: need.index) != .whenCalled
    }
    let candidates = tree.objects[wanting].needs.filter { tree.objects[$0].path != nil }
    let copies = copies(of: candidates)
    finding.definers = definers(of: name, near: wanting, copies: copies.map(\.path))
    let expected =
      need?.library.flatMap(index(of:))
      ?? copies.first { finding.definers.contains(tree.files.outside($0.path)) }?.index
      ?? likeliest(for: name, among: candidates)
    if let expected {
      finding.expected = outside(self.finding(of: expected))
      finding.versions = table(of: expected)?.versions(of: name) ?? []
    }
    return finding
  }

  // MARK: Objects

  private func index(of name: String) -> Int? {
    if name.hasPrefix("/") {
      let path = inside(name)
      if let index = tree.search.index(ofFile: path) { return index }
      // What was opened and not accepted.
      return tree.objects.firstIndex { object in
        object.name == path
          || object.places.contains { $0.path == path && $0.verdict != .absent }
      }
    }
    return tree.search.known(name)
      ?? tree.objects.firstIndex { object in
        base(object.name) == base(name) || object.path.map(base) == base(name)
      }
  }

  /// The object that asked for `name` while the program ran: the first that looks in all of the
  /// directories that were tried, else the program.
  private func caller(of name: String) -> Int {
    guard !start.tried.isEmpty else { return 0 }
    return tree.objects.indices.first { index in
      guard index == 0 || !tree.search.runPath(index).isEmpty else { return false }
      let places = tree.search.find(name, for: index, chain: tree.lineage(of: index)).places
      let directories = Set(places.map { String($0.path.dropLast(base($0.path).utf8.count + 1)) })
      return start.tried.allSatisfy(directories.contains)
    } ?? 0
  }

  private func finding(of index: Int) -> LibraryFinding {
    let object = tree.objects[index]
    let line = tree.line(to: index)
    let run = object.requester.map(tree.search.runPath) ?? []
    return LibraryFinding(
      chain: tree.chain(to: index).map(base),
      requester: object.requester.flatMap { tree.objects[$0].path },
      requesterRunPath: run.isEmpty ? nil : run.joined(separator: ":"),
      isLoadedAtRunTime: line.first.map { tree.objects[$0].role == .opened } ?? false,
      isPreloaded: line.first.map { tree.objects[$0].role == .preloaded } ?? false,
      path: object.path, places: object.places, hidden: object.hidden)
  }

  private func versions(of index: Int, like version: String) -> [String] {
    let all = tree.search.versions(index)?.defined ?? []
    let kind = version.prefix { !$0.isNumber }
    return all.filter {
      $0.hasPrefix(kind) && $0.dropFirst(kind.count).first?.isNumber == true
    }
  }

  // MARK: Symbols

  private func table(of index: Int) -> ElfSymbols? { tree.search.symbols(index) }

  /// Other files that one of these libraries could have been: copies that it hides, and other
  /// versions beside it.
  private func copies(of indices: [Int]) -> [(index: Int, path: String)] {
    var copies: [(index: Int, path: String)] = []
    for index in indices {
      let object = tree.objects[index]
      guard let path = object.path else { continue }
      copies += object.hidden.map { (index, $0.path) }
      guard let mark = base(path).firstRange(of: ".so") else { continue }
      let stem = base(path)[..<mark.upperBound]
      let directory = directory(of: path)
      copies += tree.files.names(in: directory)
        .filter { $0.hasPrefix(stem) && directory + "/" + $0 != path }
        .map { (index, directory + "/" + $0) }
    }
    return copies.filter { tree.files.resolved($0.path) != nil }
  }

  /// Installed files that define `name`: copies of what is loaded first, then those in the
  /// directories of what is loaded, then those of the loader's cache.
  private func definers(of name: String, near wanting: Int, copies: [String]) -> [String] {
    let loaded = Set(
      tree.objects.compactMap { $0.path }.map { tree.files.resolved($0) ?? $0 })
    var directories: [String] = []
    for path in [tree.objects[wanting].path, tree.objects[0].path].compactMap({ $0 })
      + tree.objects.compactMap(\.path)
    where !directories.contains(directory(of: path)) {
      directories.append(directory(of: path))
    }
    let beside = directories.prefix(8).lazy.flatMap { directory in
      tree.files.names(in: directory).lazy.filter { $0.contains(".so") }
        .map { directory + "/" + $0 }
    }
    var seen = loaded
    var found: [String] = []
    func look(_ path: String) {
      guard found.count < Self.mostDefiners, let file = tree.files.resolved(path),
        seen.insert(file).inserted,
        ElfSymbols.isDefined(name, inFileAt: tree.files.outside(file))
      else { return }
      found.append(tree.files.outside(tree.files.withoutLinkedDirectories(path)))
    }
    copies.forEach(look)
    if found.isEmpty { beside.forEach(look) }
    if found.isEmpty { tree.search.cachedPaths.forEach(look) }
    return found
  }

  /// The library with whose symbols `name` has most in common, if that is more than chance.
  private func likeliest(for name: String, among indices: [Int]) -> Int? {
    let own = indices.filter { !Self.isOfTheRuntime(tree.objects[$0].name) }
    let ranked = own.map { ($0, table(of: $0)?.longestCommonBeginning(with: name) ?? 0) }
    // A mangled name has a beginning that is no one's own.
    let least = name.hasPrefix("_Z") ? 6 : 2
    if let best = ranked.max(by: { $0.1 < $1.1 }), best.1 > least,
      ranked.count(where: { $0.1 == best.1 }) == 1
    {
      return best.0
    }
    return own.count == 1 ? own.first : nil
  }

  /// True for the libraries of the C and C++ runtime, whose symbols have versions.
  private static func isOfTheRuntime(_ name: String) -> Bool {
    ["libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libgcc_s.so", "ld-linux"]
      .contains { name.hasPrefix($0) }
  }

  // MARK: Paths

  private func outside(_ finding: LibraryFinding) -> LibraryFinding {
    var finding = finding
    finding.requester = finding.requester.map(tree.files.outside)
    finding.path = finding.path.map(tree.files.outside)
    for index in finding.places.indices { finding.places[index] = outside(finding.places[index]) }
    finding.unlinked = finding.unlinked.map { $0.map(tree.files.outside) }
    for index in finding.hidden.indices { finding.hidden[index] = outside(finding.hidden[index]) }
    return finding
  }

  private func outside(_ place: LibraryPlace) -> LibraryPlace {
    guard place.path.hasPrefix("/") else { return place }
    return LibraryPlace(
      path: tree.files.outside(place.path), source: place.source, verdict: place.verdict)
  }

  private func inside(_ path: String) -> String {
    let root = tree.files.root
    return !root.isEmpty && path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
  }

  private func base(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
