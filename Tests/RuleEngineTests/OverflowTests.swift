import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Stacks that overflowed")
struct OverflowTests {
  private func frame(_ function: String?, _ offset: UInt64) -> StackFrame {
    StackFrame(address: 0x1000 + offset, module: "/usr/bin/app", offset: offset, function: function)
  }

  private func seen(_ circle: [StackFrame], rounds: Int) throws -> ProcessKilled {
    let stack = (0..<rounds).flatMap { _ in circle }
    var trace = Trace("/usr/bin/app")
    trace.kill(.segmentationViolation, code: 1, faultAddress: 0x7FFF_0000, stack: stack)
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    let observer = Observer(
      run: run, inquiry: Inquiry(history: history, inspector: FakeInspector()))
    let candidate = try #require(Ranking(run: run).candidates.first)
    return try #require(observer.observation(of: candidate, asking: true) as? ProcessKilled)
  }

  @Test("Functions that call each other in turn, some without a name, are a recursion")
  func circle() throws {
    let circle = [
      frame("eval", 1), frame(nil, 2), frame(nil, 3), frame("call", 4), frame(nil, 5),
      frame(nil, 6),
    ]
    let seen = try seen(circle, rounds: 10)
    #expect(
      seen.isRecursion
        && seen.faultWords?.contains("eval() and call() call each other") == true)
  }

  @Test("A deep stack of many functions is none")
  func deep() throws {
    let seen = try seen((1...60).map { frame("f\($0)", $0) }, rounds: 1)
    #expect(!seen.isRecursion)
  }
}
