import Glibc
import TraceEvents

/// What `/proc` says of a process that is to be watched.
enum ProcessWords {
  private static let mostBytes = 1 << 16

  /// Its argument vector (`/proc/PID/cmdline`), capped; none where it is not to be had.
  static func command(of pid: Int32) -> [String] {
    let file = unsafe open("/proc/\(pid)/cmdline", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return bytes[..<count].split(separator: 0).map { TargetText.decoding($0) }
  }
}
