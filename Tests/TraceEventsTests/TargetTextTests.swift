import Testing
import TraceEvents

struct TargetTextTests {
  private static let awkward: [[UInt8]] = [
    [], [0], Array("plain".utf8), Array("žluťoučký 漢字 👩‍👩‍👧".utf8), [0xFF], [0xC3], [0xC3, 0x28],
    [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x80, 0x41, 0xFE],
    // U+10FF80, the stand-in of byte 0x80, in proper UTF-8.
    [0xF4, 0x8F, 0xBE, 0x80], [0xF4, 0x8F, 0xBE, 0x80, 0x80],
    // A letter and combining marks, which normalisation would change.
    Array("e\u{301}\u{E9}".utf8), [0x0D, 0x0A],
  ]

  @Test(arguments: awkward)
  func awkwardBytesComeBack(bytes: [UInt8]) {
    #expect(TargetText.bytes(of: TargetText.decoding(bytes)) == bytes)
  }

  @Test(arguments: 0..<20)
  func anyBytesComeBack(seed: UInt64) {
    var state = seed
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    // Bytes that begin, continue and spoil sequences are as frequent as plain ones.
    let palette: [UInt8] = [0x41, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xF4, 0x8F, 0xBE, 0xFF, 0x0A]
    for _ in 0..<200 {
      let bytes = (0..<random() % 24).map { _ in
        random().isMultiple(of: 3)
          ? UInt8(truncatingIfNeeded: random()) : palette[Int(random()) % palette.count]
      }
      #expect(TargetText.bytes(of: TargetText.decoding(bytes)) == bytes)
    }
  }

  @Test(arguments: [
    ("plain text, with ünïcödé 漢字", "plain text, with ünïcödé 漢字"),
    ("\u{1B}[31mred", "\\x1b[31mred"),
    ("\u{9B}31m\u{80}\u{9F}", "\\x9b31m\\x80\\x9f"),
    ("\u{7F}\u{0}\u{7}\u{8}", "\\x7f\\x00\\x07\\x08"),
    ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
    ("a\r\nb", "a\\r\\nb"),
    ("gpj\u{202E}exe.\u{2066}x\u{2069}", "gpj\\u{202e}exe.\\u{2066}x\\u{2069}"),
    ("\u{200E}\u{200F}\u{61C}", "\\u{200e}\\u{200f}\\u{61c}"),
    ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
    ("caf\u{10FFE9}", "caf\\xe9"),
  ])
  func whatATerminalCouldObeyIsEscaped(text: String, expected: String) {
    #expect(TargetText.escaped(text) == expected)
  }

  @Test func linesCanBeKept() {
    #expect(TargetText.escaped("a\n\tb\r\u{1B}", keepingLines: true) == "a\n\tb\\r\\x1b")
  }

  @Test func noControlSurvivesEscaping() {
    let every = (0...0x2FFF).compactMap(Unicode.Scalar.init).map(Character.init)
    let escaped = TargetText.escaped(String(every))
    #expect(
      escaped.unicodeScalars.allSatisfy {
        $0.properties.generalCategory != .control && $0.value != 0x202E
      })
  }

  @Test(arguments: [
    ("/etc/x", "\"/etc/x\""), ("say \"hi\"", "\"say \\\"hi\\\"\""), ("a\nb", "\"a\\nb\""),
    ("", "\"\""),
  ])
  func quotedAsInC(text: String, expected: String) {
    #expect(TargetText.quoted(text) == expected)
  }

  @Test func longTextIsCutAndSaysSo() {
    #expect(TargetText.quoted("abcdef", limit: 3) == "\"abc\"...")
    #expect(TargetText.quoted("abc", limit: 3) == "\"abc\"")
  }

  @Test func foreignBytesCanBeShownAlone() {
    #expect(TargetText.showingForeignBytes("caf\u{10FFE9}\u{1B}") == "caf\\xe9\u{1B}")
  }
}
