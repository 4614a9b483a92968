import Testing

@testable import RuleEngine

@Suite("Values with a blank in what a shell reads")
struct AssignmentTests {
  @Test(
    "A value of two words, and a command with a variable",
    arguments: [
      ("APP_NAME=My App", "App", true), ("export TITLE=Version 2 of it", "2", true),
      ("APP_NAME=\"My App\"", "App", false), ("LANG=C sort a", "sort", false),
      ("LANG=C Sort", "Other", false), ("App My=App", "App", false), ("X= App", "App", false),
      ("X=$Y App", "App", false), ("X=1; App", "App", false), ("", "App", false),
    ])
  func unquoted(line: String, command: String, isOne: Bool) {
    #expect(Observer.isUnquoted(line, before: command) == isOne)
  }
}
