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

  @Test func linesAroundOneFarDownALongSource() throws {
    let scratch = try Scratch()
    let lines = (1...40_000).map { "line \($0)" }
    let file = try scratch.file("generated.c", lines.joined(separator: "\n"))
    let around = { try TextSearch.lines(of: file, around: $0, context: 2).map(\.text) }
    #expect(try around(39_000) == (38_998...39_002).map { "line \($0)" })
    #expect(try around(1) == ["line 1", "line 2", "line 3"])
    // The last line has no line feed at its end.
    #expect(try around(40_000) == ["line 39998", "line 39999", "line 40000"])
    for line in [0, -1, 40_001, .min, .max] { #expect(try around(line) == [], "\(line)") }
  }

  @Test func linesAroundOneAreText() throws {
    let scratch = try Scratch()
    let text = String(repeating: "text\n", count: 2000)
    let binary = try scratch.file("later.c", text + "a\u{0}b\n" + text)
    #expect(try TextSearch.lines(of: binary, around: 2002, context: 2) == [])
    #expect(try TextSearch.lines(of: binary, around: 1900, context: 2).count == 5)
    let long = try scratch.file("long.c", String(repeating: "x", count: 1 << 20) + "\nnext\n")
    let cut = try TextSearch.lines(of: long, around: 2, context: 2)
    #expect(cut.map(\.number) == [1, 2])
    #expect(cut.first?.text.utf8.count ?? .max < 410)
    try #require(unsafe mkfifo(scratch("fifo.c"), 0o644) == 0)
    #expect(throws: InspectionError.self) {
      try TextSearch.lines(of: scratch("fifo.c"), around: 1, context: 2)
    }
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
