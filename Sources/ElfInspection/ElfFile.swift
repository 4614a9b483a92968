package import TraceEvents

/// What an ELF file says of itself in its headers (`elf(5)`).
///
/// Reads program headers only, as kernel and loader do, so that it works on files without section
/// headers. Every count and length is capped: a file may say anything.
package struct ElfFile {
  /// What was found.
  package let facts: ElfFacts
  /// What it tells the loader.
  let dynamic: ElfDynamic
  /// The first 16 bytes (`e_ident`).
  let identification: [UInt8]

  private static let mostNeeded = 512
  private static let longestName = 4096
  private static let longestNote = 1 << 16

  /// Reads the file at `path`. Throws what is wrong with it.
  package init(path: String) throws(ElfError) {
    try self.init(FileBytes(path: path))
  }

  /// Reads a file that is open. Throws what is wrong with it.
  init(_ file: borrowing FileBytes) throws(ElfError) {
    let headers = try ElfHeaders(file)
    let layout = headers.layout
    identification = Array(headers.header.prefix(16))
    var facts = ElfFacts(
      kind: ElfFacts.Kind(layout.half(headers.header, 16)), bits: layout.is64 ? 64 : 32,
      isBigEndian: layout.isBigEndian,
      machine: ElfMachine.name(layout.half(headers.header, 18), is64: layout.is64),
      isStatic: false)
    if let segment = headers.segment(ElfSegment.interpreter) {
      guard segment.fileSize > 0, segment.fileSize <= UInt64(Self.longestName) else {
        throw ElfError(.corrupt, path: file.path)
      }
      let text = try file.bytes(Int(segment.fileSize), at: segment.offset)
      facts.interpreter = TargetText.decoding(text.prefix { $0 != 0 })
    }
    dynamic = try ElfDynamic(headers, file)
    try Self.readNames(dynamic, file, &facts)
    let isProgram = (dynamic.value(of: ElfDynamic.flags1) ?? 0) & ElfDynamic.isProgram != 0
    // A library may need nothing either; a program at any address says that it is one.
    facts.isStatic =
      facts.interpreter == nil && facts.needed.isEmpty
      && (facts.kind == .executable || (facts.kind == .shared && isProgram))
    facts.buildID = try Self.buildID(headers, file)
    self.facts = facts
  }

  private static func readNames(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, _ facts: inout ElfFacts
  ) throws(ElfError) {
    let tags = [ElfDynamic.needed, ElfDynamic.soname, ElfDynamic.rpath, ElfDynamic.runpath]
    let names = dynamic.entries.filter { tags.contains($0.tag) }.prefix(mostNeeded)
    guard !names.isEmpty else { return }
    guard let strings = dynamic.offset(of: ElfDynamic.strings) else {
      throw ElfError(.corrupt, path: file.path)
    }
    for (tag, value) in names {
      let text = try dynamic.text(at: strings, value, file)
      switch tag {
      case ElfDynamic.needed: facts.needed.append(text)
      case ElfDynamic.soname: facts.soname = text
      case ElfDynamic.rpath: facts.rpath = directories(text)
      default: facts.runpath = directories(text)
      }
    }
  }

  /// The parts of a path; an empty one is the working directory (`fillin_rpath` of glibc), but no path at all
  /// has none.
  private static func directories(_ path: String) -> [String] {
    path.isEmpty
      ? [] : path.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
  }

  private static func buildID(
    _ headers: ElfHeaders, _ file: borrowing FileBytes
  ) throws(ElfError) -> String? {
    for segment in headers.segments where segment.type == ElfSegment.note {
      let size = Int(clamping: min(segment.fileSize, UInt64(longestNote)))
      // A note that cannot be read explains nothing: the file itself may run.
      let notes = try file.prefix(size, at: segment.offset)
      if let found = ElfNotes.buildID(notes, headers.layout) { return found }
    }
    return nil
  }
}

extension ElfFacts.Kind {
  /// By `e_type`.
  init(_ type: UInt16) {
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
