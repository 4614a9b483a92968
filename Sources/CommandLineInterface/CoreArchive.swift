import ElfInspection
import Glibc
import TraceEvents

/// A core file that may be compressed, as systemd-coredump(8) leaves them.
enum CoreArchive {
  /// What an unpacked file may take at most, in blocks of 512 bytes as `ulimit -f` of sh counts: a
  /// small one can unpack to any size.
  private static let mostBlocks = 64 << 21

  /// Opens the core file at `path`, unpacked into a file without a name where need be.
  static func open(_ path: String) throws(CoreFailure) -> CoreFile {
    guard let tool = tool(for: beginning(of: path, 18)) else { return try read(path, as: path) }
    guard let temporary = unnamedFile() else {
      throw .compressed(path: path, tool: tool, isMissing: false)
    }
    defer { close(temporary) }
    let absolute = path.hasPrefix("/") ? path : "./" + path
    let status = unpack(absolute, tool, into: temporary)
    guard status == 0 else {
      throw .compressed(path: path, tool: tool, isMissing: status == 127)
    }
    return try read("/proc/self/fd/\(temporary)", as: path)
  }

  /// The program that unpacks files which begin so; nil for what is not compressed.
  static func tool(for beginning: [UInt8]) -> String? {
    if beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "zstd" }
    if beginning.starts(with: [0x04, 0x22, 0x4D, 0x18]) { return "lz4" }
    if beginning.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return "xz" }
    return beginning.starts(with: [0x1F, 0x8B]) ? "gzip" : nil
  }

  /// The first bytes of a regular file; fewer where it is shorter, none where it cannot be read.
  static func beginning(of path: String, _ count: Int) -> [UInt8] {
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let file = unsafe Glibc.open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let size = unsafe Glibc.read(file, &bytes, count)
    return Array(bytes.prefix(max(0, size)))
  }

  private static func read(_ file: String, as path: String) throws(CoreFailure) -> CoreFile {
    do throws(CoreFileError) {
      return try CoreFile(path: file)
    } catch {
      var error = error
      error.path = path
      throw .unreadable(error)
    }
  }

  private static func unnamedFile() -> Int32? {
    let directory = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    for directory in [directory, "/var/tmp"] {
      let pattern = TargetText.bytes(of: directory + "/whyfail-core-XXXXXX")
      var template = pattern.map { CChar(bitPattern: $0) } + [0]
      let file = unsafe mkstemp(&template)
      guard file >= 0 else { continue }
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
      unsafe unlink(template)
      return file
    }
    return nil
  }

  /// Runs `tool` with its output into `file`; gives its exit status.
  private static func unpack(_ path: String, _ tool: String, into file: Int32) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let words = [
      "sh", "-c", "ulimit -f \(mostBlocks); exec \(tool) -dc < \"$1\"", "sh", path,
    ]
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe words.map { word in
      unsafe strdup(TargetText.bytes(of: word).map { CChar(bitPattern: $0) } + [0])
    }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    var child: pid_t = 0
    guard unsafe posix_spawn(&child, "/bin/sh", &actions, nil, pointers, environ) == 0 else {
      return 127
    }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 1
  }
}
