import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct TextSearchTests {
  @Test(arguments: [
    ("ssl_certificate /srv/site.crt;", "/srv/site.crt", true),
    ("ssl_certificate tls/site.crt;", "site.crt", true),
    ("ssl_certificate /srv/site.crt.old;", "/srv/site.crt", false),
    ("root /opt/srv/site.crt", "/srv/site.crt", false),
    ("root /srv/sites", "/srv/site", false),
    ("root /srv/site/tls", "/srv/site", true),
    ("Read /srv/site.", "/srv/site", true),
    ("listen 127.0.0.1:80;", "80", true), ("listen 8080", "80", false),
    ("xsite.crt site.crt", "site.crt", true), ("", "x", false), ("x", "", false),
  ])
  func wholeWordsAreMentions(_ line: String, _ word: String, _ isMention: Bool) {
    #expect(TextSearch.mentions(Array(line.utf8)[...], word: Array(word.utf8)) == isMention)
  }

  @Test func settingsComeBeforeComments() throws {
    let scratch = try Scratch()
    let file = try scratch.file("conf", "# port 80\n  ; port 80\nport 80\r\nother\n")
    let lines = TextSearch.lines(mentioning: ["80"], in: [scratch("none"), file])
    #expect(lines == [TextLine(file: file, number: 3, text: "port 80")])
    let comments = try scratch.file("comments", "# port 80\n// port 80\n")
    #expect(TextSearch.lines(mentioning: ["80"], in: [comments]).map(\.number) == [1, 2])
  }

  @Test func onlyTextIsRead() throws {
    let scratch = try Scratch()
    let binary = try scratch.file("binary", "a\u{0}\nword\n")
    try #require(unsafe mkfifo(scratch("fifo"), 0o644) == 0)
    // A FIFO without writer would block whoever reads it.
    let lines = TextSearch.lines(mentioning: ["word"], in: [binary, scratch("fifo"), scratch.path])
    #expect(lines.isEmpty)
    let long = try scratch.file("long", String(repeating: "ä", count: 300) + " word\n")
    let cut = try #require(TextSearch.lines(mentioning: ["word"], in: [long]).first)
    #expect(cut.text == String(repeating: "ä", count: 200))
    let many = try scratch.file("many", String(repeating: "word\n", count: 100_000))
    #expect(TextSearch.lines(mentioning: ["word"], in: [many]).count == 8)
  }

  @Test func linesAround() throws {
    let scratch = try Scratch()
    let file = try scratch.file("text", "1\n2\n3\n4\n5\n")
    let inspector = LiveSystemInspector()
    func numbers(_ line: Int, _ context: Int) -> [Int] {
      let answer = inspector.answer(.linesAround(file: file, line: line, context: context))
      guard case .lines(let lines) = answer else { return [] }
      return lines.map(\.number)
    }
    #expect(numbers(1, 1) == [1, 2])
    #expect(numbers(3, 1) == [2, 3, 4])
    #expect(numbers(5, .max) == [1, 2, 3, 4, 5])
    #expect(numbers(6, 1) == [])
    #expect(numbers(-1, 1) == [])
  }
}
