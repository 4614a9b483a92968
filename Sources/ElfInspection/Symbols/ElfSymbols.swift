private import Glibc
internal import TraceEvents

/// The symbols that an ELF file defines for others and wants of them: DT_SYMTAB with its hash
/// table, as the loader reads it (`elf(5)`), so that it works on files without section headers.
///
/// A class, since each of a hundred thousand lookups would copy its tables' references.
final class ElfSymbols: Sendable {
  /// A symbol that must come from another file.
  struct Wanted: Sendable, Hashable {
    /// Its name, as it stands in the file.
    let name: String
    /// The version that it must have, if any.
    let version: String?
    /// File name of the library that is to have that version.
    let library: String?
    /// Its number in the table.
    let index: Int
  }

  private static let mostSymbols = 2_000_000
  private static let largestStrings: UInt64 = 64 << 20

  private let layout: ElfLayout
  private let symbols: [UInt8]
  private let strings: [UInt8]
  private let versionNumbers: [UInt8]
  private let versions: ElfVersions
  private let hash: SymbolHash?

  private var entrySize: Int { layout.is64 ? 24 : 16 }

  /// How many symbols there are.
  var count: Int { symbols.count / entrySize }

  /// Reads the file at `path`; one without a dynamic section has none. Throws what is wrong with it.
  convenience init(path: String) throws(ElfError) {
    let file = try FileBytes(path: path)
    let dynamic = try ElfDynamic(file)
    try self.init(dynamic, file, versions: ElfVersions(dynamic, file))
  }

  /// Those of a file whose dynamic section and versions are known.
  init(
    _ dynamic: ElfDynamic, _ file: borrowing FileBytes, versions: ElfVersions
  ) throws(ElfError) {
    layout = dynamic.layout
    self.versions = versions
    hash = try SymbolHash(dynamic, file)
    let count = hash?.count ?? 0
    guard let table = dynamic.offset(of: ElfDynamic.symbols), count > 0,
      let names = dynamic.offset(of: ElfDynamic.strings)
    else {
      (symbols, strings, versionNumbers) = ([], [], [])
      return
    }
    guard count <= Self.mostSymbols else { throw ElfError(.corrupt, path: file.path) }
    let size = layout.is64 ? 24 : 16
    symbols = try file.bytes(count * size, at: table)
    let length = min(dynamic.value(of: ElfDynamic.stringsSize) ?? 0, Self.largestStrings)
    strings = try file.prefix(Int(length), at: names)
    versionNumbers =
      if let numbers = dynamic.offset(of: ElfDynamic.versionSymbols) {
        try file.prefix(count * 2, at: numbers)
      } else {
        []
      }
  }

  /// What it wants of others, without what it can do without (STB_WEAK).
  var wanted: [Wanted] { wanted { _, _ in true } }

  /// What it wants of others and none of these tables has; `provider` tells which of them is the
  /// library of a name, and `likely` are those that are looked at first.
  func wanted(
    besides tables: [ElfSymbols?], likely: [Int], provider: (String) -> Int?
  ) -> [Wanted] {
    var providers: [UInt16: Int] = [:]
    for (number, need) in versions.neededByNumber { providers[number] = provider(need.library) }
    return wanted { name, number in
      let version = versions.neededByNumber[number]?.name
      // The file that is to have the version nearly always has it.
      if let place = providers[number], let table = tables[place],
        table.provides(name, version: version)
      {
        return false
      }
      if likely.contains(where: { tables[$0]?.provides(name, version: version) ?? false }) {
        return false
      }
      return !tables.contains { $0?.provides(name, version: version) ?? false }
    }
  }

  private func wanted(where isMeant: (SymbolName, UInt16) -> Bool) -> [Wanted] {
    var found: [Wanted] = []
    for index in 1..<max(1, count) where !isDefined(index) && binding(index) == 1 {
      let name = SymbolName(strings, at: Int(layout.word(symbols, index * entrySize)))
      let number = versionNumber(index) & 0x7FFF
      guard !name.range.isEmpty, isMeant(name, number) else { continue }
      let version = versions.neededByNumber[number]
      found.append(
        Wanted(
          name: TargetText.decoding(strings[name.range]), version: version?.name,
          library: version?.library, index: index))
    }
    return found
  }

  /// True if a symbol `name`, in `version` if that is given, is found here by one who wants it.
  func provides(_ name: String, version: String?) -> Bool {
    provides(SymbolName(TargetText.bytes(of: name)), version: version)
  }

  /// Corresponds to `check_match` of glibc's `elf/dl-lookup.c`.
  private func provides(_ name: SymbolName, version: String?) -> Bool {
    var unversioned = 0
    let found = hash?.first(name) { index in
      guard isDefined(index), isVisible(index), hasName(index, name) else { return false }
      guard !versionNumbers.isEmpty else { return true }
      let number = versionNumber(index)
      guard let version else {
        // The oldest version serves those who know of none; else the only one.
        if number & 0x7FFF < 3 { return true }
        if number & 0x8000 == 0 { unversioned += 1 }
        return false
      }
      if let own = versions.definedByNumber[number & 0x7FFF] { return own == version }
      return number & 0x8000 == 0
    }
    return found != nil || unversioned > 0
  }

  /// The versions in which it defines `name`.
  func versions(of name: String) -> [String] {
    let name = SymbolName(TargetText.bytes(of: name))
    var found: [String] = []
    _ = hash?.first(name) { index in
      if isDefined(index), isVisible(index), hasName(index, name),
        let version = versions.definedByNumber[versionNumber(index) & 0x7FFF]
      {
        found.append(version)
      }
      return false
    }
    return found
  }

  /// The address of `name`, in whatever version it is defined here, before the file is moved to where it
  /// is mapped (`st_value`).
  func address(of name: String) -> UInt64? {
    let name = SymbolName(TargetText.bytes(of: name))
    let index = hash?.first(name) { isDefined($0) && isVisible($0) && hasName($0, name) }
    return index.map { layout.address(symbols, $0 * entrySize + (layout.is64 ? 8 : 4)) }
  }

  /// How many characters at its beginning `name` has in common with a symbol that is defined here,
  /// at most.
  func longestCommonBeginning(with name: String) -> Int {
    let text = TargetText.bytes(of: name)
    var longest = 0
    for index in 1..<max(1, count) where isDefined(index) && isVisible(index) {
      let start = Int(layout.word(symbols, index * entrySize))
      var length = 0
      while length < text.count, start < strings.count - length,
        strings[start + length] == text[length]
      {
        length += 1
      }
      longest = max(longest, length)
    }
    return longest
  }

  // MARK: One symbol

  /// False too for a number that the table does not have, such as a hash table may give.
  private func isDefined(_ index: Int) -> Bool {
    index < count && layout.half(symbols, index * entrySize + (layout.is64 ? 6 : 14)) != 0
  }

  /// ELF64_ST_BIND
  private func binding(_ index: Int) -> UInt8 {
    symbols[index * entrySize + (layout.is64 ? 4 : 12)] >> 4
  }

  /// Global, weak or unique, and neither a section nor a file.
  private func isVisible(_ index: Int) -> Bool {
    let type = symbols[index * entrySize + (layout.is64 ? 4 : 12)] & 15
    return (binding(index) == 1 || binding(index) == 2 || binding(index) == 10) && type != 3
      && type != 4
  }

  private func versionNumber(_ index: Int) -> UInt16 {
    index * 2 + 2 <= versionNumbers.count ? layout.half(versionNumbers, index * 2) : 1
  }

  private func hasName(_ index: Int, _ name: SymbolName) -> Bool {
    let start = Int(layout.word(symbols, index * entrySize))
    let length = name.range.count
    guard length > 0, start <= strings.count - length - 1, strings[start + length] == 0 else {
      return false
    }
    return unsafe strings.withUnsafeBytes { own in
      unsafe name.bytes.withUnsafeBytes { other in
        guard let own = own.baseAddress, let other = other.baseAddress else { return false }
        return unsafe memcmp(own + start, other + name.range.lowerBound, length) == 0
      }
    }
  }
}

extension ElfSymbols {
  /// True if the file at `path` defines `name` in whatever version; cheap where it does not.
  static func isDefined(_ name: String, inFileAt path: String) -> Bool {
    do throws(ElfError) {
      let file = try FileBytes(path: path)
      let dynamic = try ElfDynamic(file)
      guard try SymbolHash.mayHold(TargetText.bytes(of: name), dynamic, file) else { return false }
      let symbols = try ElfSymbols(dynamic, file, versions: ElfVersions(dynamic, file))
      return symbols.provides(name, version: nil) || !symbols.versions(of: name).isEmpty
    } catch {
      return false
    }
  }
}
