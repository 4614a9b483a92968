// What other programs put before the lines of strace.
extension StraceLine {
  /// A line without the marks of quotation of a mail (`> > execve(…`) and without what the system's log
  /// puts before it (`Nov 28 11:00:01 host strace[12]: execve(…`, journald's dates of ISO 8601).
  static func own(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    // A frame of a stack has a blank before its mark.
    while start + 2 < range.upperBound, bytes[start] == UInt8(ascii: ">"), bytes[start + 1] == 0x20
    {
      start += 2
    }
    guard start < range.upperBound, mayBeDate(bytes, start, range.upperBound) else {
      return start..<range.upperBound
    }
    return (endOfLogPrefix(bytes, start..<range.upperBound) ?? start)..<range.upperBound
  }

  /// A month, or a year with a hyphen: no line of strace begins so.
  private static func mayBeDate(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    (0x41...0x5A).contains(bytes[start])
      || bytes[start] == UInt8(ascii: "2") && start + 4 < end
        && bytes[start + 4] == UInt8(ascii: "-")
  }

  /// Behind `name[12]: `, which ends in the first 120 bytes and has a time of day before it.
  private static func endOfLogPrefix(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    let limit = min(range.upperBound, range.lowerBound + 120)
    guard
      let colon = (range.lowerBound..<limit).first(where: {
        stands("]: ", in: bytes, at: $0, limit)
      })
    else { return nil }
    var open = colon - 1
    while open > range.lowerBound, (0x30...0x39).contains(bytes[open]) { open -= 1 }
    guard bytes[open] == UInt8(ascii: "["), open < colon - 1,
      bytes[range.lowerBound..<open].count(where: { $0 == UInt8(ascii: ":") }) >= 2
    else { return nil }
    return colon + 3
  }
}
