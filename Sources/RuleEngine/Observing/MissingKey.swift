internal import TraceEvents

/// The name of a setting that words say nobody gave.
enum MissingKey {
  /// The name in a line such as `server.document-root is not set` or `No 'script_location' key found`; nil for
  /// plain words without quotation marks, and for names in capitals, which are those of variables.
  static func find(in line: String) -> String? {
    let lower = line.lowercased()
    guard lower.utf8.count == line.utf8.count else { return nil }
    for phrase in ends {
      guard let place = lower.firstRange(of: phrase),
        let word = line[..<place.lowerBound].split(whereSeparator: \.isWhitespace).last
      else { continue }
      let name = word.drop { "'\"`‘“(".contains($0) }.prefix { !"'\"`’”):,".contains($0) }
      if isName(name), name.contains(where: { "._-".contains($0) }) || name.count < word.count {
        return String(name)
      }
    }
    guard announcements.contains(where: { lower.contains($0) }) else { return nil }
    return Complaint.quoted(in: line).first { isName($0[...]) }
  }

  /// True for a line that misses a setting, in words or as an exception of a language does, which may have no name.
  static func isMissed(in line: String) -> Bool {
    if exceptions.contains(where: line.contains) { return true }
    let lower = line.lowercased()
    return announcements.contains { lower.contains($0) }
  }

  private static let exceptions = [
    "KeyError", "NoSectionError", "NoOptionError", "No section:", "undefined (reading", "NoneType",
  ]
  private static let ends = [
    " is not set", " is missing", " is required", " must be set", " not specified",
    " must be specified", " is mandatory",
  ]
  private static let announcements = [
    "missing key", "missing required", "required key", "required option", "required setting",
    "required parameter", "required property", "required field", "key found", "key not found",
    "missing option", "missing setting", "missing parameter", "missing property", "missing field",
    "is defined for",
  ]

  private static func isName(_ text: Substring) -> Bool {
    (3...40).contains(text.utf8.count) && text.first.map { $0.isASCII && $0.isLetter } ?? false
      && text.last != "." && text != text.uppercased()[...]
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
      }
  }
}
