import Testing
import TraceEvents

@testable import Reporting

struct TextRendererTests {
  @Test func aDiagnosisReadsAsIntended() {
    #expect(
      TextRenderer.render(.missingCertificate) == """
        ── whyfail ─────────────────────────────────────────────────────────────────────
        nginx failed (exit status 1): the file /srv/site/tls/site.crt does not exist.

        Why
          /srv/site/nginx.conf line 14 asks for it:
            ssl_certificate /srv/site/tls/site.crt;
          The directory /srv/site/tls exists and holds site.key and site.pem.

        What to do
          1. If site.pem is the certificate, name it in line 14:           (check first)
               sed -i '14s/site\\.crt/site.pem/' /srv/site/nginx.conf
          2. Otherwise put the certificate there.

        How sure: 97 %   nginx complained about this path 0.3 ms after the open failed,
                         then ended.

        Evidence
          0.0041 nginx[4711] openat("/srv/site/tls/site.crt", O_RDONLY) = -1 ENOENT
          0.0049 nginx[4711] ended with exit status 1

        Configuration files tried, in order
           1  ● /etc/nginx/nginx.conf  read     built in
           2  ● /etc/nginx/conf.d/     listed   nginx.conf:9  include conf.d/*.conf;
           3  ○ /etc/nginx/x.conf      missing  built in
        38 other failed calls were harmless; --all lists them.

        """)
  }

  @Test func aSuccessIsOneLine() {
    #expect(
      TextRenderer.render(.success)
        == "whyfail: grep succeeded (exit status 0) in 0.03 s; nothing to explain.\n")
  }

  @Test func anAnswerByExitStatusIsOneLine() {
    let report = Report.success.with {
      $0.outcome.exitStatus = 1
      $0.verdict.summary = "grep found nothing (exit status 1), which is its answer, no failure."
    }
    #expect(TextRenderer.render(report) == "whyfail: \(report.verdict.summary)\n")
  }

  @Test func aSuccessKeepsItsNotes() {
    let report = Report.success.with {
      $0.findings = [
        .init(
          heuristic: "x", role: .note, confidence: 0.9, subject: "s", title: "gzip failed, unasked",
          why: ["The reason: none.", "More of it."])
      ]
    }
    #expect(
      TextRenderer.render(report)
        == "whyfail: grep succeeded (exit status 0) in 0.03 s, but not all of it went well.\n"
        + "  note: gzip failed, unasked\n    The reason: none.\n")
  }

  @Test func anUnknownVerdictListsCandidates() {
    let report = Report.missingCertificate.with {
      $0.verdict = .init(status: .unknown, summary: "nginx failed, and I could not tell why.")
      $0.findings[0].role = .contributing
      $0.findings[0].confidence = 0.31
      $0.lastWords = .init(pid: 1, program: "/x/nginx", stream: .log, text: "oh\nno")
    }
    let text = TextRenderer.render(report)
    #expect(text.contains("\nNearest things\n  - the file /srv/site/tls/site.crt does not exist"))
    #expect(text.contains("(31 %)"))
    #expect(text.contains("\nLast words of nginx (its log)\n  > oh\n  > no\n"))
    #expect(!text.contains("How sure"))
  }

  @Test func controlCharactersOfTheTargetDoNotPass() {
    let hostile = "\u{1B}]0;x\u{7}\u{9B}31m\u{202E}\r\u{10FFE9}"
    let report = Report.missingCertificate.mappingTexts { text, _ in hostile + text + hostile }
    for isVerbose in [false, true] {
      let text = TextRenderer.render(report, options: TextOptions(isVerbose: isVerbose))
      #expect(text.contains("\\x1b]0;x\\x07\\x9b31m\\u{202e}\\r\\xe9"))
      #expect(
        text.unicodeScalars.allSatisfy {
          $0 == "\n" || ($0.properties.generalCategory != .control && $0.value < 0x10FF00)
        })
    }
  }

  @Test func aSentenceOfTheTargetCannotForgeALine() {
    let report = Report.missingCertificate.with {
      $0.verdict.summary = "x\nWhat to do"
      $0.findings[0].evidence[0].text = "y\nHow sure"
    }
    let text = TextRenderer.render(report)
    #expect(text.contains("x\\nWhat to do"))
    #expect(text.contains("y\\nHow sure"))
  }

  @Test func colourOnlyWhenTold() {
    #expect(!TextRenderer.render(.missingCertificate).contains("\u{1B}"))
    let text = TextRenderer.render(.missingCertificate, options: TextOptions(usesColor: true))
    #expect(text.contains("\u{1B}[1mnginx failed"))
    #expect(text.contains("\u{1B}[32m●\u{1B}[0m"))
    #expect(
      text.components("\u{1B}[0m") == text.components("\u{1B}[") - text.components("\u{1B}[0m"))
  }

  @Test func asciiForOtherLocales() {
    let text = TextRenderer.render(
      .missingCertificate.with { $0.findings[0].pathDown = ["make", "sh", "nginx"] },
      options: TextOptions(usesASCII: true))
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(text.hasPrefix("-- whyfail ---"))
    #expect(text.contains("  make -> sh -> nginx\n"))
    #expect(text.contains(" 3  o /etc/nginx/x.conf"))
  }

  @Test(arguments: [(1, 40), (40, 40), (72, 72), (100, 100), (5000, 100)])
  func widthIsKeptWhereWordsAllow(given: Int, expected: Int) {
    let report = Report.missingCertificate.with {
      $0.findings[0].why = [String(repeating: "word ", count: 100)]
      $0.findings[0].evidence = []
      $0.findings[0].fixDetails = []
      $0.config.entries = []
    }
    let text = TextRenderer.render(report, options: TextOptions(width: given))
    let widths = text.split(separator: "\n").map { displayWidth(of: String($0)) }
    #expect(widths.max() == expected)
  }

  @Test func longListsAreCapped() {
    let report = Report.missingCertificate.with { report in
      report.config.entries = (1...20).map {
        .init(order: $0, path: "/etc/app.d/\($0)", status: .read)
      }
      report.findings[0].evidence = (1...20).map { (number: Int) in
        Report.Evidence(event: number, text: "call\(number)()")
      }
    }
    let short = TextRenderer.render(report)
    #expect(short.contains("/etc/app.d/12") && !short.contains("/etc/app.d/13"))
    #expect(short.contains("  … and 8 more; --verbose lists them\n"))
    #expect(short.contains("call8()") && !short.contains("call9()"))
    let long = TextRenderer.render(report, options: TextOptions(isVerbose: true))
    #expect(long.contains("/etc/app.d/20") && long.contains("call20()"))
    #expect(long.contains("\nProcesses\n  4711 nginx -t → exit status 1\n"))
    #expect(!long.contains("--verbose"))
  }

  @Test func commandsAreNeverWrapped() {
    let command = "setfacl -m " + String(repeating: "u:www-data:x,", count: 12) + " /home/ann"
    let report = Report.missingCertificate.with {
      $0.findings[0].fixDetails = [
        .init(do: command, safety: .safe), .init(do: command, note: "Or so:"),
        .init(
          do: "Put one there, or see that nobody asks for it, which is the better way of both."),
        .init(do: "apt-get install x", safety: .destructive, note: "Short:"),
      ]
    }
    let text = TextRenderer.render(report)
    let atRight = String(repeating: " ", count: 74) + "(safe)\n"
    #expect(text.contains("  1. \(command)\n\(atRight)"))
    #expect(text.contains("  2. Or so:\n       \(command)\n"))
    #expect(
      text.contains(
        "  3. Put one there, or see that nobody asks for it, which is the better way of\n     both.\n"
      ))
    #expect(text.contains("  4. Short:  apt-get install x "))
    #expect(text.contains("(destructive)\n"))
  }

  @Test(arguments: [
    ("Put it there", true), ("mv a b.", true), ("LC_ALL=C sort x", false), ("apt-get x", false),
    ("", false), (" ", false), ("Restart", false),
  ])
  func sentencesAreToldFromCommands(text: String, isSentence: Bool) {
    #expect(Report.Fix(do: text).isSentence == isSentence)
  }

  @Test func whyconfListsEverythingInOrder() {
    let line = Report.Configuration.Origin(
      kind: .line, file: "/etc/apache2/apache2.conf", line: 146,
      text: "IncludeOptional mods-enabled/*.load")
    let report = Report.missingCertificate.with { report in
      report.tool.name = "whyconf"
      report.verdict = .init(status: .succeeded, summary: "nginx succeeded.")
      report.findings = []
      report.config.entries += (5...24).map {
        .init(order: $0, path: "/etc/app.d/\($0)", status: .read)
      }
      for index in 5...6 { report.config.entries[index].why = line }
      report.config.entries[2].status = .denied
      report.config.entries[2].errno = ErrorNumber(name: "EACCES")
      report.config.entries[7].realPath = "/srv/real"
      report.config.entries[8].readBy = .init(pid: 9, program: "/usr/bin/dash")
      report.capture.notes = ["nginx was stopped again once it waited for work (0.8 s)."]
    }
    let text = TextRenderer.render(report)
    #expect(
      text.hasPrefix(
        """
        nginx read 21 configuration files, starting with /etc/nginx/nginx.conf; 1 could
        not be opened.

           1  ● /etc/nginx/nginx.conf  read     built in
           2  ● /etc/nginx/conf.d/     listed   nginx.conf:9  include conf.d/*.conf;
           3  ✗ /etc/nginx/x.conf      denied (EACCES)  built in

        """), "\(text)")
    #expect(text.contains("  23  ● /etc/app.d/24"))
    #expect(
      text.contains(
        " read\n           apache2.conf:146  IncludeOptional mods-enabled/*.load\n"))
    #expect(text.contains("   6  ● /etc/app.d/7           read     ″\n"), "\(text)")
    #expect(text.contains("built in → /srv/real\n"), "\(text)")
    #expect(text.contains("built in  (by dash)\n"))
    #expect(text.contains("\nSystem-wide: /etc/nsswitch.conf\n\nnginx was stopped"))
  }

  @Test func whyconfDrawsWhatLedToWhat() {
    let main = "/etc/nginx/nginx.conf"
    let line = Report.Configuration.Origin(
      kind: .line, file: main, line: 9, text: "include conf.d/*.conf;")
    var inner = line
    inner.file = "/etc/nginx/conf.d/a.conf"
    let report = Report.missingCertificate.with { report in
      report.tool.name = "whyconf"
      report.verdict = .init(status: .succeeded, summary: "nginx succeeded.")
      report.findings = []
      report.config = .init(
        entries: [
          .init(order: 1, path: main, status: .read, why: .init(kind: .commandLine, option: "-c")),
          .init(order: 2, path: "/etc/nginx/conf.d/a.conf", status: .read, why: line),
          .init(order: 3, path: "/etc/nginx/more", status: .read, why: inner),
          .init(order: 4, path: "/etc/nginx/conf.d/b.conf", status: .missing, why: line),
        ], precedence: ["It read all of them."],
        leftOut: [.init(path: "/srv/key", status: .read, reason: "its name is that of data")],
        find: .init(
          word: "user",
          lines: [
            .init(path: main, line: 1, text: "user www;", isLast: true),
            .init(path: main, line: 2, text: "# user", isLast: false),
          ]))
    }
    #expect(
      TextRenderer.render(report, options: TextOptions(drawsTree: true)) == """
        nginx read 3 configuration files, starting with /etc/nginx/nginx.conf; 1 that it
        looked for does not exist.

          ● /etc/nginx/nginx.conf  read  option -c
          ├─ ● /etc/nginx/conf.d/a.conf  read  line 9
          │  └─ ● /etc/nginx/more  read  line 9
          └─ ○ /etc/nginx/conf.d/b.conf  missing  line 9

        Where user stands
          ▸ /etc/nginx/nginx.conf:1: user www;
            /etc/nginx/nginx.conf:2: # user
        ▸ the last one that is no comment: where later lines override, it counts.

        It read all of them.

        Tried as well, and left out
          /srv/key (read): its name is that of data

        """)
  }

  @Test func harmlessCallsAreListedWhenGiven() {
    let report = Report.success.with { $0.capture.harmless = [.init(pid: 7, text: "stat() = -1")] }
    #expect(TextRenderer.render(report).hasSuffix("harmless\n  pid 7 stat() = -1\n"))
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(_ part: String) -> Int {
    let bytes = Array(utf8)
    return bytes.indices.count { bytes[$0...].starts(with: part.utf8) }
  }
}
