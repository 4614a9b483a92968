/// The control sequences of terminals, by which programs colour their words.
enum ControlSequences {
  /// `text` without them: what a person reads. A sequence that is cut off at the end goes too.
  ///
  /// Their forms are those of ECMA-48: CSI (`ESC [ … final`), strings such as OSC (`ESC ] … BEL`, or
  /// `ESC \\`), and escapes of one character with perhaps intermediate ones before it (`ESC ( B`).
  static func removed(from text: String) -> String {
    guard text.utf8.contains(0x1B) else { return text }
    var kept = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar.value == 0x1B else {
        kept.append(scalar)
        continue
      }
      skipSequence(&rest)
    }
    return String(kept)
  }

  /// Takes what follows an ESC off the front of `rest`, as far as it belongs to the sequence.
  private static func skipSequence(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.first {
    case "[":
      rest.removeFirst()
      while let next = rest.first, (0x20...0x3F).contains(next.value) { rest.removeFirst() }
      if let final = rest.first, (0x40...0x7E).contains(final.value) { rest.removeFirst() }
    case "]", "P", "X", "^", "_":
      // A string has no newline in it: one that is not ended does not swallow what follows.
      var last: Unicode.Scalar = " "
      while let next = rest.first, next != "\n" {
        rest.removeFirst()
        if next.value == 0x07 || last.value == 0x1B && next == "\\" { return }
        last = next
      }
    default:
      while let next = rest.first, (0x20...0x2F).contains(next.value) { rest.removeFirst() }
      if let final = rest.first, (0x30...0x7E).contains(final.value) { rest.removeFirst() }
    }
  }
}
