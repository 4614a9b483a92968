import Glibc
import TraceEvents

@testable import TraceReaders

/// A file of its own name in the directory for temporary files, removed at the end.
final class TemporaryFile {
  let path = "/tmp/whyfail-test-\(UInt64.random(in: .min ... .max))"

  /// The system refused something that the test needs.
  struct Refused: Error {
    let number: Int32
  }

  init(_ contents: [UInt8] = []) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw Refused(number: errno) }
    defer { close(descriptor) }
    var written = 0
    while written < contents.count {
      let count = unsafe contents[written...].withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw Refused(number: errno) }
      written += count
    }
  }

  convenience init(_ text: String) throws {
    try self.init(Array(text.utf8))
  }

  deinit {
    unsafe unlink(path)
  }

  /// What the file holds.
  func contents() throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Refused(number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count <= 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}

extension LogReader {
  /// All events that are still to come.
  func rest() throws -> [TraceEvent] {
    var events: [TraceEvent] = []
    while let event = try next() { events.append(event) }
    return events
  }
}
