private import Glibc
internal import TraceEvents

/// A log's bytes, read in blocks, of which lines are taken one by one.
///
/// What lies ahead can be looked at: at least a quarter of the block behind the current line are there,
/// unless the log ends before. Memory is that of one block, however long the log or a line is.
final class LogBuffer {
  /// How large the block of a log is that is alone.
  static let usualCapacity = 4 << 20
  /// The longest line that is given whole; of a longer one the rest is left out.
  let lineCap: Int
  private let lookahead: Int

  /// The block; lines are ranges in it, valid until the next line is asked for.
  private(set) var bytes: [UInt8]
  /// Where the next line begins.
  private(set) var position = 0
  /// Where what has been read ends.
  private(set) var end = 0
  /// Lines taken so far.
  private(set) var lineNumber = 0
  private var atEnd = false
  let source: LogSource

  /// A buffer on `source`, of which the first block is read at once. A quarter of `capacity` bytes is
  /// looked ahead, and as many of a line are given at most.
  init(
    _ source: LogSource, capacity: Int = LogBuffer.usualCapacity
  ) throws(TraceReaderError) {
    self.source = source
    lookahead = capacity / 4
    lineCap = capacity / 8
    bytes = [UInt8](repeating: 0, count: capacity)
    try fill()
    // The mark that some editors put before UTF-8.
    if end > 2, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next line without its line feed and carriage return; nil at the end.
  func nextLine() throws(TraceReaderError) -> Range<Int>? {
    if end - position < lookahead, !atEnd { try fill() }
    guard position < end else { return nil }
    lineNumber &+= 1
    let start = position
    guard let feed = lineFeed(from: start, to: end) else {
      position = end
      return try rest(from: start)
    }
    position = feed + 1
    var stop = feed
    if stop > start, bytes[stop - 1] == 0x0D { stop -= 1 }
    return start..<min(stop, start + lineCap)
  }

  /// The line that the next call of `nextLine` would give, if it is there.
  var upcoming: Range<Int>? {
    guard position < end else { return nil }
    let stop = lineFeed(from: position, to: min(end, position + lineCap)) ?? end
    return position..<(stop > position && bytes[stop - 1] == 0x0D ? stop - 1 : stop)
  }

  /// Goes on at `position`, which lies behind the current line.
  func skip(to position: Int) {
    guard position > self.position, position <= end else { return }
    self.position = position
  }

  /// Where the first line feed is; nil if there is none.
  func lineFeed(from start: Int, to stop: Int) -> Int? {
    guard start < stop else { return nil }
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, 0x0A, stop - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Where `wanted` occurs first from `start` on, in what has been read.
  func find(_ wanted: [UInt8], from start: Int, to stop: Int? = nil) -> Int? {
    let stop = min(stop ?? end, end)
    guard start < stop, !wanted.isEmpty else { return nil }
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var position = start
      while position + wanted.count <= stop,
        let found = unsafe memchr(
          base + position, Int32(wanted[0]), stop - wanted.count + 1 - position)
      {
        position = unsafe UnsafeRawPointer(found) - base
        if unsafe memcmp(found, wanted, wanted.count) == 0 { return position }
        position += 1
      }
      return nil
    }
  }

  /// A last line that no line feed ends, or one that is longer than a block.
  private func rest(from start: Int) throws(TraceReaderError) -> Range<Int> {
    let stop = min(end, start + lineCap)
    while !atEnd {
      // The beginning is kept where it is, behind it the rest is read and dropped.
      let count = try source.read(into: &bytes, at: stop)
      if count == 0 {
        atEnd = true
        end = stop
        position = stop
      } else if let feed = lineFeed(from: stop, to: stop + count) {
        position = feed + 1
        end = stop + count
        break
      }
    }
    return start..<stop
  }

  private func fill() throws(TraceReaderError) {
    if position > 0 {
      let kept = end - position
      unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        _ = unsafe memmove(base, base + position, kept)
      }
      position = 0
      end = kept
    }
    while end < bytes.count {
      let count = try source.read(into: &bytes, at: end)
      if count == 0 {
        atEnd = true
        return
      }
      end += count
    }
  }
}
