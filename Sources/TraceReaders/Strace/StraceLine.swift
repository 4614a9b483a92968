internal import TraceEvents

/// The beginning of a line of `strace(1)`: whose it is, when it was, and what follows.
struct StraceLine {
  /// What a line tells.
  enum Kind {
    /// A call; the name's bytes.
    case call(name: Range<Int>)
    /// The rest of a call that was begun before; the name's bytes.
    case resumed(name: Range<Int>)
    /// `--- SIGNAL … ---`
    case signal
    /// `+++ exited with 1 +++` and its kin.
    case end
    /// A frame of a stack (`-k`).
    case frame
    /// A message of strace itself.
    case message
    /// Nothing that strace writes at the beginning of a line.
    case other
  }

  /// Number of the thread; nil where the line does not say.
  var thread: ProcessID?
  /// When it was.
  var stamp: LogClock.Stamp?
  /// What the line tells.
  var kind = Kind.other
  /// Where that begins: behind the parenthesis of a call, behind `resumed>`.
  var body: Int

  /// Reads the beginning of the line that lies at `range` of `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    body = range.lowerBound
    let end = range.upperBound
    // A pid, up to two times, an instruction pointer, a number of a call: in any order.
    for _ in 0..<6 {
      let begin = body
      while body < end, bytes[body] == 0x20 || bytes[body] == 0x09 { body += 1 }
      guard body < end else { return }
      switch bytes[body] {
      case UInt8(ascii: "["): guard skipBracket(bytes, end) else { return }
      case 0x30...0x39: guard skipNumber(bytes, end) else { return }
      case UInt8(ascii: "("): guard skipElapsed(bytes, end) else { return }
      default:
        let isIndented = body > begin
        kind = kind(bytes, end, isIndented: isIndented)
        return
      }
    }
  }

  private mutating func kind(_ bytes: [UInt8], _ end: Int, isIndented: Bool) -> Kind {
    switch bytes[body] {
    case UInt8(ascii: "-") where Self.stands("--- ", in: bytes, at: body, end):
      body += 4
      return .signal
    case UInt8(ascii: "+") where Self.stands("+++ ", in: bytes, at: body, end):
      body += 4
      return .end
    case UInt8(ascii: ">") where isIndented: return .frame
    case UInt8(ascii: "<"):
      guard Self.stands("<... ", in: bytes, at: body, end) else { return .other }
      let start = body + 5
      let name = Self.name(bytes, from: start, end)
      guard Self.stands(" resumed", in: bytes, at: name, end) else { return .other }
      var position = name + 8
      if position < end, bytes[position] == UInt8(ascii: ">") { position += 1 }
      body = position
      return .resumed(name: start..<name)
    default:
      let start = body
      let stop = Self.name(bytes, from: start, end)
      guard stop > start, stop < end else { return .other }
      if bytes[stop] == UInt8(ascii: "(") {
        body = stop + 1
        return .call(name: start..<stop)
      }
      if Self.stands("strace:", in: bytes, at: start, end)
        || Self.stands("Process ", in: bytes, at: start, end)
      {
        return .message
      }
      return .other
    }
  }

  /// `[pid  1234]`, `[pid 1234<sh>]` (`-Y`), `[00007f6ddf1e2b17]` (`-i`), `[  59]` (`-n`), `[unconfined_t]`
  /// (`--secontext`).
  private mutating func skipBracket(_ bytes: [UInt8], _ end: Int) -> Bool {
    var position = body + 1
    if Self.stands(" Process PID=", in: bytes, at: position, end) {
      kind = .message
      return false
    }
    if Self.stands("pid ", in: bytes, at: position, end) {
      position += 4
      while position < end, bytes[position] == 0x20 { position += 1 }
      guard let number = Self.decimal(bytes, &position, end) else { return false }
      Self.skipName(bytes, &position, end)
      guard position < end, bytes[position] == UInt8(ascii: "]") else { return false }
      thread = number
    } else {
      let limit = min(end, position + 96)
      while position < limit, bytes[position] != UInt8(ascii: "]") {
        guard Self.isInBracket(bytes[position]) else { return false }
        position += 1
      }
      guard position < limit else { return false }
    }
    body = position + 1
    return true
  }

  private static func isInBracket(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x3A, 0x61...0x7A, 0x41...0x5A, 0x20, UInt8(ascii: "?"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// A pid, a time of day, seconds since 1970 or since the line before.
  private mutating func skipNumber(_ bytes: [UInt8], _ end: Int) -> Bool {
    var position = body
    guard let whole = Self.integer(bytes, &position, end), position < end else { return false }
    switch bytes[position] {
    case UInt8(ascii: ":"):
      position += 1
      guard whole < 48, let minutes = Self.integer(bytes, &position, end), minutes < 60,
        position < end, bytes[position] == UInt8(ascii: ":")
      else { return false }
      position += 1
      guard let seconds = Self.integer(bytes, &position, end), seconds < 62 else { return false }
      let fraction = Self.fraction(bytes, &position, end)
      stamp = .ofDay(Double(whole * 3600 + minutes * 60 + seconds) + fraction)
    case UInt8(ascii: "."):
      let fraction = Self.fraction(bytes, &position, end)
      let seconds = Double(whole) + fraction
      // More than three years between two lines are none.
      stamp = seconds > 100_000_000 ? .absolute(seconds) : .relative(seconds)
    default:
      guard thread == nil, let number = ProcessID(exactly: whole), number > 0 else { return false }
      thread = number
      Self.skipName(bytes, &position, end)
    }
    guard position < end, bytes[position] == 0x20 || bytes[position] == 0x09 else { return false }
    body = position
    return true
  }

  /// `(+     0.000123)`, which `-r` writes beside a time of day.
  private mutating func skipElapsed(_ bytes: [UInt8], _ end: Int) -> Bool {
    var position = body + 1
    let limit = min(end, position + 24)
    guard position < end, bytes[position] == UInt8(ascii: "+") else { return false }
    while position < limit, bytes[position] != UInt8(ascii: ")") { position += 1 }
    guard position < limit else { return false }
    body = position + 1
    return true
  }

  // MARK: Parts

  /// Steps over the name of a program behind a number: `<sh>`.
  private static func skipName(_ bytes: [UInt8], _ position: inout Int, _ end: Int) {
    guard position < end, bytes[position] == UInt8(ascii: "<"),
      let close = bytes[position..<min(end, position + 32)].firstIndex(of: UInt8(ascii: ">"))
    else { return }
    position = close + 1
  }

  /// Where the name that begins at `start` ends.
  private static func name(_ bytes: [UInt8], from start: Int, _ end: Int) -> Int {
    var position = start
    while position < end {
      switch bytes[position] {
      case 0x61...0x7A, UInt8(ascii: "_"), 0x41...0x5A: position += 1
      case 0x30...0x39 where position > start: position += 1
      default: return position
      }
    }
    return position
  }

  /// True if `literal` stands at `position`.
  static func stands(
    _ literal: StaticString, in bytes: [UInt8], at position: Int, _ end: Int
  ) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard position >= 0, position + count <= end else { return false }
    return literal.withUTF8Buffer { wanted in
      for offset in 0..<count where unsafe bytes[position + offset] != wanted[offset] {
        return false
      }
      return true
    }
  }

  private static func integer(_ bytes: [UInt8], _ position: inout Int, _ end: Int) -> Int? {
    let start = position
    var value = 0
    while position < end, (0x30...0x39).contains(bytes[position]) {
      guard position - start < 15 else { return nil }
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    return position > start ? value : nil
  }

  private static func decimal(
    _ bytes: [UInt8], _ position: inout Int, _ end: Int
  ) -> ProcessID? {
    integer(bytes, &position, end).flatMap { ProcessID(exactly: $0) }
  }

  private static func fraction(_ bytes: [UInt8], _ position: inout Int, _ end: Int) -> Double {
    guard position < end, bytes[position] == UInt8(ascii: ".") || bytes[position] == 0x2C else {
      return 0
    }
    position += 1
    let start = position
    guard let digits = integer(bytes, &position, end) else { return 0 }
    let scales = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
    let count = position - start
    return count < scales.count ? Double(digits) / scales[count] : 0
  }
}
