internal import TraceEvents

/// The lists of Heuristics/configuration.conf.
struct ConfigurationSigns: Sendable {
  /// The lists that come with the program.
  static let embedded = ConfigurationSigns(embeddedConfigurationSigns)

  /// The entries of each section, by its heading.
  private let sections: [String: [String]]

  /// Reads lists: `[heading]` begins one, `#` a comment.
  init(_ text: String) {
    var sections: [String: [String]] = [:]
    var heading = ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("["), line.hasSuffix("]") {
        heading = String(line.dropFirst().dropLast())
        sections[heading] = []
      } else {
        sections[heading, default: []].append(String(line))
      }
    }
    self.sections = sections
  }

  /// The headings there are, sorted.
  var headings: [String] { sections.keys.sorted() }

  /// The entries of a section, in their order; none where there is no such section.
  subscript(heading: String) -> [String] { sections[heading] ?? [] }

  /// The entries of a section for looking up.
  func set(_ heading: String) -> Set<String> { Set(self[heading]) }
}
