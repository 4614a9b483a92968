internal import History
internal import TraceEvents

/// Which lines have the words of an error: found once for each error, and asked for each call that failed.
final class ErrorLines {
  private var known: [ErrorNumber: [Bool]] = [:]

  /// For each of `lines`, whether it has the words of `error` or its name; `folded` are their texts in
  /// lower case. The lines have to be the same each time.
  func speak(of error: ErrorNumber, _ lines: [SpokenLine], _ folded: [String]) -> [Bool] {
    if let known = known[error] { return known }
    let speak = lines.indices.map {
      lines[$0].text.contains(error.name) || Complaint.speaks(of: error, in: folded[$0])
    }
    known[error] = speak
    return speak
  }
}
