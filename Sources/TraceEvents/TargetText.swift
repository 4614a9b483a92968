/// Bytes of a target as Swift text, without loss, and as text that is safe to print.
///
/// A path or message need not be UTF-8. A byte that does not belong to a valid sequence is kept
/// as the private-use scalar U+10FF00 + byte, so that text round-trips through JSON and back.
package enum TargetText {
  private static let firstStandIn: UInt32 = 0x10FF00

  /// Text for bytes that may not be UTF-8.
  package static func decoding(_ bytes: some Collection<UInt8>) -> String {
    decoding(Array(bytes))
  }

  /// The same, of an array: it is asked for at the start of every run, and a generic function has to
  /// be made out for its type first.
  package static func decoding(_ bytes: [UInt8]) -> String {
    // Nearly all of it is ASCII, which needs no validation and holds no stand-in.
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    if let text = String(validating: bytes, as: UTF8.self), !text.containsStandIn { return text }
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
    while let byte = rest.first {
      let length = sequenceLength(of: byte)
      let sequence = rest.prefix(length)
      if length > 0, sequence.count == length,
        let valid = String(validating: sequence, as: UTF8.self), !valid.containsStandIn
      {
        text.append(contentsOf: valid.unicodeScalars)
        rest = rest.dropFirst(length)
      } else {
        text.append(standIn(for: byte))
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The bytes that `text` was decoded from.
  package static func bytes(of text: String) -> [UInt8] {
    // All stand-ins begin with this byte.
    if !text.utf8.contains(0xF4) { return Array(text.utf8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if let byte = byte(for: scalar) {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }

  /// `text` with everything escaped that a terminal could take for a command: control characters
  /// (C0, DEL, C1), bidirectional overrides, line separators and bytes that are not UTF-8.
  ///
  /// With `keepingLines`, line feeds and tabs stay.
  package static func escaped(_ text: String, keepingLines: Bool = false) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let byte = byte(for: scalar) {
        result += "\\x" + hexadecimal(UInt32(byte), digits: 2)
        continue
      }
      switch scalar.value {
      case 0x0A where keepingLines, 0x09 where keepingLines: result.unicodeScalars.append(scalar)
      case 0x0A: result += "\\n"
      case 0x09: result += "\\t"
      case 0x0D: result += "\\r"
      case 0x00..<0x20, 0x7F..<0xA0: result += "\\x" + hexadecimal(scalar.value, digits: 2)
      case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C, 0xFEFF:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `text` with bytes that are not UTF-8 written as `\xNN`, for readers that know no stand-ins,
  /// such as those of a JSON report; everything else stays as it is.
  package static func showingForeignBytes(_ text: String) -> String {
    guard text.containsStandIn else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let byte = byte(for: scalar) {
        result += "\\x" + hexadecimal(UInt32(byte), digits: 2)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `text` in double quotes as C writes it, cut after `limit` characters.
  package static func quoted(_ text: String, limit: Int = 160) -> String {
    let shown = text.prefix(limit)
    var body = ""
    for character in escaped(String(shown)) {
      body += character == "\"" ? "\\\"" : String(character)
    }
    return "\"" + body + (shown.endIndex == text.endIndex ? "\"" : "\"...")
  }

  private static func standIn(for byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(firstStandIn + UInt32(byte)) ?? "\u{FFFD}"
  }

  private static func byte(for scalar: Unicode.Scalar) -> UInt8? {
    scalar.value >= firstStandIn && scalar.value <= firstStandIn + 0xFF
      ? UInt8(truncatingIfNeeded: scalar.value - firstStandIn) : nil
  }

  private static func sequenceLength(of lead: UInt8) -> Int {
    switch lead {
    case 0x00...0x7F: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension String {
  fileprivate var containsStandIn: Bool {
    // Plane 16 is encoded with the lead byte 0xF4; nothing else there is in use.
    utf8.contains(0xF4) && unicodeScalars.contains { $0.value >= 0x10FF00 }
  }
}
