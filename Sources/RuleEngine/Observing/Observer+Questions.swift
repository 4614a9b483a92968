internal import History
internal import TraceEvents

// What a recipe of make asked test(1), and where the recipe asks it.
extension Observer {
  /// Fills in what a test that answered no was asked.
  func describeQuestion(_ process: ProcessRecord, in seen: inout SilentExit) {
    guard seen.programName == "test" || seen.programName == "[",
      let test = ShellTest(seen.arguments)
    else { return }
    var words: [String] = []
    switch test.question {
    case .file(let option, let given):
      let path = PathName.absolute(given, from: process.workingDirectory)
      seen.testedPath = path
      words = [option, given]
      switch inquiry.pathWalk(path)?.end {
      case .missing?: seen.testedIsMissing = true
      case .exists?:
        seen.testedIsEmpty = option == "-s" && inquiry.programFile(path) == .empty
      default: break
      }
    case .notEmpty(let text):
      seen.testedIsEmptyText = text.isEmpty && !test.isNegated
      words = ["-n"]
    case .empty(let text):
      seen.testedText = text
      words = ["-z"]
    case .pair(let left, let mark, let right):
      seen.testedPair = "\(left) \(mark) \(right)"
      words = [mark]
    }
    describePlace(of: words, process, in: &seen)
  }

  /// The line of a makefile that asks so, and where the variable in it is set.
  private func describePlace(
    of words: [String], _ process: ProcessRecord, in seen: inout SilentExit
  ) {
    guard
      let maker = history.lineage(of: process.index).dropFirst().map({ history.processes[$0] })
        .first(where: { $0.name.hasSuffix("make") })
    else { return }
    let files = maker.recentFiles.filter {
      let name = PathName.base(of: $0).lowercased()
      return name.contains("makefile") || name.hasSuffix(".mk")
    }.suffix(8)
    let lines = inquiry.lines(mentioning: ["test", "["], in: Array(files)).filter { line in
      line.text.first == "\t"
        && words.allSatisfy { line.text.contains($0) || line.text.contains("$") }
    }
    let exact = lines.filter { line in words.allSatisfy { line.text.contains($0) } }
    guard let line = exact.count == 1 ? exact.first : lines.count == 1 ? lines.first : nil else {
      return
    }
    seen.askedAt = "\(line.file) line \(line.number)"
    seen.askedText = line.text.trimmed
    guard seen.testedIsEmptyText, let name = Self.variable(in: line.text) else { return }
    seen.testedVariable = name
    let marks = ["=", ":=", "?=", "::="]
    let setting = inquiry.lines(mentioning: [name], in: Array(files)).first { line in
      let parts = line.text.split(whereSeparator: { $0 == " " || $0 == "\t" })
      return parts.first.map { $0 == name } ?? false && parts.count > 1
        && marks.contains(String(parts[1])) || marks.contains { line.text.hasPrefix(name + $0) }
    }
    seen.testedVariableSet = setting.map { "\($0.file) line \($0.number): \($0.text.trimmed)" }
  }

  /// The one variable of make in a line: `$(V)` or `${V}`.
  static func variable(in line: String) -> String? {
    guard let mark = line.firstRange(of: "$(") ?? line.firstRange(of: "${") else { return nil }
    let name = line[mark.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let next = line[name.endIndex...].first
    return !name.isEmpty && (next == ")" || next == "}") ? String(name) : nil
  }
}
