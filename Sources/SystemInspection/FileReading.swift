private import CInspectionShim
import Glibc
import TraceEvents

/// Bytes of a file, read up to a limit.
struct CappedBytes {
  /// What was read.
  var bytes: [UInt8]
  /// True if the file went on.
  var isTruncated: Bool

  /// The text, split at line feeds; the last line is left out if it was cut off.
  var lines: [ArraySlice<UInt8>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if isTruncated || lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

/// An open descriptor, closed with its last use.
private struct Descriptor: ~Copyable {
  let number: Int32

  init(opening path: String, flags: Int32) throws(InspectionError) {
    guard let name = TargetText.cString(of: path) else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    let opened = unsafe open(name, flags | O_CLOEXEC | O_NOCTTY)
    if opened < 0 { throw InspectionError(code: ErrorNumber(rawValue: errno), path: path) }
    self.init(owning: opened)
  }

  private init(owning number: Int32) { self.number = number }

  deinit { _ = close(number) }
}

/// Reading of the machine's own files; every read has a limit, and only what cannot block is read.
enum FileReading {
  /// The first `limit` bytes of a regular file (those of /proc and /sys count as such).
  ///
  /// A FIFO, device or socket gives `EINVAL` and is not read.
  static func contents(of path: String, limit: Int) throws(InspectionError) -> CappedBytes {
    // O_NONBLOCK: a FIFO without writer would hold us up before we know that it is one.
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0 else {
      throw InspectionError(code: ErrorNumber(rawValue: errno), path: path)
    }
    guard FileType(mode: status.st_mode) == .regular else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    var bytes: [UInt8] = []
    // A file of /proc tells no size, and some of them must be read in one go to be consistent.
    let size = status.st_size
    var step = size > 0 ? min(limit, Int(clamping: size)) + 1 : 64 << 10
    while bytes.count <= limit {
      let wanted = min(step, limit + 1 - bytes.count)
      let part = try part(of: descriptor, path, wanted: wanted)
      if part.isEmpty { return CappedBytes(bytes: bytes, isTruncated: false) }
      bytes += part
      step = 64 << 10
    }
    bytes.removeLast(bytes.count - limit)
    return CappedBytes(bytes: bytes, isTruncated: true)
  }

  /// The first `limit` bytes of an image or disk: a regular file or a block device.
  ///
  /// A FIFO, character device or socket gives `EINVAL` and is not read.
  static func beginning(ofDisk path: String, limit: Int) throws(InspectionError) -> [UInt8] {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0 else {
      throw InspectionError(code: ErrorNumber(rawValue: errno), path: path)
    }
    let type = FileType(mode: status.st_mode)
    guard type == .regular || type == .blockDevice else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    return try part(of: descriptor, path, wanted: limit)
  }

  /// Hands each record of a device that gives one with each read to `body`, at most `limit`.
  static func records(
    of path: String, limit: Int, _ body: ([UInt8]) -> Void
  ) throws(InspectionError) {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    for _ in 0..<limit {
      do throws(InspectionError) {
        // The kernel's longest record has 8 KiB (CONSOLE_EXT_LOG_MAX).
        let record = try part(of: descriptor, path, wanted: 8192)
        if record.isEmpty { return }
        body(record)
      } catch {
        if error.code == .tryAgain { return }
        // The oldest record was overwritten in between: the next read goes on behind it.
        if error.code != .brokenPipe { throw error }
      }
    }
  }

  /// What one read gives, at most `wanted` bytes.
  private static func part(
    of descriptor: borrowing Descriptor, _ path: String, wanted: Int
  ) throws(InspectionError) -> [UInt8] {
    while true {
      var failure: Int32 = 0
      let part = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        let got = unsafe read(descriptor.number, buffer.baseAddress, wanted)
        failure = got < 0 ? errno : 0
        count = max(0, got)
      }
      if failure == EINTR { continue }
      if failure != 0 {
        throw InspectionError(code: ErrorNumber(rawValue: failure), path: path)
      }
      return part
    }
  }

  /// The text of a small file of /proc or /sys without the line feed at its end; nil if it cannot
  /// be read.
  static func text(of path: String, limit: Int = 64 << 10) -> String? {
    guard var bytes = try? contents(of: path, limit: limit).bytes else { return nil }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return TargetText.decoding(bytes)
  }

  /// Where the symbolic link at `path` points, as it is written.
  static func linkTarget(of path: String) throws(InspectionError) -> String {
    guard let name = TargetText.cString(of: path) else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      let length = unsafe buffer.withMemoryRebound(to: CChar.self) {
        unsafe $0.baseAddress.map { start in unsafe readlink(name, start, Int(PATH_MAX)) } ?? -1
      }
      failure = length < 0 ? errno : 0
      count = max(0, length)
    }
    if failure != 0 { throw InspectionError(code: ErrorNumber(rawValue: failure), path: path) }
    return TargetText.decoding(bytes)
  }

  /// The names in `directory`, without `.` and `..`, unsorted, at most `limit`.
  static func names(in directory: String, limit: Int) throws(InspectionError) -> [String] {
    guard let path = TargetText.cString(of: directory) else {
      throw InspectionError(code: .invalidArgument, path: directory)
    }
    guard let stream = unsafe opendir(path) else {
      throw InspectionError(code: ErrorNumber(rawValue: errno), path: directory)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < limit, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe TargetText.decoding(bytes.prefix { $0 != 0 })
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The value of an extended attribute; nil where there is none or it cannot be read.
  static func extendedAttribute(_ attribute: String, of path: String) -> [UInt8]? {
    guard let name = TargetText.cString(of: path) else { return nil }
    var length: Int64 = -1
    // 64 KiB is the kernel's own limit (XATTR_SIZE_MAX).
    let value = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      length = unsafe wf_extended_attribute(name, attribute, start, buffer.count)
      count = max(0, Int(length))
    }
    return length < 0 ? nil : value
  }
}

/// A file mapped into memory for searching, unmapped with its last use.
///
/// Only for files of the package system, which are replaced and never cut short in place.
@safe struct MappedFile: ~Copyable {
  private let region: UnsafeRawBufferPointer

  /// Maps the regular file at `path`; nil if it cannot be, or is larger than `limit` bytes.
  init?(path: String, limit: Int) {
    guard let descriptor = try? Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK) else {
      return nil
    }
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0,
      FileType(mode: status.st_mode) == .regular
    else { return nil }
    let size = Int(status.st_size)
    guard size > 0, size <= limit,
      let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0),
      unsafe address != MAP_FAILED
    else { return nil }
    unsafe region = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(mutating: region.baseAddress), region.count)
  }

  /// Size in bytes.
  var count: Int { unsafe region.count }

  /// The bytes, which must not outlive the mapping.
  borrowing func withBytes<Result>(_ body: (borrowing RawSpan) -> Result) -> Result {
    body(unsafe RawSpan(_unsafeBytes: region))
  }
}

extension RawSpan {
  /// Offset of the first `needle` at or after `start`; nil if there is none.
  func firstOffset(of needle: [UInt8], from start: Int = 0) -> Int? {
    guard start <= byteCount, !needle.isEmpty else { return nil }
    return unsafe withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let offset = unsafe wf_find(
        base + start, bytes.count - start, needle, needle.count)
      return offset < 0 ? nil : start + Int(offset)
    }
  }
}
