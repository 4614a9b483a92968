import ArgumentParser

/// The grammar of the command lines: options end at `--` or at the first word that is none, which
/// is the command; what follows it is the command's own.
private struct CommandLineGrammar: ParsableCommand {
  /// As part of a larger command: the parser then does not look for a request of a completion
  /// script first, which takes as long as all the rest.
  static var configuration: CommandConfiguration { .init(_superCommandName: "whyfail") }

  // Of few types: the parser's reflection asks the runtime anew for each.
  @Option var format: String?
  @Option(name: [.customShort("o", allowingJoined: true), .long]) var output: String?
  @Option var record: String?
  @Option var straceLog: String?
  @Option var baseline: String?
  @Option var replay: String?
  @Option var read: String?
  @Option var core: String?
  @Option var timeout: String?
  @Option var settle: String?
  @Option var user: String?
  @Flag var verbose = false
  @Flag var threads = false
  @Flag var all = false
  @Option var find: String?
  @Flag var tree = false
  @Option(name: [.customShort("p"), .long]) var pid: String?
  @Flag var noChildren = false
  @Flag var reload = false
  @Flag var follow = false
  @Flag var keepRunning = false
  @Flag var diff = false
  @Flag var redact = false
  @Flag var noRedact = false
  @Flag var list = false
  @Option var libraries: String?
  @Option var holder: String?
  @Option var root: String?
  @Option var explain: String?
  @Flag var checkHeuristics = false
  @Flag var version = false
  @Flag(name: .shortAndLong) var help = false
  @Argument(parsing: .captureForPassthrough) var words: [String] = []
}

/// Reads a command line.
enum OptionParser {
  /// The options of a command line, without the program's own name.
  static func options(of words: [String]) throws(UsageError) -> Options {
    if let plain = plainRun(words) { return plain }
    // Help is asked for where it stands before the command, whatever else is wrong.
    let own = words.prefix { $0.hasPrefix("-") && $0 != "--" }
    if own.contains(where: { $0 == "-h" || $0 == "--help" }) { return Options() }
    let parsed: CommandLineGrammar?
    do {
      parsed = try CommandLineGrammar.parseAsRoot(ordered(words)) as? CommandLineGrammar
    } catch {
      throw UsageError(words: line(for: error))
    }
    guard let parsed else { return Options() }
    return try options(parsed)
  }

  /// With `--root DIR` before `--libraries` where it stands between that and the program.
  private static func ordered(_ words: [String]) -> [String] {
    guard let first = words.first, first == "--libraries", words.count == 4, words[1] == "--root"
    else { return words }
    return [words[1], words[2], first, words[3]]
  }

  /// A command or a program for `--libraries` with no options, or with those alone that say where the
  /// report goes and in which form; nil for whatever is not plainly so. Such a line needs no parser,
  /// whose reflection takes a fifth of a start.
  private static func plainRun(_ words: [String]) -> Options? {
    var options = Options()
    var rest = words[...]
    while let word = rest.first, word.hasPrefix("-"), word != "-" {
      rest.removeFirst()
      switch word {
      case "--":
        options.action = .run(Array(rest))
        return rest.isEmpty ? nil : options
      case "-o", "--output", "--format":
        guard let value = rest.popFirst(), !value.isEmpty, !value.hasPrefix("-") else { return nil }
        if word == "--format" {
          guard let format = Options.Format(rawValue: value) else { return nil }
          options.format = format
        } else {
          options.output = value
        }
      case "--libraries":
        guard rest.count == 1, let program = rest.first, !program.hasPrefix("-"), !program.isEmpty
        else { return nil }
        options.action = .libraries(program)
        return options
      default: return nil
      }
    }
    options.action = .run(Array(rest))
    return rest.isEmpty ? nil : options
  }

  private static func options(_ parsed: CommandLineGrammar) throws(UsageError) -> Options {
    var options = Options()
    if let word = parsed.format {
      guard let format = Options.Format(rawValue: word) else {
        let known = Options.Format.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError(words: "--format is one of \(known), not \(word)")
      }
      options.format = format
    }
    options.output = try value(parsed.output, of: "--output")
    options.record = try value(parsed.record, of: "--record")
    options.baseline = try value(parsed.baseline, of: "--baseline")
    options.straceLog = try value(parsed.straceLog, of: "--strace-log")
    options.user = try value(parsed.user, of: "--user")
    if let root = try value(parsed.root, of: "--root") { options.root = root }
    options.timeout = try parsed.timeout.map { word throws(UsageError) in
      try seconds(word, of: "--timeout")
    }
    options.settle = try parsed.settle.map { word throws(UsageError) in
      try seconds(word, of: "--settle")
    }
    options.isVerbose = parsed.verbose
    options.showsThreads = parsed.threads
    options.listsHarmless = parsed.all
    options.find = try value(parsed.find, of: "--find")
    options.drawsTree = parsed.tree
    options.keepsRunning = parsed.keepRunning
    options.reloads = parsed.reload
    options.follows = parsed.follow
    options.followsChildren = !parsed.noChildren
    if parsed.pid == nil, parsed.reload || parsed.follow || parsed.noChildren {
      let option = parsed.reload ? "--reload" : parsed.follow ? "--follow" : "--no-children"
      throw UsageError(words: "\(option) goes with -p PID")
    }
    if parsed.redact, parsed.noRedact {
      throw UsageError(words: "--redact and --no-redact exclude each other")
    }
    options.redacts = !parsed.noRedact
    options.redactsRecording = parsed.redact
    var words = parsed.words
    if words.first == "--" {
      words.removeFirst()
    } else if let word = words.first, word.hasPrefix("-"), word != "-" {
      // The parser takes every word that it does not know for the first of the command.
      throw UsageError(words: "unknown option \(word)" + hint(for: word))
    }
    options.action = try action(parsed, words)
    return options
  }

  private static func action(
    _ parsed: CommandLineGrammar, _ words: [String]
  ) throws(UsageError) -> Options.Action {
    var asked: [(option: String, action: Options.Action)] = []
    if parsed.help { asked.append(("--help", .help)) }
    if parsed.version { asked.append(("--version", .version)) }
    if parsed.list { asked.append(("--list", .list)) }
    if let id = parsed.explain { asked.append(("--explain", .explain(id))) }
    if let program = parsed.libraries { asked.append(("--libraries", .libraries(program))) }
    if let word = try value(parsed.holder, of: "--holder") {
      asked.append(("--holder", .holder(word)))
    }
    if let path = parsed.replay { asked.append(("--replay", .replay(path))) }
    if let path = try value(parsed.read, of: "--read") { asked.append(("--read", .read(path))) }
    if let path = try value(parsed.core, of: "--core") {
      guard words.count < 2 else {
        throw UsageError(
          words: "--core takes the core file and at most the program: what is \(words[1]) for?")
      }
      asked.append(("--core", .core(path, program: words.first)))
    }
    if parsed.checkHeuristics { asked.append(("--check-heuristics", .checkHeuristics(words))) }
    if let word = parsed.pid {
      let names = word.split(separator: ",").map(String.init)
      guard !names.isEmpty, !names.contains(where: { Int64($0).map { $0 <= 0 } ?? false }) else {
        throw UsageError(words: "-p takes the numbers or the name of processes, not \(word)")
      }
      asked.append(("-p", .attach(names)))
    }
    if parsed.diff {
      guard words.count == 2 else {
        throw UsageError(words: "--diff takes two files: recordings, logs or JSON reports")
      }
      if words[0] == "-", words[1] == "-" {
        throw UsageError(words: "--diff takes standard input for one of its files only")
      }
      if parsed.baseline != nil {
        throw UsageError(words: "--diff takes its first file for the baseline")
      }
      asked.append(("--diff", .difference(words[0], words[1])))
    }
    if asked.count > 1 {
      throw UsageError(words: "\(asked[0].option) and \(asked[1].option) exclude each other")
    }
    guard let only = asked.first else {
      if words.isEmpty { throw UsageError(words: "no command given") }
      return .run(words)
    }
    if parsed.root != nil, parsed.libraries == nil {
      throw UsageError(words: "--root goes with --libraries")
    }
    if parsed.straceLog != nil, parsed.replay != nil {
      throw UsageError(words: "--strace-log goes with --read, which reads recordings as well")
    }
    if parsed.replay != nil, parsed.record != nil {
      throw UsageError(words: "--replay runs no command, so that --record has nothing to record")
    }
    if let word = words.first, !parsed.checkHeuristics, !parsed.diff, parsed.core == nil {
      throw UsageError(words: "\(only.option) runs no command: what is \(word) for?")
    }
    return only.action
  }

  /// Which options begin as `word` does.
  private static func hint(for word: String) -> String {
    guard word.utf8.count > 2 else { return "" }
    let near = CommandLineGrammar.helpMessage(columns: 200)
      .split(whereSeparator: { " ,/\n".contains($0) })
      .filter { $0.hasPrefix(word) && $0.hasPrefix("--") }
    return near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
  }

  private static func value(_ value: String?, of option: String) throws(UsageError) -> String? {
    if let value, value.isEmpty { throw UsageError(words: "\(option) takes a value") }
    return value
  }

  private static func seconds(_ word: String, of option: String) throws(UsageError) -> Double {
    guard let seconds = Double(word), seconds.isFinite, seconds > 0 else {
      throw UsageError(words: "\(option) takes a number of seconds above 0, not \(word)")
    }
    return seconds
  }

  /// What the parser says is wrong, in one line that goes on after the program's name.
  private static func line(for error: any Error) -> String {
    let message = CommandLineGrammar.message(for: error)
    let first = message.split(separator: "\n").first.map(String.init) ?? message
    let line = first.hasSuffix(".") ? String(first.dropLast()) : first
    return line.prefix(1).lowercased() + line.dropFirst()
  }
}
