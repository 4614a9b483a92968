internal import TraceEvents

// Lines that call themselves information.
extension Complaint {
  /// True for a line that says by its severity that nothing is wrong: `LOG:`, `[info]`, `INFO:root:`,
  /// `npm verbose`, `hint:`; `text` in lower case.
  static func isInformation(_ text: String) -> Bool {
    // "INFO    -  The following pages exist", as a column.
    if isProgress(text) { return true }
    let start = text.prefix(12).split(separator: " ", omittingEmptySubsequences: false)
    if start.count > 2, start[1].isEmpty || start[1] == "-", severities.contains(start[0]) {
      return true
    }
    return text.prefix(160).split(separator: " ").prefix(7).contains { part in
      let word = String(part)
      guard word.utf8.count < 24 else { return false }
      if plain.contains(word) { return true }
      let isMarked = word.hasPrefix("[") || word.hasPrefix("<") || word.contains(":")
      guard isMarked, let name = word.split(whereSeparator: { !$0.isLetter }).first else {
        return false
      }
      return severities.contains(name)
        && word.drop { !$0.isLetter }.dropFirst(name.count).first
          .map { ":]>".contains($0) } ?? false
    }
  }

  /// True for a step of a build: `[3/12] cc -c a.c`, `[ 50%] Building C object`, `[1 of 2] Compiling Main`.
  private static func isProgress(_ text: String) -> Bool {
    guard text.hasPrefix("["), let end = text.prefix(16).firstIndex(of: "]") else { return false }
    let words = text[text.index(after: text.startIndex)..<end].split { " /%".contains($0) }
    let numbers = words.filter { $0 != "of" }
    return !numbers.isEmpty && words.count - numbers.count <= 1
      && numbers.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isNumber } }
      && (numbers.count == 2 || text[..<end].hasSuffix("%"))
  }

  private static let severities: Set<Substring> = [
    "log", "info", "debug", "notice", "trace", "verbose", "hint", "information",
  ]
  /// What npm writes of each step, and logs of key and value.
  private static let plain: Set<String> = [
    "silly", "verbose", "[note]", "level=info", "level=debug", "level=trace", "severity=info",
  ]
}

extension Complaint {
  /// True if a path stands in a line in a row of paths between colons, as search paths are shown:
  /// `MIB search path: /root/.snmp/mibs:/usr/share/snmp/mibs`.
  static func isListOfPlaces(_ path: String, in line: String) -> Bool {
    guard path.hasPrefix("/"), line.contains(":/") else { return false }
    return line.split(separator: " ").contains { word in
      let places = word.split(separator: ":")
      return places.count > 1 && places.allSatisfy { $0.hasPrefix("/") }
        && places.contains { $0 == path }
    }
  }
}
