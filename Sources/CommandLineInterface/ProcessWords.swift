import Glibc
import TraceEvents

/// What `/proc` says of a process that is to be watched.
enum ProcessWords {
  private static let mostBytes = 1 << 16

  /// Its argument vector (`/proc/PID/cmdline`), capped; none where it is not to be had.
  static func command(of pid: Int32) -> [String] {
    contents("/proc/\(pid)/cmdline").split(separator: 0).map { TargetText.decoding($0) }
  }

  /// Its short name (`/proc/PID/comm`); nil where it is not to be had.
  static func name(of pid: Int32) -> String? {
    let bytes = contents("/proc/\(pid)/comm")
    return bytes.isEmpty ? nil : TargetText.decoding(bytes.dropLast())
  }

  /// Absolute path of its executable; nil where it is not to be had.
  static func program(of pid: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/\(pid)/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return TargetText.decoding(buffer[..<count].map { UInt8(bitPattern: $0) })
  }

  private static func contents(_ path: String) -> ArraySlice<UInt8> {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    let count = unsafe read(file, &bytes, bytes.count)
    return bytes[..<max(0, count)]
  }
}
