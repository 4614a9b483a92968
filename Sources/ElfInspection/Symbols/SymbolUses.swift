import TraceEvents

/// When the loader looks a symbol up, by the relocations of the file that wants it (`elf(5)`).
enum SymbolUse: Sendable {
  /// As the file is loaded.
  case atStart
  /// When the function is called first (DT_JMPREL, without BIND_NOW).
  case whenCalled
  /// Never: no relocation asks for it.
  case never
}

/// The relocations of a file, as far as they name symbols.
struct SymbolUses {
  private static let largestTable: UInt64 = 64 << 20

  private var early: Set<UInt32> = []
  private var late: Set<UInt32> = []
  /// True if the file wants all symbols looked up as it is loaded (`-z now`).
  let isBoundAtStart: Bool

  /// Of the file at `path`. Throws what is wrong with it.
  init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    let dynamic = try ElfDynamic(file)
    isBoundAtStart =
      dynamic.value(of: ElfDynamic.bindNow) != nil
      || (dynamic.value(of: ElfDynamic.flags) ?? 0) & 8 != 0
      || (dynamic.value(of: ElfDynamic.flags1) ?? 0) & 1 != 0
    let word = dynamic.layout.is64 ? 8 : 4
    let tables = [
      (ElfDynamic.rela, ElfDynamic.relaSize, 3 * word),
      (ElfDynamic.rel, ElfDynamic.relSize, 2 * word),
    ]
    for (table, size, entry) in tables {
      try Self.read(table, size, entry, dynamic, file, into: &early)
    }
    let jump = dynamic.value(of: ElfDynamic.jumpKind) == ElfDynamic.rela ? 3 : 2
    try Self.read(
      ElfDynamic.jumps, ElfDynamic.jumpsSize, jump * word, dynamic, file, into: &late)
  }

  private static func read(
    _ table: UInt64, _ size: UInt64, _ entry: Int, _ dynamic: ElfDynamic,
    _ file: borrowing FileBytes, into numbers: inout Set<UInt32>
  ) throws(ElfError) {
    guard let start = dynamic.offset(of: table) else { return }
    let length = Int(min(dynamic.value(of: size) ?? 0, largestTable))
    let bytes = try file.prefix(length, at: start)
    let is64 = dynamic.layout.is64
    for offset in stride(from: 0, through: bytes.count - entry, by: entry) {
      let info = dynamic.layout.address(bytes, offset + (is64 ? 8 : 4))
      let number = UInt32(truncatingIfNeeded: is64 ? info >> 32 : info >> 8)
      if number != 0 { numbers.insert(number) }
    }
  }

  /// When symbol number `index` is looked up.
  func use(of index: Int) -> SymbolUse {
    let number = UInt32(clamping: index)
    if early.contains(number) { return .atStart }
    if late.contains(number) { return isBoundAtStart ? .atStart : .whenCalled }
    return .never
  }
}
