// Lines of test runners that have no form of their own.
extension Complaint {
  /// True for the line of a test that failed: `FAIL - rejects: expected 401`, `not ok 3 adds`, `✗ adds`;
  /// `text` in lower case.
  static func isFailedTest(_ text: String) -> Bool {
    let text = text.trimmed
    return beginnings.contains { text.hasPrefix($0) } && text.contains(where: \.isLetter)
  }

  private static let beginnings = [
    "fail ", "fail:", "failed:", "failed ", "[fail]", "[failed]", "not ok ", "✗ ", "✘ ", "✖ ", "× ",
    "❌ ",
  ]
}

extension Complaint {
  /// `[ERROR]`, as Maven writes between two paragraphs.
  static func isSeverityAlone(_ text: String) -> Bool {
    text.hasPrefix("[") && text.hasSuffix("]") && text.dropFirst().dropLast().allSatisfy(\.isLetter)
  }
}

extension Complaint {
  /// True for a line that says that a version does not fit: all other complaints can come of that; `text`
  /// in lower case.
  static func isOfVersions(_ text: String) -> Bool {
    [
      "note: module requires go ", "required--this is only ", "requires a different python",
      "more recent version of the java runtime", "is not supported by the following package",
      "currently active rustc version is ", "', required version is '", "your ruby version is ",
      "or higher is required.  you are running ", "but project requires ",
      " but your php version (", "does not support terraform version ",
    ].contains { text.contains($0) }
  }
}
