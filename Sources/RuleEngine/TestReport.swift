internal import History
internal import TraceEvents

/// What a test runner, or TeX, tells of its first failure over several lines, each in a form of its own:
/// the headings, counts and frames around it say nothing.
struct TestReport: Equatable {
  /// Position, in the lines given, of the one that says what was wrong.
  var line: Int
  /// What was wrong, in one line.
  var message: String
  /// The name of the test.
  var test: String?
  /// The file that it names, as it was written, and the line there.
  var file: String?
  var lineNumber: Int?

  /// How much of a message is read.
  private static let longest = 300
  /// How many lines below a heading belong to it.
  private static let reach = 60

  /// What each process of the failure path reports, with positions in `lines`.
  static func all(in lines: [SpokenLine], of path: FailurePath) -> [Int: TestReport] {
    var own: [Int: [Int]] = [:]
    for (position, line) in lines.enumerated()
    where path.contains(line.process) && line.stream != .syslog {
      own[line.process, default: []].append(position)
    }
    let found = own.compactMapValues { find(at: $0, of: lines) }
    guard found.isEmpty, !path.processes.isEmpty else { return found }
    // A runner can have a process of its own that puts its report into a form.
    var others: [Int: [Int]] = [:]
    for (position, line) in lines.enumerated()
    where !path.contains(line.process) && line.isShown && line.stream == .standardOutput {
      others[line.process, default: []].append(position)
    }
    let shown = others.sorted { $0.key < $1.key }.lazy.compactMap { find(at: $0.value, of: lines) }
    return shown.first.map { [path.leaf: $0] } ?? [:]
  }

  /// The first failure in the lines at some positions, which are of one process.
  private static func find(at positions: [Int], of lines: [SpokenLine]) -> TestReport? {
    for stream in [Words.Stream.standardOutput, .standardError, .log] {
      let said = positions.filter { lines[$0].stream == stream }
      guard var found = find(in: said.map { lines[$0].text }) else { continue }
      found.line = said[found.line]
      return found
    }
    return nil
  }

  /// The first failure in the lines of one process; nil where they have none of these forms.
  static func find(in lines: [String]) -> TestReport? {
    for (index, line) in lines.enumerated() {
      let text = line.trimmed
      let found: TestReport? =
        if line.hasPrefix("! ") {
          typesetting(lines, index)
        } else if text.hasPrefix("___"), text.hasSuffix("___") {
          underlined(lines, index)
        } else if text.hasPrefix("not ok ") {
          anything(lines, index, text)
        } else if text == "Failure/Error:" || text.hasPrefix("Failure/Error: ") {
          example(lines, index)
        } else if text.hasSuffix(") Failure:") || text.hasSuffix(") Error:") {
          numbered(lines, index, text)
        } else if text == "The following tests FAILED:" {
          listed(lines, index)
        } else if text == "Failed example:" {
          documented(lines, index)
        } else if text.hasSuffix(": Failure") || text.hasPrefix("Failure -> ") {
          placed(lines, index, text)
        } else {
          nil
        }
      if var found {
        found.message = String(found.message.prefix(longest))
        return found.message.isEmpty ? nil : found
      }
    }
    return nil
  }

  private static func below(_ lines: [String], _ index: Int) -> ArraySlice<String> {
    lines[min(index + 1, lines.count)..<min(index + 1 + reach, lines.count)]
  }

  // MARK: pytest

  /// `____ test_total ____`, then source, then lines that begin with `E   `, then `test_t.py:2: Error`.
  private static func underlined(_ lines: [String], _ index: Int) -> TestReport? {
    var name = lines[index].trimmed.trimmed(of: "_").trimmed
    let section = below(lines, index).prefix {
      !($0.hasPrefix("___") && $0.hasSuffix("___")) && !($0.hasPrefix("===") && $0.hasSuffix("==="))
    }
    var found: TestReport
    if let told = section.firstIndex(where: { $0.hasPrefix("E   ") && !$0.hasSuffix("%]") }) {
      found = TestReport(line: told, message: String(section[told].dropFirst()).trimmed)
      for (near, text) in zip(section.indices, section) where near >= told - 12 {
        // pytest writes the name of the file by itself, so that the number can be all that is known.
        let place = text.trimmed
        guard !text.hasPrefix("E "), place.utf8.count < 400, let number = placeNumber(of: place)
        else { continue }
        found.lineNumber = number.line
        found.file = number.file
        if near > told { break }
      }
    } else if name.hasPrefix("ERROR collecting") {
      let said = section.prefix { !$0.lowercased().hasPrefix("hint:") }.map(\.trimmed)
      guard !said.isEmpty else { return nil }
      found = TestReport(line: index + 1, message: said.joined(separator: " "))
    } else {
      return nil
    }
    for heading in ["ERROR at setup of ", "ERROR at teardown of ", "ERROR collecting "]
    where name.hasPrefix(heading) {
      name = String(name.dropFirst(heading.count))
    }
    found.test = name
    if found.file == nil {
      // The summary at the end: `FAILED test_t.py::test_total - assert …`.
      let words = lines.lazy.filter { $0.hasPrefix("FAILED ") || $0.hasPrefix("ERROR ") }
        .compactMap { $0.split(separator: " ").dropFirst().first }
      let named = words.first {
        $0.hasSuffix("::" + name) || $0.hasSuffix("::" + name.replacing(".", with: "::"))
      }
      found.file = named.map { String($0.prefix { $0 != ":" }) }
      if found.file == nil, name.hasSuffix(".py") { found.file = name }
    }
    if found.file == nil { found.lineNumber = nil }
    return found
  }

  /// `test_t.py:2: AssertionError`, `:2: AssertionError`, `test_b.py:1: in <module>`,
  /// `file /p/test_a.py, line 4`.
  private static func placeNumber(of text: String) -> (file: String?, line: Int)? {
    if text.hasPrefix("file "), let comma = text.firstRange(of: ", line ") {
      return Int(text[comma.upperBound...]).map {
        (String(text[text.index(text.startIndex, offsetBy: 5)..<comma.lowerBound]), $0)
      }
    }
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].contains(" "), let line = Int(parts[1]), line > 0,
      parts[0].isEmpty || parts[0].contains(".")
    else { return nil }
    return (parts[0].isEmpty ? nil : String(parts[0]), line)
  }

  // MARK: TAP

  /// `not ok 1 - adds`, with a block of YAML, or with remarks: `# (in test file a.bats, line 3)`.
  private static func anything(_ lines: [String], _ index: Int, _ text: String) -> TestReport? {
    let words = text.dropFirst("not ok ".count)
    let upper = words.uppercased()
    if upper.contains("# TODO") || upper.contains("# SKIP") { return nil }
    let name = String(words.drop { $0.isNumber || $0 == " " || $0 == "-" })
    let section = below(lines, index).prefix {
      !$0.trimmed.hasPrefix("ok ") && !$0.trimmed.hasPrefix("not ok ")
    }
    var found = TestReport(line: index, message: "", test: name.isEmpty ? nil : name)
    for (near, line) in zip(section.indices, section) {
      let said = line.trimmed
      if said.hasPrefix("location: ") {
        let parts = said.dropFirst(10).filter { $0 != "'" && $0 != "\"" }.split(separator: ":")
        if parts.count >= 2, let number = Int(parts[1]) {
          found.file = parts[0].trimmed
          found.lineNumber = number
        }
      } else if said.hasPrefix("error: "), found.message.isEmpty {
        let value = String(said.dropFirst(7)).trimmed(of: "'")
        let isBlock = value.hasPrefix("|") || value.hasPrefix(">")
        // A block of YAML is indented deeper than its key.
        let depth = line.prefix { $0 == " " }.count
        let block = section[(near + 1)...].prefix { $0.prefix { $0 == " " }.count > depth }
        found.message = isBlock ? block.map(\.trimmed).joined(separator: " ") : value
      } else if said.hasPrefix("# (in test file "), let comma = said.firstRange(of: ", line ") {
        found.file = String(said[said.index(said.startIndex, offsetBy: 16)..<comma.lowerBound])
        found.lineNumber = Int(said[comma.upperBound...].prefix { $0.isNumber })
      } else if said.hasPrefix("#   `"), said.hasSuffix("failed"), found.message.isEmpty {
        found.message = String(said.dropFirst(4))
      }
    }
    return found.message.isEmpty && found.lineNumber == nil
      ? nil
      : TestReport(
        line: index, message: found.message.isEmpty ? text : found.message, test: found.test,
        file: found.file, lineNumber: found.lineNumber)
  }

  // MARK: RSpec, minitest

  /// `Failure/Error: …`, what was wrong, `# ./spec/a_spec.rb:3:in …`.
  private static func example(_ lines: [String], _ index: Int) -> TestReport? {
    let section = below(lines, index)
    let end = section.firstIndex { $0.trimmed.hasPrefix("# ") } ?? section.endIndex
    let told = section[..<end].map(\.trimmed)
    var found = TestReport(line: index, message: "")
    if let position = told.firstIndex(where: { Complaint.namesException($0) }) {
      let next = told.indices.contains(position + 1) ? " " + told[position + 1] : ""
      found.message = told[position] + (told[position].hasSuffix(":") ? next : "")
    } else {
      found.message = told.filter { $0.contains(":") || $0.hasPrefix("expected") }.prefix(2)
        .joined(separator: ", ")
    }
    if end < section.endIndex {
      let place = section[end].trimmed.dropFirst(2).split(separator: ":")
      if place.count >= 2, let number = Int(place[1]) {
        found.file = String(place[0])
        found.lineNumber = number
      }
    }
    if index > 0, let close = lines[index - 1].firstIndex(of: ")") {
      found.test = String(lines[index - 1][lines[index - 1].index(after: close)...]).trimmed
    }
    return found
  }

  /// `1) Failure:`, `T#test_total [t.rb:3]:`, `Expected: 3`, `Actual: 2`.
  private static func numbered(_ lines: [String], _ index: Int, _ text: String) -> TestReport? {
    guard text.first?.isNumber ?? false else { return nil }
    let section = below(lines, index).map(\.trimmed)
    guard let heading = section.first, heading.hasSuffix(":") else { return nil }
    var found = TestReport(line: index + 1, message: "")
    let words = heading.dropLast().split(separator: " ", maxSplits: 1)
    found.test = words.first.map(String.init)
    let told = section.dropFirst()
    if words.count == 2, words[1].hasPrefix("["), words[1].hasSuffix("]") {
      let place = words[1].dropFirst().dropLast().split(separator: ":")
      if place.count == 2, let number = Int(place[1]) {
        found.file = String(place[0])
        found.lineNumber = number
      }
      found.message = told.prefix { !$0.hasSuffix(") Failure:") && !$0.contains(" runs, ") }
        .prefix(2).joined(separator: ", ")
    } else {
      found.message = told.first ?? ""
      let place = told.dropFirst().first?.split(separator: ":")
      if let place, place.count >= 2, let number = Int(place[1]) {
        found.file = String(place[0])
        found.lineNumber = number
      }
    }
    return found
  }

  // MARK: doctest

  /// `File "/p/m.py", line 3, in m.f`, `Failed example:`, the example, what was expected, what came.
  private static func documented(_ lines: [String], _ index: Int) -> TestReport? {
    let section = below(lines, index).map(\.trimmed)
    guard let source = section.first else { return nil }
    var found = TestReport(line: index, message: source)
    func value(below heading: String) -> String? {
      guard let position = section.firstIndex(of: heading),
        section.indices.contains(position + 1)
      else { return nil }
      return section[position + 1]
    }
    if let expected = value(below: "Expected:"), let got = value(below: "Got:") {
      found.message = "\(source) gave \(got), and not \(expected)"
    } else if section.contains("Exception raised:"),
      let exception = section.first(where: { Complaint.namesException($0) })
    {
      found.message = "\(source): \(exception)"
    }
    if index > 0, lines[index - 1].hasPrefix("File \"") {
      let parts = lines[index - 1].split(separator: "\"")
      let words = lines[index - 1].split { " ,".contains($0) }
      if parts.count > 1, let line = words.firstIndex(of: "line"),
        words.indices.contains(line + 1), let number = Int(words[line + 1])
      {
        found.file = String(parts[1])
        found.lineNumber = number
        if words.count > line + 3, words[line + 2] == "in" {
          found.test = String(words[line + 3])
        }
      }
    }
    return found
  }

  // MARK: TeX

  /// `! Undefined control sequence.`, then `l.3 \sectoin`.
  private static func typesetting(_ lines: [String], _ index: Int) -> TestReport? {
    var message = String(lines[index].dropFirst(2)).trimmed
    if message.hasPrefix("==>") || message.isEmpty { return nil }
    guard let place = below(lines, index).prefix(12).first(where: { $0.hasPrefix("l.") }) else {
      return nil
    }
    let digits = place.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let shown = String(place.dropFirst(2 + digits.count)).trimmed
    if message.hasSuffix(".") { message.removeLast() }
    return TestReport(
      line: index, message: shown.isEmpty ? message : message + ": " + shown, lineNumber: number)
  }
}

extension String {
  /// Without that character at its beginning and end.
  fileprivate func trimmed(of mark: Character) -> String {
    var rest = self[...]
    while rest.first == mark { rest.removeFirst() }
    while rest.last == mark { rest.removeLast() }
    return String(rest)
  }
}

extension Substring {
  fileprivate var trimmed: String { String(self).trimmed }
}
