package import TraceEvents

/// Why something about the machine could not be looked at.
package struct InspectionError: Error, Hashable {
  /// What the kernel said.
  package var code: ErrorNumber
  /// Path of what was looked at.
  package var path: String

  /// The error that the kernel gave for `path`.
  package init(code: ErrorNumber, path: String) {
    self.code = code
    self.path = path
  }

  /// The reason in one line, for `SystemAnswer.unknown`.
  package var reason: String { "\(path): \(code.words)" }
}
