import ArgumentParser

extension Options {
  /// The options of a command line, without the `--` that ends them.
  ///
  /// What takes no command must get none; what stands for a command must look like one: the parser
  /// takes every word that it does not know for the first of the command.
  static func checked(_ words: [String]) throws -> Options {
    // A bare command needs no parser, whose reflection takes a fifth of our start-up.
    if let first = words.first, !first.hasPrefix("-") { return Options(command: words) }
    var options = Options(try CommandLineGrammar.parse(words))
    if options.command.first == "--" {
      options.command.removeFirst()
    } else if let word = options.command.first, word.hasPrefix("-") {
      // Help that stands behind another option comes here as well.
      if word == "-h" || word == "--help" { throw CleanExit.helpRequest() }
      throw ValidationError("unknown option \(word)")
    }
    if let timeout = options.timeout, !(timeout.isFinite && timeout > 0) {
      throw ValidationError("--timeout takes a number of seconds above 0")
    }
    if options.version || options.list || options.explain != nil || options.checkHeuristics {
      return options
    }
    if options.replay != nil {
      guard options.command.isEmpty, options.record == nil else {
        throw ValidationError("--replay runs no command and records nothing")
      }
    } else if options.command.isEmpty {
      throw ValidationError("no command given")
    }
    return options
  }

  /// What is wrong with a command line, in one line.
  static func line(for error: any Error) -> String {
    let first = CommandLineGrammar.message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
    let line = first.hasSuffix(".") ? String(first.dropLast()) : first
    // The parser's sentences start with a capital; ours go on after the program's name.
    return line.prefix(1).lowercased() + line.dropFirst()
  }
}
