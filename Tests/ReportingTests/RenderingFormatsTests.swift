import FoundationEssentials
import Testing
import TraceEvents

@testable import Reporting

struct RenderingFormatsTests {
  @Test func jsonComesBack() throws {
    let json = JSONRenderer.render(.missingCertificate)
    let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    #expect(report == .missingCertificate)
  }

  @Test(arguments: [
    #""schema" : "whyfail.report/1""#, #""path" : null"#, #""signal" : null"#, #""errno" : null"#,
    #""exit_status" : 1"#, #""duration_seconds" : 0.0312"#, #""core_dumped" : false"#,
    #""errno" : "ENOENT""#, #""syscall" : "openat""#, #""kind" : "run""#, #""role" : "cause""#,
    #""parent" : null"#, #""via" : "/etc/nginx/nginx.conf:9""#, #""kind" : "built-in""#,
    #""bytes" : 120"#, #""scope" : "system""#,
    #""safety" : "check-first""#, #""harmless_failures" : 38"#, #""last_words" : null"#,
    #""fix_details" : ["#, #""path_down" : ["#, #""notes" : ["#, #""truncated" : false"#,
    #""Otherwise put the certificate there.""#, #""uid" : 1000"#, #""confidence" : 0.97"#,
  ])
  func jsonHoldsTheContract(line: String) {
    #expect(JSONRenderer.render(.missingCertificate).contains(line))
  }

  @Test func jsonIsValidUnicodeWhateverTheTarget() throws {
    let report = Report.missingCertificate.mappingTexts { text, _ in "\u{10FFE9}\u{1B}\"\n" + text }
    let json = JSONRenderer.render(report)
    #expect(!json.unicodeScalars.contains { $0.value >= 0x10FF00 || $0.value == 0x1B })
    let back = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    #expect(back.verdict.summary.hasPrefix("\\xe9\u{1B}\"\nnginx"))
  }

  @Test func jsonWithNumbersThatAreNoneIsWritten() throws {
    let report = Report.missingCertificate.with {
      $0.target.durationSeconds = .nan
      $0.findings[0].evidence[0].time = .infinity
    }
    let json = JSONRenderer.render(report)
    let back = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    #expect(back.target.durationSeconds == 0)
  }

  @Test func enumerationsAreSpelledAsTheContractSpellsThem() {
    #expect(
      Report.Source.Kind.allCases.map(\.rawValue)
        == ["run", "attach", "core", "strace-log", "kdump-log", "recording"])
    #expect(
      Report.Outcome.Kind.allCases.map(\.rawValue)
        == ["exited", "killed", "not-started", "still-running", "unknown"])
    #expect(
      Report.Configuration.Entry.Status.allCases.map(\.rawValue)
        == ["read", "opened", "listed", "checked", "missing", "denied", "error"])
  }

  @Test func markdownIsEscaped() {
    let report = Report.missingCertificate.with {
      $0.verdict.summary = "<script>x</script> *b* [a](http://x) @ann #1 `c` | \u{1B}"
      $0.findings[0].evidence[0].text = "``` </pre> ````"
      $0.config.entries[0].path = "/etc/a|b"
    }
    let text = MarkdownRenderer.render(report)
    #expect(
      text.hasPrefix(
        "**&lt;script&gt;x&lt;/script&gt; \\*b\\* \\[a\\](http&#58;//x) &#64;ann &#35;1 \\`c\\` \\| "
          + "\\\\x1b**\n"))
    #expect(text.contains("\n`````\n0.0041 nginx[4711] ``` </pre> ````\n"))
    #expect(text.contains("2. Otherwise put the certificate there.\n"))
    #expect(
      text.contains(": `sed -i '14s/site\\.crt/site.pem/' /srv/site/nginx.conf` (check first)\n"))
    #expect(text.contains("| 1 | /etc/a\\|b | read | built in |"))
  }

  @Test func markdownFoldsWhatOnlyProves() {
    let text = MarkdownRenderer.render(.missingCertificate)
    let open = "\n<details>\n<summary>Evidence</summary>\n\n```\n"
    #expect(text.contains(open))
    let folds = text.components(of: "<details>")
    #expect(folds == 2 && text.components(of: "\n\n</details>") == folds)
    #expect(text.contains("<summary>Configuration files tried, in order</summary>\n\n| | file |"))
    // The cause and what to do stand open.
    let start = text.firstRange(of: open)?.lowerBound ?? text.startIndex
    let before = String(text[..<start])
    #expect(before.contains("What to do"))
  }

  /// Names such as a target can have.
  static let hostile = [
    "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{7}", "a\nb", "a\r\nb", "\u{9B}2J", "\u{7F}",
    "</details><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;", "```\n# x\n```",
    "[a](http://evil.test)", "![x](http://evil.test/x.png)", "**b** _c_ ~~d~~", "@ann #12 !3",
    "|a|b|",
    "$(reboot) `reboot` ; reboot", "' \" \\", "\u{202E}txt.exe", "\u{10FFE9}", "- item", "1. x",
    "> q",
  ]

  @Test(arguments: hostile)
  func hostileNamesAreHarmlessInEveryFormat(name: String) throws {
    let report = Report.missingCertificate.mappingTexts { text, _ in name + text }.with {
      $0.lastWords = .init(pid: 1, program: name, stream: .standardError, text: name)
    }
    let json = JSONRenderer.render(report)
    for output in [TextRenderer.render(report), MarkdownRenderer.render(report), json] {
      let controls = output.unicodeScalars.filter {
        $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
      }
      #expect(controls.isEmpty, "\(output.debugDescription.prefix(600))")
    }
    _ = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    // In Markdown, all that stands outside of code must be escaped.
    var fence: Substring?
    for line in MarkdownRenderer.render(report).split(separator: "\n") {
      let ticks = line.prefix { $0 == "`" }
      if fence == nil, ticks.count >= 3, ticks.count == line.count {
        fence = ticks
      } else if fence != nil {
        if line == fence { fence = nil }
      } else if !line.contains("`") {
        for mark in ["<script", "<img", "[a]", "![", "@ann", "#12", "**b"] {
          #expect(!line.contains(mark), "\(line)")
        }
      }
    }
    #expect(fence == nil)
  }

  @Test(arguments: [
    ("plain-word_1.txt", "plain-word_1.txt"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"),
    ("$HOME", "'$HOME'"), ("~/x", "'~/x'"), ("--a=b", "--a=b"), ("A=b", "'A=b'"), ("a;b", "'a;b'"),
    ("a\nb", "$'a\\nb'"), ("\u{1B}[0m'\\", "$'\\033[0m\\'\\\\'"),
    ("caf\u{10FFE9}1", "$'caf\\3511'"),
    ("gpj\u{202E}", "$'gpj\\342\\200\\256'"), ("é", "'é'"), ("*", "'*'"), ("#x", "'#x'"),
  ])
  func wordsAreQuotedForAShell(word: String, quoted: String) {
    #expect(shellQuoted(word) == quoted)
  }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
