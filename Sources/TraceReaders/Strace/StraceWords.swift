internal import TraceEvents

/// What `write(2)` and its kin wrote, as far as strace shows it.
enum StraceWords {
  /// The longest text that is kept of one write, in bytes.
  static let longest = 4096

  /// The pieces of a vector, `[{iov_base="a", iov_len=1}, {"b", 1}]`, put together.
  static func vector(_ bytes: [UInt8], _ range: Range<Int>) -> (text: [UInt8], isCut: Bool) {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    var text: [UInt8] = []
    var isCut = false
    for piece in scanner.members() ?? [] where text.count < longest {
      var inner = StraceScanner(bytes, from: piece.lowerBound, to: piece.upperBound)
      guard let members = inner.members(), let first = members.first else { continue }
      let base = StraceText.value(of: "iov_base", in: bytes, members) ?? first
      guard let data = StraceText.quoted(bytes, base) else { continue }
      text += data.bytes
      isCut = isCut || data.isCut
    }
    return (text, isCut)
  }

  /// True for a count with nothing behind it: it is what the call gave, or the call failed.
  private static func isPlain(_ bytes: [UInt8], count: Int, end: Int) -> Bool {
    guard let (number, stop) = StraceText.number(bytes, count..<end), stop < end,
      bytes[stop] == UInt8(ascii: ")"),
      let result = StraceResult(bytes, from: stop + 1, to: min(end, stop + 64))
    else { return false }
    if case .returned(let given) = result.outcome { return given == number }
    return true
  }

  /// A write to the terminal that strace itself writes to: the words stand in the midst of the line,
  /// as in `write(2, "cat: ", 5cat: )        = 5`, whole, however short strace cut them.
  ///
  /// `count` is where the third argument begins. Gives the words, and behind them the place of the
  /// closing parenthesis.
  static func interleaved(_ bytes: [UInt8], count: Int, end: Int) -> (text: [UInt8], close: Int)? {
    guard !isPlain(bytes, count: count, end: end) else { return nil }
    var position = count
    var length = 0
    while position < end, (0x30...0x39).contains(bytes[position]), length < 100_000_000 {
      length = length * 10 + Int(bytes[position] - 0x30)
      position += 1
      let close = position + length
      guard length > 0, close < end, bytes[close] == UInt8(ascii: ")") else { continue }
      var after = close + 1
      while after < end, bytes[after] == 0x20 { after += 1 }
      guard after + 1 < end, after > close + 1, bytes[after] == UInt8(ascii: "="),
        bytes[after + 1] == 0x20
      else { continue }
      return (Array(bytes[max(position, close - longest)..<close]), close)
    }
    return nil
  }
}
