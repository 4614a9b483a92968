internal import History

/// A frame of Python as the interpreter prints it when it crashes: `  File "app.py", line 4 in work`.
struct PythonFrame: CustomStringConvertible {
  let file: String
  let line: Int
  let function: String

  /// Nil for another line.
  init?(_ text: String) {
    let text = text.trimmed
    let mark = "\", line "
    guard text.hasPrefix("File \""), let middle = text.firstRange(of: mark) else { return nil }
    let rest = text[middle.upperBound...]
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let line = Int(digits), rest.dropFirst(digits.count).hasPrefix(" in ") else { return nil }
    file = String(text[..<middle.lowerBound].dropFirst(6))
    self.line = line
    function = String(rest.dropFirst(digits.count + 4))
  }

  var description: String { "\(function), at \(file) line \(line)" }
}
