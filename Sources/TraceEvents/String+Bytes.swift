// The standard library's `contains` and `firstRange` look at characters, which are a matter of Unicode, and build a
// table for each search: thirty times as dear for the short phrases that are looked for in every line.

extension String {
  /// True if the bytes of `part` occur in this text.
  package func contains(_ part: String) -> Bool {
    utf8Span.span.offset(of: part.utf8Span.span) != nil
  }

  /// True if the bytes of `part` occur in this text.
  package func contains(_ part: Substring) -> Bool {
    utf8Span.span.offset(of: part.utf8Span.span) != nil
  }

  /// Where the bytes of `part` occur first in this text; nil for an empty part.
  package func firstRange(of part: String) -> Range<Index>? {
    self[...].firstRange(of: part)
  }
}

extension Substring {
  /// True if the bytes of `part` occur in this text.
  package func contains(_ part: String) -> Bool {
    utf8Span.span.offset(of: part.utf8Span.span) != nil
  }

  /// Where the bytes of `part` occur first in this text; nil for an empty part.
  package func firstRange(of part: String) -> Range<Index>? {
    guard !part.isEmpty, let offset = utf8Span.span.offset(of: part.utf8Span.span) else {
      return nil
    }
    let start = utf8.index(startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: part.utf8.count)
  }
}

extension Span<UInt8> {
  /// Where `part` occurs first.
  fileprivate func offset(of part: borrowing Span<UInt8>) -> Int? {
    guard part.count > 0 else { return 0 }
    guard count >= part.count else { return nil }
    let first = part[0]
    for start in 0...(count - part.count) where self[start] == first {
      var offset = 1
      while offset < part.count, self[start + offset] == part[offset] { offset += 1 }
      if offset == part.count { return start }
    }
    return nil
  }
}

/// Words that are looked for in many texts, letters of ASCII alike in both cases.
///
/// A text is walked once, and a word is compared only where its first letter is.
package struct WordSet: Sendable {
  private let words: [[UInt8]]
  /// By a first byte, its positions in `words`.
  private let starts: [[Int]]

  /// Of words of two bytes or more, in lower case.
  package init(_ words: [String]) {
    self.words = words.map { Array($0.utf8) }.filter { $0.count >= 2 }
    var starts: [[Int]] = Array(repeating: [], count: 256)
    for (position, word) in self.words.enumerated() { starts[Int(word[0])].append(position) }
    self.starts = starts
  }

  /// True if any of the words occurs in `text`.
  package func occurs(in text: String) -> Bool {
    let text = text.utf8Span.span
    for start in text.indices {
      for position in starts[Int(Self.folded(text[start]))] {
        let word = words[position]
        guard word.count <= text.count - start else { continue }
        var offset = 1
        while offset < word.count, Self.folded(text[start + offset]) == word[offset] {
          offset += 1
        }
        if offset == word.count { return true }
      }
    }
    return false
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}

extension Sequence<UInt8> {
  /// Two hexadecimal digits for each byte.
  package var hexadecimal: String {
    map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
