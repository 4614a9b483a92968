internal import TraceEvents

/// `word` as a POSIX shell takes it for one word, unchanged where no quoting is needed.
///
/// A word with control characters, bytes that are not UTF-8, or characters that a terminal could
/// obey or hide is written as `$'…'` with escapes (bash, zsh, ksh, dash since 0.5.13; POSIX 2024),
/// so that what is shown is what runs.
package func shellQuoted(_ word: String) -> String {
  if word.isEmpty { return "''" }
  // `=` is plain in an option; elsewhere the word could be taken for an assignment.
  let isOption = word.hasPrefix("-")
  if word.utf8.allSatisfy({ isPlainInShell($0) || (isOption && $0 == UInt8(ascii: "=")) }) {
    return word
  }
  if TargetText.escaped(word).utf8.elementsEqual(word.utf8) {
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
  var quoted = "$'"
  for byte in TargetText.bytes(of: word) {
    switch byte {
    case 0x0A: quoted += "\\n"
    case 0x09: quoted += "\\t"
    case 0x0D: quoted += "\\r"
    case UInt8(ascii: "'"): quoted += "\\'"
    case UInt8(ascii: "\\"): quoted += "\\\\"
    case 0x20..<0x7F: quoted.unicodeScalars.append(Unicode.Scalar(byte))
    // Three octal digits end by themselves; \x would swallow a hexadecimal digit that follows.
    default:
      let digits = String(byte, radix: 8)
      quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
  }
  return quoted + "'"
}

/// `words` as a command line that a shell takes for these words.
package func shellQuoted(_ words: [String]) -> String {
  words.map { shellQuoted($0) }.joined(separator: " ")
}

private func isPlainInShell(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  // No ~ (home directory), no # or ! (comment, history).
  case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
    UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "@"),
    UInt8(ascii: "%"):
    true
  default: false
  }
}
