import Glibc
import TraceEvents

/// A regular file that is open for reading, at any place and never more than asked for.
struct FileBytes: ~Copyable {
  /// Its absolute path.
  let path: String
  /// Its size in bytes when it was opened.
  let size: UInt64
  /// When it was written last, in seconds since 1970.
  let writeTime: Int
  /// The open file; for C alone.
  var descriptor: Int32 { window.descriptor }
  private let window: FileWindow

  /// Opens the file at `path`; never waits for a FIFO. Throws `EISDIR` for a directory and `EINVAL`
  /// for what is neither file nor directory.
  init(path: String) throws(ElfError) {
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw ElfError(.unreadable(ErrorNumber(rawValue: errno)), path: path)
    }
    var status = stat()
    let known = unsafe fstat(descriptor, &status) == 0
    let type = known ? status.st_mode & S_IFMT : 0
    guard type == S_IFREG else {
      close(descriptor)
      let reason = type == S_IFDIR ? EISDIR : EINVAL
      throw ElfError(.unreadable(ErrorNumber(rawValue: reason)), path: path)
    }
    self.path = path
    size = UInt64(clamping: status.st_size)
    writeTime = status.st_mtim.tv_sec
    window = FileWindow(path: path, descriptor: descriptor, size: size)
  }

  /// Up to `count` bytes from `offset` on; fewer where the file ends.
  func prefix(_ count: Int, at offset: UInt64 = 0) throws(ElfError) -> [UInt8] {
    try window.prefix(count, at: offset)
  }

  /// Exactly `count` bytes from `offset` on. Throws `truncated` where the file ends before.
  func bytes(_ count: Int, at offset: UInt64) throws(ElfError) -> [UInt8] {
    let bytes = try prefix(count, at: offset)
    guard bytes.count == count else { throw ElfError(.truncated, path: path) }
    return bytes
  }

  /// The text from `offset` on up to a zero byte; nil where there is none within `limit` bytes, at
  /// most 8192. Throws `truncated` where the file ends before.
  func text(at offset: UInt64, limit: Int) throws(ElfError) -> String? {
    try window.text(at: offset, limit: limit)
  }
}

/// An open file with two parts of it that are kept: its beginning, where its tables lie, and where it
/// was read last.
private final class FileWindow {
  private static let headLength = 64 * 1024
  private static let partLength = 16 * 1024
  private static let alignment: UInt64 = 4096

  let descriptor: Int32
  private let path: String
  private let size: UInt64
  private var head: [UInt8] = []
  private var part: [UInt8] = []
  private var partStart: UInt64 = 0

  init(path: String, descriptor: Int32, size: UInt64) {
    self.path = path
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  func prefix(_ count: Int, at offset: UInt64) throws(ElfError) -> [UInt8] {
    let isFar = offset >= UInt64(Self.headLength) || Int(offset) + count > Self.headLength
    if isFar, count > Self.partLength / 2 { return try read(count, at: offset) }
    return Array(try slice(count, at: offset).prefix(count))
  }

  func text(at offset: UInt64, limit: Int) throws(ElfError) -> String? {
    // Few texts are longer than the first of these.
    for count in [256, limit] {
      let slice = try slice(count, at: offset).prefix(limit)
      if let end = slice.firstIndex(of: 0) { return TargetText.decoding(slice[..<end]) }
      if slice.count < count { throw ElfError(.truncated, path: path) }
    }
    return nil
  }

  /// The bytes from `offset` on, at least `count` of them; fewer where the file ends.
  private func slice(_ count: Int, at offset: UInt64) throws(ElfError) -> ArraySlice<UInt8> {
    guard offset < size else { return [] }
    let wanted = min(count, Int(clamping: size - offset))
    if offset < UInt64(Self.headLength), Int(offset) + wanted <= Self.headLength {
      if head.isEmpty { head = try read(Self.headLength, at: 0) }
      return head[min(Int(offset), head.count)...]
    }
    let isHeld =
      offset >= partStart && offset - partStart <= UInt64(part.count)
      && wanted <= part.count - Int(offset - partStart)
    if !isHeld {
      partStart = offset - offset % Self.alignment
      part = try read(Self.partLength, at: partStart)
    }
    return part[min(Int(offset - partStart), part.count)...]
  }

  private func read(_ count: Int, at offset: UInt64) throws(ElfError) -> [UInt8] {
    guard offset < size, let start = off_t(exactly: offset) else { return [] }
    let wanted = min(count, Int(clamping: size - offset))
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted, let base = buffer.baseAddress {
        let part = unsafe pread(
          descriptor, base + filled, wanted - filled, start + off_t(filled))
        if part < 0, errno == EINTR { continue }
        if part < 0 { failure = errno }
        if part <= 0 { break }
        filled += part
      }
    }
    if failure != 0 { throw ElfError(.unreadable(ErrorNumber(rawValue: failure)), path: path) }
    return bytes
  }
}
