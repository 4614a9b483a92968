import Testing

@testable import RuleEngine

@Suite("Names that git does not know")
struct RevisionWordsTests {
  @Test(
    "Revisions",
    arguments: [
      ("error: pathspec 'featur' did not match any file(s) known to git", "featur"),
      ("fatal: invalid upstream 'X'", "X"), ("fatal: bad revision 'v1'", "v1"),
      (
        "fatal: ambiguous argument 'v2': unknown revision or path not in the working tree.", "v2"
      ),
      ("error: src refspec main does not match any", "main"),
      ("error: branch 'nosuch' not found.", "nosuch"),
      ("fatal: couldn't find remote ref x/y", "x/y"),
    ])
  func revision(line: String, name: String) {
    #expect(RevisionWords.unknownRevision(in: line) == name)
  }

  @Test(
    "What is about something else",
    arguments: [
      "fatal: pathspec 'fiel.txt' did not match any files", "fatal: not a git repository",
      "error: failed to push some refs to '../up'", "fatal: bad revision ''",
    ])
  func none(line: String) { #expect(RevisionWords.unknownRevision(in: line) == nil) }

  @Test("Remotes are names, not addresses")
  func remote() {
    let line = { (name: String) in "fatal: '\(name)' does not appear to be a git repository" }
    #expect(RevisionWords.unknownRemote(in: line("origin")) == "origin")
    #expect(RevisionWords.unknownRemote(in: line("../up")) == nil)
    #expect(RevisionWords.unknownRemote(in: line("host:up")) == nil)
    #expect(RevisionWords.unknownRemote(in: "error: No such remote 'up'") == "up")
  }
}
