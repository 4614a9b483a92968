import Testing
import TraceEvents

@testable import RuleEngine

@Suite("Stacks in lines")
struct StackLinesTests {
  private func frame(_ function: String, _ line: Int, skipped: Int? = nil) -> StackFrame {
    StackFrame(
      address: 0x1000, module: "/opt/app", function: function, file: "/src/a.c", line: line,
      skipped: skipped)
  }

  @Test("A recursion is one line, with the frames that were left out counted")
  func oneFunction() {
    let stack =
      (0..<50).map { _ in frame("dig", 3) } + [frame("dig", 3, skipped: 1000), frame("main", 9)]
    #expect(StackLines(stack).lines() == ["#0 to #1050 dig  a.c:3", "#1051 main  a.c:9"])
    #expect(StackLines(stack).recursion == "dig() calls itself")
  }

  @Test("So is a circle, of which each function is shown once, and then who began it")
  func circle() {
    let rounds = (0..<30).flatMap { _ in [frame("leaf", 1), frame("branch", 2)] }
    // What was left out ended within a round.
    let stack = rounds + [frame("branch", 2, skipped: 7), frame("leaf", 1), frame("main", 9)]
    #expect(
      StackLines(stack).lines() == [
        "#0 leaf  a.c:1", "#1 branch  a.c:2", "#2 to #68 the same 2 again and again",
        "#69 main  a.c:9",
      ])
    #expect(StackLines(stack).recursion == "leaf() and branch() call each other")
  }

  @Test("Several functions are told in the order of the calls")
  func order() {
    let stack = (0..<20).flatMap { _ in [frame("a", 1), frame("c", 3), frame("b", 2)] }
    #expect(StackLines(stack).recursion == "a() calls itself by way of b() and c()")
  }

  @Test("What is called twice is no circle")
  func twice() {
    let stack = [frame("a", 1), frame("b", 2), frame("a", 1), frame("b", 2), frame("main", 9)]
    #expect(StackLines(stack).lines().count == 5)
    #expect(StackLines(stack).recursion == nil)
  }
}
