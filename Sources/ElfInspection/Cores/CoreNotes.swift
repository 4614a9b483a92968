import TraceEvents

/// A thread of a core file (NT_PRSTATUS), and the signal that it tells of (NT_SIGINFO).
struct CoreThread {
  /// Its thread id.
  var id: ProcessID
  /// `pr_cursig`; 0 for a core file of a process that runs on (`gcore(1)`).
  var signal: Int32
  /// The general registers, in the order of `struct user_regs_struct`, of i386 `user_regs_struct32`.
  var registers: [UInt64]
  /// What the kernel said of the signal.
  var information: CoreSignal?
}

/// `siginfo_t` in a core file, as far as it matters here.
struct CoreSignal {
  /// `si_signo`
  var signal: Int32
  /// `si_code`
  var code: Int32
  /// `si_addr`, which for other signals holds other things.
  var address: UInt64
  /// `si_pid`, likewise.
  var sender: ProcessID
  /// `si_uid`, likewise.
  var senderUser: UInt32
  /// `si_syscall` of SIGSYS.
  var systemCall: Int32
}

/// What NT_PRPSINFO says of the process.
struct CoreProcess {
  var id: ProcessID
  var parent: ProcessID
  var user: UInt32
  var group: UInt32
  /// The short name, of at most 15 bytes.
  var name: String
  /// The first 79 bytes of its command line.
  var arguments: String
}

/// A part of a file that was mapped (NT_FILE).
struct CoreMapping {
  var start: UInt64
  var end: UInt64
  /// Where in the file it begins, in bytes.
  var offset: UInt64
  /// The file's path, as the kernel knew it.
  var path: String
}

/// The notes of a core file (`core(5)`, the kernel's fs/binfmt_elf.c).
struct CoreNotes {
  private static let mostThreads = 1 << 16
  private static let mostMappings = 1 << 20
  private static let longestPath = 4096

  let layout: ElfLayout
  private(set) var threads: [CoreThread] = []
  private(set) var process: CoreProcess?
  private(set) var mappings: [CoreMapping] = []
  /// NT_AUXV: what the kernel told the program (`getauxval(3)`), in its order.
  private(set) var auxiliary: [(type: UInt64, value: UInt64)] = []

  init(layout: ElfLayout) { self.layout = layout }

  /// The value of an entry of the auxiliary vector.
  func auxiliary(_ type: UInt64) -> UInt64? { auxiliary.first { $0.type == type }?.value }

  /// Takes a PT_NOTE segment in; ends at the first note that is not whole.
  mutating func read(_ bytes: [UInt8]) {
    var offset = 0
    while bytes.count - offset >= 12 {
      let nameSize = Int(layout.word(bytes, offset))
      let size = Int(layout.word(bytes, offset + 4))
      let type = layout.word(bytes, offset + 8)
      let start = offset + 12 + (nameSize + 3) / 4 * 4
      guard start <= bytes.count, size <= bytes.count - start else { return }
      let name = bytes[(offset + 12)..<min(start, offset + 12 + nameSize)]
      if name.starts(with: "CORE".utf8) {
        read(type, Array(bytes[start..<(start + size)]))
      }
      let next = start + (size + 3) / 4 * 4
      guard next <= bytes.count else { return }
      offset = next
    }
  }

  private mutating func read(_ type: UInt32, _ note: [UInt8]) {
    // NT_… of elf.h.
    switch type {
    case 1: readStatus(note)
    case 3: readProcess(note)
    case 6: readAuxiliary(note)
    case 0x5349_4749: readSignal(note)
    case 0x4649_4C45: readMappings(note)
    default: break
    }
  }

  /// `struct elf_prstatus`
  private mutating func readStatus(_ note: [UInt8]) {
    let (first, count, width) = layout.is64 ? (112, 27, 8) : (72, 17, 4)
    guard threads.count < Self.mostThreads, note.count >= first + count * width else { return }
    threads.append(
      CoreThread(
        id: ProcessID(bitPattern: layout.word(note, layout.is64 ? 32 : 24)),
        signal: Int32(layout.half(note, 12)),
        registers: (0..<count).map { layout.address(note, first + $0 * width) }))
  }

  /// `struct elf_prpsinfo`
  private mutating func readProcess(_ note: [UInt8]) {
    guard process == nil, note.count >= (layout.is64 ? 136 : 124) else { return }
    let ids = layout.is64 ? 24 : 12
    let name = layout.is64 ? 40 : 28
    let text = { (range: Range<Int>) in TargetText.decoding(note[range].prefix { $0 != 0 }) }
    process = CoreProcess(
      id: ProcessID(bitPattern: layout.word(note, ids)),
      parent: ProcessID(bitPattern: layout.word(note, ids + 4)),
      user: layout.is64 ? layout.word(note, 16) : UInt32(layout.half(note, 8)),
      group: layout.is64 ? layout.word(note, 20) : UInt32(layout.half(note, 10)),
      name: text(name..<(name + 16)), arguments: text((name + 16)..<(name + 96)))
  }

  private mutating func readAuxiliary(_ note: [UInt8]) {
    guard auxiliary.isEmpty else { return }
    let width = layout.is64 ? 8 : 4
    for index in 0..<min(note.count / (2 * width), 256) {
      let type = layout.address(note, index * 2 * width)
      if type == 0 { break }
      auxiliary.append((type, layout.address(note, (index * 2 + 1) * width)))
    }
  }

  /// `siginfo_t`; it follows the status of its thread.
  private mutating func readSignal(_ note: [UInt8]) {
    guard !threads.isEmpty, threads[threads.count - 1].information == nil, note.count >= 32 else {
      return
    }
    let fields = layout.is64 ? 16 : 12
    threads[threads.count - 1].information = CoreSignal(
      signal: Int32(bitPattern: layout.word(note, 0)),
      code: Int32(bitPattern: layout.word(note, 8)), address: layout.address(note, fields),
      sender: ProcessID(bitPattern: layout.word(note, fields)),
      senderUser: layout.word(note, fields + 4),
      systemCall: Int32(bitPattern: layout.word(note, layout.is64 ? 24 : 16)))
  }

  /// Count, page size, then start, end and page of each, then the names.
  private mutating func readMappings(_ note: [UInt8]) {
    let width = layout.is64 ? 8 : 4
    guard mappings.isEmpty, note.count >= 2 * width else { return }
    let (table, pageSize) = (2 * width, layout.address(note, width))
    let room = (note.count - table) / (3 * width)
    let count = Int(min(layout.address(note, 0), UInt64(min(room, Self.mostMappings))))
    var text = table + count * 3 * width
    for index in 0..<count {
      guard text < note.count, let end = note[text...].firstIndex(of: 0) else { return }
      let name = note[text..<end]
      text = end + 1
      let entry = table + index * 3 * width
      let start = layout.address(note, entry)
      let stop = layout.address(note, entry + width)
      let page = layout.address(note, entry + 2 * width)
      let (offset, overflow) = page.multipliedReportingOverflow(by: pageSize)
      // A newline would make two lines of one in a list of mappings.
      guard start < stop, !overflow, !name.isEmpty, name.count < Self.longestPath,
        !name.contains(10)
      else { continue }
      mappings.append(
        CoreMapping(start: start, end: stop, offset: offset, path: TargetText.decoding(name)))
    }
  }
}
