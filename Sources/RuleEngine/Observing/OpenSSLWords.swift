internal import TraceEvents

/// The lines of OpenSSL's queue of errors (`ERR_print_errors(3)`).
enum OpenSSLWords {
  /// What was wrong, with a remark that can stand at its end, of `801B66139A7F0000:error:1C800064:Provider routines:f:bad decrypt:a.c:12:`; nil for
  /// other lines.
  static func reason(in line: String) -> String? {
    let parts = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let mark = parts.firstIndex(of: "error"), mark < 2, parts.count > mark + 4,
      parts[mark + 1].utf8.count == 8,
      parts[mark + 1].allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { return nil }
    // The name of a file and the line in OpenSSL's source come between.
    let remark = parts.dropFirst(mark + 7).joined(separator: ":").trimmed
    let isTelling = remark.contains(" ") && remark.utf8.count < 100
    let reason = parts[mark + 4].trimmed + (isTelling ? ": " + remark : "")
    let library = parts[mark + 2].trimmed
    return reason.isEmpty ? nil : library.isEmpty ? reason : "\(reason) (\(library))"
  }
}
