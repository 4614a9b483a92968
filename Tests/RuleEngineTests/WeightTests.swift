import HeuristicSyntax
import Testing
import TraceEvents

@testable import RuleEngine

@Suite("The weights of the ranking, and what they belong to")
struct WeightTests {
  /// What every candidate starts with is no feature, and what an error says stands in a list of its own.
  private let apart = "every candidate"

  @Test("Each weight belongs to a feature, and each feature has a weight")
  func features() {
    let features = Set(Feature.allCases.map(\.rawValue))
    let weighed = Set(RankingWeights.all.map(\.feature))
    #expect(weighed.subtracting(features) == [apart])
    #expect(features.subtracting(weighed) == [Feature.error.rawValue])
    #expect(Set(CallFeatures.all.map(\.name)).isSubset(of: Feature.allCases))
    #expect(!RankingWeights.errors.isEmpty)
  }

  @Test("Each error is one, and is there once")
  func errors() {
    let names = RankingWeights.errors.flatMap(\.names)
    #expect(Set(names).count == names.count)
    #expect(names.filter { ErrorNumber(name: $0) == nil } == [])
    #expect(ErrorWeight.weight(of: .noSpace) > ErrorWeight.weight(of: .noEntry))
    #expect(!ErrorWeight.ofFailures.contains(.notTerminal))
  }

  @Test(
    "What is wrong with a file of weights is said, with its line",
    arguments: [
      ("weights: []\nerrors: []", 1, "a weight must be a number"),
      ("weights:\n  - {name: a, feature: b, weight: 1}\nerrors: []\nother_errors: 0", 2, "'why'"),
      (
        "weights:\n  - {name: a, feature: b, weight: 99, why: c}\nerrors: []\nother_errors: 0", 2,
        "from -10 to 10"
      ),
      (
        "weights:\n  - {name: b-c, feature: b, weight: 1, why: c}\nerrors: []\nother_errors: 0", 2,
        "no name of the form"
      ),
      (
        """
        weights:
          - {name: a, feature: b, weight: 1, why: c}
          - {name: a, feature: b, weight: 1, why: c}
        errors: []
        other_errors: 0
        """, 3, "twice"
      ),
      (
        "weights: []\nerrors:\n  - {errors: [EIO, EIO], weight: 1, wy: c}\nother_errors: 0", 3,
        "unknown key 'wy'"
      ),
    ])
  func problems(yaml: String, line: Int, words: String) throws {
    var problems: [SyntaxProblem] = []
    _ = WeightsFile(try SyntaxNode(yaml: yaml), problems: &problems)
    #expect(problems.contains { $0.place.line == line && $0.message.contains(words) })
  }
}
