import Testing

@testable import RuleEngine

@Suite struct LogFieldsTests {
  @Test(arguments: [
    (#"time="2026-11-28" level=fatal msg="open x: no such file""#, "open x: no such file"),
    (#"Nov 28 msg="Fatal error" error="unknown 'a'" prio="Critical""#, "Fatal error: unknown 'a'"),
    (#"{"level":"error","ts":1.5,"msg":"bind \"x\"","err":"in use"}"#, #"bind "x": in use"#),
    (#"ts=1 level=error err="a b" caller=m.go:3"#, "a b"),
  ])
  func readsTheMessage(line: String, message: String) {
    #expect(LogFields.message(in: line) == message)
  }

  @Test(arguments: [
    "cc: error: -DX=\"1\" is no use", "set a=\"b\" and c=\"d\" and e=\"f\"", "{\"", "{\"a\"",
    "msg=\"", "a=\"b\\", #"{"a":1,"b":2}"#, "x.py: error: unexpected =\"",
  ])
  func leavesOtherLines(line: String) {
    #expect(LogFields.message(in: line) == nil)
  }
}
