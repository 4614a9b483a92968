package import HeuristicSyntax

/// Something wrong with the file of a heuristic.
package struct HeuristicProblem: Error, Hashable, Sendable {
  /// The file, as it was asked for; under Heuristics/ for a built-in one.
  package var file: String
  /// Counted from 1; 0 where the whole file is meant.
  package var line: Int
  /// Counted from 1 in Unicode scalars; 0 where the whole line or file is meant.
  package var column: Int
  /// What is wrong and, where it helps, what would be right; no full stop.
  package var message: String

  /// Makes a problem.
  package init(file: String, line: Int = 0, column: Int = 0, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// Makes a problem of one that was found in a file's text.
  package init(_ problem: SyntaxProblem, file: String) {
    self.init(
      file: file, line: problem.place.line, column: problem.place.column,
      message: problem.message)
  }
}

extension HeuristicProblem: Comparable {
  /// Orders by file, then by place, then by message.
  package static func < (left: HeuristicProblem, right: HeuristicProblem) -> Bool {
    (left.file, left.line, left.column, left.message)
      < (right.file, right.line, right.column, right.message)
  }
}

extension HeuristicProblem: CustomStringConvertible {
  /// The form that compilers print and editors know: `file:line:column: message`.
  package var description: String {
    if line == 0 { return "\(file): \(message)" }
    if column == 0 { return "\(file):\(line): \(message)" }
    return "\(file):\(line):\(column): \(message)"
  }
}
