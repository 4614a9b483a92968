/// Heuristics, ready to be matched, rendered and listed.
package struct HeuristicCatalog: Sendable {
  /// All of them, sorted by id; each id is there once.
  package let heuristics: [Heuristic]
  /// What was wrong with files that were left out, sorted.
  package let loadingProblems: [HeuristicProblem]
  private let indices: [String: Int]
  private let byKind: [String: [Int]]

  /// Makes a catalog; of heuristics of one id the last one counts.
  package init(_ heuristics: [Heuristic], loadingProblems: [HeuristicProblem] = []) {
    let last = Dictionary(heuristics.map { ($0.id, $0) }) { _, last in last }
    let sorted = last.values.sorted { $0.id < $1.id }
    self.heuristics = sorted
    self.loadingProblems = loadingProblems.sorted()
    indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.id, $0) })
    byKind = Dictionary(grouping: sorted.indices) { sorted[$0].observation }
      .mapValues { kind in
        kind.sorted {
          (-sorted[$0].tests.count, sorted[$0].id) < (-sorted[$1].tests.count, sorted[$1].id)
        }
      }
  }

  /// The heuristic of an id.
  package subscript(id: String) -> Heuristic? {
    indices[id].map { heuristics[$0] }
  }

  /// The heuristics that apply to an observation: those with more tests first, as they are more
  /// specific, then by id.
  ///
  /// - Parameter general: the values of the schema's general fields, for tests of them.
  package func matches(
    _ observation: some Observation, general: [String: FieldValue] = [:]
  ) -> [Heuristic] {
    (byKind[observation.kind] ?? []).lazy.map { heuristics[$0] }.filter { heuristic in
      heuristic.tests.allSatisfy { $0.holds(of: observation, general: general) }
        && !heuristic.unless.contains { block in
          block.allSatisfy { $0.holds(of: observation, general: general) }
        }
    }
  }
}
