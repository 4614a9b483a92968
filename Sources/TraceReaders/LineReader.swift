private import Glibc
internal import TraceEvents

/// Reads a file line by line, with memory bounded by the length of one line.
final class LineReader {
  /// A line, without its line feed.
  struct Line {
    /// Its bytes.
    var bytes: ArraySlice<UInt8>
    /// False for a last line that no line feed ends.
    var isComplete: Bool
  }

  /// Why a line could not be had.
  enum Failure: Error {
    /// `read(2)` failed.
    case unreadable(ErrorNumber)
    /// The line is longer than the cap.
    case tooLong
    /// What the bytes come from has more to say.
    case source(TraceReaderError)
  }

  private let descriptor: Int32
  private let cap: Int
  private var buffer: [UInt8] = []
  private var position = 0
  private var atEnd = false
  /// Where the bytes come from, if not from `descriptor`.
  private var source: LogSource?

  /// Goes on with what a buffer holds and with what that is read from.
  init(_ log: LogBuffer, cap: Int) {
    self.cap = cap
    descriptor = -1
    buffer = Array(log.bytes[log.position..<log.end])
    source = log.source
  }

  /// Opens `path`; lines longer than `cap` bytes are an error.
  init(path: String, cap: Int) throws(Failure) {
    self.cap = cap
    var opened: Int32
    repeat {
      opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    } while opened < 0 && errno == EINTR
    let error = errno
    descriptor = opened
    guard opened >= 0 else { throw .unreadable(ErrorNumber(rawValue: error)) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next line; nil at the end of the file.
  func next() throws(Failure) -> Line? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        guard end - position <= cap else { throw .tooLong }
        defer { position = end + 1 }
        return Line(bytes: buffer[position..<end], isComplete: true)
      }
      guard buffer.count - position <= cap else { throw .tooLong }
      if atEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        return Line(bytes: buffer[position...], isComplete: false)
      }
      buffer.removeFirst(position)
      position = 0
      searched = buffer.count
      try fill()
    }
  }

  private func fill() throws(Failure) {
    let chunk = 1 << 16
    let held = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: chunk))
    if let source {
      do throws(TraceReaderError) {
        let count = try source.read(into: &buffer, at: held)
        buffer.removeLast(chunk - count)
        atEnd = count == 0
        return
      } catch {
        throw .source(error)
      }
    }
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[held...])
        return unsafe read(descriptor, room.baseAddress, room.count)
      }
      if count >= 0 {
        buffer.removeLast(chunk - count)
        atEnd = count == 0
        return
      }
      let error = errno
      guard error == EINTR else {
        buffer.removeLast(chunk)
        throw .unreadable(ErrorNumber(rawValue: error))
      }
    }
  }
}
