import TraceEvents

/// What the search for libraries needs to know of a file, read in one go.
struct LibraryFile {
  /// What its headers say.
  let facts: ElfFacts
  /// Its symbol versions; nil where they cannot be read.
  let versions: ElfVersions?
  private let path: String
  private let dynamic: ElfDynamic
  private let table: ElfSymbols?

  /// Reads the file at `path`, as the machine knows it; its symbols too if they will be asked for.
  /// Throws what is wrong with it.
  init(path: String, withSymbols: Bool) throws(ElfError) {
    let file = try FileBytes(path: path)
    let elf = try ElfFile(file)
    self.path = path
    facts = elf.facts
    dynamic = elf.dynamic
    versions = try? ElfVersions(dynamic, file)
    table =
      if withSymbols, let versions {
        try? ElfSymbols(dynamic, file, versions: versions)
      } else {
        nil
      }
  }

  /// Its symbols; nil where they cannot be read.
  var symbols: ElfSymbols? {
    if let table { return table }
    guard let versions, let file = try? FileBytes(path: path) else { return nil }
    return try? ElfSymbols(dynamic, file, versions: versions)
  }
}
