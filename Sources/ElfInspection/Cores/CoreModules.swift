import TraceEvents

/// A file that was mapped, and what is there under its name today.
struct CoreModule {
  /// What became of the file.
  enum State: Equatable {
    /// It is the one that crashed, as far as can be told.
    case same
    /// It has another build ID (`elf(5)`, NT_GNU_BUILD_ID), in hexadecimal digits.
    case differs(here: String, core: String)
    /// It has no build ID, and was written after the core file.
    case newer
    /// It is not there, or may not be read.
    case missing(ErrorNumber)
  }

  /// Its path, as the process knew it.
  var path: String
  /// The file that is read for it.
  var file: String
  var state: State
}

/// The files that were mapped to run code.
struct CoreModules {
  private static let mostCompared = 1024

  /// By their path in the core file.
  private(set) var byPath: [String: CoreModule] = [:]
  /// Path of the program, as the process knew it.
  private(set) var program: String?

  /// Of `core`; `program` is to be read for the program, if it is given.
  init(_ memory: CoreMemory, _ notes: CoreNotes, program given: String?, writeTime: Int) {
    // AT_PHDR and AT_ENTRY lie in the program itself, not in its loader.
    program = [9, 3].lazy.compactMap { notes.auxiliary($0) }
      .compactMap { memory.region(at: $0)?.path }.first { $0.hasPrefix("/") }
    var code: Set<String> = []
    for region in memory.regions {
      guard let path = region.path, path.hasPrefix("/") else { continue }
      if region.permissions?.contains("x") ?? true { code.insert(path) }
    }
    // Data files, of which a process may map thousands, run no code.
    for region in memory.regions where region.offset == 0 {
      guard let path = region.path, code.contains(path), byPath[path] == nil,
        byPath.count < Self.mostCompared
      else { continue }
      let own = path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : path
      let file = path == program ? given ?? own : own
      byPath[path] = CoreModule(
        path: own, file: file,
        state: Self.state(of: file, memory, region, notes.layout, writeTime: writeTime))
    }
  }

  /// Up to `count` bytes from `address` on, of the core file or, for what the program did not change, of
  /// the file that was mapped there.
  func bytes(_ count: Int, at address: UInt64, _ memory: CoreMemory) -> [UInt8] {
    let own = memory.bytes(count, at: address)
    guard own.isEmpty, let region = memory.region(at: address), let path = region.path,
      let module = byPath[path], module.state == .same
    else { return own }
    let (offset, overflow) = region.offset.addingReportingOverflow(address - region.start)
    let size = min(UInt64(count), region.end - address)
    guard !overflow, let file = try? FileBytes(path: module.file) else { return [] }
    return (try? file.prefix(Int(size), at: offset)) ?? []
  }

  /// The number of the process's own width there.
  func number(at address: UInt64, _ memory: CoreMemory, _ layout: ElfLayout) -> UInt64? {
    let width = layout.is64 ? 8 : 4
    let bytes = bytes(width, at: address, memory)
    return bytes.count == width ? layout.address(bytes, 0) : nil
  }

  /// The text there up to its zero; nil if it has none within 1024 bytes.
  func text(at address: UInt64, _ memory: CoreMemory) -> [UInt8]? {
    let bytes = bytes(1024, at: address, memory)
    return bytes.firstIndex(of: 0).map { Array(bytes[..<$0]) }
  }

  private static func state(
    of path: String, _ memory: CoreMemory, _ region: CoreMemory.Region, _ layout: ElfLayout,
    writeTime: Int
  ) -> CoreModule.State {
    do throws(ElfError) {
      let here = try ElfFile(path: path).facts.buildID
      let core = buildID(memory, region, layout)
      if let core { return core == here ? .same : .differs(here: here ?? "none", core: core) }
      return try FileBytes(path: path).writeTime > writeTime ? .newer : .same
    } catch {
      if case .unreadable(let number) = error.code { return .missing(number) }
      return .differs(here: "none", core: buildID(memory, region, layout) ?? "none")
    }
  }

  /// By the file's first page, which the kernel writes for this (`core(5)`, bit 4 of the filter).
  private static func buildID(
    _ memory: CoreMemory, _ region: CoreMemory.Region, _ layout: ElfLayout
  ) -> String? {
    let header = memory.bytes(layout.headerSize, at: region.start)
    guard header.count == layout.headerSize, header.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      return nil
    }
    let start = layout.address(header, layout.is64 ? 32 : 28)
    let count = min(Int(layout.half(header, layout.is64 ? 56 : 44)), 64)
    let size = region.end - region.start
    guard start < size else { return nil }
    let table = memory.bytes(count * layout.segmentSize, at: region.start + start)
    for index in 0..<(table.count / layout.segmentSize) {
      let segment = ElfSegment(table, at: index * layout.segmentSize, layout)
      guard segment.type == ElfSegment.note, segment.offset < size else { continue }
      let notes = memory.bytes(
        Int(min(segment.fileSize, 4096)), at: region.start + segment.offset)
      if let found = ElfNotes.buildID(notes, layout) { return found }
    }
    return nil
  }
}
