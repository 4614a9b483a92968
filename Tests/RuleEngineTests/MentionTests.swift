import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What words are about")
struct MentionTests {
  private func mentions(_ lines: String...) -> Mentions {
    var trace = Trace("/usr/bin/app")
    for line in lines { trace.say(line) }
    return Mentions(trace.history.words.lines)
  }

  @Test(
    "The words of a line are cut out of its quotes and punctuation",
    arguments: [
      ("cat: /etc/x: No such file", ["cat", "/etc/x", "No", "such", "file"]),
      ("can't open 'a b.txt'", ["can", "t", "open", "a", "b.txt"]),
      ("open(\"/etc/x.conf\") failed.", ["open", "/etc/x.conf", "failed"]),
      ("[emerg] bind() to 0.0.0.0:80", ["emerg", "bind", "to", "0.0.0.0", "80"]),
      ("‘x.h’ in <stdio.h>", ["x.h", "in", "stdio.h"]), ("directory /var/lib/x/", ["/var/lib/x"]),
      ("wait… loading...", ["wait", "loading"]), ("", []), ("...", []),
    ])
  func tokens(line: String, expected: [String]) {
    let found = Mentions.tokens(of: line)
    for token in expected { #expect(found.contains(token), "\(token) of \(found)") }
    #expect(!found.contains { $0.contains("'") || $0.contains("\"") || $0.isEmpty })
  }

  @Test("A name is found as a word, and as the end of a path; not as a part of a word")
  func find() {
    let mentions = mentions("x: cannot open /etc/app/x.conf", "reading x.conf", "x.config")
    #expect(mentions.mentions(of: "x.conf", after: 0).map(\.line) == [0, 1])
    #expect(mentions.mentions(of: "/etc/app/x.conf", after: 0).map(\.line) == [0])
    #expect(mentions.mentions(of: "conf", after: 0).isEmpty)
    #expect(mentions.mentions(of: "x.conf", after: 0).first?.word == "/etc/app/x.conf")
  }

  @Test("Only what was said afterwards counts")
  func order() {
    let mentions = mentions("x.conf", "x.conf")
    let second = mentions.lines[1].number
    #expect(mentions.mentions(of: "x.conf", after: second).map(\.line) == [1])
    #expect(mentions.mentions(of: "x.conf", after: second + 1).isEmpty)
  }

  @Test(
    "A line speaks of an error by its words, its name, or as programs put it",
    arguments: [
      ("x: No such file or directory", ErrorNumber.noEntry), ("x: ENOENT", .noEntry),
      ("x not found", .noEntry), ("PERMISSION DENIED", .accessDenied),
      ("must be root", .notPermitted), ("bind: Address already in use", .addressInUse),
      ("port 80 is in use", .addressInUse), ("could not connect to server", .connectionRefused),
      ("disk full", .noSpace), ("Out of memory", .noMemory), ("request timed out", .timedOut),
      ("database is locked", .tryAgain), ("Exec format error", .executableFormat),
    ])
  func speaksOf(line: String, error: ErrorNumber) {
    let mentions = mentions(line)
    #expect(mentions.line(0, speaksOf: error))
    #expect(mentions.anyLine(after: 0, speaksOf: error))
    #expect(!mentions.anyLine(after: 1000, speaksOf: error))
    #expect(!mentions.line(0, speaksOf: .crossDevice))
  }

  @Test("A message of several lines complains as a whole")
  func block() {
    let mentions = mentions("error: cannot start", "  in /etc/x.conf", "done", "ok", "ok", "ok")
    #expect(mentions.complaintWeight(around: 1) > 0.5)
    #expect(mentions.complaintWeight(around: 5) == 0)
  }

  @Test(
    "Clear words weigh more than vague ones, and reassurance takes from them",
    arguments: [
      ("fatal: not a git repository", "usage: git [-v]"), ("error: x", "warning: x"),
      ("permission denied", "bad luck"), ("error: expected ;", "0 errors"),
      ("cannot open x", "missing x"), ("segfault error", "note: error is explained there"),
      ("an exception was thrown", "the following error occurred:"),
    ])
  func complaint(clear: String, vague: String) {
    #expect(Complaint.weight(of: clear) > Complaint.weight(of: vague))
  }

  @Test("What does not complain weighs nothing", arguments: ["", "done", "listening on 80", "ok"])
  func noComplaint(line: String) {
    #expect(Complaint.weight(of: line) == 0)
  }
}
