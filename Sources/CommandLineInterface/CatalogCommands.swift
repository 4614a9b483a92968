import Glibc
import HeuristicCatalog
import RuleEngine

/// `--list`, `--explain` and `--check-heuristics`.
enum CatalogCommands {
  /// Prints every heuristic with its summary.
  static func list(tool: String, environment: [String: String]) -> Int32 {
    for heuristic in Catalogs.all(tool: tool, environment: environment).heuristics {
      let id = heuristic.id + String(repeating: " ", count: max(1, 40 - heuristic.id.count))
      print("\(id)\(heuristic.summary)")
    }
    return 0
  }

  /// Prints all that one heuristic is and says.
  static func explain(_ id: String, tool: String, environment: [String: String]) -> Int32 {
    guard let text = Catalogs.all(tool: tool, environment: environment).explanation(of: id) else {
      Output.complain(tool, "there is no heuristic \(id); --list names them all")
      return ExitStatus.ownFailure
    }
    print(text)
    return 0
  }

  /// Says what is wrong with the heuristics in `directories`, or with the user's own.
  static func check(
    _ directories: [String], tool: String, environment: [String: String]
  ) -> Int32 {
    var places = directories
    if places.isEmpty {
      let own = HeuristicCatalog.userDirectories(environment: environment)
      places = own.filter { unsafe access($0, F_OK) == 0 }
      if places.isEmpty {
        print("there are no heuristics of your own in \(own.joined(separator: " or "))")
        return 0
      }
    }
    let problems = HeuristicCatalog.check(places, schema: .engine)
    for problem in problems { Output.complain(tool, "\(problem)") }
    if problems.isEmpty { print("no problems in \(places.joined(separator: ", "))") }
    return problems.isEmpty ? 0 : ExitStatus.ownFailure
  }
}
