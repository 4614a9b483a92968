internal import TraceEvents

/// Stacks as the Java virtual machine prints them, `at Billing.rate(Billing.java:4)`, of whatever language.
enum JavaFrames {
  /// The innermost frame that is none of the language's own, of the exception that caused the others:
  /// `Billing.rate (Billing.java line 4)`.
  static func own(in lines: [String]) -> String? {
    let cause = lines.lastIndex { $0.trimmed.hasPrefix("Caused by: ") }
    let ofCause = cause.flatMap { place(in: lines[$0...]) }
    return ofCause ?? place(in: lines[...])
  }

  private static let languages = [
    "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "scala.", "groovy.", "clojure.",
  ]

  private static func place(in lines: ArraySlice<String>) -> String? {
    for line in lines.map(\.trimmed) where line.hasPrefix("at ") && line.hasSuffix(")") {
      guard let open = line.lastIndex(of: "("), let colon = line[open...].firstIndex(of: ":"),
        let number = Int(line[line.index(after: colon)...].dropLast())
      else { continue }
      // The name of a module or a class loader can stand before: java.base/java.util.Map.get.
      let function = line[..<open].dropFirst(3).split(separator: "/").last ?? ""
      let file = line[line.index(after: open)..<colon]
      guard !file.isEmpty, !file.contains("/"),
        !languages.contains(where: function.hasPrefix)
      else { continue }
      return "\(function) (\(file) line \(number))"
    }
    return nil
  }
}
