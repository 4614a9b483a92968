private import Glibc
package import TraceEvents

/// Writes the events of a run to a file, one line of JSON each, below a header line.
///
/// It is opened before the target starts, so that a file that cannot be written is no surprise at
/// the end. What happens to it later, such as a full disk, never disturbs the run: the first write
/// error is remembered, nothing more is written, and `close()` throws it. Use from one thread.
package final class RecordingWriter {
  private static let flushSize = 1 << 16

  private let path: String
  private var descriptor: Int32
  private var encoder = RecordingEncoder()
  private var failure: ErrorNumber?

  /// Creates the file with mode 0600, since a recording holds command lines and environments, or
  /// empties the one that is there, and writes the header.
  package init(path: String, header: RecordingHeader) throws(TraceReaderError) {
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
    encoder.append(header)
    flush()
    if let failure {
      closeDescriptor()
      throw TraceReaderError(.cannotCreate, path: path, error: failure)
    }
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Adds an event; a time that is not finite is written as 0.
  package func append(_ event: TraceEvent) {
    guard failure == nil, descriptor >= 0 else { return }
    var event = event
    if !event.time.isFinite { event.time = 0 }
    encoder.append(event)
    if encoder.buffer.count >= Self.flushSize { flush() }
  }

  /// Writes out what is buffered and closes the file; throws the first write error of the run.
  ///
  /// A second call does nothing.
  package func close() throws(TraceReaderError) {
    guard descriptor >= 0 else { return }
    flush()
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

  private func flush() {
    var written = 0
    while written < encoder.buffer.count, failure == nil {
      let count = unsafe encoder.buffer.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        return unsafe write(descriptor, rest.baseAddress, rest.count)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        failure = ErrorNumber(rawValue: errno)
      }
    }
    encoder.buffer.removeAll(keepingCapacity: true)
  }
}
