/// A question that test(1) was asked, where its answer was no.
struct ShellTest: Equatable {
  /// What was asked of the operand.
  enum Question: Equatable {
    /// `-e`, `-f`, `-d`, `-r` and their kind, of a path.
    case file(option: String, path: String)
    /// `-n`, or a word alone: that it is not empty.
    case notEmpty(String)
    /// `-z`: that it is empty.
    case empty(String)
    /// Two operands and what is between them.
    case pair(String, String, String)
  }

  let question: Question
  /// True behind an exclamation mark.
  let isNegated: Bool

  /// The question in the arguments of test(1) or `[`; nil for those of more than one question.
  init?(_ arguments: [String]) {
    var words = arguments[...]
    if words.last == "]" { words.removeLast() }
    isNegated = words.first == "!" && words.count > 1
    if isNegated { words.removeFirst() }
    let list = Array(words)
    switch list.count {
    case 0: question = .notEmpty("")
    case 1: question = .notEmpty(list[0])
    case 2 where list[0] == "-n": question = .notEmpty(list[1])
    case 2 where list[0] == "-z": question = .empty(list[1])
    case 2 where Self.ofFiles.contains(list[0]): question = .file(option: list[0], path: list[1])
    case 3 where Self.between.contains(list[1]): question = .pair(list[0], list[1], list[2])
    default: return nil
    }
  }

  private static let ofFiles: Set<String> = [
    "-e", "-f", "-d", "-s", "-r", "-w", "-x", "-L", "-h", "-b", "-c", "-p", "-S",
  ]
  private static let between: Set<String> = [
    "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
  ]
}
