@testable import HeuristicCatalog
import HeuristicSyntax
import Testing

@Suite struct RequiredLiteralsTests {
  @Test(
    arguments: [
      ("write error", ["write error"]),
      ("(?i)no space left|disk (is )?full", ["no space left", "disk "]),
      ("^/(proc|sys)/", ["proc", "sys"]),
      ("sav(e|ing)", ["sav"]),
      ("can(no|')t seek", ["t seek"]),
      ("bad magic number in super-?block", ["bad magic number in super"]),
      ("\\.git/(index|config|HEAD)$", [".git/"]),
      ("a[^]b]+longer", ["longer"]),
      ("[[:alpha:]x]ab", ["ab"]),
      ("ab{2,3}cd+e", ["cd"]),
      ("(?:abc)+?def", ["abc"]),
      ("(?!not this)that", ["that"]),
      ("lines? \\d+ of", ["line"]),
    ])
  func found(_ pattern: String, _ texts: [String]) {
    #expect(RequiredLiterals(of: pattern)?.texts == texts)
  }

  @Test(
    arguments: [
      "^[0-9.]+$", "a?b*", "(?i)(no|)", "x|", "", "\\x41bc", "\\u{41}bc", "(?x)a b", "\\Qa.b\\E",
      "(abc",
      "abc)", "[abc", "a\\",
    ])
  func nothingPlain(_ pattern: String) {
    if let literals = RequiredLiterals(of: pattern) {
      // What is no pattern matches nothing.
      #expect((try? Regex(pattern)) == nil, "\(pattern) needs \(literals.texts)")
    }
  }

  @Test func heedsCaseAsThePatternDoes() {
    #expect(RequiredLiterals(of: "(?i)Write Error")?.occur(in: "WRITE error: x") == true)
    #expect(RequiredLiterals(of: "Write Error")?.occur(in: "WRITE error: x") == false)
    #expect(RequiredLiterals(of: "end$")?.occur(in: "the end") == true)
    #expect(RequiredLiterals(of: "end$")?.occur(in: "en") == false)
  }

  /// No pattern of the catalog matches a text that it is not asked about.
  @Test func missesNothing() throws {
    let tests = HeuristicCatalog.embedded.heuristics.flatMap { $0.tests + $0.unless.flatMap { $0 } }
    let patterns = Set(tests.filter { $0.modifier == .re }.flatMap(\.values))
    #expect(patterns.count > 80)
    var matches = 0
    for pattern in patterns {
      let regex = try Regex(pattern)
      guard let literals = RequiredLiterals(of: pattern) else { continue }
      for text in Self.texts where text.firstMatch(of: regex) != nil {
        matches += 1
        #expect(literals.occur(in: text), "\(pattern) matches \(text)")
      }
    }
    #expect(matches > 20, "the texts are to be matched by something")
  }

  private static let texts = [
    "cp: error writing '/mnt/x': No space left on device", "/proc/1/environ", "/etc/hosts.conf",
    "fatal: Authentication failed for 'https://x/'", "Disk Full",
    "rm: cannot remove 'a': Directory not empty",
    "curl -fsS http://localhost:1/", "git -C /tmp grep x", "/home/a/.git/config",
    "/run/nscd/socket",
    "tar: Unexpected EOF in archive", "bash: line 1: [: a: integer expression expected",
    "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0",
    "E: Unable to locate package vmi",
    "ssl: certificate verify failed: self-signed certificate", "TERM environment variable not set.",
    "ERROR 1205 (HY000): Lock wait timeout exceeded",
    "mount: /mnt: can't find UUID=1 in /etc/fstab.",
    "Traceback (most recent call last): ValueError: invalid literal",
    "/usr/lib/python3/dist-packages/a.pyc",
    "Connection reset by peer", "couldn't resolve host name", "Host key verification failed.",
    "permission denied (publickey).", "FATAL:  role \"web\" does not exist", "F_SETLKW", "creat",
    "openat",
    "sudo: a password is required", "swapon: read swap header failed", "md5sum -c SUMS",
    "${HOME}/x",
  ]
}
