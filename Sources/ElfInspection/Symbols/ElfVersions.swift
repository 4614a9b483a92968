import TraceEvents

/// The symbol versions that a file wants of others and defines itself (DT_VERNEED, DT_VERDEF;
/// `Elf64_Verneed` and `Elf64_Verdef` of the Linux Standard Base).
struct ElfVersions: Sendable {
  /// A version that must come from another file.
  struct Need: Sendable {
    /// Its name: `GLIBC_2.38`.
    let name: String
    /// File name of the library that is to have it.
    let library: String
    /// True if nothing happens without it (VER_FLG_WEAK).
    let isWeak: Bool
  }

  /// What must be there, in the order of the file.
  private(set) var needed: [Need] = []
  /// The same by the numbers that DT_VERSYM has for them.
  private(set) var neededByNumber: [UInt16: Need] = [:]
  /// What it defines, in the order of the file, with the name of the file itself (VER_FLG_BASE).
  private(set) var defined: [String] = []
  /// The same by the numbers that DT_VERSYM has for them, without the name of the file.
  private(set) var definedByNumber: [UInt16: String] = [:]

  private static let most = 4096

  /// Of the file at `path`. Throws what is wrong with it.
  init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    try self.init(ElfDynamic(file), file)
  }

  /// Of a file whose dynamic section is known.
  init(_ dynamic: ElfDynamic, _ file: borrowing FileBytes) throws(ElfError) {
    guard let strings = dynamic.offset(of: ElfDynamic.strings) else { return }
    try readNeeds(dynamic, file, strings)
    try readDefinitions(dynamic, file, strings)
  }

  /// The newest of `defined` with the beginning of `version`: `GLIBC_2.36` for `GLIBC_2.38`.
  static func newest(of defined: [String], like version: String) -> String? {
    guard let mark = version.lastIndex(of: "_") else { return nil }
    let beginning = version[...mark]
    func numbers(_ text: String) -> [Int]? {
      let parts = text.dropFirst(beginning.count).split(separator: ".").map { Int($0) }
      return parts.contains(nil) || parts.isEmpty ? nil : parts.compactMap { $0 }
    }
    return defined.filter { $0.hasPrefix(beginning) && numbers($0) != nil }
      .max { (numbers($0) ?? []).lexicographicallyPrecedes(numbers($1) ?? []) }
  }

  private mutating func readNeeds(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, _ strings: UInt64
  ) throws(ElfError) {
    guard var offset = dynamic.offset(of: ElfDynamic.versionNeeds) else { return }
    let layout = dynamic.layout
    let count = min(dynamic.value(of: ElfDynamic.versionNeedCount) ?? 0, UInt64(Self.most))
    for _ in 0..<count {
      // vn_version, vn_cnt (halves); vn_file, vn_aux, vn_next (words)
      let need = try file.bytes(16, at: offset)
      let library = try dynamic.text(at: strings, UInt64(layout.word(need, 4)), file)
      var part = try Self.sum(offset, UInt64(layout.word(need, 8)), file)
      for _ in 0..<layout.half(need, 2) where needed.count < Self.most {
        // vna_hash (word); vna_flags, vna_other (halves); vna_name, vna_next (words)
        let entry = try file.bytes(16, at: part)
        let version = Need(
          name: try dynamic.text(at: strings, UInt64(layout.word(entry, 8)), file),
          library: library, isWeak: layout.half(entry, 4) & 2 != 0)
        needed.append(version)
        neededByNumber[layout.half(entry, 6) & 0x7FFF] = version
        let next = UInt64(layout.word(entry, 12))
        if next == 0 { break }
        part = try Self.sum(part, next, file)
      }
      let next = UInt64(layout.word(need, 12))
      if next == 0 { break }
      offset = try Self.sum(offset, next, file)
    }
  }

  private mutating func readDefinitions(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, _ strings: UInt64
  ) throws(ElfError) {
    guard var offset = dynamic.offset(of: ElfDynamic.versionDefinitions) else { return }
    let count = min(dynamic.value(of: ElfDynamic.versionDefinitionCount) ?? 0, UInt64(Self.most))
    for _ in 0..<count {
      // vd_version, vd_flags, vd_ndx, vd_cnt (halves); vd_hash, vd_aux, vd_next (words)
      let definition = try file.bytes(20, at: offset)
      let part = try Self.sum(offset, UInt64(dynamic.layout.word(definition, 12)), file)
      // vda_name, vda_next (words)
      let entry = try file.bytes(8, at: part)
      let name = try dynamic.text(at: strings, UInt64(dynamic.layout.word(entry, 0)), file)
      defined.append(name)
      if dynamic.layout.half(definition, 2) & 1 == 0 {
        definedByNumber[dynamic.layout.half(definition, 4) & 0x7FFF] = name
      }
      let next = UInt64(dynamic.layout.word(definition, 16))
      if next == 0 { break }
      offset = try Self.sum(offset, next, file)
    }
  }

  private static func sum(
    _ offset: UInt64, _ step: UInt64, _ file: borrowing FileBytes
  ) throws(ElfError) -> UInt64 {
    let (sum, overflow) = offset.addingReportingOverflow(step)
    guard !overflow else { throw ElfError(.corrupt, path: file.path) }
    return sum
  }
}
