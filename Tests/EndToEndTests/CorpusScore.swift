/// How well the recorded cases are diagnosed: what `make corpus` prints at its end.
struct CorpusScore {
  /// Failing cases whose expectation is met by the first finding.
  private(set) var topOne = 0
  /// Failing cases in which one of the first three findings is the cause that the case expects.
  private(set) var topThree = 0
  /// Cases that expect a cause.
  private(set) var failing = 0
  /// Cases that must have no cause.
  private(set) var healthy = 0
  /// The healthy ones that were given a cause.
  private(set) var falseCauses: [String] = []
  /// The failing ones whose cause is not the first finding.
  private(set) var missed: [String] = []
  private var bands = bounds.map { Band(from: $0) }

  /// Causes that were claimed with about the same confidence.
  struct Band {
    /// The least confidence; the band ends where the next one begins.
    let from: Double
    var claimed = 0
    var right = 0
    var confidence = 0.0
  }

  private static let bounds = [0.9, 0.8, 0.7, 0.5, 0.0]

  /// Takes the report of a case into account.
  mutating func add(_ report: JSONReport, of corpusCase: CorpusCase) {
    let expect = corpusCase.description.expect
    let scratch = corpusCase.scratchDirectory
    let claimed = report.findings.first.flatMap { $0.role == "cause" ? $0 : nil }
    var isRight = false
    if let cause = expect.cause {
      failing += 1
      isRight = expect.violations(in: report, scratch: scratch).isEmpty
      let isNear = report.findings.prefix(3).contains {
        expect.violations(of: cause, in: $0, report: report, scratch: scratch).isEmpty
      }
      if isRight { topOne += 1 } else { missed.append(corpusCase.id) }
      if isRight || isNear { topThree += 1 }
    } else if expect.noCause == true {
      healthy += 1
      if claimed != nil { falseCauses.append(corpusCase.id) }
    }
    guard let claimed, let band = bands.firstIndex(where: { claimed.confidence >= $0.from }) else {
      return
    }
    bands[band].claimed += 1
    bands[band].confidence += claimed.confidence
    if isRight { bands[band].right += 1 }
  }

  /// The table for people.
  var text: String {
    var lines = [
      "failing cases: \(failing), the cause first in \(topOne), among the first three in \(topThree)",
      "healthy cases: \(healthy), with a false cause: \(falseCauses.count)",
      "how sure       claimed   right   said on average   were right",
    ]
    for (index, band) in bands.enumerated() where band.claimed > 0 {
      let upper = index == 0 ? 1 : Self.bounds[index - 1]
      let name = "\(percent(band.from)) to \(percent(upper))"
      lines.append(
        name.padded(to: 15) + "\(band.claimed)".padded(to: 10) + "\(band.right)".padded(to: 8)
          + percent(band.confidence / Double(band.claimed)).padded(to: 18)
          + percent(Double(band.right) / Double(band.claimed)))
    }
    if !missed.isEmpty { lines.append("missed: " + missed.joined(separator: ", ")) }
    if !falseCauses.isEmpty {
      lines.append("falsely accused: " + falseCauses.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
