private import Glibc
import TraceEvents

/// The directories in which a loader of glibc looks last, as they were written into it when it was built
/// (`system_dirs` of `elf/dl-load.c`): each distribution has its own.
enum LoaderDirectories {
  private static let largestLoader = 4 << 20
  private static let most = 8

  /// Those that stand in the loader at `path`, in order, without a slash at their ends; nil where there are none.
  static func written(in path: String, _ files: RootedFiles) -> [String]? {
    guard let place = files.resolved(path),
      let bytes = try? FileBytes(path: files.outside(place)).prefix(largestLoader)
    else { return nil }
    let mark = Array("/lib".utf8)
    var offset = 1
    while let slash = next(mark[0], in: bytes, from: offset) {
      offset = slash + 1
      guard bytes[slash - 1] == 0, bytes[slash...].starts(with: mark) else { continue }
      let directories = list(bytes[slash...])
      if directories.count > 1 { return directories }
    }
    return nil
  }

  /// The directories that begin here, each with a slash and a zero byte at its end.
  private static func list(_ bytes: ArraySlice<UInt8>) -> [String] {
    var rest = bytes
    var directories: [String] = []
    while directories.count < most, rest.first == UInt8(ascii: "/"),
      let end = rest.prefix(256).firstIndex(of: 0), end - rest.startIndex > 1,
      rest[end - 1] == UInt8(ascii: "/")
    {
      directories.append(TargetText.decoding(rest[..<(end - 1)]))
      rest = rest[(end + 1)...]
    }
    return directories
  }

  private static func next(_ byte: UInt8, in bytes: [UInt8], from offset: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { bytes -> Int? in
      guard offset < bytes.count, let start = bytes.baseAddress else { return nil }
      let place = unsafe memchr(start + offset, Int32(byte), bytes.count - offset)
      return unsafe place.map { unsafe UnsafeRawPointer($0) - start }
    }
  }
}
