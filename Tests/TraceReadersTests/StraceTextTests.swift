import Testing
import TraceEvents

@testable import TraceReaders

@Suite("Values in strace's notation") struct StraceTextTests {
  @Test(
    "A string is what it was before it was written, however it was written",
    arguments: [
      (#""/etc/passwd""#, "/etc/passwd"), (#"  "a b", 3"#, "a b"), (#""""#, ""),
      (#""a\"b\\c\n""#, "a\"b\\c\n"), (#""\303\274"..."#, "ü"), (#""ü/x""#, "ü/x"),
      (#""\377""#, "\u{10FFFF}"), ("\"abc", nil), ("abc", nil), ("", nil),
      ("\"" + String(repeating: "x", count: 70_000) + "\"", String(repeating: "x", count: 65_536)),
    ] as [(String, String?)])
  func text(_ written: String, _ text: String?) {
    let bytes = Array(written.utf8)
    #expect(StraceText.text(bytes, 0..<bytes.count) == text)
  }

  @Test(
    "A constant is without comments and blanks around it",
    arguments: [
      ("O_RDONLY", "O_RDONLY"), (" O_RDONLY ", "O_RDONLY"), ("0x1 /* X_Y */", "0x1"), ("", ""),
      ("a/b", "a/b"),
    ])
  func constant(_ written: String, _ text: String) {
    let bytes = Array(written.utf8)
    #expect(StraceText.plain(bytes, 0..<bytes.count) == text)
    #expect(ConstantTexts().text(bytes, 0..<bytes.count) == text)
  }

  @Test(
    "What -y writes behind a descriptor",
    arguments: [
      ("</tmp/x>", "/tmp/x"), (#"</tmp/\303\274>"#, "/tmp/ü"),
      ("</dev/null<char 1:3>>", "/dev/null"),
      ("<>", nil), ("</tmp", nil), ("", nil),
    ] as [(String, String?)])
  func annotation(_ written: String, _ path: String?) {
    let bytes = Array(written.utf8)
    #expect(StraceText.annotation(bytes, 0..<bytes.count) == path)
  }

  @Test("The same flags, written again, are the same text")
  func constantsAgain() {
    let texts = ConstantTexts()
    for flags in ["O_RDONLY|O_CLOEXEC", "O_RDONLY|O_CLOEXEC", "O_WRONLY|O_CLOEXEC"] {
      let bytes = Array(flags.utf8)
      #expect(texts.text(bytes, 0..<bytes.count) == flags)
    }
  }

  @Test(
    "A log that ends in the midst of a string was cut; one that ends behind an argument waits",
    arguments: [
      (#"read(0, "#, true), (#"read(0, "# + "\n", true), (#"read(0, "abc"#, false),
      (#"read(0, "a\""#, false), (#"openat(AT_FDCWD, "/etc/pas"#, false),
      (#"openat(AT_FDCWD, "/tmp/fifo", O_RDONLY"#, true),
    ])
  func cut(_ last: String, _ waits: Bool) throws {
    let file = try TemporaryFile(
      """
      execve("/bin/app", ["app"], 0x7ffd /* 1 var */) = 0
      openat(AT_FDCWD, "/etc/app.conf", O_RDONLY) = 3
      \(last)
      """)
    let reader = try LogReader(path: file.path)
    let notes = try reader.rest().compactMap { event in
      if case .note(let note) = event.body { note.kind } else { nil }
    }
    #expect(notes.contains(.endOfLog) == waits)
  }
}
