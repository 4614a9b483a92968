private import CTraceShim
import Glibc
import TraceEvents

/// How a read of a target's memory went.
enum MemoryRead {
  /// All of it.
  case complete(String)
  /// As much as the cap allows, or as is mapped.
  case truncated(String)
  /// Nothing could be read.
  case unreadable
}

/// Reads and writes the memory of traced threads, each read capped.
///
/// `process_vm_readv(2)` comes first, `/proc/PID/mem` where that is refused (a profile may forbid
/// it), and `PTRACE_PEEKDATA` last, which the kernel never refuses a tracer.
@safe
final class MemoryReader {
  /// The longest path that the kernel takes (`PATH_MAX`).
  static let longestPath = 4096
  private static let pageSize: UInt64 = 4096
  private let buffer: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// The text that was read last at this stop: what is told of a call and what is made of it read
  /// the same path.
  private var last: (thread: Int32, address: UInt64, cap: Int, read: MemoryRead)?

  /// `capacity` bounds every single read, in bytes.
  init(capacity: Int = 64 * 1024) {
    self.capacity = capacity
    unsafe buffer = .allocate(capacity: capacity)
  }

  deinit { unsafe buffer.deallocate() }

  /// Text up to its null byte, at most `cap` bytes.
  ///
  /// A read never crosses into a page that might not be mapped before the page before has been
  /// searched for the end.
  func text(_ thread: Int32, at address: UInt64, cap: Int = longestPath) -> MemoryRead {
    guard address != 0 else { return .unreadable }
    if let last, last.thread == thread, last.address == address, last.cap == cap {
      return last.read
    }
    let read = searchedText(thread, at: address, cap: cap)
    last = (thread, address, cap, read)
    return read
  }

  /// Forgets what was read: the target has run.
  func forget() { last = nil }

  private func searchedText(_ thread: Int32, at address: UInt64, cap: Int) -> MemoryRead {
    let limit = min(cap, capacity)
    var length = 0
    while length < limit {
      let position = address &+ UInt64(length)
      let toPageEnd = Int(Self.pageSize - position % Self.pageSize)
      let wanted = min(toPageEnd, limit - length)
      let count = fill(thread, at: position, offset: length, count: wanted)
      guard count > 0 else { return length == 0 ? .unreadable : .truncated(decoded(length)) }
      if let end = unsafe memchr(buffer + length, 0, count) {
        return .complete(decoded(unsafe UnsafeRawPointer(end) - UnsafeRawPointer(buffer)))
      }
      length += count
    }
    return .truncated(decoded(length))
  }

  /// `count` bytes of text, at most `cap` of them; nil if there are none to be had.
  func data(_ thread: Int32, at address: UInt64, count: Int, cap: Int) -> String? {
    let wanted = min(max(count, 0), min(cap, capacity))
    let got = wanted == 0 ? 0 : fill(thread, at: address, offset: 0, count: wanted)
    return got > 0 || wanted == 0 ? decoded(got) : nil
  }

  /// Exactly `count` bytes, at most the capacity; nil if they are not all to be had.
  func bytes(_ thread: Int32, at address: UInt64, count: Int) -> [UInt8]? {
    guard count >= 0, count <= capacity, address != 0 else { return nil }
    guard fill(thread, at: address, offset: 0, count: count) == count else { return nil }
    return unsafe Array(UnsafeBufferPointer(start: buffer, count: count))
  }

  /// The bytes from `address` on, up to `cap` or to where nothing is mapped.
  func available(_ thread: Int32, at address: UInt64, cap: Int) -> [UInt8] {
    let count = fill(thread, at: address, offset: 0, count: min(cap, capacity))
    return unsafe Array(UnsafeBufferPointer(start: buffer, count: count))
  }

  /// A little-endian number of `size` bytes (at most 8).
  func number(_ thread: Int32, at address: UInt64, size: Int) -> UInt64? {
    guard let bytes = bytes(thread, at: address, count: min(size, 8)) else { return nil }
    return bytes.littleEndian(at: 0, size: bytes.count)
  }

  /// Writes `bytes`; false if that was not possible.
  func write(_ bytes: [UInt8], to thread: Int32, at address: UInt64) -> Bool {
    forget()
    let written = unsafe bytes.withUnsafeBytes { source -> Int64 in
      guard let base = source.baseAddress else { return 0 }
      return unsafe wf_write_memory(thread, address, base, source.count)
    }
    if written == bytes.count { return true }
    guard bytes.count % 8 == 0 else { return false }
    for offset in stride(from: 0, to: bytes.count, by: 8) {
      let word = bytes.littleEndian(at: offset, size: 8)
      guard wf_poke(thread, address &+ UInt64(offset), word) == 0 else { return false }
    }
    return true
  }

  private func fill(_ thread: Int32, at address: UInt64, offset: Int, count: Int) -> Int {
    let target = unsafe UnsafeMutableRawPointer(buffer + offset)
    let got = unsafe wf_read_memory(thread, address, target, count)
    if got > 0 { return Int(got) }
    if got == -Int64(EFAULT) { return 0 }
    let file = unsafe open("/proc/\(thread)/mem", O_RDONLY | O_CLOEXEC)
    if file >= 0 {
      defer { close(file) }
      let read = unsafe pread(file, target, count, off_t(truncatingIfNeeded: address))
      if read > 0 { return read }
    }
    return unsafe peek(thread, at: address, into: target, count: count)
  }

  private func peek(
    _ thread: Int32, at address: UInt64, into target: UnsafeMutableRawPointer, count: Int
  ) -> Int {
    var got = 0
    while got < count {
      var word: UInt64 = 0
      guard unsafe wf_peek(thread, address &+ UInt64(got), &word) == 0 else { break }
      let part = min(8, count - got)
      for index in 0..<part {
        unsafe target.storeBytes(
          of: UInt8(truncatingIfNeeded: word >> (8 * UInt64(index))), toByteOffset: got + index,
          as: UInt8.self)
      }
      got += part
    }
    return got
  }

  private func decoded(_ count: Int) -> String {
    let bytes = unsafe UnsafeBufferPointer(start: buffer, count: count)
    // The common case, kept in this module so that it is specialised: text without any byte that
    // `TargetText` would have to stand in for.
    if unsafe memchr(buffer, 0xF4, count) == nil,
      let text = unsafe String(validating: bytes, as: UTF8.self)
    {
      return text
    }
    return unsafe TargetText.decoding(Array(bytes))
  }
}

extension [UInt8] {
  /// The little-endian number of `size` bytes at `offset`; 0 beyond the end.
  func littleEndian(at offset: Int, size: Int) -> UInt64 {
    guard offset >= 0, size <= 8, offset + size <= count else { return 0 }
    var value: UInt64 = 0
    unsafe withUnsafeBytes { bytes in
      unsafe Swift.withUnsafeMutableBytes(of: &value) { whole in
        unsafe whole.copyMemory(from: .init(rebasing: bytes[offset..<offset + size]))
      }
    }
    return UInt64(littleEndian: value)
  }
}
