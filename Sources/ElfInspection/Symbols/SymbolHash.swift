/// The name of a symbol where it stands, with its hash.
struct SymbolName {
  private static let longest = 4096

  /// A table of strings.
  let bytes: [UInt8]
  /// The name's place in it, without the zero at its end.
  let range: Range<Int>
  /// The hash of DT_GNU_HASH.
  let hash: UInt32

  /// `name` itself.
  init(_ name: [UInt8]) {
    self.init(name, at: 0)
  }

  /// The name that begins at `start` of a table; empty where that is outside of it.
  init(_ table: [UInt8], at start: Int) {
    bytes = table
    let begin = min(max(0, start), table.count)
    let limit = min(table.count, begin + Self.longest)
    (range, hash) = unsafe table.withUnsafeBufferPointer { table in
      var hash: UInt32 = 5381
      var end = begin
      while end < limit {
        let byte = unsafe table[end]
        if byte == 0 { break }
        hash = hash &* 33 &+ UInt32(byte)
        end += 1
      }
      return (begin..<end, hash)
    }
  }
}

/// The hash table of a file's symbols: DT_GNU_HASH, or else DT_HASH.
struct SymbolHash: Sendable {
  private static let most: UInt32 = 1 << 22
  private static let longestChain = 4096

  private let layout: ElfLayout
  /// What the table cannot hold, in bits (a Bloom filter); empty for DT_HASH.
  private let filter: [UInt8]
  /// Bits by which a hash is shifted for its second place in the filter.
  private let shift: UInt32
  /// Chains by the remainder of the hash.
  private let buckets: [UInt8]
  private let chains: [UInt8]
  /// Number of the first symbol in the table of DT_GNU_HASH; nil for DT_HASH.
  private let first: Int?
  /// How many symbols the file has, as far as the table tells.
  let count: Int

  /// Of `file`; nil if it has neither table. Throws what is wrong with it.
  init?(_ dynamic: ElfDynamic, _ file: borrowing FileBytes) throws(ElfError) {
    layout = dynamic.layout
    if let start = dynamic.offset(of: ElfDynamic.gnuHash) {
      let header = try GnuHeader(start, layout, file)
      filter = try file.bytes(
        Int(header.filterCount) * (layout.is64 ? 8 : 4), at: start + GnuHeader.size)
      shift = header.shift
      let buckets = try file.bytes(Int(header.bucketCount) * 4, at: header.buckets)
      self.buckets = buckets
      var last = 0
      for index in 0..<Int(header.bucketCount) {
        last = max(last, Int(dynamic.layout.word(buckets, index * 4)))
      }
      first = Int(header.first)
      guard last >= Int(header.first) else {
        count = Int(header.first)
        chains = []
        return
      }
      // The last chain ends at an odd number.
      var end = last
      while true {
        guard end < Int(Self.most) else { throw ElfError(.corrupt, path: file.path) }
        let part = try file.prefix(4096, at: header.chains + UInt64(end - Int(header.first)) * 4)
        guard part.count >= 4 else { throw ElfError(.truncated, path: file.path) }
        let words = part.count / 4
        guard
          let mark = (0..<words).first(where: { dynamic.layout.word(part, $0 * 4) & 1 != 0 })
        else {
          end += words
          continue
        }
        end += mark + 1
        break
      }
      count = end
      chains = try file.bytes((end - Int(header.first)) * 4, at: header.chains)
    } else if let start = dynamic.offset(of: ElfDynamic.hash) {
      // nbucket, nchain, buckets, chains: words everywhere but on Alpha and s390x.
      let header = try file.bytes(8, at: start)
      let bucketCount = dynamic.layout.word(header, 0)
      let chainCount = dynamic.layout.word(header, 4)
      guard bucketCount <= Self.most, chainCount <= Self.most else {
        throw ElfError(.corrupt, path: file.path)
      }
      (filter, shift) = ([], 0)
      buckets = try file.bytes(Int(bucketCount) * 4, at: start + 8)
      chains = try file.bytes(Int(chainCount) * 4, at: start + 8 + UInt64(bucketCount) * 4)
      count = Int(chainCount)
      first = nil
    } else {
      return nil
    }
  }

  /// The first symbol of those that may have this name for which `body` says so; nil if none does.
  func first(_ name: SymbolName, where body: (Int) -> Bool) -> Int? {
    guard !buckets.isEmpty else { return nil }
    if let first {
      guard mayHold(name.hash) else { return nil }
      var index = Int(layout.word(buckets, Int(name.hash % UInt32(buckets.count / 4)) * 4))
      while index >= first, (index - first) * 4 + 4 <= chains.count {
        let entry = layout.word(chains, (index - first) * 4)
        if entry | 1 == name.hash | 1, body(index) { return index }
        if entry & 1 != 0 { break }
        index += 1
      }
      return nil
    }
    let bucket = Int(Self.old(name.bytes[name.range]) % UInt32(buckets.count / 4)) * 4
    var index = Int(layout.word(buckets, bucket))
    var steps = 0
    while index != 0, index * 4 + 4 <= chains.count, steps < Self.longestChain {
      if body(index) { return index }
      index = Int(layout.word(chains, index * 4))
      steps += 1
    }
    return nil
  }

  private func mayHold(_ hash: UInt32) -> Bool {
    let width = layout.is64 ? 8 : 4
    let count = filter.count / width
    guard count > 0 else { return true }
    let place = Int(hash / UInt32(width * 8)) % count
    return Self.isSet(layout.address(filter, place * width), hash, shift, UInt32(width * 8))
  }

  /// True if both bits of a hash are set in its word of the filter.
  private static func isSet(
    _ word: UInt64, _ hash: UInt32, _ shift: UInt32, _ bits: UInt32
  ) -> Bool {
    let other = shift < 32 ? hash >> shift : 0
    return word >> UInt64(hash % bits) & word >> UInt64(other % bits) & 1 != 0
  }

  /// False if the filter of DT_GNU_HASH says that no symbol has this name.
  static func mayHold(
    _ name: [UInt8], _ dynamic: ElfDynamic, _ file: borrowing FileBytes
  ) throws(ElfError) -> Bool {
    guard let start = dynamic.offset(of: ElfDynamic.gnuHash) else { return true }
    let header = try GnuHeader(start, dynamic.layout, file)
    let width = dynamic.layout.is64 ? 8 : 4
    let bits = UInt32(width * 8)
    let hash = SymbolName(name).hash
    let place = UInt64((hash / bits) % header.filterCount) * UInt64(width)
    let word = try file.bytes(width, at: start + GnuHeader.size + place)
    return isSet(dynamic.layout.address(word, 0), hash, header.shift, bits)
  }

  private struct GnuHeader {
    /// Its bytes; the filter follows.
    static let size: UInt64 = 16

    let bucketCount: UInt32
    let first: UInt32
    let filterCount: UInt32
    let shift: UInt32
    let buckets: UInt64
    let chains: UInt64

    init(
      _ start: UInt64, _ layout: ElfLayout, _ file: borrowing FileBytes
    ) throws(ElfError) {
      let header = try file.bytes(16, at: start)
      bucketCount = layout.word(header, 0)
      first = layout.word(header, 4)
      filterCount = layout.word(header, 8)
      shift = layout.word(header, 12)
      guard bucketCount <= SymbolHash.most, first <= SymbolHash.most, filterCount > 0,
        filterCount <= SymbolHash.most, start < UInt64.max >> 1
      else { throw ElfError(.corrupt, path: file.path) }
      buckets = start + 16 + UInt64(filterCount) * (layout.is64 ? 8 : 4)
      chains = buckets + UInt64(bucketCount) * 4
    }
  }

  /// The hash of DT_HASH (System V ABI).
  private static func old(_ name: ArraySlice<UInt8>) -> UInt32 {
    name.reduce(0) { hash, byte in
      let sum = (hash << 4) &+ UInt32(byte)
      return (sum ^ ((sum & 0xF000_0000) >> 24)) & 0x0FFF_FFFF
    }
  }
}
