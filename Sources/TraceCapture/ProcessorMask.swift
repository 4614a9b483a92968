private import CTraceShim

/// A set of processors, a bit each (`sched_setaffinity(2)`).
package struct ProcessorMask: Sendable {
  /// The lowest bit of the first byte is processor 0.
  let bits: [UInt8]

  /// One processor, in a mask as long as `other`.
  init(only processor: Int, like other: ProcessorMask) {
    var bits = [UInt8](repeating: 0, count: other.bits.count)
    bits[processor / 8] = 1 << UInt8(processor % 8)
    self.bits = bits
  }

  /// Those that the calling thread may run on; none where the kernel does not say.
  package init() {
    var mask = [UInt8](repeating: 0, count: 1024)
    let count = unsafe mask.withUnsafeMutableBytes {
      unsafe wf_get_affinity(0, $0.baseAddress, $0.count)
    }
    bits = Array(mask.prefix(Int(max(count, 0))))
  }

  /// How many there are.
  var count: Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Binds a thread, 0 for the calling one. Fails for one that is gone or has another user: it stays
  /// where it is.
  package func bind(_ thread: Int32 = 0) {
    _ = unsafe bits.withUnsafeBytes { unsafe wf_set_affinity(thread, $0.baseAddress, $0.count) }
  }
}
