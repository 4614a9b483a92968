internal import TraceEvents

/// Words about the status with which a server answered (RFC 9110, section 15).
enum HTTPWords {
  /// The status of 400 or above that a line tells: `The requested URL returned error: 404`,
  /// `HTTP Error 401: Unauthorized`, `503 Service Unavailable`; nil where a number is something else.
  static func status(in line: String) -> Int? {
    let words = line.prefix(600).split { $0.isWhitespace || "()[],;'\"".contains($0) }
    for (index, word) in words.enumerated() {
      let digits = word.prefix { $0.isASCII && $0.isNumber }
      guard digits.count == 3, let status = Int(digits), (400..<600).contains(status),
        [":", ".", ""].contains(String(word.dropFirst(3)))
      else { continue }
      let before = index > 0 ? words[index - 1].lowercased().trimmingColon : ""
      let after = words[(index + 1)...].prefix(2).joined(separator: " ").lowercased()
      if introductions.contains(before) || before.hasPrefix("http/")
        || reasons[status].map({ after.hasPrefix($0) }) ?? false
      {
        return status
      }
    }
    return nil
  }

  /// The first address of the web in a text, without what ends a sentence.
  static func address(in text: String) -> String? {
    guard let start = text.firstRange(of: "https://") ?? text.firstRange(of: "http://") else {
      return nil
    }
    var found = text[start.lowerBound...].prefix {
      !$0.isWhitespace && !"\"'`<>)],;".contains($0)
    }
    while let last = found.last, ".:".contains(last) { found.removeLast() }
    return found.utf8.count > 10 && found.utf8.count < 300 ? String(found) : nil
  }

  /// The words right before the number.
  private static let introductions: Set<String> = [
    "error", "http", "https", "status", "code", "returned", "response", "statuscode", "answered",
  ]
  /// The phrases that servers have behind it.
  private static let reasons = [
    400: "bad request", 401: "unauthorized", 403: "forbidden", 404: "not found", 405: "method not",
    407: "proxy auth", 410: "gone", 429: "too many", 500: "internal server", 502: "bad gateway",
    503: "service unav", 504: "gateway time",
  ]
}

extension String {
  fileprivate var trimmingColon: String {
    hasSuffix(":") || hasSuffix("=") ? String(dropLast()) : self
  }
}
