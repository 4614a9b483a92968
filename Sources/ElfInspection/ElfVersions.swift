import TraceEvents

/// The symbol versions that a file wants of others and defines itself (DT_VERNEED, DT_VERDEF;
/// `Elf64_Verneed` and `Elf64_Verdef` of the Linux Standard Base).
struct ElfVersions {
  /// File names of libraries, with the versions that must be there.
  let needed: [(library: String, versions: [String])]
  /// What it defines.
  let defined: Set<String>

  private static let most = 4096

  /// Of the file at `path`. Throws what is wrong with it.
  init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    let dynamic = try ElfDynamic(file)
    guard let strings = dynamic.offset(of: ElfDynamic.strings) else {
      (needed, defined) = ([], [])
      return
    }
    needed = try Self.needs(dynamic, file, strings)
    defined = try Self.definitions(dynamic, file, strings)
  }

  /// The newest of `defined` with the beginning of `version`: `GLIBC_2.36` for `GLIBC_2.38`.
  static func newest(of defined: Set<String>, like version: String) -> String? {
    guard let mark = version.lastIndex(of: "_") else { return nil }
    let beginning = version[...mark]
    func numbers(_ text: String) -> [Int]? {
      let parts = text.dropFirst(beginning.count).split(separator: ".").map { Int($0) }
      return parts.contains(nil) || parts.isEmpty ? nil : parts.compactMap { $0 }
    }
    return defined.filter { $0.hasPrefix(beginning) && numbers($0) != nil }
      .max { (numbers($0) ?? []).lexicographicallyPrecedes(numbers($1) ?? []) }
  }

  private static func needs(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, _ strings: UInt64
  ) throws(ElfError) -> [(library: String, versions: [String])] {
    var found: [(library: String, versions: [String])] = []
    guard var offset = dynamic.offset(of: ElfDynamic.versionNeeds) else { return [] }
    let count = min(dynamic.value(of: ElfDynamic.versionNeedCount) ?? 0, UInt64(most))
    var budget = most
    for _ in 0..<count {
      // vn_version, vn_cnt (halves); vn_file, vn_aux, vn_next (words)
      let need = try file.bytes(16, at: offset)
      let library = try dynamic.text(at: strings, UInt64(dynamic.layout.word(need, 4)), file)
      var versions: [String] = []
      var part = try sum(offset, UInt64(dynamic.layout.word(need, 8)), file)
      for _ in 0..<dynamic.layout.half(need, 2) where budget > 0 {
        budget -= 1
        // vna_hash (word); vna_flags, vna_other (halves); vna_name, vna_next (words)
        let entry = try file.bytes(16, at: part)
        // VER_FLG_WEAK: nothing happens without it.
        if dynamic.layout.half(entry, 4) & 2 == 0 {
          versions.append(
            try dynamic.text(at: strings, UInt64(dynamic.layout.word(entry, 8)), file))
        }
        let next = UInt64(dynamic.layout.word(entry, 12))
        if next == 0 { break }
        part = try sum(part, next, file)
      }
      found.append((library, versions))
      let next = UInt64(dynamic.layout.word(need, 12))
      if next == 0 { break }
      offset = try sum(offset, next, file)
    }
    return found
  }

  private static func definitions(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, _ strings: UInt64
  ) throws(ElfError) -> Set<String> {
    var found: Set<String> = []
    guard var offset = dynamic.offset(of: ElfDynamic.versionDefinitions) else { return [] }
    let count = min(dynamic.value(of: ElfDynamic.versionDefinitionCount) ?? 0, UInt64(most))
    for _ in 0..<count {
      // vd_version, vd_flags, vd_ndx, vd_cnt (halves); vd_hash, vd_aux, vd_next (words)
      let definition = try file.bytes(20, at: offset)
      let part = try sum(offset, UInt64(dynamic.layout.word(definition, 12)), file)
      // vda_name, vda_next (words)
      let entry = try file.bytes(8, at: part)
      found.insert(try dynamic.text(at: strings, UInt64(dynamic.layout.word(entry, 0)), file))
      let next = UInt64(dynamic.layout.word(definition, 16))
      if next == 0 { break }
      offset = try sum(offset, next, file)
    }
    return found
  }

  private static func sum(
    _ offset: UInt64, _ step: UInt64, _ file: borrowing FileBytes
  ) throws(ElfError) -> UInt64 {
    let (sum, overflow) = offset.addingReportingOverflow(step)
    guard !overflow else { throw ElfError(.corrupt, path: file.path) }
    return sum
  }
}
