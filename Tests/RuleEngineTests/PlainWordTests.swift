import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What a program's words alone mean")
struct PlainWordTests {
  /// The first finding of a run that said this and failed.
  private func first(_ lines: [String]) -> Finding? {
    var trace = Trace("/usr/bin/app")
    for line in lines { trace.say(line) }
    trace.exit(1)
    return Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis().findings.first
  }

  @Test(
    "Words that mean one thing, and words like them that do not",
    arguments: [
      (
        "curl: (35) OpenSSL: error:0A000410:SSL routines::sslv3 alert handshake failure",
        "words/handshake-refused"
      ),
      ("app: handshake failure of the two clocks", "words/complaint"),
      (
        "app: E unix socket address 152 characters long, max length is 108",
        "words/socket-path-too-long"
      ),
      ("app: error: name of the socket is taken", "words/complaint"),
      ("Could not open a connection to your authentication agent.", "words/no-agent"),
      ("app: could not open a connection to the agent", "words/complaint"),
      ("sudo: a password is required", "words/password-not-asked"),
      ("app: error: the field password is required here", "words/complaint"),
      ("gpg: Can't check signature: No public key", "words/signer-unknown"),
      ("gpg: BAD signature from \"r@c.org\" [ultimate]", "words/signature-does-not-match"),
      ("app: error: bad signature", "words/complaint"),
      ("split: output file suffixes exhausted", "words/suffixes-used-up"),
      ("./s: line 4: [: : integer expression expected", "words/number-expected"),
      ("app: error: integer expected", "words/complaint"),
      ("Error: Nexthop has invalid gateway.", "words/gateway-out-of-reach"),
      ("Error: ipv4: Address already assigned.", "words/address-assigned"),
    ])
  func meaning(line: String, heuristic: String) {
    #expect(first([line])?.heuristic == heuristic)
  }

  @Test(
    "The line that tells most",
    arguments: [
      (
        ["size 2048 of data subvolume is small", "Usage: app", "-b size"],
        "size 2048 of data subvolume is small"
      ),
      (
        ["app: option '--need-app' doesn't allow an argument", "getopt_long() error"], "--need-app"
      ),
      (
        ["/etc/x.service:5: neither name nor path: bin/true", "x.service: has fatal error"],
        "bin/true"
      ),
      (["Cannot get passwd entry for user wbe: failed: No error"], "wbe"),
    ] as [([String], String)])
  func line(lines: [String], tells: String) {
    #expect(first(lines)?.title.contains(tells) ?? false)
  }

  @Test("The last call of a name before the words that have just its name and error")
  func named() throws {
    var trace = Trace("/usr/bin/app")
    trace.say("app: chdir() to /srv/shop")
    trace.call("chdir", "/srv/shop", .fails(.noEntry))
    trace.say("chdir(): No such file or directory")
    trace.exit(1)
    let found = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis().findings
    #expect(found.first?.subject == "/srv/shop")
  }
}
