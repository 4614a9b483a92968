internal import TraceEvents

// Scripts that hold something else.
extension Observer {
  /// A script that an interpreter rejects in one of its first lines, since it is a web page or UTF-16.
  func describeScriptContent(of words: [String], in seen: inout LastWords) {
    guard seen.contentFile == nil, seen.lineNumber ?? 1 <= 5, let file = seen.file,
      words.contains(where: { text in
        let text = text.lowercased()
        return [
          "syntax", "unexpected", "cannot execute binary", "null bytes", "not found", "invalid",
        ]
        .contains { text.contains($0) }
      }),
      case .other(let content)? = inquiry.programFile(file), content == .html || content == .utf16
    else { return }
    seen.contentFile = file
    seen.contentIsWebPage = content == .html
    seen.contentIsOther = content == .utf16
    seen.content = content == .html ? "a web page (HTML)" : content.rawValue
  }

  /// The file that was opened as a database last, if words say that it is none: SQLite's name no file.
  func describeDatabaseContent(of words: [String], in seen: inout LastWords) {
    guard seen.contentFile == nil, words.contains(where: { $0.contains("file is not a database") }),
      let file = seen.writtenFile, case .other(let content)? = inquiry.programFile(file)
    else { return }
    seen.contentFile = file
    seen.contentIsWebPage = content == .html
    seen.contentIsOther = content != .html
    seen.content = content == .html ? "a web page (HTML)" : content.rawValue
  }
}
