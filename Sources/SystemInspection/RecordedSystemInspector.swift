package import TraceEvents

/// Answers from a recording, on any machine.
package struct RecordedSystemInspector: SystemInspector {
  /// What a question gets that nobody asked when the recording was made.
  static let noAnswer = SystemAnswer.unknown(reason: "the recording does not answer this")

  private let answers: [SystemQuestion: SystemAnswer]

  /// Knows these facts; of two answers to one question the first counts.
  package init(_ facts: [Fact]) {
    answers = Dictionary(
      facts.map { ($0.question, $0.answer) }, uniquingKeysWith: { first, _ in first })
  }

  /// The recorded answer; `unknown` for a question that was not asked then.
  package func answer(_ question: SystemQuestion) -> SystemAnswer {
    answers[question] ?? Self.noAnswer
  }
}

/// Asks another inspector each question once, and remembers the answers for a recording.
///
/// A question asked again gets the first answer, so that the recording, which has one answer to a
/// question, replays to the same report. Used by one thread.
package final class RecordingSystemInspector: SystemInspector {
  private let inspector: any SystemInspector
  private let limit: Int
  private var answers: [SystemQuestion: SystemAnswer] = [:]
  private var untaken: [Fact] = []

  /// Wraps `inspector`; after `limit` different questions it answers as a recording that does not
  /// hold the answer, so that memory is bounded and the replay agrees.
  package init(_ inspector: any SystemInspector, limit: Int = 20_000) {
    self.inspector = inspector
    self.limit = limit
  }

  /// The first answer that the wrapped inspector gave to this question.
  package func answer(_ question: SystemQuestion) -> SystemAnswer {
    if let known = answers[question] { return known }
    guard answers.count < limit else { return RecordedSystemInspector.noAnswer }
    let answer = inspector.answer(question)
    answers[question] = answer
    untaken.append(Fact(question: question, answer: answer))
    return answer
  }

  /// The facts that are new since the last call, in the order of their questions.
  package func takeNewFacts() -> [Fact] {
    defer { untaken = [] }
    return untaken
  }
}
