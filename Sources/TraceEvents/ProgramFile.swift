/// What a file is to `execve(2)`.
package enum ProgramFile: Codable, Sendable, Hashable {
  /// It begins with `#!`: its first line without the line feed, at most 256 bytes, as it stands
  /// there, so that a carriage return at its end shows.
  case script(firstLine: String)
  /// An ELF file.
  case elf(facts: ElfFacts)
  /// An ELF file that is cut short or does not hold together.
  case damagedElf(reason: String)
  /// A file of no bytes.
  case empty
  case directory
  /// Neither: what its first bytes say that it is.
  case other(content: Content)

  /// What the first bytes of a file say.
  package enum Content: String, Codable, Sendable, Hashable, CaseIterable {
    case gzip = "gzip data"
    case xz = "xz data"
    case zstandard = "Zstandard data"
    case bzip2 = "bzip2 data"
    case zip = "zip"
    case archive = "ar archive"
    case html = "HTML"
    case text = "text"
    case utf8ByteOrderMark = "UTF-8 text with byte order mark"
    case utf16 = "UTF-16 text"
    case machO = "Mach-O"
    case windows = "PE (Windows)"
    case javaClass = "Java class"
    case webAssembly = "WebAssembly"
    case data = "data"
  }
}

/// What an ELF file says of itself, as far as it decides whether and how it runs (`elf(5)`).
package struct ElfFacts: Codable, Sendable, Hashable {
  /// `e_type`.
  package enum Kind: String, Codable, Sendable, Hashable {
    /// Runs at a fixed address (ET_EXEC).
    case executable
    /// A shared library, or a program that runs at any address (ET_DYN).
    case shared
    /// A `.o` file (ET_REL).
    case relocatable
    /// A core file (ET_CORE).
    case core
    case other
  }

  /// `e_type`.
  package var kind: Kind
  /// 32 or 64.
  package var bits: Int
  /// False for the byte order that x86 has.
  package var isBigEndian: Bool
  /// Name of the processor as Debian and uname(1) write it: `x86_64`, `i386`, `aarch64`;
  /// `machine 1234` for one without a name here.
  package var machine: String
  /// PT_INTERP: the loader, such as `/lib64/ld-linux-x86-64.so.2`.
  package var interpreter: String?
  /// DT_NEEDED, in order.
  package var needed: [String]
  /// DT_SONAME.
  package var soname: String?
  /// DT_RPATH, taken apart at its colons.
  package var rpath: [String]
  /// DT_RUNPATH, taken apart at its colons.
  package var runpath: [String]
  /// True if it has neither a loader nor a library that it needs.
  package var isStatic: Bool
  /// NT_GNU_BUILD_ID in lower-case hexadecimal digits.
  package var buildID: String?

  package init(
    kind: Kind, bits: Int, isBigEndian: Bool = false, machine: String, interpreter: String? = nil,
    needed: [String] = [], soname: String? = nil, rpath: [String] = [], runpath: [String] = [],
    isStatic: Bool, buildID: String? = nil
  ) {
    self.kind = kind
    self.bits = bits
    self.isBigEndian = isBigEndian
    self.machine = machine
    self.interpreter = interpreter
    self.needed = needed
    self.soname = soname
    self.rpath = rpath
    self.runpath = runpath
    self.isStatic = isStatic
    self.buildID = buildID
  }
}
