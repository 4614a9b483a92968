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
  private let identification: [UInt8]

  /// Reads the file at `path`, as the machine knows it; its symbols too if they will be asked for.
  /// Throws what is wrong with it.
  init(path: String, withSymbols: Bool) throws(ElfError) {
    let file = try FileBytes(path: path)
    let elf = try ElfFile(file)
    self.path = path
    facts = elf.facts
    dynamic = elf.dynamic
    identification = elf.identification
    versions = try? ElfVersions(dynamic, file)
    table =
      if withSymbols, let versions {
        try? ElfSymbols(dynamic, file, versions: versions)
      } else {
        nil
      }
  }

  /// True if what it needs is not looked for in the loader's default directories (`ld -z nodefaultlib`).
  var avoidsDefaultDirectories: Bool {
    (dynamic.value(of: ElfDynamic.flags1) ?? 0) & ElfDynamic.noDefaultLibraries != 0
  }

  /// Why glibc does not take the file for a library, whatever processor it is for (`open_verify` of
  /// `elf/dl-load.c`); nil where it looks at the rest.
  static func refusal(of identification: [UInt8], isBigEndian: Bool) -> String? {
    guard identification.count >= 16 else { return nil }
    if identification[5] != (isBigEndian ? 2 : 1) {
      return
        "it is for processors of the other byte order (\(isBigEndian ? "little" : "big")-endian)"
    }
    if identification[6] != 1 { return "it is of a version of ELF that is not known" }
    // ELFOSABI_SYSV and ELFOSABI_GNU; what other systems have is not for this loader.
    if ![0, 3].contains(identification[7]) {
      return "its headers name another operating system (OS ABI \(identification[7]))"
    }
    if identification[7] == 0,
      identification[8] != 0 || identification[9...].contains(where: { $0 != 0 })
    {
      return "its first 16 bytes (e_ident) are not those of a library for this system"
    }
    return nil
  }

  /// Why glibc does not load the file, although it is for this processor; nil where it does.
  func refusal(isBigEndian: Bool) -> String? {
    if let reason = Self.refusal(of: identification, isBigEndian: isBigEndian) { return reason }
    if facts.kind == .shared, dynamic.entries.isEmpty {
      return "it has no dynamic section, which every shared library has"
    }
    if (dynamic.value(of: ElfDynamic.flags1) ?? 0) & ElfDynamic.isProgram != 0 {
      return "it is a program (position-independent executable), not a shared library"
    }
    return nil
  }

  /// Its symbols; nil where they cannot be read.
  var symbols: ElfSymbols? {
    if let table { return table }
    guard let versions, let file = try? FileBytes(path: path) else { return nil }
    return try? ElfSymbols(dynamic, file, versions: versions)
  }
}
