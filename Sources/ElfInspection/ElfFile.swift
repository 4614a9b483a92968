package import TraceEvents

/// What an ELF file says of itself in its headers (`elf(5)`).
///
/// Reads program headers only, as kernel and loader do, so that it works on files without section
/// headers. Every count and length is capped: a file may say anything.
package struct ElfFile {
  /// What was found.
  package let facts: ElfFacts

  /// Reads the file at `path`. Throws what is wrong with it.
  package init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    facts = try ElfReader.facts(of: file)
  }
}

/// Reads the headers of one file.
private struct ElfReader: ~Copyable {
  private static let mostSegments = 1024
  private static let mostEntries = 4096
  private static let mostNeeded = 512
  private static let longestName = 4096
  private static let longestNote = 1 << 16

  private let layout: ElfLayout
  private let segments: [ElfSegment]

  static func facts(of file: borrowing FileBytes) throws(ElfError) -> ElfFacts {
    let identification = try file.prefix(16)
    guard identification.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw ElfError(.notElf, path: file.path)
    }
    guard identification.count == 16 else { throw ElfError(.truncated, path: file.path) }
    guard let layout = ElfLayout(identification) else { throw ElfError(.corrupt, path: file.path) }
    let header = try file.bytes(layout.headerSize, at: 0)
    let reader = ElfReader(
      layout: layout, segments: try segments(header, layout, file))
    return try reader.facts(header, file)
  }

  private init(layout: ElfLayout, segments: [ElfSegment]) {
    self.layout = layout
    self.segments = segments
  }

  private static func segments(
    _ header: [UInt8], _ layout: ElfLayout, _ file: borrowing FileBytes
  ) throws(ElfError) -> [ElfSegment] {
    let count = Int(layout.half(header, layout.is64 ? 56 : 44))
    guard count > 0 else { return [] }
    let size = Int(layout.half(header, layout.is64 ? 54 : 42))
    guard size == layout.segmentSize, count <= mostSegments else {
      throw ElfError(.corrupt, path: file.path)
    }
    let offset = layout.address(header, layout.is64 ? 32 : 28)
    let table = try file.bytes(count * size, at: offset)
    return (0..<count).map { ElfSegment(table, at: $0 * size, layout) }
  }

  private func facts(
    _ header: [UInt8], _ file: borrowing FileBytes
  ) throws(ElfError) -> ElfFacts {
    let type = layout.half(header, 16)
    var facts = ElfFacts(
      kind: ElfFacts.Kind(type), bits: layout.is64 ? 64 : 32, isBigEndian: layout.isBigEndian,
      machine: ElfMachine.name(layout.half(header, 18), is64: layout.is64), isStatic: false)
    var isProgram = false
    if let segment = segments.first(where: { $0.type == ElfSegment.interpreter }) {
      guard segment.fileSize > 0, segment.fileSize <= UInt64(Self.longestName) else {
        throw ElfError(.corrupt, path: file.path)
      }
      let text = try file.bytes(Int(segment.fileSize), at: segment.offset)
      facts.interpreter = TargetText.decoding(text.prefix { $0 != 0 })
    }
    if let segment = segments.first(where: { $0.type == ElfSegment.dynamic }) {
      isProgram = try readDynamic(segment, file, &facts)
    }
    // A library may need nothing either; a program at any address says that it is one.
    facts.isStatic =
      facts.interpreter == nil && facts.needed.isEmpty
      && (facts.kind == .executable || (facts.kind == .shared && isProgram))
    facts.buildID = try buildID(file)
    return facts
  }

  /// True if the file says that it is a program (DF_1_PIE of DT_FLAGS_1).
  private func readDynamic(
    _ segment: ElfSegment, _ file: borrowing FileBytes, _ facts: inout ElfFacts
  ) throws(ElfError) -> Bool {
    // A file of debugging information keeps the header, without the bytes.
    guard segment.fileSize > 0 else { return false }
    let entrySize = layout.is64 ? 16 : 8
    let count = Int(clamping: min(segment.fileSize / UInt64(entrySize), UInt64(Self.mostEntries)))
    let table = try file.bytes(count * entrySize, at: segment.offset)
    var names: [(tag: UInt64, offset: UInt64)] = []
    var strings: UInt64?
    var isProgram = false
    for index in 0..<count {
      let tag = layout.address(table, index * entrySize)
      let value = layout.address(table, index * entrySize + entrySize / 2)
      if tag == 0 { break }
      // DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH; DT_STRTAB
      if [1, 14, 15, 29].contains(tag), names.count < Self.mostNeeded {
        names.append((tag, value))
      }
      if tag == 5 { strings = value }
      if tag == 0x6FFF_FFFB { isProgram = value & 0x0800_0000 != 0 }
    }
    guard !names.isEmpty else { return isProgram }
    guard let strings, let start = fileOffset(ofAddress: strings) else {
      throw ElfError(.corrupt, path: file.path)
    }
    for (tag, value) in names {
      let (offset, overflow) = start.addingReportingOverflow(value)
      guard !overflow else { throw ElfError(.corrupt, path: file.path) }
      let text = try name(at: offset, file)
      switch tag {
      case 1: facts.needed.append(text)
      case 14: facts.soname = text
      case 15: facts.rpath = text.split(separator: ":").map(String.init)
      default: facts.runpath = text.split(separator: ":").map(String.init)
      }
    }
    return isProgram
  }

  private func name(at offset: UInt64, _ file: borrowing FileBytes) throws(ElfError) -> String {
    var bytes: [UInt8] = []
    while bytes.count < Self.longestName {
      let part = try file.prefix(256, at: offset + UInt64(bytes.count))
      guard !part.isEmpty else { throw ElfError(.truncated, path: file.path) }
      if let end = part.firstIndex(of: 0) {
        return TargetText.decoding(bytes + part[..<end])
      }
      bytes += part
    }
    throw ElfError(.corrupt, path: file.path)
  }

  private func fileOffset(ofAddress address: UInt64) -> UInt64? {
    for segment in segments where segment.type == ElfSegment.load {
      guard address >= segment.address, address - segment.address < segment.fileSize else {
        continue
      }
      let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
      if !overflow { return offset }
    }
    return nil
  }

  private func buildID(_ file: borrowing FileBytes) throws(ElfError) -> String? {
    for segment in segments where segment.type == ElfSegment.note {
      let size = Int(clamping: min(segment.fileSize, UInt64(Self.longestNote)))
      // A note that cannot be read explains nothing: the file itself may run.
      let notes = try file.prefix(size, at: segment.offset)
      if let found = ElfNotes.buildID(notes, layout) { return found }
    }
    return nil
  }
}

extension ElfFacts.Kind {
  fileprivate init(_ type: UInt16) {
    self =
      switch type {
      case 1: .relocatable
      case 2: .executable
      case 3: .shared
      case 4: .core
      default: .other
      }
  }
}
