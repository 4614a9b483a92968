internal import TraceEvents

/// The error of a system call that words tell by its name, its number, or what `strerror(3)` says.
enum SpokenError {
  /// The error that `line` ends in or names; nil where it speaks of none, or only in passing.
  static func find(in line: String) -> ErrorNumber? {
    for word in line.split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber)) })
    where word.first == "E" && word.count > 3 && word.count < 18 {
      if word == word.uppercased(), let error = ErrorNumber(name: String(word)) { return error }
    }
    if let mark = line.firstRange(of: "[Errno "),
      let number = Int32(line[mark.upperBound...].prefix { $0.isNumber })
    {
      return ErrorNumber(rawValue: number)
    }
    var text = line.trimmed.lowercased()[...]
    while let last = text.last, ".)!".contains(last) { text.removeLast() }
    // "… at script.pl line 3", as Perl ends.
    if let tail = text.ranges(of: " at ").last, text[tail.upperBound...].contains(" line ") {
      text = text[..<tail.lowerBound]
    }
    return words.first { text.hasSuffix($0.words) }?.error
  }

  /// Those of two words or more: one alone, as "Success", can mean anything. Longest first.
  private static let words: [(words: String, error: ErrorNumber)] = {
    let all = (Int32(1)...133).map { ErrorNumber(rawValue: $0) }
    return all.map { ($0.words.lowercased(), $0) }
      .filter { $0.0.contains(" ") && !$0.0.hasPrefix("unknown") }
      .sorted { $0.0.utf8.count > $1.0.utf8.count }
  }()
}
