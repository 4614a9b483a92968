package import TraceEvents

/// Why a file is no core file that can be read.
package struct CoreFileError: Error, Sendable, Hashable {
  /// What is wrong.
  package enum Code: Sendable, Hashable {
    /// It cannot be read, or is no ELF file, or a damaged one.
    case elf(ElfError.Code)
    /// It is an ELF file of another kind, such as the program itself.
    case otherKind(ElfFacts.Kind)
    /// It is of a process of another processor.
    case otherMachine(String)
    /// It tells of no thread: its notes are missing.
    case noThread
  }

  /// What is wrong.
  package var code: Code
  /// Which file.
  package var path: String

  /// An error of the file at `path`.
  package init(code: Code, path: String) {
    self.code = code
    self.path = path
  }
}

/// A core file (`core(5)`) of a process of x86-64 or i386: what its notes say, and the memory that it
/// holds.
///
/// It may come from anywhere: each offset, size and count in it is checked, and a damaged one lacks
/// something, and no more.
package final class CoreFile {
  private static let largestNotes = 64 << 20

  /// Its absolute path.
  package let path: String
  /// How many bytes are missing at its end; 0 for a complete one.
  package let missingBytes: UInt64
  /// What its notes say.
  let notes: CoreNotes
  /// The memory of the process.
  let memory: CoreMemory
  /// When it was written, in seconds since 1970.
  let writeTime: Int

  /// Reads the file at `path`. Throws what is wrong with it.
  package init(path: String) throws(CoreFileError) {
    self.path = path
    let headers: CoreHeaders
    do throws(ElfError) {
      (headers, notes, memory, writeTime) = try Self.parts(of: path)
    } catch {
      throw CoreFileError(code: .elf(error.code), path: path)
    }
    missingBytes = headers.missingBytes
    if let code = headers.problem { throw CoreFileError(code: code, path: path) }
    guard !notes.threads.isEmpty else { throw CoreFileError(code: .noThread, path: path) }
  }

  private static func parts(
    of path: String
  ) throws(ElfError) -> (CoreHeaders, CoreNotes, CoreMemory, Int) {
    let file = try FileBytes(path: path)
    let headers = try CoreHeaders(file)
    var notes = CoreNotes(layout: headers.layout)
    for segment in headers.segments where segment.type == ElfSegment.note {
      let size = min(segment.fileSize, UInt64(largestNotes))
      let room = file.size - min(file.size, segment.offset)
      notes.read(try file.prefix(Int(min(size, room)), at: segment.offset))
    }
    let writeTime = file.writeTime
    return (headers, notes, CoreMemory(file, headers, notes), writeTime)
  }

  /// The thread that the signal was for: the kernel writes it first.
  var crashed: CoreThread { notes.threads[0] }
}

/// The headers of a core file. It can have more segments than a program: one for each mapping.
struct CoreHeaders {
  // vm.max_map_count is 65530 by default, and some raise it to a million.
  private static let mostSegments: UInt64 = 1 << 20

  /// Width and byte order of its numbers.
  let layout: ElfLayout
  /// The program headers that are there.
  let segments: [ElfSegment]
  /// How many bytes are missing at its end, as far as the headers tell.
  let missingBytes: UInt64
  /// Why it is no core file that can be read.
  let problem: CoreFileError.Code?

  /// Of `file`. Throws what is wrong with it as an ELF file.
  init(_ file: borrowing FileBytes) throws(ElfError) {
    let layout = try ElfLayout(of: file)
    let header = try file.bytes(layout.headerSize, at: 0)
    let kind = ElfFacts.Kind(layout.half(header, 16))
    let machine = layout.half(header, 18)
    self.layout = layout
    guard kind == .core, (machine == 62 && layout.is64) || (machine == 3 && !layout.is64),
      !layout.isBigEndian
    else {
      problem =
        kind == .core
        ? .otherMachine(ElfMachine.name(machine, is64: layout.is64)) : .otherKind(kind)
      segments = []
      missingBytes = 0
      return
    }
    problem = nil
    var count = UInt64(layout.half(header, layout.is64 ? 56 : 44))
    if count == 0xFFFF {
      // PN_XNUM: the number stands in the first section header (elf(5)).
      let section = layout.address(header, layout.is64 ? 40 : 32)
      let (place, overflow) = section.addingReportingOverflow(layout.is64 ? 44 : 28)
      let number = overflow ? [] : try file.prefix(4, at: place)
      if number.count == 4 { count = UInt64(layout.word(number, 0)) }
    }
    let size = layout.segmentSize
    guard Int(layout.half(header, layout.is64 ? 54 : 42)) == size else {
      throw ElfError(.corrupt, path: file.path)
    }
    let start = layout.address(header, layout.is64 ? 32 : 28)
    let wanted = Int(min(count, Self.mostSegments)) * size
    let room = file.size - min(file.size, start)
    let table = try file.prefix(Int(min(UInt64(wanted), room)), at: start)
    segments = (0..<(table.count / size)).map { ElfSegment(table, at: $0 * size, layout) }
    var end = table.count < wanted ? start.addingReportingOverflow(UInt64(wanted)).partialValue : 0
    for segment in segments {
      let (own, overflow) = segment.offset.addingReportingOverflow(segment.fileSize)
      end = max(end, overflow ? .max : own)
    }
    missingBytes = end > file.size ? end - file.size : 0
  }
}
