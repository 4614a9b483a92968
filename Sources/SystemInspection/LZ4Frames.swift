import Glibc
import TraceEvents

/// Decompression of lz4 frames by the system's own liblz4, which apt, whose lists they are,
/// depends on.
///
/// It is loaded when it is needed, so that whyfail runs without it.
enum LZ4Frames {
  /// Bytes of each part that are given again with the next one, for what spans two parts.
  private static let overlap = 512
  private static let partSize = 1 << 20
  /// `LZ4F_VERSION` of `<lz4frame.h>`.
  private static let version: UInt32 = 100

  private typealias Create =
    @convention(c) (UnsafeMutablePointer<OpaquePointer?>, UInt32) -> Int
  private typealias Decompress =
    @convention(c) (
      OpaquePointer, UnsafeMutableRawPointer, UnsafeMutablePointer<Int>, UnsafeRawPointer,
      UnsafeMutablePointer<Int>, UnsafeRawPointer?
    ) -> Int
  private typealias Free = @convention(c) (OpaquePointer) -> Int
  private typealias IsError = @convention(c) (Int) -> UInt32

  /// Calls `body` with each part of the decompressed `input`, and whether it is the first; false
  /// if there is no liblz4 or the input is damaged (then the parts before were given).
  static func decompress(
    _ input: borrowing RawSpan, body: (borrowing RawSpan, _ isStart: Bool) -> Void
  ) -> Bool {
    guard let library = unsafe dlopen("liblz4.so.1", RTLD_NOW | RTLD_LOCAL) else { return false }
    guard let createSymbol = unsafe dlsym(library, "LZ4F_createDecompressionContext"),
      let decompressSymbol = unsafe dlsym(library, "LZ4F_decompress"),
      let freeSymbol = unsafe dlsym(library, "LZ4F_freeDecompressionContext"),
      let isErrorSymbol = unsafe dlsym(library, "LZ4F_isError")
    else { return false }
    let create = unsafe unsafeBitCast(createSymbol, to: Create.self)
    let decompress = unsafe unsafeBitCast(decompressSymbol, to: Decompress.self)
    let free = unsafe unsafeBitCast(freeSymbol, to: Free.self)
    let isError = unsafe unsafeBitCast(isErrorSymbol, to: IsError.self)

    var created: OpaquePointer?
    guard unsafe isError(create(&created, version)) == 0, let context = unsafe created else {
      return false
    }
    defer { _ = unsafe free(context) }
    let part = UnsafeMutableRawBufferPointer.allocate(
      byteCount: overlap + partSize, alignment: 16)
    defer { unsafe part.deallocate() }
    return unsafe input.withUnsafeBytes { input in
      guard let source = input.baseAddress, let start = part.baseAddress else {
        return false
      }
      var consumed = 0
      var kept = 0
      var isStart = true
      var hint = 1
      // 0: a frame is complete; otherwise more is to come, if only from the library's own buffers.
      while hint != 0 || consumed < input.count {
        var filled = 0
        while filled < partSize, hint != 0 || consumed < input.count {
          var produced = partSize - filled
          var taken = input.count - consumed
          hint = unsafe decompress(
            context, start + kept + filled, &produced, source + consumed, &taken, nil)
          guard isError(hint) == 0 else { return false }
          if produced == 0 && taken == 0 { return false }
          filled += produced
          consumed += taken
        }
        let count = kept + filled
        body(
          unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: start, count: count)), isStart)
        isStart = false
        kept = min(overlap, count)
        unsafe start.copyMemory(from: start + count - kept, byteCount: kept)
      }
      return true
    }
  }
}
