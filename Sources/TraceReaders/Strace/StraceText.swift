internal import TraceEvents

/// Values in strace's notation.
enum StraceText {
  /// A string and whether it was cut (`"abc"...`, of the option `-s`).
  struct Quoted {
    var bytes: [UInt8]
    var isCut: Bool
    /// Behind the string and its dots.
    var end: Int
  }

  /// How many bytes of a string are kept.
  private static let mostText = 65_536

  /// The string in quotation marks that begins at the lower bound of `range`, perhaps behind an `@` or
  /// blanks; nil if there is none. At most `mostText` bytes are kept.
  static func quoted(_ bytes: [UInt8], _ range: Range<Int>) -> Quoted? {
    var position = range.lowerBound
    let end = range.upperBound
    while position < end, bytes[position] == 0x20 { position += 1 }
    guard position < end, bytes[position] == UInt8(ascii: "\"") else { return nil }
    position += 1
    var text: [UInt8] = []
    while position < end, bytes[position] != UInt8(ascii: "\"") {
      var byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\\"), position < end { byte = escaped(bytes, &position, end) }
      if text.count < mostText { text.append(byte) }
    }
    guard position < end else { return nil }
    position += 1
    let isCut = StraceLine.stands("...", in: bytes, at: position, end)
    return Quoted(bytes: text, isCut: isCut, end: isCut ? position + 3 : position)
  }

  /// The string in quotation marks as text. Most are plain ASCII, of which no copy is made.
  static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
    var start = range.lowerBound
    while start < range.upperBound, bytes[start] == 0x20 { start += 1 }
    guard start < range.upperBound, bytes[start] == UInt8(ascii: "\"") else { return nil }
    start += 1
    let stop = min(range.upperBound, start + mostText)
    var position = start
    while position < stop, bytes[position] < 0x80, bytes[position] != UInt8(ascii: "\\") {
      if bytes[position] == UInt8(ascii: "\"") {
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
      position += 1
    }
    return quoted(bytes, range).map { TargetText.decoding($0.bytes) }
  }

  /// What an escape stands for, whose backslash is behind us: octal, hexadecimal or a letter of C.
  private static func escaped(_ bytes: [UInt8], _ position: inout Int, _ end: Int) -> UInt8 {
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "v"): return 0x0B
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "a"): return 0x07
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "e"): return 0x1B
    case UInt8(ascii: "x"):
      var value: UInt8 = 0
      var digits = 0
      while digits < 2, position < end, let digit = hexadecimalDigit(bytes[position]) {
        value = value << 4 | digit
        position += 1
        digits += 1
      }
      return digits == 0 ? byte : value
    case 0x30...0x37:
      var value = byte - 0x30
      var digits = 1
      while digits < 3, position < end, (0x30...0x37).contains(bytes[position]) {
        value = value << 3 | (bytes[position] - 0x30)
        position += 1
        digits += 1
      }
      return value
    default: return byte
    }
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }

  /// A number at the lower bound of `range`: decimal, `0x…`, `0…` in base 8, with a sign; `NULL` is 0.
  /// Gives where it ends, too.
  static func number(_ bytes: [UInt8], _ range: Range<Int>) -> (value: Int64, end: Int)? {
    var position = range.lowerBound
    let end = range.upperBound
    if StraceLine.stands("NULL", in: bytes, at: position, end) { return (0, position + 4) }
    let isNegative = position < end && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var base: UInt64 = 10
    if position + 1 < end, bytes[position] == UInt8(ascii: "0") {
      if bytes[position + 1] == UInt8(ascii: "x") {
        base = 16
        position += 2
      } else if (0x30...0x37).contains(bytes[position + 1]) {
        base = 8
        position += 1
      }
    }
    let start = position
    var value: UInt64 = 0
    while position < end, let digit = hexadecimalDigit(bytes[position]), UInt64(digit) < base {
      value = value &* base &+ UInt64(digit)
      position += 1
    }
    guard position > start, position - start <= 24 else { return nil }
    let signed = Int64(bitPattern: value)
    return (isNegative ? 0 &- signed : signed, position)
  }

  /// A number that is all of `range`, apart from blanks, comments and what `-y` adds.
  static func wholeNumber(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
    guard let (value, stop) = number(bytes, range) else { return nil }
    guard stop < range.upperBound else { return value }
    switch bytes[stop] {
    case 0x20, UInt8(ascii: "<"), UInt8(ascii: "/"): return value
    case UInt8(ascii: "*"):
      // 8192*1024, as limits are written.
      guard let (factor, _) = number(bytes, (stop + 1)..<range.upperBound) else { return nil }
      return value &* factor
    default: return nil
    }
  }

  /// A descriptor; what `-y` tells of it begins at `end`.
  static func descriptor(_ bytes: [UInt8], _ range: Range<Int>) -> (number: Int32, end: Int)? {
    if StraceLine.stands("AT_FDCWD", in: bytes, at: range.lowerBound, range.upperBound) {
      return (SystemCall.currentDirectory, range.lowerBound + 8)
    }
    return number(bytes, range).map { (Int32(truncatingIfNeeded: $0.value), $0.end) }
  }

  /// The path in `</a/path>` or `</dev/null<char 1:3>>`, which `-y` writes; nil for anything else.
  static func annotation(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
    let start = range.lowerBound
    guard start < range.upperBound, bytes[start] == UInt8(ascii: "<"),
      let stop = StraceScanner.endOfAnnotation(bytes, from: start, range.upperBound)
    else { return nil }
    var position = start + 1
    while position < stop - 1, bytes[position] < 0x80, bytes[position] != UInt8(ascii: "\\"),
      bytes[position] != UInt8(ascii: "<")
    {
      position += 1
    }
    var text = Array(bytes[(start + 1)..<position])
    while position < stop - 1, bytes[position] != UInt8(ascii: "<") {
      var byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\\"), position < stop - 1 {
        byte = escaped(bytes, &position, stop - 1)
      }
      text.append(byte)
    }
    guard !text.isEmpty, text.count <= 8192 else { return nil }
    return TargetText.decoding(text)
  }

  /// The text of `range` without comments and blanks around it, at most 512 bytes.
  static func plain(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    if let text = bare(bytes, range) { return text }
    var text: [UInt8] = []
    var position = range.lowerBound
    while position < range.upperBound, text.count < 512 {
      if StraceLine.stands("/*", in: bytes, at: position, range.upperBound) {
        while position < range.upperBound,
          !StraceLine.stands("*/", in: bytes, at: position, range.upperBound)
        {
          position += 1
        }
        position += 2
        continue
      }
      text.append(bytes[position])
      position += 1
    }
    while text.last == 0x20 { text.removeLast() }
    return TargetText.decoding(text.drop { $0 == 0x20 })
  }

  /// What needs nothing taken away or decoded, as most constants do; nil for all else.
  private static func bare(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
    guard range.count <= 512 else { return nil }
    for position in range {
      let byte = bytes[position]
      if byte == UInt8(ascii: "/") || byte == 0x20 || byte >= 0x80 { return nil }
    }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// True if `literal` stands anywhere in `range`.
  static func holds(_ literal: StaticString, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let first = literal.withUTF8Buffer { unsafe $0.first ?? 0 }
    var position = range.lowerBound
    while position < range.upperBound {
      if bytes[position] == first,
        StraceLine.stands(literal, in: bytes, at: position, range.upperBound)
      {
        return true
      }
      position += 1
    }
    return false
  }

  /// True if `word` stands in `range` with no letter, digit or `_` on either side.
  static func holds(word: StaticString, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let first = word.withUTF8Buffer { unsafe $0.first ?? 0 }
    var position = range.lowerBound
    while position < range.upperBound {
      if bytes[position] == first, position == range.lowerBound || !isOfWord(bytes[position - 1]),
        StraceLine.stands(word, in: bytes, at: position, range.upperBound)
      {
        let end = position + word.utf8CodeUnitCount
        if end == range.upperBound || !isOfWord(bytes[end]) { return true }
      }
      position += 1
    }
    return false
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
    default: false
    }
  }

  /// The value of `key=` among the members of a structure; the range behind the sign.
  static func value(
    of key: StaticString, in bytes: [UInt8], _ members: [Range<Int>]
  ) -> Range<Int>? {
    for member in members
    where StraceLine.stands(key, in: bytes, at: member.lowerBound, member.upperBound) {
      let position = member.lowerBound + key.utf8CodeUnitCount
      guard position < member.upperBound, bytes[position] == UInt8(ascii: "=") else { continue }
      return (position + 1)..<member.upperBound
    }
    return nil
  }
}
