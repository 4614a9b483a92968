import Testing

@testable import SystemInspection

@Suite("Words that are near to one")
struct NearWordsTests {
  @Test("In a text any word counts, and the word itself ends the search")
  func text() throws {
    let scratch = try Scratch()
    try scratch.file("words", "listen 80; server_name x; lists\n")
    let file = scratch("words")
    #expect(NearWords.near("lisen", in: [file]).first == "listen")
    #expect(NearWords.near("listen", in: [file]).isEmpty)
    #expect(NearWords.near("upstream", in: [file]).isEmpty)
    #expect(NearWords.near("listen", in: [file], besidesItself: true) == ["lists"])
  }

  @Test("In a program only whole strings count")
  func program() throws {
    let scratch = try Scratch()
    try scratch.file("program", "\u{7F}ELF\u{0}listen\u{0}cannot be listed here\u{0}")
    let file = scratch("program")
    #expect(NearWords.near("lisen", in: [file, "/nonexistent"]) == ["listen"])
  }
}
