internal import TraceEvents

/// The lists of Heuristics/configuration.conf: `[heading]` begins one, `#` a comment.
///
/// A list is read when it is asked for: every start would pay for those that it has no need of.
struct ConfigurationSigns: Sendable {
  /// The lists that come with the program.
  static let embedded = ConfigurationSigns(embeddedConfigurationSigns)

  private let text: String

  init(_ text: String) {
    self.text = text
  }

  /// The headings there are, sorted.
  var headings: [String] {
    var headings: [String] = []
    forEachLine { line, isHeading in if isHeading { headings.append(line) } }
    return headings.sorted()
  }

  /// The entries of a section, in their order; none where there is no such section.
  subscript(heading: String) -> [String] {
    var entries: [String] = []
    var isInside = false
    forEachLine { line, isHeading in
      if isHeading {
        isInside = line == heading
      } else if isInside {
        entries.append(line)
      }
    }
    return entries
  }

  /// The entries of a section for looking up.
  func set(_ heading: String) -> Set<String> { Set(self[heading]) }

  /// Calls `body` with each heading, without its brackets, and with each entry.
  private func forEachLine(_ body: (_ line: String, _ isHeading: Bool) -> Void) {
    var rest = text.utf8[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      rest = rest[end...].dropFirst()
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      let isHeading = first == UInt8(ascii: "[") && line.last == UInt8(ascii: "]")
      body(String(Substring(isHeading ? line.dropFirst().dropLast() : line)), isHeading)
    }
  }
}
