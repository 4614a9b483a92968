internal import History
internal import TraceEvents

// Names that a shell or xargs(1) took apart at their blanks.
extension Observer {
  /// How many words are put together at most.
  private static let mostWords = 6

  /// The file that does exist under the name that an argument and those beside it make together.
  func wholeName(of call: FailedCall, _ process: ProcessRecord) -> String? {
    guard let given = call.call.path, call.error.isAbsence,
      let position = process.arguments.firstIndex(of: given), position > 0
    else { return nil }
    let arguments = process.arguments
    for count in 2...Self.mostWords {
      for start in max(1, position - count + 1)...position where start + count <= arguments.count {
        let words = arguments[start..<start + count]
        if words.dropFirst().contains(where: { $0.hasPrefix("-") || $0.hasPrefix("/") }) {
          continue
        }
        let path = PathName.absolute(words.joined(separator: " "), from: process.workingDirectory)
        if case .exists? = inquiry.pathWalk(path)?.end { return path }
      }
    }
    return nil
  }
}
