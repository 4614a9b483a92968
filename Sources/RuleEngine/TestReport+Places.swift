internal import TraceEvents

// Reports that begin with the place of what failed.
extension TestReport {
  /// How many lines of what was expected are told.
  private static let told = 6

  /// `t.cpp:2: Failure` of googletest, below `[ RUN      ] Cart.Sum`; and `Failure -> a_spec.lua @ 1` of busted,
  /// above the test's name and `a_spec.lua:1: Expected …`.
  static func placed(_ lines: [String], _ index: Int, _ text: String) -> TestReport? {
    let isGoogles = text.hasSuffix(": Failure")
    let place =
      isGoogles
      ? text.dropLast(": Failure".count).split(separator: ":")
      : text.dropFirst("Failure -> ".count).split(separator: "@")
    guard place.count == 2, let number = Int(String(place[1]).trimmed),
      let file = place.first.map({ String($0).trimmed }), file.contains(".")
    else { return nil }
    var below = lines.dropFirst(index + 1).prefix(told + 2).map(\.trimmed)[...]
    var found = TestReport(line: index, message: "", file: file, lineNumber: number)
    if isGoogles {
      let heading = "[ RUN      ] "
      found.test = lines[..<index].last { $0.hasPrefix(heading) }
        .map { String($0.dropFirst(heading.count)).trimmed }
      below = below.prefix { !$0.hasPrefix("[") && !$0.isEmpty }
    } else {
      found.test = below.popFirst()
      below = below.prefix { !$0.isEmpty && !$0.hasPrefix("stack traceback:") }
    }
    found.message = below.prefix(told).joined(separator: " ")
    return found
  }
}
