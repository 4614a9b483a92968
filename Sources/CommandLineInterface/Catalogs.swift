import HeuristicCatalog
import RuleEngine

/// The heuristics that come with the program, with the user's own.
enum Catalogs {
  /// All heuristics; what is wrong with a user's own is told on standard error, and the run goes on.
  static func all(tool: String, environment: [String: String]) -> HeuristicCatalog {
    let catalog = HeuristicCatalog.embedded.adding(
      userHeuristics: HeuristicCatalog.userDirectories(environment: environment), schema: .engine)
    for problem in catalog.loadingProblems { Output.complain(tool, "\(problem)") }
    return catalog
  }
}
