private import Glibc
internal import TraceEvents

/// A tool of the machine that unpacks a log while it is read.
final class Decompression {
  /// The name of the tool.
  let tool: String
  /// Where what it unpacks is read.
  let output: Int32
  private let child: pid_t
  private var isReaped = false

  /// The tool for files that begin so; nil for what is not compressed.
  static func tool(for beginning: [UInt8]) -> String? {
    if beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "zstd" }
    if beginning.starts(with: [0x04, 0x22, 0x4D, 0x18]) { return "lz4" }
    if beginning.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return "xz" }
    if beginning.starts(with: [0x42, 0x5A, 0x68]) { return "bzip2" }
    return beginning.starts(with: [0x1F, 0x8B]) ? "gzip" : nil
  }

  /// Starts `tool` on the file that `input` is open on.
  init(_ tool: String, _ input: Int32, path: String) throws(TraceReaderError) {
    self.tool = tool
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw TraceReaderError(.cannotRead, path: path, error: ErrorNumber(rawValue: errno))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe [unsafe strdup(tool), unsafe strdup("-dc")]
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawnp(&child, tool, &actions, nil, words, environ)
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      throw TraceReaderError(
        .notALog, path: path,
        detail: "it is compressed, and \(tool), which could unpack it, cannot be run "
          + "(\(ErrorNumber(rawValue: failure).words))")
    }
    self.child = child
    output = ends[0]
  }

  deinit {
    close(output)
    // It ends by SIGPIPE if it was not at its end.
    if !isReaped { _ = wait() }
  }

  /// At the end of what it gave: an error if it failed.
  func finish(path: String) throws(TraceReaderError) {
    guard !isReaped else { return }
    guard wait() == 0 else {
      throw TraceReaderError(
        .cannotRead, path: path, detail: "\(tool) could not unpack it: it is damaged or cut off")
    }
  }

  private func wait() -> Int32 {
    isReaped = true
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status
  }

  /// A file for what has to be put aside, which nobody else sees.
  static func unnamedFile() -> Int32? {
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    for directory in [named, "/var/tmp"] {
      var template =
        TargetText.bytes(of: directory + "/whyfail-log-XXXXXX")
        .map { CChar(bitPattern: $0) } + [0]
      let file = unsafe mkstemp(&template)
      guard file >= 0 else { continue }
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
      unsafe unlink(template)
      return file
    }
    return nil
  }

  /// Writes all of `bytes`. False if that failed.
  static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}
