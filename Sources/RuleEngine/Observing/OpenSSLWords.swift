internal import TraceEvents

/// The lines of OpenSSL's queue of errors (`ERR_print_errors(3)`).
enum OpenSSLWords {
  /// What was wrong, of `801B66139A7F0000:error:1C800064:Provider routines:f:bad decrypt:a.c:12:`; nil for
  /// other lines.
  static func reason(in line: String) -> String? {
    let parts = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let mark = parts.firstIndex(of: "error"), mark < 2, parts.count > mark + 4,
      parts[mark + 1].utf8.count == 8,
      parts[mark + 1].allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { return nil }
    let reason = parts[mark + 4].trimmed
    let library = parts[mark + 2].trimmed
    return reason.isEmpty ? nil : library.isEmpty ? reason : "\(reason) (\(library))"
  }
}
