import Foundation

/// What the author of a case says that its report must and must not say; never written by a tool.
struct Expectation: Decodable, Sendable {
  /// The verdict; any of them when there are several.
  var status: OneOrMore<String>
  /// The exit status of the program when nobody traces it; 128 + N for a signal.
  var exit: OneOrMore<Int>?
  /// The signal that ended the program, by name.
  var signal: String?
  var cause: Cause?
  /// Regular expressions that neither title, subject nor verdict of the first finding match.
  var headlineNot: [String]?
  /// No finding may be a cause.
  var noCause: Bool?
  /// Facts that the notes say together, of a run that succeeded; an empty list: there is no note.
  var remarks: [String]?

  enum CodingKeys: String, CodingKey {
    case status, exit, signal, cause, remarks
    case headlineNot = "headline_not"
    case noCause = "no_cause"
  }

  /// The first finding.
  struct Cause: Decodable, Sendable {
    /// The regular expression of the subject.
    var subject: String?
    /// Facts: regular expressions for title, explanation, fixes, subject and verdict together.
    var says: [String]
    /// The heuristic's id, where the case is its proof.
    var heuristic: String?
  }

  /// A value, or a list of those that will do.
  struct OneOrMore<Value: Decodable & Sendable>: Decodable, Sendable {
    var values: [Value]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let list = try? container.decode([Value].self) {
        values = list
      } else {
        values = [try container.decode(Value.self)]
      }
    }
  }
}

extension Expectation {
  /// What of the expectation the report breaks, in words; `$W` stands for the scratch directory.
  func violations(in report: JSONReport, scratch: String) -> [String] {
    var violations: [String] = []
    if !status.values.contains(report.status) {
      violations.append("verdict is \(report.status), not \(status.values)")
    }
    if let signal, report.signal != signal {
      violations.append("outcome.signal is \(report.signal ?? "null"), not \(signal)")
    }
    let causes = report.findings.filter { $0.role == "cause" }
    if noCause == true {
      violations += causes.map { "false cause: \($0.title)" }
    }
    if let remarks {
      let notes = report.findings.filter { $0.role == "note" }
      let text = notes.map { $0.title + "\n" + $0.explanation }.joined(separator: "\n")
      violations += remarks.filter { !matches($0, text, scratch) }.map {
        "no note says /\($0)/: \(text)"
      }
      if remarks.isEmpty { violations += notes.map { "needless note: \($0.title)" } }
    }
    if let cause {
      guard let first = report.findings.first, first.role == "cause" else {
        return violations + ["no cause found; the verdict: \(report.summary)"]
      }
      violations += self.violations(of: cause, in: first, report: report, scratch: scratch)
    }
    return violations
  }

  /// What of the expected cause a finding breaks.
  func violations(
    of cause: Cause, in finding: JSONReport.Finding, report: JSONReport, scratch: String
  ) -> [String] {
    var violations: [String] = []
    let headline = [finding.title, finding.subject, report.summary].joined(separator: "\n")
    let text = ([headline, finding.explanation] + finding.fixes).joined(separator: "\n")
    if let subject = cause.subject, !matches(subject, finding.subject, scratch) {
      violations.append("subject \(finding.subject) does not match /\(subject)/")
    }
    if let heuristic = cause.heuristic, heuristic != finding.heuristic {
      violations.append("heuristic is \(finding.heuristic), not \(heuristic)")
    }
    for fact in cause.says where !matches(fact, text, scratch) {
      violations.append("the report does not say /\(fact)/: \(text)")
    }
    for herring in headlineNot ?? [] where matches(herring, headline, scratch) {
      violations.append("red herring /\(herring)/ in: \(headline)")
    }
    return violations
  }

  private func matches(_ pattern: String, _ text: String, _ scratch: String) -> Bool {
    let escaped = NSRegularExpression.escapedPattern(for: scratch)
    let pattern = pattern.replacingOccurrences(of: "$W", with: escaped)
    guard
      let expression = try? NSRegularExpression(pattern: pattern, options: [.caseInsensitive])
    else { fatalError("not a regular expression: \(pattern)") }
    let range = NSRange(text.startIndex..., in: text)
    return expression.firstMatch(in: text, range: range) != nil
  }
}

/// The fields of a report ("whyfail.report/1") that expectations speak of.
struct JSONReport: Decodable, Sendable {
  struct Finding: Decodable, Sendable {
    var heuristic: String
    var role: String
    var confidence: Double
    var subject: String
    var title: String
    var explanation: String
    var fixes: [String]

    private enum CodingKeys: String, CodingKey {
      case heuristic, role, confidence, subject, title, explanation, fixes
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      heuristic = try container.decode(String.self, forKey: .heuristic)
      role = try container.decode(String.self, forKey: .role)
      confidence = try container.decode(Double.self, forKey: .confidence)
      // A finding about no one thing has no subject.
      subject = try container.decodeIfPresent(String.self, forKey: .subject) ?? ""
      title = try container.decode(String.self, forKey: .title)
      explanation = try container.decode(String.self, forKey: .explanation)
      fixes = try container.decode([String].self, forKey: .fixes)
    }
  }

  private struct Verdict: Decodable {
    var status: String
    var summary: String
  }

  private struct Outcome: Decodable {
    var signal: String?
  }

  private enum CodingKeys: String, CodingKey { case verdict, outcome, findings }

  let status: String
  let summary: String
  let signal: String?
  let findings: [Finding]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let verdict = try container.decode(Verdict.self, forKey: .verdict)
    status = verdict.status
    summary = verdict.summary
    signal = try container.decode(Outcome.self, forKey: .outcome).signal
    findings = try container.decode([Finding].self, forKey: .findings)
  }
}

extension String {
  /// A JSON report without the member `source`; any other text as it is.
  var withoutSource: String {
    guard
      var object = (try? JSONSerialization.jsonObject(with: Data(utf8))) as? [String: Any]
    else { return self }
    object["source"] = nil
    let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
