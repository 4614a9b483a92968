internal import TraceEvents

/// Reads the lines that `RecordingEncoder` writes by hand, in exactly the form in which it writes
/// them, which is some ten times as fast as JSONDecoder.
///
/// It gives nil for any other line, be it valid or not; JSONDecoder has the last word on those.
struct RecordingLineParser {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The event of this line.
  static func event(in bytes: ArraySlice<UInt8>) -> TraceEvent? {
    var parser = RecordingLineParser(bytes)
    return parser.event()
  }

  private mutating func event() -> TraceEvent? {
    guard skip("{\"n\":"), let number: Int = integer(), skip(",\"t\":"), let time = decimal(),
      skip(",\"pid\":"), let process: ProcessID = integer()
    else { return nil }
    var thread = process
    if skip(",\"tid\":") {
      guard let other: ProcessID = integer() else { return nil }
      thread = other
    }
    let body: TraceEvent.Body
    if skip(",\"call\":") {
      guard let call = systemCall() else { return nil }
      body = .systemCall(call: call)
    } else if skip(",\"closing\":") {
      guard let release = descriptorRelease() else { return nil }
      body = .descriptorReleased(release: release)
    } else {
      return nil
    }
    guard skip("}"), position == bytes.endIndex else { return nil }
    return TraceEvent(number: number, time: time, process: process, thread: thread, body: body)
  }

  private mutating func descriptorRelease() -> DescriptorRelease? {
    guard skip("{\"descriptor\":"), let descriptor: Int32 = integer(), skip(",\"path\":"),
      let path = text(), skip(",\"position\":"), let offset: Int64 = integer(), skip("}")
    else { return nil }
    return DescriptorRelease(descriptor: descriptor, path: path, position: offset)
  }

  private mutating func systemCall() -> SystemCall? {
    guard skip("{\"name\":"), let name = text(), skip(",\"args\":[") else { return nil }
    var arguments: [SystemCall.Argument] = []
    while skip(arguments.isEmpty ? "{" : ",{") {
      guard let argument = argument(), skip("}") else { return nil }
      arguments.append(argument)
    }
    guard skip("]"), let outcome = outcome(), skip("}") else { return nil }
    return SystemCall(name: name, arguments: arguments, outcome: outcome)
  }

  private mutating func outcome() -> SystemCall.Outcome? {
    if skip(",\"error\":") {
      return text().flatMap { ErrorNumber(name: $0) }.map { .failed(error: $0) }
    }
    if skip(",\"value\":") { return integer().map { .returned(value: $0) } }
    return skip(",\"unfinished\":true") ? .unfinished : nil
  }

  /// The frequent kinds of argument; a call with another kind is left to JSONDecoder.
  private mutating func argument() -> SystemCall.Argument? {
    if skip("\"path\":") { return text().map { .path(text: $0) } }
    if skip("\"dir\":") { return integer().map { .directory(descriptor: $0) } }
    if skip("\"fd\":") { return integer().map { .descriptor(number: $0) } }
    if skip("\"symbol\":") { return text().map { .symbol(name: $0) } }
    if skip("\"int\":") { return integer().map { .integer(value: $0) } }
    if skip("\"oct\":") { return integer().map { .octal(value: $0) } }
    if skip("\"hex\":") { return integer().map { .hexadecimal(value: $0) } }
    if skip("\"text\":") { return text().map { .text(text: $0) } }
    if skip("\"fds\":[") {
      guard let first: Int32 = integer(), skip(","), let second: Int32 = integer(), skip("]") else {
        return nil
      }
      return .descriptors(first: first, second: second)
    }
    return skip("\"strings\":[") ? strings().map { .strings(list: $0) } : nil
  }

  private mutating func strings() -> [String]? {
    var list: [String] = []
    if skip("]") { return list }
    repeat {
      guard let text = text() else { return nil }
      list.append(text)
    } while skip(",")
    return skip("]") ? list : nil
  }
}

// MARK: - Parts of a line

extension RecordingLineParser {
  /// Steps over `literal`, if it stands here.
  private mutating func skip(_ literal: StaticString) -> Bool {
    let end = position + literal.utf8CodeUnitCount
    guard end <= bytes.endIndex else { return false }
    let start = position
    let matches = literal.withUTF8Buffer { wanted in
      for offset in wanted.indices where unsafe bytes[start + offset] != wanted[offset] {
        return false
      }
      return true
    }
    if matches { position = end }
    return matches
  }

  private mutating func integer<Value: FixedWidthInteger>() -> Value? {
    let isNegative = position < bytes.endIndex && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let start = position
    var value: Value = 0
    while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
      let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
      let digit = Value(bytes[position] - 0x30)
      let (next, overflowsToo) =
        isNegative
        ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if overflows || overflowsToo { return nil }
      value = next
      position += 1
    }
    return position > start ? value : nil
  }

  private mutating func decimal() -> Double? {
    let start = position
    if let plain = plainDecimal() { return plain }
    position = start
    let signs = [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "+")]
    while position < bytes.endIndex,
      (0x30...0x39).contains(bytes[position]) || signs.contains(bytes[position])
    {
      position += 1
    }
    return Double(String(decoding: bytes[start..<position], as: UTF8.self))
      .flatMap { $0.isFinite ? $0 : nil }
  }

  /// A number with at most 15 digits, all of which a `Double` holds exactly, as it does the power of
  /// ten that they are divided by: so the quotient is the nearest there is. Nil for others.
  private mutating func plainDecimal() -> Double? {
    var digits = 0
    var places: Int?
    var value = 0.0
    while position < bytes.endIndex {
      let byte = bytes[position]
      if (0x30...0x39).contains(byte) {
        value = value * 10 + Double(byte - 0x30)
        digits += 1
        places? += 1
      } else if byte == UInt8(ascii: "."), places == nil, digits > 0 {
        places = 0
      } else {
        break
      }
      position += 1
    }
    let hasExponent = position < bytes.endIndex && bytes[position] == UInt8(ascii: "e")
    guard digits > 0, digits <= 15, places != 0, !hasExponent else { return nil }
    return value / Self.powersOfTen[places ?? 0]
  }

  private static let powersOfTen: [Double] = (0...15).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0.1) * 10)
  }

  /// A string without escapes; nearly all are.
  private mutating func text() -> String? {
    guard skip("\"") else { return nil }
    let start = position
    var all: UInt8 = 0
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
      let byte = bytes[position]
      guard byte != UInt8(ascii: "\\"), byte >= 0x20 else { return nil }
      all |= byte
      position += 1
    }
    guard position < bytes.endIndex else { return nil }
    defer { position += 1 }
    if all < 0x80 { return String(decoding: bytes[start..<position], as: UTF8.self) }
    return String(validating: bytes[start..<position], as: UTF8.self)
  }
}
