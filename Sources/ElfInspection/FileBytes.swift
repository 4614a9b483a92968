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
  let descriptor: Int32

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
    self.descriptor = descriptor
    size = UInt64(clamping: status.st_size)
    writeTime = status.st_mtim.tv_sec
  }

  /// Up to `count` bytes from `offset` on; fewer where the file ends.
  func prefix(_ count: Int, at offset: UInt64 = 0) throws(ElfError) -> [UInt8] {
    guard offset < size, let start = off_t(exactly: offset) else { return [] }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let part = unsafe pread(
          descriptor, base + filled, count - filled, start + off_t(filled))
        if part < 0, errno == EINTR { continue }
        if part < 0 { failure = errno }
        if part <= 0 { break }
        filled += part
      }
    }
    if failure != 0 { throw ElfError(.unreadable(ErrorNumber(rawValue: failure)), path: path) }
    return bytes
  }

  /// Exactly `count` bytes from `offset` on. Throws `truncated` where the file ends before.
  func bytes(_ count: Int, at offset: UInt64) throws(ElfError) -> [UInt8] {
    let bytes = try prefix(count, at: offset)
    guard bytes.count == count else { throw ElfError(.truncated, path: path) }
    return bytes
  }

  deinit { close(descriptor) }
}
