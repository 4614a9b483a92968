/// Bytes as `kdump(1)` shows them.
enum VisibleText {
  /// What `vis(3)` made visible, in the style of C: `\\n`, `\\^[` for a control character, `\\M-C` and `\\M^C`
  /// for those with the highest bit set.
  static func decoded(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var rest = line
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        text.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "a"): text.append(0x07)
      case UInt8(ascii: "s"): text.append(0x20)
      // A zero ends no line that a person reads.
      case UInt8(ascii: "0"):
        if rest.starts(with: [0x30, 0x30]) { rest = rest.dropFirst(2) }
        text.append(0x20)
      case UInt8(ascii: "^"): if let letter = rest.popFirst() { text.append(control(letter)) }
      case UInt8(ascii: "M"):
        guard let kind = rest.popFirst(), let letter = rest.popFirst() else { break }
        text.append(0x80 | (kind == UInt8(ascii: "^") ? control(letter) : letter))
      default: text.append(next)
      }
    }
    return text
  }

  /// `^[` is the escape, `^?` the deletion.
  private static func control(_ letter: UInt8) -> UInt8 {
    letter == UInt8(ascii: "?") ? 0x7F : letter & 0x1F
  }

  /// The bytes of a line of a dump: `0x0000 6c73 3a20  |ls: |`; none for a line of another form.
  static func dumped(_ line: ArraySlice<UInt8>) -> [UInt8] {
    guard line.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]),
      let start = line.firstIndex(of: 0x20)
    else { return [] }
    var text: [UInt8] = []
    var high: UInt8?
    var blanks = 0
    for byte in line[start...] {
      if byte == 0x20 {
        blanks += 1
        if blanks == 2 { break }
        continue
      }
      guard let digit = digit(byte) else { break }
      blanks = 0
      if let value = high {
        text.append(value << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return text
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
