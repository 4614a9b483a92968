import TraceEvents

extension LibraryTree {
  /// A file that is nearly the library that was looked for.
  package struct NearMiss: Sendable, Hashable {
    /// The machine's path of it.
    package let path: String
    /// True if it calls itself by the name that was looked for (DT_SONAME): only a link to it is missing.
    package let hasItsName: Bool
  }

  private static let mostNearMisses = 3
  private static let mostDirectories = 8

  /// Files beside the places where object `index` was not that are that library under another file name, or
  /// other versions of it; the first of these alone where there are some.
  package func nearMisses(of index: Int) -> [NearMiss] {
    let name = objects[index].name
    guard let stem = name.firstRange(of: ".so").map({ name[..<$0.upperBound] }),
      !name.contains("/")
    else { return [] }
    var directories: [String] = []
    for place in objects[index].places where place.verdict == .absent {
      guard let slash = place.path.lastIndex(of: "/") else { continue }
      let directory = files.withoutLinkedDirectories(String(place.path[..<slash]))
      if !directories.contains(directory) { directories.append(directory) }
    }
    var found: [NearMiss] = []
    var seen: Set<String> = []
    for directory in directories.prefix(Self.mostDirectories) {
      for near in files.names(in: directory) where near.hasPrefix(stem) && near != name {
        guard let file = files.resolved(directory + "/" + near), seen.insert(file).inserted,
          let library = try? LibraryFile(path: files.outside(file), withSymbols: false),
          library.facts.bits == facts.bits, library.facts.machine == facts.machine
        else { continue }
        found.append(
          NearMiss(
            path: files.outside(directory + "/" + near), hasItsName: library.facts.soname == name))
      }
    }
    let same = found.filter(\.hasItsName)
    return Array((same.isEmpty ? found : same).prefix(Self.mostNearMisses))
  }
}
