internal import FoundationEssentials
internal import TraceEvents

/// Renders a report as JSON, schema `whyfail.report/1`.
package enum JSONRenderer {
  /// The report as one JSON object with sorted keys, pretty printed, and a line feed.
  ///
  /// It is valid UTF-8: bytes of the target that are not are written as `\xNN`.
  package static func render(_ report: Report) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var report = report.mappingTexts { text, _ in TargetText.showingForeignBytes(text) }
    report.makeNumbersFinite()
    // Nothing is left that JSON cannot hold.
    guard let data = try? encoder.encode(report) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

extension Report {
  /// JSON has no infinity: a time that is not finite becomes 0.
  fileprivate mutating func makeNumbersFinite() {
    func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }
    target.durationSeconds = target.durationSeconds.map(finite)
    for index in findings.indices {
      findings[index].confidence = finite(findings[index].confidence)
      for item in findings[index].evidence.indices {
        findings[index].evidence[item].time = findings[index].evidence[item].time.map(finite)
      }
    }
    for index in capture.harmless.indices {
      capture.harmless[index].time = capture.harmless[index].time.map(finite)
    }
  }
}
