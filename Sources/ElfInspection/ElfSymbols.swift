internal import TraceEvents

/// The symbols that an ELF file defines for others, and their versions: sections SHT_DYNSYM and
/// SHT_GNU_verdef of `elf(5)`.
///
/// Sections, not segments, since they tell their sizes; `strip(1)` leaves these.
package struct ElfSymbols: Sendable {
  private static let mostSections = 4096
  private static let largestTable = 32 << 20

  private let layout: ElfLayout
  private let symbols: [UInt8]
  private let strings: [UInt8]
  private let versions: [UInt8]
  private let versionStrings: [UInt8]

  /// Reads the file at `path`; one without these sections defines nothing. Throws what is wrong
  /// with it.
  package init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    let identification = try file.prefix(16)
    guard identification.starts(with: [0x7F, 0x45, 0x4C, 0x46]),
      let layout = ElfLayout(identification)
    else { throw ElfError(.notElf, path: path) }
    self.layout = layout
    let sections = try Section.all(of: file, layout)
    symbols = try Self.table(sections.first { $0.type == Section.dynamicSymbols }, file)
    strings = try Self.strings(of: Section.dynamicSymbols, sections, file)
    versions = try Self.table(sections.first { $0.type == Section.versionDefinitions }, file)
    versionStrings = try Self.strings(of: Section.versionDefinitions, sections, file)
  }

  private static func table(
    _ section: Section?, _ file: borrowing FileBytes
  ) throws(ElfError) -> [UInt8] {
    guard let section else { return [] }
    guard section.size <= UInt64(largestTable) else { throw ElfError(.corrupt, path: file.path) }
    return try file.prefix(Int(section.size), at: section.offset)
  }

  private static func strings(
    of type: UInt32, _ sections: [Section], _ file: borrowing FileBytes
  ) throws(ElfError) -> [UInt8] {
    guard let section = sections.first(where: { $0.type == type }),
      sections.indices.contains(section.link)
    else { return [] }
    return try table(sections[section.link], file)
  }

  /// True if others can bind to `symbol` here, in whatever version.
  package func defines(_ symbol: String) -> Bool {
    let wanted = TargetText.bytes(of: symbol) + [0]
    let size = layout.is64 ? 24 : 16
    guard wanted.count > 1 else { return false }
    return stride(from: 0, through: symbols.count - size, by: size).contains { start in
      // st_shndx: SHN_UNDEF is what it needs itself.
      guard layout.half(symbols, start + (layout.is64 ? 6 : 14)) != 0 else { return false }
      let name = Int(layout.word(symbols, start))
      return name <= strings.count - wanted.count && strings[name] == wanted[0]
        && strings[name..<(name + wanted.count)].elementsEqual(wanted)
    }
  }

  /// The names of the versions that its symbols have, without that of the file itself, in order.
  package var definedVersions: [String] {
    var names: [String] = []
    var offset = 0
    // Elf_Verdef: version, flags, index, count (two bytes each), hash, first Verdaux, next.
    while offset >= 0, offset <= versions.count - 20, names.count < 512 {
      let isFile = layout.half(versions, offset + 2) & 1 != 0
      let auxiliary = offset + Int(layout.word(versions, offset + 12))
      if !isFile, auxiliary <= versions.count - 8 {
        let name = Int(layout.word(versions, auxiliary))
        if name < versionStrings.count {
          names.append(TargetText.decoding(versionStrings[name...].prefix { $0 != 0 }))
        }
      }
      let next = Int(layout.word(versions, offset + 16))
      if next == 0 { break }
      offset += next
    }
    return names
  }

  /// A section header, as far as it matters here.
  private struct Section {
    /// SHT_DYNSYM
    static let dynamicSymbols: UInt32 = 11
    /// SHT_GNU_verdef
    static let versionDefinitions: UInt32 = 0x6FFF_FFFD

    let type: UInt32
    let offset: UInt64
    let size: UInt64
    /// Number of the section with its strings.
    let link: Int

    static func all(
      of file: borrowing FileBytes, _ layout: ElfLayout
    ) throws(ElfError) -> [Section] {
      let header = try file.bytes(layout.headerSize, at: 0)
      let offset = layout.address(header, layout.is64 ? 40 : 32)
      let size = Int(layout.half(header, layout.is64 ? 58 : 46))
      let count = Int(layout.half(header, layout.is64 ? 60 : 48))
      guard offset > 0, count > 0 else { return [] }
      guard size == (layout.is64 ? 64 : 40), count <= mostSections else {
        throw ElfError(.corrupt, path: file.path)
      }
      let table = try file.bytes(count * size, at: offset)
      return (0..<count).map { index in
        let start = index * size
        return Section(
          type: layout.word(table, start + 4),
          offset: layout.address(table, start + (layout.is64 ? 24 : 16)),
          size: layout.address(table, start + (layout.is64 ? 32 : 20)),
          link: Int(layout.word(table, start + (layout.is64 ? 40 : 24))))
      }
    }
  }
}
