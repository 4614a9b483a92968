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
