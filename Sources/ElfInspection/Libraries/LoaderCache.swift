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

  private var entries: [String: [Entry]] = [:]

  /// The cache at `path`; empty if there is none, or none that glibc would read.
  init(path: String) {
    guard let file = try? FileBytes(path: path),
      let bytes = try? file.prefix(Int(min(file.size, UInt64(Self.longestFile))))
    else { return }
    guard let start = Self.start(of: bytes), start + Self.headerSize <= bytes.count else { return }
    let isBig = bytes[start + 28] & 3 == 3
    func word(_ offset: Int) -> Int {
      let part = bytes[offset..<(offset + 4)]
      return (isBig ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    let count = min(word(start + 20), Self.mostEntries)
    for index in 0..<count {
      let entry = start + Self.headerSize + index * Self.entrySize
      guard entry + Self.entrySize <= bytes.count,
        let name = Self.text(bytes, at: start + word(entry + 4)),
        let path = Self.text(bytes, at: start + word(entry + 8)), path.hasPrefix("/")
      else { continue }
      entries[name, default: []].append(
        Entry(name: name, path: path, flags: UInt32(truncatingIfNeeded: word(entry))))
    }
  }

  /// The libraries of this name, in the order of the file.
  func libraries(named name: String) -> [Entry] { entries[name] ?? [] }

  /// The paths of all libraries of a kind, in alphabetical order.
  func paths(withFlags flags: UInt32) -> [String] {
    entries.values.joined().filter { $0.flags == flags }.map(\.path).sorted()
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

  private static func text(_ bytes: [UInt8], at offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count,
      let end = bytes[offset...].prefix(4096).firstIndex(of: 0)
    else { return nil }
    return TargetText.decoding(bytes[offset..<end])
  }
}
