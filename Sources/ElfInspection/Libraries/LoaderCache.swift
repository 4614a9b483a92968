import TraceEvents

/// What `ldconfig(8)` has found: `/etc/ld.so.cache`, in the form that glibc has written since 2.2
/// (`sysdeps/generic/dl-cache.h`), alone or behind the older one.
///
/// Every offset and count is checked: the file may say anything.
struct LoaderCache {
  /// One library for one kind of processor.
  struct Entry {
    /// Its soname.
    let name: String
    /// Where it lies.
    let path: String
    /// Class and processor (`FLAG_ELF_LIBC6` and its companions).
    let flags: UInt32
  }

  private static let longestFile = 32 << 20
  private static let mostEntries = 200_000
  private static let headerSize = 48
  private static let entrySize = 24

  private var bytes: [UInt8] = []
  private var start = 0
  private var count = 0
  private var isBig = false

  /// The cache at `path`; empty if there is none, or none that glibc would read.
  init(path: String) {
    guard let file = try? FileBytes(path: path),
      let bytes = try? file.prefix(Int(min(file.size, UInt64(Self.longestFile)))),
      let start = Self.start(of: bytes), start + Self.headerSize <= bytes.count
    else { return }
    self.bytes = bytes
    self.start = start
    isBig = bytes[start + 28] & 3 == 3
    let room = (bytes.count - start - Self.headerSize) / Self.entrySize
    count = min(word(start + 20), room, Self.mostEntries)
  }

  /// The libraries of this name, in the order of the file.
  func libraries(named name: String) -> [Entry] {
    let wanted = TargetText.bytes(of: name)
    return (0..<count).compactMap { index in
      let own = start + word(start + Self.headerSize + index * Self.entrySize + 4)
      guard own < bytes.count - wanted.count, bytes[own + wanted.count] == 0 else { return nil }
      for offset in wanted.indices where bytes[own + offset] != wanted[offset] { return nil }
      return entry(index)
    }
  }

  /// The paths of all libraries of a kind, in alphabetical order.
  func paths(withFlags flags: UInt32) -> [String] {
    (0..<count).compactMap(entry).filter { $0.flags == flags }.map(\.path).sorted()
  }

  private func entry(_ index: Int) -> Entry? {
    let place = start + Self.headerSize + index * Self.entrySize
    guard let name = text(at: start + word(place + 4)),
      let path = text(at: start + word(place + 8)),
      path.hasPrefix("/")
    else { return nil }
    return Entry(name: name, path: path, flags: UInt32(truncatingIfNeeded: word(place)))
  }

  /// The number of four bytes at `offset`; the caller has made sure that they are there.
  private func word(_ offset: Int) -> Int {
    var result = 0
    for index in 0..<4 { result = result << 8 | Int(bytes[offset + (isBig ? index : 3 - index)]) }
    return result
  }

  /// Where the newer form begins.
  private static func start(of bytes: [UInt8]) -> Int? {
    let magic = Array("glibc-ld.so.cache1.1".utf8)
    if bytes.starts(with: magic) { return 0 }
    // cache_file: "ld.so-1.7.0", a count, entries of 12 bytes; the newer form is aligned to 8.
    guard bytes.starts(with: "ld.so-1.7.0".utf8), bytes.count >= 16 else { return nil }
    let count = bytes[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
    let (size, overflow) = count.multipliedReportingOverflow(by: 12)
    guard !overflow else { return nil }
    let end = (16 + size + 7) / 8 * 8
    guard end < bytes.count, bytes[end...].starts(with: magic) else { return nil }
    return end
  }

  private func text(at offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count,
      let end = bytes[offset...].prefix(4096).firstIndex(of: 0)
    else { return nil }
    return TargetText.decoding(bytes[offset..<end])
  }
}
