/// The texts of flags and constants, each made once: a log has few, and writes them in each line.
final class ConstantTexts {
  private static let capacity = 4096

  private var texts: [UInt64: String] = [:]

  /// The text of `range` as `StraceText.plain` gives it.
  func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    // A short one needs no memory of its own.
    guard range.count > 15 else { return StraceText.plain(bytes, range) }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for position in range { hash = (hash ^ UInt64(bytes[position])) &* 0x100_0000_01B3 }
    if let known = texts[hash], Self.isSame(known, bytes, range) { return known }
    let text = StraceText.plain(bytes, range)
    if texts.count < Self.capacity { texts[hash] = text }
    return text
  }

  private static func isSame(_ text: String, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let span = text.utf8Span.span
    guard span.count == range.count else { return false }
    for offset in 0..<span.count where span[offset] != bytes[range.lowerBound + offset] {
      return false
    }
    return true
  }
}
