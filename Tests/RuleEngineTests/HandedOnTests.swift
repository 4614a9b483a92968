import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Commands that do nothing but run another one")
struct HandedOnTests {
  @Test(
    "The words of one command",
    arguments: [
      ("grep -q two a", ["grep", "-q", "two", "a"]),
      ("  cat a | grep -q 'two words' ", ["grep", "-q", "two words"]),
      (#"[ -e "a b" ] 2>/dev/null"#, ["[", "-e", "a b", "]"]),
      (#"grep \$x >out 2>&1"#, ["grep", "$x"]),
      (#"grep "$word" a"#, ["grep", nil, "a"]),
      ("ls *.c", ["ls", nil]),
      ("cmp a a''", ["cmp", "a", "a"]),
    ] as [(String, [String?])])
  func words(text: String, words: [String?]) {
    #expect(ShellWord.onlyCommand(of: text)?.map(\.text) == words)
  }

  @Test(
    "More than one command, and what is not understood, is none",
    arguments: [
      "set -e; grep a b", "a && b", "a || b", "a & b", "a\nb", "(a)", "if a; then b; fi",
      "! grep a",
      "echo $(date)", "echo `date`", #"echo "$(date)""#, "grep 'a", #"grep "a"#, "", "  ", "a |& b",
      "$command a", "set -o errexit", "exit 1",
    ])
  func noWords(text: String) {
    #expect(ShellWord.onlyCommand(of: text) == nil)
  }

  @Test(
    "A list of commands ends as the last one that it ran",
    arguments: [
      ("cd /srv && grep -q two a", 2), ("true; grep -q 'a; b' a || exit_later", 3),
      ("a | b; c 2>&1", 2), ("set -e; grep a b", 0), ("a; exit 1", 0), ("if a; then b; fi", 0),
      ("a & b", 0), ("(a); b", 0), ("a; b 'c", 0), ("a; $x", 0),
    ])
  func lists(text: String, count: Int) {
    var trace = Trace("/usr/bin/bash", ["-c", text])
    trace.exit(1)
    #expect(HandedOn.commands(of: trace.history.processes[0]).count == count)
    var strict = Trace("/usr/bin/bash", ["-e", "-c", text])
    strict.exit(1)
    #expect(HandedOn.commands(of: strict.history.processes[0]).isEmpty)
  }

  /// A program with a child that both end with status 1.
  private func run(_ parent: [String], child: [String]) -> RankingContext {
    var trace = Trace("/usr/bin/" + parent[0], Array(parent.dropFirst()))
    trace.spawn(2, "/usr/bin/" + child[0], Array(child.dropFirst()))
    trace.exit(1, by: 2)
    trace.exit(1)
    let history = trace.history
    return RankingContext(history: history, path: FailurePath(in: history))
  }

  @Test(
    "A parent that was started for the command of its child alone",
    arguments: [
      (["timeout", "5", "grep", "-q", "a", "b"], true),
      (["sh", "-c", "cat b | grep -q a b"], true),
      (["sh", "-c", "set -e; grep -q a b; deploy"], false),
      (["sh", "deploy.sh"], false),
      (["make", "check"], false), (["sh", "-c", "other -q a b"], false),
    ] as [([String], Bool)])
  func parent(arguments: [String], isOnly: Bool) {
    let run = run(arguments, child: ["grep", "-q", "a", "b"])
    let processes = run.history.processes
    #expect(HandedOn.isOnlyCommand(processes[1], of: processes[0]) == isOnly)
  }
}
