internal import TraceEvents

// The list of failed tests that ctest(1) ends with.
extension TestReport {
  /// `1 - compares (Failed)`, below its heading.
  static func listed(_ lines: [String], _ index: Int) -> TestReport? {
    guard index + 1 < lines.count else { return nil }
    let item = lines[index + 1].trimmed
    let number = item.prefix { $0.isASCII && $0.isNumber }
    guard !number.isEmpty, let mark = item.firstRange(of: " - "),
      let open = item.lastIndex(of: "("), item.hasSuffix(")"), mark.upperBound < open
    else { return nil }
    let name = item[mark.upperBound..<open].trimmed
    guard !name.isEmpty else { return nil }
    return TestReport(line: index + 1, message: item, test: name)
  }
}
