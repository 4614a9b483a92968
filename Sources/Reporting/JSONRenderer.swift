internal import FoundationEssentials
internal import TraceEvents

/// Renders a report as JSON, schema `whyfail.report/1`.
package enum JSONRenderer {
  /// The report as one JSON object with sorted keys, pretty printed, and a line feed.
  ///
  /// It is valid UTF-8: bytes of the target that are not are written as `\xNN`.
  package static func render(_ report: Report) -> String {
    var report = report.mappingTexts { text, _ in TargetText.showingForeignBytes(text) }
    report.makeNumbersFinite()
    return text(of: report)
  }

  /// A value as text; its texts must be valid UTF-8, and its numbers finite.
  static func text(of value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Nothing is left that JSON cannot hold.
    guard let data = try? encoder.encode(value) else { return "{}\n" }
    return escapingUnseen(String(decoding: data, as: UTF8.self)) + "\n"
  }

  /// `json` with the characters escaped that JSON lets stand, and that would still command a
  /// terminal or turn the direction of what it shows: they occur in strings only.
  static func escapingUnseen(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: isUnseen) else { return json }
    var result = ""
    result.reserveCapacity(json.utf8.count + 64)
    for scalar in json.unicodeScalars {
      if isUnseen(scalar) {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // DEL and the C1 controls, of which 0x9B begins a sequence as ESC [ does; marks of direction.
    case 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// JSON has no infinity: what is not finite becomes 0.
private func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

extension Report.Finding {
  mutating func makeNumbersFinite() {
    confidence = finite(confidence)
    features = features.mapValues(finite)
    for item in evidence.indices { evidence[item].time = evidence[item].time.map(finite) }
  }
}

extension Report {
  fileprivate mutating func makeNumbersFinite() {
    target.durationSeconds = target.durationSeconds.map(finite)
    for index in findings.indices { findings[index].makeNumbersFinite() }
    if var looked = snapshot {
      for index in looked.processes.indices {
        looked.processes[index].ageSeconds = finite(looked.processes[index].ageSeconds)
      }
      snapshot = looked
    }
    for index in capture.harmless.indices {
      capture.harmless[index].time = capture.harmless[index].time.map(finite)
    }
  }
}
