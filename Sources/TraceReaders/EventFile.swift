private import Glibc
internal import TraceEvents

/// A file that events are written to while a run goes on.
///
/// It is opened before the target starts, so that a file that cannot be written is no surprise at
/// the end. What happens to it later, such as a full disk, never disturbs the run: the first write
/// error is remembered, nothing more is written, and `close()` throws it. Use from one thread.
final class EventFile {
  private static let flushSize = 1 << 16

  private let path: String
  private var descriptor: Int32
  private var failure: ErrorNumber?

  /// Creates the file with mode 0600, since it holds command lines and environments, or empties the one
  /// that is there.
  init(path: String) throws(TraceReaderError) {
    self.path = path
    var descriptor: Int32
    repeat {
      // Closed on exec: the target must not inherit it.
      descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      throw TraceReaderError(.cannotCreate, path: path, error: ErrorNumber(rawValue: errno))
    }
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// True as long as it is open and nothing went wrong.
  var takesMore: Bool { failure == nil && descriptor >= 0 }

  /// Writes what `buffer` holds, if it is much, and empties it.
  func take(_ buffer: inout [UInt8]) {
    if buffer.count >= Self.flushSize { flush(&buffer) }
  }

  /// Writes what `buffer` holds, and empties it.
  func flush(_ buffer: inout [UInt8]) {
    var written = 0
    while written < buffer.count, failure == nil {
      let count = unsafe buffer.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        return unsafe write(descriptor, rest.baseAddress, rest.count)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        failure = ErrorNumber(rawValue: errno)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes the first lines; throws if that fails.
  func begin(_ buffer: inout [UInt8]) throws(TraceReaderError) {
    flush(&buffer)
    guard let failure else { return }
    closeDescriptor()
    throw TraceReaderError(.cannotCreate, path: path, error: failure)
  }

  /// Writes out what is left in `buffer` and closes the file; throws the first write error of the run.
  ///
  /// A second call does nothing.
  func close(_ buffer: inout [UInt8]) throws(TraceReaderError) {
    guard descriptor >= 0 else { return }
    flush(&buffer)
    // Some file systems report a failed write only here (close(2), NOTES).
    let closing = closeDescriptor()
    if let error = failure ?? closing {
      throw TraceReaderError(.cannotWrite, path: path, error: error)
    }
  }

  @discardableResult
  private func closeDescriptor() -> ErrorNumber? {
    let result = Glibc.close(descriptor)
    let error = errno
    descriptor = -1
    // On Linux the descriptor is gone even after EINTR.
    return result == 0 || error == EINTR ? nil : ErrorNumber(rawValue: error)
  }
}
