internal import TraceEvents

/// The terms by which Erlang tells why it ended (`init terminating in do_boot`).
enum ErlangWords {
  /// `bar:strat/0 is undefined`, of `{undef,[{bar,strat,[],[]},…`; nil for other lines.
  static func undefinedFunction(in line: String) -> String? {
    guard let mark = line.firstRange(of: "{undef,[{") else { return nil }
    let parts = line[mark.upperBound...].split(
      separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.prefix(2).allSatisfy(isAtom) else { return nil }
    let rest = parts[2]
    // A stack has the number of arguments or the arguments themselves.
    let number = rest.prefix { $0.isASCII && $0.isNumber }
    let count = rest.hasPrefix("[]") ? "0" : String(number)
    return "\(parts[0]):\(parts[1])\(count.isEmpty ? "" : "/" + count) is undefined"
  }

  private static func isAtom(_ text: Substring) -> Bool {
    (1...60).contains(text.utf8.count) && text.first?.isLetter ?? false
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
