import TraceEvents

/// The memory of a process as a core file holds it.
///
/// What the program did not change (code, constants) the kernel leaves out (`core(5)`,
/// coredump_filter): that is in the files that were mapped.
final class CoreMemory {
  /// A part that the file holds.
  struct Segment {
    var start: UInt64
    var size: UInt64
    /// Where in the core file it lies.
    var offset: UInt64
  }

  /// A mapping of the process, whether the file holds it or not.
  struct Region {
    var start: UInt64
    var end: UInt64
    /// As in `/proc/PID/maps`; nil where only NT_FILE tells of it.
    var permissions: String?
    /// Where in the mapped file it begins.
    var offset: UInt64 = 0
    /// The mapped file, `[stack]` or `[vdso]`.
    var path: String?
  }

  private let file: FileBytes
  private let layout: ElfLayout
  /// In order of address, none over another.
  let segments: [Segment]
  /// In order of address.
  let regions: [Region]

  init(_ file: consuming FileBytes, _ headers: CoreHeaders, _ notes: CoreNotes) {
    layout = headers.layout
    let loads = headers.segments.filter { $0.type == ElfSegment.load }
      .sorted { ($0.address, $0.offset) < ($1.address, $1.offset) }
    var segments: [Segment] = []
    for load in loads where load.offset < file.size {
      let size = min(load.fileSize, file.size - load.offset)
      let (end, overflow) = load.address.addingReportingOverflow(size)
      let before = segments.last.map { $0.start + $0.size } ?? 0
      guard size > 0, !overflow, end > load.address, load.address >= before else { continue }
      segments.append(Segment(start: load.address, size: size, offset: load.offset))
    }
    self.segments = segments
    self.file = file
    regions = Self.regions(loads, notes)
  }

  /// The open file; for C alone.
  var descriptor: Int32 { file.descriptor }

  /// Up to `count` bytes from `address` on; fewer where the core file holds no more.
  func bytes(_ count: Int, at address: UInt64) -> [UInt8] {
    guard let segment = segments.last(where: \.start, atMost: address) else { return [] }
    let distance = address - segment.start
    guard distance < segment.size else { return [] }
    let size = min(UInt64(count), segment.size - distance)
    return (try? file.prefix(Int(size), at: segment.offset + distance)) ?? []
  }

  /// The number of the process's own width there.
  func number(at address: UInt64) -> UInt64? {
    let bytes = bytes(layout.is64 ? 8 : 4, at: address)
    return bytes.count == (layout.is64 ? 8 : 4) ? layout.address(bytes, 0) : nil
  }

  /// The text there up to its zero, of at most `limit` bytes; nil if it has none.
  func text(at address: UInt64, limit: Int = 4096) -> [UInt8]? {
    var text: [UInt8] = []
    while text.count < limit {
      let (place, overflow) = address.addingReportingOverflow(UInt64(text.count))
      let part = overflow ? [] : bytes(min(256, limit - text.count), at: place)
      if part.isEmpty { return nil }
      if let end = part.firstIndex(of: 0) { return text + part[..<end] }
      text += part
    }
    return text
  }

  /// The mapping that `address` lies in.
  func region(at address: UInt64) -> Region? {
    regions.last(where: \.start, atMost: address).flatMap { address < $0.end ? $0 : nil }
  }

  private static func regions(_ loads: [ElfSegment], _ notes: CoreNotes) -> [Region] {
    var regions: [Region] = []
    for load in loads where load.memorySize > 0 {
      let (end, overflow) = load.address.addingReportingOverflow(load.memorySize)
      guard !overflow, load.address >= regions.last?.end ?? 0 else { continue }
      let permissions =
        (load.flags & 4 != 0 ? "r" : "-") + (load.flags & 2 != 0 ? "w" : "-")
        + (load.flags & 1 != 0 ? "x" : "-") + "p"
      regions.append(Region(start: load.address, end: end, permissions: permissions))
    }
    let files = notes.mappings.sorted { $0.start < $1.start }
    var unseen: [Region] = []
    var index = 0
    for file in files {
      while index < regions.count, regions[index].end <= file.start { index += 1 }
      if index < regions.count, regions[index].start <= file.start {
        if regions[index].path == nil {
          regions[index].offset =
            file.offset.subtractingReportingOverflow(file.start - regions[index].start)
            .partialValue
          regions[index].path = file.path
        }
      } else if file.start >= unseen.last?.end ?? 0 {
        let next = index < regions.count ? regions[index].start : .max
        unseen.append(
          Region(
            start: file.start, end: min(file.end, next), offset: file.offset, path: file.path))
      }
    }
    // AT_SYSINFO_EHDR is where the vdso is, AT_EXECFN lies at the top of the first stack.
    for (type, name) in [(33, "[vdso]"), (31, "[stack]")] as [(UInt64, String)] {
      guard let address = notes.auxiliary(type) else { continue }
      for index in regions.indices
      where regions[index].start <= address && address < regions[index].end
        && regions[index].path == nil
      { regions[index].path = name }
    }
    return (regions + unseen).sorted { $0.start < $1.start }
  }
}

extension Array {
  /// The last element of a sorted list whose `key` is not above `limit`.
  fileprivate func last(where key: (Element) -> UInt64, atMost limit: UInt64) -> Element? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if key(self[middle]) <= limit { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : self[low - 1]
  }
}
