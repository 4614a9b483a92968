import Glibc
import TraceEvents

/// A null-terminated vector of C strings, as `execve(2)` takes it.
@safe
struct CStringVector: ~Copyable {
  /// The vector; valid as long as this value.
  let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  /// The texts' own bytes; nil if one of them contains a null byte.
  init?(_ texts: [String]) {
    let vectors = texts.map { TargetText.bytes(of: $0) }
    if vectors.contains(where: { $0.contains(0) }) { return nil }
    count = texts.count
    unsafe pointer = .allocate(capacity: texts.count + 1)
    for (index, bytes) in vectors.enumerated() {
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
      for (offset, byte) in bytes.enumerated() { unsafe copy[offset] = CChar(bitPattern: byte) }
      unsafe copy[bytes.count] = 0
      unsafe (pointer + index).initialize(to: copy)
    }
    unsafe (pointer + texts.count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { unsafe pointer[index]?.deallocate() }
    unsafe pointer.deallocate()
  }
}
