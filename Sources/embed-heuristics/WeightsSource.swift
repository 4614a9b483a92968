import HeuristicSyntax

extension WeightsFile {
  /// The Swift file that holds the weights: constants, so that nothing is read at a start, and a name
  /// that the engine uses and the file has not is an error of the build.
  var source: String {
    var text = """
      // Made by embed-heuristics from Sources/RuleEngine/weights.yaml.

      /// The weights of the ranking, in log-odds.
      enum RankingWeights {

      """
    for weight in weights {
      text += "  /// \(weight.why)\n  static let \(weight.name) = \(weight.weight)\n"
    }
    text += """
        /// Each with the feature that it belongs to.
        static let all: [(name: String, feature: String, weight: Double)] = [

      """
    for weight in weights {
      text += "    (\"\(weight.name)\", \(Self.literal(weight.feature)), \(weight.weight)),\n"
    }
    text += """
        ]
        /// What errors by themselves say, by their names.
        static let errors: [(names: [String], weight: Double)] = [

      """
    for group in errors {
      let names = group.names.map(Self.literal).joined(separator: ", ")
      text += "    ([\(names)], \(group.weight)),\n"
    }
    text += """
        ]
        /// What an error says that is not listed.
        static let otherErrors = \(otherErrors)
      }

      """
    return text
  }

  private static func literal(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
