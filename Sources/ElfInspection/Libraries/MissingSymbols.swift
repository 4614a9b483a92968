/// A symbol that a file of a tree wants, and that no other of the tree defines.
package struct MissingSymbol: Sendable, Hashable {
  /// Its name, as it stands in the file.
  package let name: String
  /// The version that it is to have, if any.
  package let version: String?
  /// The library that is to have that version.
  package let library: String?
  /// Index of the object that wants it.
  package let object: Int
  /// True if the loader looks it up as it loads the file, so that the program cannot start.
  package let isBoundAtStart: Bool
}

extension LibraryTree {
  /// The symbols that are not there, at most 200; `isBoundNow` where LD_BIND_NOW is set.
  ///
  /// A library alone may want symbols of the program that loads it, so this tells of programs.
  /// With `indices`, of these objects alone.
  package func missingSymbols(
    isBoundNow: Bool = false, of indices: Set<Int>? = nil
  ) -> [MissingSymbol] {
    let tables = objects.indices.map(search.symbols)
    var missing: [MissingSymbol] = []
    for (index, table) in tables.enumerated() where indices?.contains(index) ?? true {
      // Without one of its libraries, everything of that one would be missing.
      guard let table, !objects[index].needs.contains(where: { objects[$0].path == nil }) else {
        continue
      }
      let lacking = table.wanted(
        besides: tables, likely: objects[index].needs, provider: search.known)
      guard !lacking.isEmpty, let path = objects[index].path,
        let uses = try? SymbolUses(path: files.outside(files.resolved(path) ?? path))
      else { continue }
      let lacksVersion = Set(objects[index].missingVersions.map(\.version))
      for wanted in lacking where missing.count < 200 {
        let use = uses.use(of: wanted.index)
        guard use != .never, wanted.version.map({ !lacksVersion.contains($0) }) ?? true else {
          continue
        }
        missing.append(
          MissingSymbol(
            name: wanted.name, version: wanted.version, library: wanted.library, object: index,
            isBoundAtStart: use == .atStart || isBoundNow))
      }
    }
    return missing
  }
}
