/// Reads a command line as `getopt_long(3)` with a leading `+` would: options end at `--` or at the
/// first word that is none, which is the command; what follows it is the command's own.
///
/// It is by hand since the start counts: a general parser that reflects on types took 1.5 ms of it.
struct OptionParser {
  private var words: ArraySlice<String>
  private var options = Options()
  /// The action that an option asked for, with the option.
  private var asked: (option: String, action: Options.Action)?

  private static let names = [
    "--all", "--check-heuristics", "--explain", "--format", "--help", "--list", "--no-redact",
    "--output", "--record", "--redact", "--replay", "--timeout", "--user", "--verbose",
    "--version",
  ]

  private init(_ words: [String]) {
    self.words = words[...]
  }

  /// The options of a command line, without the program's own name.
  static func options(of words: [String]) throws(UsageError) -> Options {
    var parser = OptionParser(words)
    while let word = parser.words.first, word.hasPrefix("-"), word != "-" {
      parser.words.removeFirst()
      if word == "--" { break }
      try parser.take(word)
      if parser.asked?.action == .help { break }
    }
    return try parser.finished()
  }

  private mutating func take(_ word: String) throws(UsageError) {
    var name = word
    var attached: String?
    if word.hasPrefix("-o"), word != "-o" {
      (name, attached) = ("-o", String(word.dropFirst(2)))
    } else if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      (name, attached) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
    switch name {
    case "-o", "--output": options.output = try value(of: name, "FILE", attached)
    case "--format": options.format = try format(value(of: name, "FORM", attached))
    case "--record": options.record = try value(of: name, "FILE", attached)
    case "--timeout": options.timeout = try seconds(value(of: name, "SECONDS", attached))
    case "--user": options.user = try value(of: name, "NAME", attached)
    case "--replay": try ask(.replay(value(of: name, "FILE", attached)), name)
    case "--explain": try ask(.explain(value(of: name, "ID", attached)), name)
    default:
      try takeFlag(name)
      if attached != nil { throw UsageError(words: "\(name) takes no value") }
    }
  }

  private mutating func takeFlag(_ name: String) throws(UsageError) {
    switch name {
    case "-h", "--help": asked = (name, .help)
    case "--version": try ask(.version, name)
    case "--list": try ask(.list, name)
    case "--check-heuristics": try ask(.checkHeuristics([]), name)
    case "--verbose": options.isVerbose = true
    case "--all": options.listsHarmless = true
    case "--redact": options.redacts = true
    case "--no-redact": options.redacts = false
    default:
      let near = Self.names.filter { name.utf8.count > 2 && $0.hasPrefix(name) }
      let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
      throw UsageError(words: "unknown option \(name)\(hint)")
    }
  }

  private mutating func ask(_ action: Options.Action, _ option: String) throws(UsageError) {
    if let asked { throw UsageError(words: "\(asked.option) and \(option) exclude each other") }
    asked = (option, action)
  }

  private mutating func value(
    of name: String, _ placeholder: String, _ attached: String?
  ) throws(UsageError) -> String {
    let value = attached ?? words.popFirst() ?? ""
    if value.isEmpty { throw UsageError(words: "\(name) takes a value: \(name) \(placeholder)") }
    return value
  }

  private func format(_ word: String) throws(UsageError) -> Options.Format {
    if let format = Options.Format(rawValue: word) { return format }
    let forms = Options.Format.allCases.map(\.rawValue).joined(separator: ", ")
    throw UsageError(words: "there is no report of the form \(word): --format takes \(forms)")
  }

  private func seconds(_ word: String) throws(UsageError) -> Double {
    guard let seconds = Double(word), seconds.isFinite, seconds > 0 else {
      throw UsageError(words: "--timeout takes a number of seconds above 0, not \(word)")
    }
    return seconds
  }

  /// What is left is the command, where there may be one.
  private func finished() throws(UsageError) -> Options {
    var options = options
    guard let asked else {
      if words.isEmpty { throw UsageError(words: "no command given") }
      options.action = .run(Array(words))
      return options
    }
    options.action = asked.action
    switch asked.action {
    case .help: break
    case .checkHeuristics: options.action = .checkHeuristics(Array(words))
    case .replay where options.record != nil:
      throw UsageError(words: "--replay runs no command, so that --record has nothing to record")
    default:
      if let word = words.first {
        throw UsageError(words: "\(asked.option) runs no command: what is \(word) for?")
      }
    }
    return options
  }
}
