internal import TraceEvents

/// The lists of Heuristics/configuration.conf: `[heading]` begins one, `#` a comment.
///
/// Where each list stands is known from one walk through the text; its entries are made when they
/// are asked for, since every start would pay for those that it has no need of.
struct ConfigurationSigns: Sendable {
  /// The lists that come with the program.
  static let embedded = ConfigurationSigns(embeddedConfigurationSigns)

  private let text: String
  /// The bytes of each list, by its heading.
  private let lists: [String: Range<Int>]

  init(_ text: String) {
    var lists: [String: Range<Int>] = [:]
    var open: (heading: String, start: Int)?
    var rest = 0..<text.utf8.count
    while let line = Self.line(of: text, in: &rest) {
      guard let heading = Self.heading(line, of: text) else { continue }
      if let open { lists[open.heading] = open.start..<line.lowerBound }
      open = (heading, line.upperBound)
    }
    if let open { lists[open.heading] = open.start..<text.utf8.count }
    self.text = text
    self.lists = lists
  }

  /// The headings there are, sorted.
  var headings: [String] { lists.keys.sorted() }

  /// The entries of a list, in their order; none where there is no such list.
  subscript(heading: String) -> [String] {
    var entries: [String] = []
    var rest = lists[heading] ?? 0..<0
    while let line = Self.line(of: text, in: &rest) { entries.append(Self.text(line, of: text)) }
    return entries
  }

  /// The entries of a list for looking up.
  func set(_ heading: String) -> Set<String> { Set(self[heading]) }

  /// The entries of a list, to be found within names, in whatever case.
  func words(_ heading: String) -> WordSet { WordSet(self[heading].map { $0.lowercased() }) }

  /// The first line in `rest` that is neither empty nor a comment; it is taken away from `rest`.
  private static func line(of text: String, in rest: inout Range<Int>) -> Range<Int>? {
    let bytes = text.utf8Span.span
    while !rest.isEmpty {
      var end = rest.lowerBound
      while end < rest.upperBound, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      let line = rest.lowerBound..<end
      rest = min(end + 1, rest.upperBound)..<rest.upperBound
      if !line.isEmpty, bytes[line.lowerBound] != UInt8(ascii: "#") { return line }
    }
    return nil
  }

  private static func heading(_ line: Range<Int>, of text: String) -> String? {
    let bytes = text.utf8Span.span
    guard line.count > 2, bytes[line.lowerBound] == UInt8(ascii: "["),
      bytes[line.upperBound - 1] == UInt8(ascii: "]")
    else { return nil }
    return self.text(line.lowerBound + 1..<line.upperBound - 1, of: text)
  }

  private static func text(_ range: Range<Int>, of text: String) -> String {
    let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
    return String(text[start..<text.utf8.index(start, offsetBy: range.count)])
  }
}
