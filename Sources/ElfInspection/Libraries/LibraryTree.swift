package import TraceEvents

/// The libraries that a program needs, as the loader would find them (`ld.so(8)`); nothing of any
/// file is executed.
package struct LibraryTree {
  /// Why a file is in the tree.
  package enum Role: Sendable, Hashable {
    case program
    /// Another needs it (DT_NEEDED).
    case needed
    /// LD_PRELOAD or /etc/ld.so.preload names it: the program starts without it as well.
    case preloaded
    /// The program asked for it while it ran (`dlopen(3)`).
    case opened
  }

  /// One file of the tree: the program, or a library that was found or not.
  package struct Object: Sendable {
    package let role: Role
    /// The name that it was needed by; the path as it was given, for the program.
    package let name: String
    /// Where it was found, below the root; nil if it was not.
    package let path: String?
    /// Index of the object that needed it first; nil where none did.
    package let requester: Int?
    /// Where it was looked for, in order; empty for the program.
    package let places: [LibraryPlace]
    /// Other copies, which this one hides.
    package let hidden: [LibraryPlace]
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
  /// True if the loader trusts no environment, as the program runs with more rights than its user.
  package let isSecure: Bool
  /// True if there were more libraries than are looked at.
  package private(set) var isCut = false

  let files: RootedFiles
  private(set) var search: LibrarySearch
  private static let mostObjects = 2000

  /// The objects that were not found and that the program cannot start without.
  package var missing: [Object] { objects.filter { $0.path == nil && $0.role == .needed } }

  /// The indices of what led to object `index`, the program or what it loaded first.
  func line(to index: Int) -> [Int] { lineage(of: index).reversed() }

  /// The names from the program down to object `index`.
  package func chain(to index: Int) -> [String] {
    let line = line(to: index)
    return (line.first == 0 || objects[index].role == .preloaded ? line : [0] + line)
      .map { objects[$0].name }
  }

  /// Looks for all that a program needs, and if told so reads the symbols of each file with it, for
  /// `missingSymbols`. Throws what is wrong with the program itself.
  package init(_ start: LoaderStart, readsSymbols: Bool = false) throws(ElfError) {
    files = RootedFiles(root: start.root)
    let own = files.resolved(start.program) ?? start.program
    let file = try LibraryFile(path: files.outside(own), withSymbols: readsSymbols)
    facts = file.facts
    search = LibrarySearch(
      facts: facts, files: files, start: start,
      // A library alone wants symbols of the program that loads it.
      readsSymbols: readsSymbols && facts.interpreter != nil)
    isSecure = search.isSecure
    objects = [
      Object(
        role: .program, name: start.program, path: own, requester: nil, places: [], hidden: [])
    ]
    search.add(own, file, index: 0)
    if let interpreter = facts.interpreter {
      lacksInterpreter = files.resolved(interpreter) == nil
      search.knowInterpreter(interpreter)
    }
    for name in search.preloaded { _ = resolve(name, .preloaded, for: nil) }
    var next = 0
    loadWhatIsNeeded(from: &next)
    for path in start.opened where search.index(ofFile: path) == nil {
      _ = resolve(path, .opened, for: nil)
      loadWhatIsNeeded(from: &next)
    }
    checkVersions()
  }

  /// Breadth first, as the loader does it: what is found first under a name serves everybody.
  private mutating func loadWhatIsNeeded(from next: inout Int) {
    while next < objects.count {
      if objects[next].path != nil {
        for name in search.needed(next) {
          guard objects.count < Self.mostObjects else {
            isCut = true
            break
          }
          let found = resolve(name, .needed, for: next)
          objects[next].needs.append(found)
        }
      }
      next += 1
    }
  }

  private mutating func resolve(_ name: String, _ role: Role, for requester: Int?) -> Int {
    if let known = search.known(name) { return known }
    let index = objects.count
    let found = search.find(name, for: requester, chain: lineage(of: requester))
    if let path = found.path, let same = search.index(ofFile: path) {
      search.rename(name, same)
      return same
    }
    objects.append(
      Object(
        role: role, name: name, path: found.path, requester: requester, places: found.places,
        hidden: found.hidden))
    if let path = found.path {
      search.take(path, found.file, name: name, index: index)
    } else if role == .needed {
      search.rename(name, index)
    }
    return index
  }

  /// The object and those that it was loaded for, up to the program.
  func lineage(of index: Int?) -> [Int] {
    var line: [Int] = []
    var current = index
    while let here = current {
      line.append(here)
      current = objects[here].requester
    }
    return line
  }

  private mutating func checkVersions() {
    for index in objects.indices {
      for need in search.versions(index)?.needed ?? [] where !need.isWeak {
        // A library without versions serves all, with no more than a warning.
        guard let provider = search.known(need.library), objects[provider].path != nil,
          let defined = search.versions(provider)?.defined, !defined.isEmpty,
          !defined.contains(need.name)
        else { continue }
        objects[index].missingVersions.append(
          MissingVersion(
            version: need.name, library: objects[provider].path ?? need.library,
            newest: ElfVersions.newest(of: defined, like: need.name)))
      }
    }
  }
}
