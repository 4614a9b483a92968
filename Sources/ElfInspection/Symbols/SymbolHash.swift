/// The hash table of a file's symbols: DT_GNU_HASH, or else DT_HASH.
struct SymbolHash: Sendable {
  private static let most: UInt32 = 1 << 22
  private static let longestChain = 4096

  private let layout: ElfLayout
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
      buckets = try file.bytes(Int(bucketCount) * 4, at: start + 8)
      chains = try file.bytes(Int(chainCount) * 4, at: start + 8 + UInt64(bucketCount) * 4)
      count = Int(chainCount)
      first = nil
    } else {
      return nil
    }
  }

  /// The numbers of the symbols that may have this name.
  func candidates(for name: [UInt8]) -> [Int] {
    guard !buckets.isEmpty else { return [] }
    var found: [Int] = []
    if let first {
      let hash = Self.gnu(name)
      var index = Int(layout.word(buckets, Int(hash % UInt32(buckets.count / 4)) * 4))
      while index >= first, (index - first) * 4 + 4 <= chains.count, found.count < 64 {
        let entry = layout.word(chains, (index - first) * 4)
        if entry | 1 == hash | 1 { found.append(index) }
        if entry & 1 != 0 { break }
        index += 1
      }
      return found
    }
    var index = Int(layout.word(buckets, Int(Self.old(name) % UInt32(buckets.count / 4)) * 4))
    while index != 0, index * 4 + 4 <= chains.count, found.count < Self.longestChain {
      found.append(index)
      index = Int(layout.word(chains, index * 4))
    }
    return found
  }

  /// False if the filter of DT_GNU_HASH says that no symbol has this name.
  static func mayHold(
    _ name: [UInt8], _ dynamic: ElfDynamic, _ file: borrowing FileBytes
  ) throws(ElfError) -> Bool {
    guard let start = dynamic.offset(of: ElfDynamic.gnuHash) else { return true }
    let header = try GnuHeader(start, dynamic.layout, file)
    let width = dynamic.layout.is64 ? 8 : 4
    let bits = UInt32(width * 8)
    let hash = gnu(name)
    let place = UInt64((hash / bits) % header.filterCount) * UInt64(width)
    let word = dynamic.layout.address(try file.bytes(width, at: start + 16 + place), 0)
    let other = header.shift < 32 ? hash >> header.shift : 0
    return word >> UInt64(hash % bits) & word >> UInt64(other % bits) & 1 != 0
  }

  private struct GnuHeader {
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

  /// The hash of DT_GNU_HASH.
  private static func gnu(_ name: [UInt8]) -> UInt32 {
    name.reduce(5381) { $0 &* 33 &+ UInt32($1) }
  }

  /// The hash of DT_HASH (System V ABI).
  private static func old(_ name: [UInt8]) -> UInt32 {
    name.reduce(0) { hash, byte in
      let sum = (hash << 4) &+ UInt32(byte)
      return (sum ^ ((sum & 0xF000_0000) >> 24)) & 0x0FFF_FFFF
    }
  }
}
