package import TraceEvents

/// The libraries that a program needs, as the loader would find them (`ld.so(8)`); nothing of any
/// file is executed.
package struct LibraryTree: Sendable {
  /// One file of the tree: the program, or a library that was found or not.
  package struct Object: Sendable {
    /// The name that it was needed by; the path as it was given, for the program.
    package let name: String
    /// Where it was found, below the root; nil if it was not.
    package let path: String?
    /// Index of the object that needed it first; nil for the program, and for a preloaded library.
    package let requester: Int?
    /// Where it was looked for, in order; empty for the program.
    package let places: [LibraryPlace]
    /// Indices of the objects that it needs, in its order.
    package internal(set) var needs: [Int] = []
    /// Symbol versions that it wants of a library that does not define them.
    package internal(set) var missingVersions: [MissingVersion] = []
  }

  /// A symbol version that is not where it is wanted.
  package struct MissingVersion: Sendable, Hashable {
    /// The version: `GLIBC_2.38`.
    package let version: String
    /// The library that should define it.
    package let library: String
    /// The newest version with the same beginning that it does define: `GLIBC_2.36`.
    package let newest: String?
  }

  /// All objects, the program first, in the order in which the loader comes to them.
  package private(set) var objects: [Object] = []
  /// What the program's headers say.
  package let facts: ElfFacts
  /// True if the program's own loader is not there.
  package private(set) var lacksInterpreter = false
  /// True if there were more libraries than are looked at.
  package private(set) var isCut = false

  private static let mostObjects = 2000

  /// The objects that were not found.
  package var missing: [Object] { objects.filter { $0.path == nil } }

  /// The names from the program down to object `index`.
  package func chain(to index: Int) -> [String] {
    var names: [String] = []
    var current: Int? = index
    while let here = current {
      names.insert(objects[here].name, at: 0)
      current = objects[here].requester
    }
    return names
  }

  /// Looks for all that the program at `path` needs, below `root`.
  ///
  /// - Parameters:
  ///   - path: The program or library; below `root`, if that is not `/`.
  ///   - environment: Its LD_LIBRARY_PATH and LD_PRELOAD, if any, each as a list.
  package init(
    path: String, root: String = "/", libraryPath: [String] = [], preload: [String] = []
  ) throws(ElfError) {
    let files = RootedFiles(root: root)
    let own = files.resolved(path) ?? path
    facts = try ElfFile(path: files.outside(own)).facts
    var search = LibrarySearch(facts: facts, files: files, libraryPath: libraryPath)
    objects = [Object(name: path, path: own, requester: nil, places: [])]
    search.add(own, facts, versions: try? ElfVersions(path: files.outside(own)), index: 0)
    if let interpreter = facts.interpreter {
      lacksInterpreter = files.resolved(interpreter) == nil
      search.knowInterpreter(interpreter)
    }
    for name in preload + search.preloadedEverywhere { _ = resolve(name, for: nil, &search) }
    // Breadth first, as the loader does it: what is found first under a name serves everybody.
    var next = 0
    while next < objects.count {
      if objects[next].path != nil {
        for name in search.needed(next) {
          guard objects.count < Self.mostObjects else {
            isCut = true
            break
          }
          let found = resolve(name, for: next, &search)
          objects[next].needs.append(found)
        }
      }
      next += 1
    }
    checkVersions(search)
  }

  private mutating func resolve(
    _ name: String, for requester: Int?, _ search: inout LibrarySearch
  ) -> Int {
    if let known = search.known(name) { return known }
    let index = objects.count
    let (path, places) = search.find(name, for: requester, chain: lineage(of: requester))
    if let path, let same = search.index(ofFile: path) {
      search.rename(name, same)
      return same
    }
    objects.append(Object(name: name, path: path, requester: requester, places: places))
    if let path {
      search.take(path, name: name, index: index)
    } else {
      search.rename(name, index)
    }
    return index
  }

  /// The object and those that it was loaded for, up to the program.
  private func lineage(of index: Int?) -> [Int] {
    var line: [Int] = []
    var current = index
    while let here = current {
      line.append(here)
      current = objects[here].requester
    }
    return line
  }

  private mutating func checkVersions(_ search: LibrarySearch) {
    for index in objects.indices {
      guard let wanted = search.versions(index)?.needed else { continue }
      for (library, versions) in wanted {
        guard let provider = search.known(library), objects[provider].path != nil,
          let defined = search.versions(provider)?.defined, !defined.isEmpty
        else { continue }
        for version in versions where !defined.contains(version) {
          objects[index].missingVersions.append(
            MissingVersion(
              version: version, library: objects[provider].path ?? library,
              newest: ElfVersions.newest(of: defined, like: version)))
        }
      }
    }
  }
}

/// A place in which a library was looked for, and what was there.
package struct LibraryPlace: Sendable, Hashable {
  /// Why it was looked for there.
  package enum Source: Sendable, Hashable {
    /// The name has a slash.
    case name
    /// DT_RPATH of this object.
    case rpath(of: String)
    /// DT_RUNPATH of this object.
    case runpath(of: String)
    /// The variable LD_LIBRARY_PATH.
    case libraryPath
    /// `/etc/ld.so.cache`.
    case cache
    /// The loader's own directories.
    case standard
  }

  /// What was there.
  package enum Verdict: Sendable, Hashable {
    case found
    case absent
    /// The cache has no such name.
    case notListed
    /// It is for 32-bit programs, or for 64-bit ones; the loader goes on.
    case otherClass(bits: Int)
    /// It is for another processor; the loader goes on.
    case otherMachine(String)
    /// It is no library that can be loaded; the loader gives up.
    case rejected(reason: String)
    /// The kernel does not give it; the loader goes on.
    case unreadable(ErrorNumber)
    /// It was not looked at, and why.
    case skipped(reason: String)
  }

  /// The file, or for what was skipped the directory.
  package let path: String
  package let source: Source
  package let verdict: Verdict
}
