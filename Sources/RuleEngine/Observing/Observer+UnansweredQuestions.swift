internal import History
internal import TraceEvents

/// A question that a program asked where nobody answers.
struct UnansweredQuestion: Sendable, Hashable {
  /// What it asked.
  var text: String
  /// What its standard input is.
  var input: String
}

// Questions to the user, which are no errors.
extension Observer {
  /// Fills in what a process asked, where its standard input cannot answer that.
  func describeQuestion(_ process: ProcessRecord, _ line: SpokenLine, in seen: inout LastWords) {
    guard line.stream == .standardOutput || line.stream == .standardError,
      let question = Complaint.question(in: line.text),
      !run.mentions.lines.contains(where: {
        $0.process == process.index && $0.number > line.number
          && Complaint.weight(of: $0.text.lowercased()) >= 0.4
      })
    else { return }
    let input: String
    switch process.standardInput {
    case .file(let path, _)?:
      if path.hasPrefix("/dev/pts/") || path.hasPrefix("/dev/tty") || path == "/dev/console" {
        return
      }
      input = path
    case .pipe?: input = "a pipe"
    case nil where process.closedStreams.contains(0): input = "closed"
    case .other(let name)? where name == "/dev/null": input = name
    case nil, .socket?, .other?: return
    }
    seen.tools.question = UnansweredQuestion(text: question, input: input)
  }
}

extension Complaint {
  /// What a line asks the user for: a choice of answers tells it (`[Y/n]`, `(yes/no)`), which can be written by
  /// itself and not be seen.
  static func question(in line: String) -> String? {
    let text = line.trimmed
    let folded = text.lowercased()
    if requests.contains(where: folded.hasPrefix), folded.hasSuffix("?") { return text }
    guard folded.utf8.count == text.utf8.count,
      let mark = choices.lazy.compactMap({ folded.firstRange(of: $0) }).first
    else { return nil }
    let length = folded.utf8.distance(from: folded.startIndex, to: mark.upperBound)
    let asked = text[..<text.utf8.index(text.startIndex, offsetBy: length)]
    return asked.contains(where: \.isLetter) && asked.utf8.count > 8 ? String(asked) : nil
  }

  /// How questions for leave begin, those that an error asks do not: "Is the server running?"
  private static let requests = [
    "do you ", "are you sure", "would you ", "shall ", "should i ", "really ", "continue",
    "proceed", "ok to ", "overwrite ", "remove ", "delete ", "replace ",
  ]

  private static let choices = [
    "[y/n]", "(y/n)", "[yes/no]", "(yes/no)", "[y/n/q]", "(y/n/q)", "[n/y]", "(y or n)",
    "(yes or no)", "(y|n)", "[y|n]", "[y/n/a]",
  ]
}
