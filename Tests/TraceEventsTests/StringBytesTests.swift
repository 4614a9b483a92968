import Testing
import TraceEvents

struct StringBytesTests {
  @Test(arguments: [
    ("cannot open file", "open", 7), ("cannot open file", "cannot", 0), ("aaab", "aab", 1),
    ("ab", "abc", nil),
    ("", "a", nil), ("žluť: no", ": ", 6), ("line\r\nnext", "\n", 5), ("abc", "", nil),
  ])
  func findsBytes(text: String, part: String, offset: Int?) throws {
    let range = text.firstRange(of: part)
    #expect(range.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == offset)
    if let range { #expect(text[range].utf8.elementsEqual(part.utf8)) }
    #expect(text.contains(part) == (offset != nil || part.isEmpty))
    #expect(text.contains(part[...]) == text.contains(part))
  }

  @Test func aPieceIsSearchedWithinItsBounds() throws {
    let text = "no file: no: line"
    let rest = text.dropFirst(9)
    let range = try #require(rest.firstRange(of: "no"))
    #expect(text[range.lowerBound...] == "no: line")
    #expect(rest.firstRange(of: "file") == nil)
    #expect(!rest.contains("file"))
    #expect(rest.firstRange(of: ": ").map { text[$0.upperBound...] } == "line")
  }
}
