import TraceEvents

/// Quoting of hostile values for commands that a person copies into a shell.
enum ShellQuoting {
  /// `value` as one word of a POSIX shell; as it is where nothing in it means anything to a shell.
  ///
  /// Values with control characters, bidirectional overrides or bytes that are not UTF-8 become
  /// `$'…'` (POSIX.1-2024): what is shown is what is run. A shell that does not know that form
  /// takes it for an ordinary quoted word, since it holds no quote, and runs nothing of it.
  static func quoted(_ value: String) -> String {
    if value.isEmpty { return "''" }
    if value.utf8.allSatisfy(isPlain) { return value }
    if TargetText.escaped(value) != value { return dollarQuoted(TargetText.bytes(of: value)) }
    return "'"
      + value.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// Whether a byte means itself wherever it stands in a word.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "@", "%", "+", ":", ",", ".", "/", "-": true
    default: false
    }
  }

  private static func dollarQuoted(_ bytes: [UInt8]) -> String {
    var text = "$'"
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): text += "\\n"
      case UInt8(ascii: "\t"): text += "\\t"
      case UInt8(ascii: "'"), UInt8(ascii: "\\"), 0..<0x20, 0x7F...:
        // Three digits always, so that a digit after it is not taken for a part of it.
        let octal = String(byte, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      default: text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return text + "'"
  }
}
