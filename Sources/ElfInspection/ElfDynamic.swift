import TraceEvents

/// The headers of a file (`Elf64_Ehdr`, `Elf64_Phdr`).
struct ElfHeaders {
  private static let mostSegments = 1024

  /// Width and byte order of its numbers.
  let layout: ElfLayout
  /// The file's own header.
  let header: [UInt8]
  /// The program headers.
  let segments: [ElfSegment]

  /// Of `file`. Throws what is wrong with it.
  init(_ file: borrowing FileBytes) throws(ElfError) {
    let layout = try ElfLayout(of: file)
    self.layout = layout
    header = try file.bytes(layout.headerSize, at: 0)
    let count = Int(layout.half(header, layout.is64 ? 56 : 44))
    guard count > 0 else {
      segments = []
      return
    }
    let size = Int(layout.half(header, layout.is64 ? 54 : 42))
    guard size == layout.segmentSize, count <= Self.mostSegments else {
      throw ElfError(.corrupt, path: file.path)
    }
    let offset = layout.address(header, layout.is64 ? 32 : 28)
    let table = try file.bytes(count * size, at: offset)
    segments = (0..<count).map { ElfSegment(table, at: $0 * size, layout) }
  }

  /// The first segment of a type.
  func segment(_ type: UInt32) -> ElfSegment? { segments.first { $0.type == type } }

  /// Where in the file the byte of this address lies; nil if nowhere.
  func fileOffset(ofAddress address: UInt64) -> UInt64? {
    for segment in segments where segment.type == ElfSegment.load {
      guard address >= segment.address, address - segment.address < segment.fileSize else {
        continue
      }
      let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
      if !overflow { return offset }
    }
    return nil
  }
}

/// What a file tells the loader: its dynamic section (`Elf64_Dyn`).
struct ElfDynamic {
  // DT_… of elf.h.
  static let needed: UInt64 = 1
  static let hash: UInt64 = 4
  static let strings: UInt64 = 5
  static let symbols: UInt64 = 6
  static let rela: UInt64 = 7
  static let relaSize: UInt64 = 8
  static let stringsSize: UInt64 = 10
  static let soname: UInt64 = 14
  static let rpath: UInt64 = 15
  static let rel: UInt64 = 17
  static let relSize: UInt64 = 18
  static let jumpKind: UInt64 = 20
  static let jumps: UInt64 = 23
  static let jumpsSize: UInt64 = 2
  static let bindNow: UInt64 = 24
  static let runpath: UInt64 = 29
  static let flags: UInt64 = 30
  static let gnuHash: UInt64 = 0x6FFF_FEF5
  static let versionSymbols: UInt64 = 0x6FFF_FFF0
  static let flags1: UInt64 = 0x6FFF_FFFB
  static let versionDefinitions: UInt64 = 0x6FFF_FFFC
  static let versionDefinitionCount: UInt64 = 0x6FFF_FFFD
  static let versionNeeds: UInt64 = 0x6FFF_FFFE
  static let versionNeedCount: UInt64 = 0x6FFF_FFFF

  /// DF_1_NODEFLIB: the file's needs are not looked for in the default directories.
  static let noDefaultLibraries: UInt64 = 0x800
  /// DF_1_PIE: it is a program that runs at any address.
  static let isProgram: UInt64 = 0x0800_0000

  private static let mostEntries = 4096
  private static let longestText = 4096

  private let headers: ElfHeaders
  /// The entries, in their order, without those after DT_NULL.
  let entries: [(tag: UInt64, value: UInt64)]

  /// Width and byte order of the file's numbers.
  var layout: ElfLayout { headers.layout }

  /// Of `file`; without entries where it has no dynamic section.
  init(_ file: borrowing FileBytes) throws(ElfError) {
    try self.init(ElfHeaders(file), file)
  }

  /// Of `file`, whose headers are known.
  init(_ headers: ElfHeaders, _ file: borrowing FileBytes) throws(ElfError) {
    self.headers = headers
    // A file of debugging information keeps the header, without the bytes.
    guard let segment = headers.segment(ElfSegment.dynamic), segment.fileSize > 0 else {
      entries = []
      return
    }
    let layout = headers.layout
    let size = layout.is64 ? 16 : 8
    let count = Int(clamping: min(segment.fileSize / UInt64(size), UInt64(Self.mostEntries)))
    let table = try file.bytes(count * size, at: segment.offset)
    var entries: [(tag: UInt64, value: UInt64)] = []
    for index in 0..<count {
      let tag = layout.address(table, index * size)
      if tag == 0 { break }
      entries.append((tag, layout.address(table, index * size + size / 2)))
    }
    self.entries = entries
  }

  /// The value of the last entry with this tag, which is the one that counts.
  func value(of tag: UInt64) -> UInt64? { entries.last { $0.tag == tag }?.value }

  /// Where in the file that lies whose address the entry with this tag holds.
  func offset(of tag: UInt64) -> UInt64? {
    value(of: tag).flatMap { headers.fileOffset(ofAddress: $0) }
  }

  /// The text at `index` of the string table that begins at `table`.
  func text(
    at table: UInt64, _ index: UInt64, _ file: borrowing FileBytes
  ) throws(ElfError) -> String {
    let (offset, overflow) = table.addingReportingOverflow(index)
    guard !overflow, offset < UInt64.max - UInt64(Self.longestText) else {
      throw ElfError(.corrupt, path: file.path)
    }
    if let text = try file.text(at: offset, limit: Self.longestText) { return text }
    throw ElfError(.corrupt, path: file.path)
  }
}
