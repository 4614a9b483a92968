private import Glibc
internal import TraceEvents

/// Where a log's bytes come from.
final class LogSource {
  /// The file, as it was named; `-` for standard input.
  let path: String
  private let descriptor: Int32

  /// Opens the file at `path`, or takes standard input for `-`.
  init(path: String) throws(TraceReaderError) {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
      return
    }
    // A path that was typed need not be UTF-8.
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw TraceReaderError(.cannotOpen, path: path, error: ErrorNumber(rawValue: errno))
    }
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw TraceReaderError(.cannotOpen, path: path, error: .isDirectory)
    }
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  /// Reads into `bytes` from index `start` on, up to their end; gives how many were read, 0 at the
  /// end.
  func read(into bytes: inout [UInt8], at start: Int) throws(TraceReaderError) -> Int {
    while true {
      let descriptor = self.descriptor
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
}
