internal import TraceEvents

/// How much an error by itself speaks for being the cause of a failure, in log-odds.
enum ErrorWeight {
  static func weight(of error: ErrorNumber) -> Double {
    table[error] ?? RankingWeights.otherErrors
  }

  /// The errors that can be the cause of a failure, in the order of their numbers.
  static let ofFailures = table.filter { $0.value >= 0 }.keys.sorted { $0.rawValue < $1.rawValue }

  private static let table: [ErrorNumber: Double] = {
    var table: [ErrorNumber: Double] = [:]
    for group in RankingWeights.errors {
      for name in group.names {
        if let error = ErrorNumber(name: name) { table[error] = group.weight }
      }
    }
    return table
  }()
}
