/// Width and byte order of a file's numbers (`e_ident`).
struct ElfLayout {
  /// ELFCLASS64, not ELFCLASS32.
  let is64: Bool
  /// ELFDATA2MSB, not ELFDATA2LSB.
  let isBigEndian: Bool

  /// By the first 16 bytes of a file; nil for a class or order that does not exist.
  init?(_ identification: [UInt8]) {
    guard identification.count >= 6, [1, 2].contains(identification[4]),
      [1, 2].contains(identification[5])
    else { return nil }
    is64 = identification[4] == 2
    isBigEndian = identification[5] == 2
  }

  /// Of `file`. Throws where it does not begin as an ELF file does.
  init(of file: borrowing FileBytes) throws(ElfError) {
    let identification = try file.prefix(16)
    guard identification.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw ElfError(.notElf, path: file.path)
    }
    guard identification.count == 16 else { throw ElfError(.truncated, path: file.path) }
    guard let layout = ElfLayout(identification) else { throw ElfError(.corrupt, path: file.path) }
    self = layout
  }

  /// Size of the file's header in bytes.
  var headerSize: Int { is64 ? 64 : 52 }
  /// Size of a program header in bytes.
  var segmentSize: Int { is64 ? 56 : 32 }

  /// A number of two bytes; the caller has made sure that they are there.
  func half(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: number(bytes, offset, 2))
  }

  /// A number of four bytes; the caller has made sure that they are there.
  func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: number(bytes, offset, 4))
  }

  /// A number of the file's own width; the caller has made sure that it is there.
  func address(_ bytes: [UInt8], _ offset: Int) -> UInt64 { number(bytes, offset, is64 ? 8 : 4) }

  private func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    precondition(offset >= 0 && size <= bytes.count && offset <= bytes.count - size)
    return unsafe bytes.withUnsafeBytes { bytes in
      switch size {
      case 2: UInt64(unsafe ordered(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
      case 4: UInt64(unsafe ordered(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      default: unsafe ordered(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
    }
  }

  private func ordered<Number: FixedWidthInteger>(_ number: Number) -> Number {
    isBigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
  }
}

/// A program header (`Elf64_Phdr`), as far as it matters here.
struct ElfSegment {
  /// PT_LOAD
  static let load: UInt32 = 1
  /// PT_DYNAMIC
  static let dynamic: UInt32 = 2
  /// PT_INTERP
  static let interpreter: UInt32 = 3
  /// PT_NOTE
  static let note: UInt32 = 4

  /// `p_type`
  let type: UInt32
  /// `p_offset`
  let offset: UInt64
  /// `p_vaddr`
  let address: UInt64
  /// `p_filesz`
  let fileSize: UInt64
  /// `p_memsz`
  let memorySize: UInt64
  /// `p_flags`: 1 to execute, 2 to write, 4 to read.
  let flags: UInt32

  /// The header at `start` of a table that holds it whole.
  init(_ table: [UInt8], at start: Int, _ layout: ElfLayout) {
    type = layout.word(table, start)
    offset = layout.address(table, start + (layout.is64 ? 8 : 4))
    address = layout.address(table, start + (layout.is64 ? 16 : 8))
    fileSize = layout.address(table, start + (layout.is64 ? 32 : 16))
    memorySize = layout.address(table, start + (layout.is64 ? 40 : 20))
    flags = layout.word(table, start + (layout.is64 ? 4 : 24))
  }
}

/// Notes of a file (`elf(5)`).
enum ElfNotes {
  private static let longestID = 64

  /// The NT_GNU_BUILD_ID among `notes`, in hexadecimal digits; nil if it is not there.
  static func buildID(_ notes: [UInt8], _ layout: ElfLayout) -> String? {
    var offset = 0
    while notes.count - offset >= 12 {
      let nameSize = Int(layout.word(notes, offset))
      let valueSize = Int(layout.word(notes, offset + 4))
      let type = layout.word(notes, offset + 8)
      let name = offset + 12
      let value = name + (nameSize + 3) / 4 * 4
      guard value <= notes.count, valueSize <= notes.count - value else { return nil }
      if type == 3, notes[name..<(name + nameSize)].elementsEqual("GNU\0".utf8),
        valueSize > 0, valueSize <= longestID
      {
        return notes[value..<(value + valueSize)].map {
          String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }.joined()
      }
      offset = value + (valueSize + 3) / 4 * 4
    }
    return nil
  }
}

/// Processors, by `e_machine`.
enum ElfMachine {
  /// The name that uname(1) or Debian has for a machine; with its number where there is none.
  static func name(_ machine: UInt16, is64: Bool) -> String {
    switch machine {
    case 2, 18, 43: is64 ? "sparc64" : "sparc"
    case 3: "i386"
    case 4: "m68k"
    case 8: is64 ? "mips64" : "mips"
    case 15: "parisc"
    case 20: "ppc"
    case 21: "ppc64"
    case 22: is64 ? "s390x" : "s390"
    case 40: "arm"
    case 42: "sh4"
    case 50: "ia64"
    case 62: is64 ? "x86_64" : "x32"
    case 183: "aarch64"
    case 243: is64 ? "riscv64" : "riscv32"
    case 247: "bpf"
    case 258: "loongarch64"
    default: "machine \(machine)"
    }
  }
}
