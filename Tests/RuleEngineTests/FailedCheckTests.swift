import Testing

@testable import RuleEngine

@Suite("The check behind which a script's exit stands")
struct FailedCheckTests {
  @Test(
    "Its text, and whether it was to hold",
    arguments: [
      ("mountpoint -q \"$W\" || exit 5", "mountpoint -q \"$W\"", false),
      ("[ -z \"$X\" ] && exit 3", "[ -z \"$X\" ]", true),
      ("test -d x || { rm -f y; exit 4; }", "test -d x", false),
      ("if [ $# -ne 2 ]; then exit 64; fi", "[ $# -ne 2 ]", true),
      ("if ! pgrep -x d; then exit 6; fi", "pgrep -x d", false),
    ])
  func found(line: String, text: String, held: Bool) throws {
    let check = try #require(Observer.check(in: line))
    #expect(check.text == text && check.held == held)
  }

  @Test(
    "None in a line without one", arguments: ["exit 3", "a || b", "if true; then", "|| exit 3"])
  func none(line: String) { #expect(Observer.check(in: line) == nil) }
}
