import TraceEvents

/// What `/proc/sys` says (`sysctl(8)`).
enum KernelParameters {
  /// The value of the parameter at `path` below /proc/sys, with one blank between numbers.
  static func value(of path: String) throws(InspectionError) -> [String] {
    let name = "/proc/sys/" + path
    guard !path.contains(".."), let text = FileReading.text(of: name, limit: 4096) else {
      throw InspectionError(code: .noEntry, path: name)
    }
    return [text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: " ")]
  }
}
