internal import TraceEvents

/// Steps through strace's notation of arguments: strings with escapes, lists, structures, comments
/// and what `-y` writes behind descriptors, however deep they are nested.
struct StraceScanner {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8], from position: Int, to end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  /// The byte that stands here; 0 at the end.
  var current: UInt8 { position < end ? bytes[position] : 0 }

  /// The arguments up to the parenthesis that closes the call, which is stepped over; nil if there is
  /// none.
  mutating func arguments() -> [Range<Int>]? {
    var list: [Range<Int>] = []
    // What most calls have: growing from one would take memory three times.
    list.reserveCapacity(6)
    skipSpaces()
    if current == UInt8(ascii: ")") {
      position += 1
      return list
    }
    while true {
      skipSpaces()
      let start = position
      guard skipValue() else { return nil }
      // More than any call has: a damaged line.
      guard list.count < 64 else { return nil }
      list.append(start..<position)
      guard position < end else { return nil }
      position += 1
      if bytes[position - 1] == UInt8(ascii: ")") { return list }
    }
  }

  /// The argument that begins here, with the comma behind it stepped over; nil where none ends here.
  mutating func argument() -> Range<Int>? {
    skipSpaces()
    let start = position
    guard skipValue(), position < end, bytes[position] == UInt8(ascii: ",") else { return nil }
    position += 1
    return start..<(position - 1)
  }

  /// The members of the list or structure that begins here, in square or curly brackets; nil if it is
  /// neither.
  mutating func members() -> [Range<Int>]? {
    skipSpaces()
    guard current == UInt8(ascii: "[") || current == UInt8(ascii: "{") else { return nil }
    position += 1
    var list: [Range<Int>] = []
    while position < end, list.count < 4096 {
      skipSpaces()
      let start = position
      guard skipValue() else { return nil }
      if position > start { list.append(start..<position) }
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { return list }
      if byte != UInt8(ascii: ",") { return nil }
    }
    return nil
  }

  mutating func skipSpaces() {
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  /// Steps over `literal`, if it stands here.
  mutating func skip(_ literal: StaticString) -> Bool {
    guard StraceLine.stands(literal, in: bytes, at: position, end) else { return false }
    position += literal.utf8CodeUnitCount
    return true
  }

  /// Goes to the comma or closing bracket that ends the value which begins here. False if a bracket
  /// or string is left open.
  private mutating func skipValue() -> Bool {
    var depth = 0
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        guard skipString() else { return false }
        continue
      case UInt8(ascii: "/") where position + 1 < end && bytes[position + 1] == UInt8(ascii: "*"):
        guard skipComment() else { return false }
        continue
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if depth == 0 { return true }
        depth -= 1
      case UInt8(ascii: ","): if depth == 0 { return true }
      case UInt8(ascii: "<"):
        skipAnnotation()
        continue
      default: break
      }
      position += 1
    }
    return false
  }

  private mutating func skipString() -> Bool {
    position += 1
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\\"): position += 2
      case UInt8(ascii: "\""):
        position += 1
        return true
      default: position += 1
      }
    }
    position = end
    return false
  }

  private mutating func skipComment() -> Bool {
    position += 2
    while position + 1 < end {
      if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
        position += 2
        return true
      }
      position += 1
    }
    return false
  }

  /// What `-y` writes behind a descriptor: `<TCP:[127.0.0.1:80->127.0.0.1:4000]>`. A `<` that begins no
  /// such thing, as in `1<<12`, is stepped over alone.
  private mutating func skipAnnotation() {
    let start = position
    position += 1
    guard start > 0, Self.isWord(bytes[start - 1]), position < end,
      bytes[position] != UInt8(ascii: "<")
    else { return }
    if let close = Self.endOfAnnotation(bytes, from: start, end) { position = close }
  }

  /// Behind the `>` that closes the annotation which begins at `start`.
  static func endOfAnnotation(_ bytes: [UInt8], from start: Int, _ end: Int) -> Int? {
    var position = start + 1
    var depth = 1
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: ">") where bytes[position - 1] != UInt8(ascii: "-"):
        depth -= 1
        if depth == 0 { return position + 1 }
      default: break
      }
      position += 1
    }
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
