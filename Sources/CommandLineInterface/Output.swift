import Glibc
import TraceEvents

/// Where reports and messages go: standard error, or a file; never the target's standard output.
struct Output: ~Copyable {
  /// Why a file could not be written.
  struct Failure: Error {
    let path: String
    let error: ErrorNumber
  }

  private let descriptor: Int32
  private let path: String
  private let isFile: Bool

  /// Standard error.
  init() {
    descriptor = STDERR_FILENO
    path = "standard error"
    isFile = false
  }

  /// Where the options say.
  init(_ options: Options) throws(Failure) {
    if let path = options.output { try self.init(path: path) } else { self.init() }
  }

  /// A file, made or emptied at once, so that a path that cannot be written is known before the
  /// target starts. Emptied down to a line's end: of a file of 0 bytes that is then written to, ext4
  /// sends all data to the disk when it is closed, which takes longer than the rest of a start.
  init(path: String) throws(Failure) {
    // A path that was typed need not be UTF-8.
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let opened = unsafe open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw Failure(path: path, error: ErrorNumber(rawValue: errno)) }
    var status = stat()
    if unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 {
      _ = unsafe pwrite(opened, "\n", 1, 0)
      _ = ftruncate(opened, 1)
    }
    descriptor = opened
    self.path = path
    isFile = true
  }

  deinit {
    if isFile { _ = close(descriptor) }
  }

  /// Writes all of `text`.
  func write(_ text: String) throws(Failure) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw Failure(path: path, error: ErrorNumber(rawValue: errno))
      }
    }
  }

  /// Writes one line of the tool's own to standard error; a failure there has nowhere to go.
  static func complain(_ tool: String, _ message: String) {
    try? Output().write("\(tool): \(TargetText.escaped(message, keepingLines: true))\n")
  }
}
