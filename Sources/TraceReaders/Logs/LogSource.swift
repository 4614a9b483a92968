private import Glibc
internal import TraceEvents

/// Where a log's bytes come from: a file or standard input, unpacked on the way where it is compressed.
final class LogSource {
  /// The file, as it was named; `-` for standard input.
  let path: String
  private var descriptor: Int32
  /// What was read to find out what it is, where that cannot be read again.
  private var beginning: [UInt8] = []
  /// The tool that unpacks it.
  private var decompression: Decompression?

  /// Opens the file at `path`, or takes standard input for `-`.
  init(path: String) throws(TraceReaderError) {
    self.path = path
    descriptor = path == "-" ? STDIN_FILENO : try Self.open(path)
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw TraceReaderError(.cannotOpen, path: path, error: .isDirectory)
    }
    while beginning.count < 6 {
      let count = try receive(into: &beginning, upTo: 6 - beginning.count)
      if count == 0 { break }
    }
    guard let tool = Decompression.tool(for: beginning) else { return }
    let isFile = lseek(descriptor, 0, SEEK_SET) == 0
    if !isFile { try copyAside() }
    decompression = try Decompression(tool, descriptor, path: path)
    beginning = []
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  private static func open(_ path: String) throws(TraceReaderError) -> Int32 {
    // A path that was typed need not be UTF-8.
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let opened = unsafe Glibc.open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else {
      throw TraceReaderError(.cannotOpen, path: path, error: ErrorNumber(rawValue: errno))
    }
    return opened
  }

  /// Reads into `bytes` from index `start` on, up to their end; gives how many were read, 0 at the
  /// end.
  func read(into bytes: inout [UInt8], at start: Int) throws(TraceReaderError) -> Int {
    if !beginning.isEmpty, start < bytes.count {
      let count = min(beginning.count, bytes.count - start)
      bytes.replaceSubrange(start..<(start + count), with: beginning[..<count])
      beginning.removeFirst(count)
      return count
    }
    let source = decompression?.output ?? descriptor
    let count = try Self.read(source, into: &bytes, at: start, path)
    if count == 0, start < bytes.count, let decompression { try decompression.finish(path: path) }
    return count
  }

  private static func read(
    _ descriptor: Int32, into bytes: inout [UInt8], at start: Int, _ path: String
  ) throws(TraceReaderError) -> Int {
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
        return unsafe Glibc.read(descriptor, room.baseAddress, room.count)
      }
      if count >= 0 { return count }
      let error = errno
      if error == EINTR { continue }
      throw TraceReaderError(.cannotRead, path: path, error: ErrorNumber(rawValue: error))
    }
  }

  private func receive(into list: inout [UInt8], upTo count: Int) throws(TraceReaderError) -> Int {
    var chunk = [UInt8](repeating: 0, count: count)
    let received = try Self.read(descriptor, into: &chunk, at: 0, path)
    list += chunk.prefix(received)
    return received
  }

  /// Copies what cannot be read again into a file without a name, which then takes its place.
  private func copyAside() throws(TraceReaderError) {
    guard let file = Decompression.unnamedFile() else {
      throw TraceReaderError(
        .cannotRead, path: path, detail: "there is no room for temporary files (TMPDIR)")
    }
    var chunk = beginning
    while !chunk.isEmpty {
      guard Decompression.write(chunk, to: file) else {
        close(file)
        throw TraceReaderError(
          .cannotRead, path: path, detail: "there is no room for temporary files (TMPDIR)")
      }
      chunk = []
      _ = try receive(into: &chunk, upTo: 1 << 16)
    }
    _ = lseek(file, 0, SEEK_SET)
    if descriptor > STDERR_FILENO { close(descriptor) }
    descriptor = file
  }
}
