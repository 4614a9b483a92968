import Testing

@testable import Reporting

struct TextFlowTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("한글", 4), ("a\u{200D}b", 2),
    ("🚀", 2), ("●○…→─", 5), ("ｆｕ", 4),
  ])
  func displayWidths(text: String, width: Int) {
    #expect(displayWidth(of: text) == width)
  }

  @Test func wideCharactersCountTwice() {
    #expect(TextFlow.lines(of: "漢字 漢字 漢字", width: 9) == ["漢字 漢字", "漢字"])
  }

  @Test func longWordsOverflowAndAreNotBroken() {
    let path = "/a/very/long/path/that/does/not/fit"
    #expect(TextFlow.lines(of: "the file \(path) is", width: 12) == ["the file", path, "is"])
  }

  @Test func commandsBetweenBackquotesStayTogether() {
    #expect(
      TextFlow.lines(of: "now run `ls -l /tmp` here", width: 14)
        == ["now run", "`ls -l /tmp`", "here"])
    #expect(TextFlow.lines(of: "a ` b c d e f", width: 6) == ["a ` b", "c d e", "f"])
  }

  @Test func shapedLinesStay() {
    let text = "One two\nthree\n  shaped   line\n- item\n1. item\nfour"
    #expect(
      TextFlow.shapedLines(of: text, width: 40, indent: "  ")
        == ["  One two three", "    shaped   line", "  - item", "  1. item", "  four"])
  }

  @Test(arguments: [
    (0.0041, 4, "0.0041"), (1.99999, 2, "2.00"), (0, 2, "0.00"), (12, 0, "12"), (-1.5, 1, "-1.5"),
    (.infinity, 2, "0"), (.nan, 2, "0"), (1e300, 2, "0"), (0.004, 2, "0.00"),
  ])
  func decimals(value: Double, places: Int, text: String) {
    #expect(decimal(value, places: places) == text)
  }

  @Test(arguments: [(0.03, "0.03 s"), (12.34, "12.3 s"), (200, "3 min 20 s"), (.nan, "0 s")])
  func durations(seconds: Double, text: String) {
    #expect(durationWords(seconds) == text)
  }

  @Test(arguments: [
    ("/usr/bin/cc1", "cc1"), ("cc1", "cc1"), ("/", "/"), ("/a/", "/a/"), ("", ""),
  ])
  func baseNames(path: String, name: String) {
    #expect(baseName(of: path) == name)
  }
}
