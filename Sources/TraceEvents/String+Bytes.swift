extension String {
  /// True if the bytes of `part` occur in this text; unlike `contains` it looks at no characters,
  /// which are a matter of Unicode and cost thirty times as much.
  package func containsBytes(_ part: String) -> Bool {
    let text = utf8Span.span
    let wanted = part.utf8Span.span
    guard wanted.count > 0, text.count >= wanted.count else { return wanted.count == 0 }
    let first = wanted[0]
    for start in 0...(text.count - wanted.count) where text[start] == first {
      var offset = 1
      while offset < wanted.count, text[start + offset] == wanted[offset] { offset += 1 }
      if offset == wanted.count { return true }
    }
    return false
  }
}

extension Sequence<UInt8> {
  /// Two hexadecimal digits for each byte.
  package var hexadecimal: String {
    map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
