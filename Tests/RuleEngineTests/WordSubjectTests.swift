import Testing
import TraceEvents
import TraceTestSupport

@testable import History
@testable import RuleEngine

@Suite("What words are about")
struct WordSubjectTests {
  @Test(
    "The variable that a shell says is not set",
    arguments: [
      ("./a.sh: line 4: DEPLOY_ENV: unbound variable", "DEPLOY_ENV"),
      ("a.sh: 2: DATABASE_URL: parameter not set", "DATABASE_URL"),
      ("a.sh: 2: $1: unbound variable", nil), ("the variable is not set", nil),
    ] as [(String, String?)])
  func unsetVariable(line: String, name: String?) {
    #expect(ShellWords.unsetVariable(in: line) == name)
  }

  @Test("A key that has the form of a variable's name")
  func missingKey() {
    #expect(ShellWords.missingKey(in: "KeyError: 'API_TOKEN'") == "API_TOKEN")
    #expect(ShellWords.missingKey(in: "KeyError: 'name'") == nil)
    #expect(ShellWords.missingKey(in: "KeyError: 3") == nil)
  }

  @Test(
    "What only bash knows",
    arguments: [
      ("./a.sh: 3: [[: not found", true), (#"a: 2: Syntax error: "(" unexpected"#, true),
      ("a.sh: 1: source: not found", true), ("a.sh: 4: Bad substitution", true),
      ("a.sh: 4: gcc: not found", false), (#"a: 2: Syntax error: "fi" unexpected"#, false),
    ])
  func ofBash(line: String, isOfBash: Bool) {
    #expect(ShellWords.areOfBash(line) == isOfBash)
  }

  @Test(
    "What is wrong with a certificate, and which line tells it",
    arguments: [
      (
        ["curl: (60) SSL certificate problem: certificate has expired", "curl failed to verify"], 0
      ),
      (["More: https://curl.se", "x509: certificate is valid for db, not www"], 1),
      (["certificate verify failed: self-signed certificate (_ssl.c:1006)"], 0),
    ])
  func certificate(lines: [String], position: Int) {
    #expect(CertificateFault.find(in: lines)?.line == lines[position])
  }

  @Test("A password or an option that has expired, or does not match, is no certificate")
  func noCertificate() {
    #expect(
      CertificateFault.find(in: ["Your account has expired", "checksum does not match"]) == nil)
  }

  private func chosen(_ lines: [(Words.Stream, String)]) -> String? {
    var trace = Trace("/usr/sbin/app")
    for (stream, line) in lines { trace.say(line, on: stream) }
    trace.exit(1)
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    guard case .words(let position)? = Ranking.wordCandidates(run, besides: []).first?.source else {
      return nil
    }
    return run.mentions.lines[position].text
  }

  @Test(
    "What the user is told comes before what the log gets, advice, usage, a heading, a frame",
    arguments: [
      [
        (.standardError, "app: user 'bob' already exists"),
        (.syslog, "failed adding user 'bob', exit code: 9"),
      ],
      [
        (.standardError, "app: disk holds another file system"),
        (.standardError, "app: Use the -f option to force overwrite."),
      ],
      [
        (.standardError, "Disk must be larger than 300MB."), (.standardError, "Usage: app"),
        (.standardError, "  [-i sparse=0|1]"), (.standardError, "  invalid values are ignored"),
      ],
      [
        (.standardError, "Cannot open encrypted archive. Wrong password?"),
        (.standardError, "ERROR: a.7z"),
      ],
      [
        (
          .standardError,
          "d.rb:42:in `check': Your Ruby is 3.1, the Gemfile wants 2.7 (A::Mismatch)"
        ),
        (.standardError, "\tfrom setup.rb:20:in `block in <top (required)>'"),
      ],
    ] as [[(Words.Stream, String)]])
  func choice(lines: [(Words.Stream, String)]) {
    #expect(chosen(lines) == lines[0].1)
  }

  @Test("Sparse files are no syntax")
  func sparse() {
    #expect(Complaint.isAboutInput("error: failed to parse a.json"))
    #expect(!Complaint.isAboutInput("projid32bit=0|1,sparse=0|1"))
  }
}
