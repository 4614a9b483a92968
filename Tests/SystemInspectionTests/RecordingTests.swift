import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct RecordingTests {
  /// Answers with how often it was asked.
  private final class Counter: SystemInspector {
    private(set) var count = 0

    func answer(_ question: SystemQuestion) -> SystemAnswer {
      count += 1
      return .names(list: ["\(count)"])
    }
  }

  @Test func questionIsAskedOnceAndKept() {
    let counter = Counter()
    let recording = RecordingSystemInspector(counter, limit: 2)
    #expect(recording.answer(.path(path: "/a")) == .names(list: ["1"]))
    #expect(recording.answer(.path(path: "/b")) == .names(list: ["2"]))
    #expect(recording.answer(.path(path: "/a")) == .names(list: ["1"]))
    #expect(recording.answer(.path(path: "/c")) == RecordedSystemInspector.noAnswer)
    #expect(counter.count == 2)
    let facts = recording.takeNewFacts()
    #expect(facts.map(\.question) == [.path(path: "/a"), .path(path: "/b")])
    #expect(recording.takeNewFacts().isEmpty)
    let replay = RecordedSystemInspector(facts)
    for path in ["/a", "/b", "/c"] {
      #expect(replay.answer(.path(path: path)) == recording.answer(.path(path: path)))
    }
  }

  @Test func unansweredQuestionIsUnknown() {
    #expect(
      RecordedSystemInspector([]).answer(.process(pid: 1))
        == .unknown(reason: "the recording does not answer this"))
  }
}
