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

  @Test("What a longer string ends in counts, and what a parser has in quotation marks")
  func endsOfStrings() throws {
    let scratch = try Scratch()
    try scratch.file(
      "program", "\u{7F}ELF\u{0}no-silent\u{0}silence\u{0}\"lifetime\"\u{0}lifetimes \u{0}")
    let file = scratch("program")
    #expect(NearWords.near("slient", in: [file]) == ["silent"])
    #expect(NearWords.near("lifetme", in: [file]) == ["lifetime"])
    // A word that a longer string ends in is known.
    #expect(NearWords.near("silent", in: [file]).isEmpty)
    #expect(NearWords.near("silenct", in: [file]) == ["silence", "silent"])
  }

  @Test("Of the list of users only the names count")
  func namesOfUsers() {
    let list = Array("memcache:x:1:1:Memcached,,,:/nonexistent:/bin/false\nroot:x:0:0:\n".utf8)
    #expect(NearWords.names(of: list) == Array("memcache\nroot".utf8))
  }
}
