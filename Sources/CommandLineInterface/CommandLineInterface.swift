import ArgumentParser
import Glibc
import HeuristicCatalog
import Reporting
import RuleEngine
import TraceEvents
import TraceReaders

/// The command lines of `whyfail` and `whyconf`: one executable, told apart by its name.
package enum CommandLineInterface {
  /// Does what the command line says.
  ///
  /// - Returns: The exit status: the target's own, 128 + N for a death by signal N, or 125, 126, 127
  ///   as `env(1)` uses them.
  package static func run(arguments: [String], environment: [String: String]) -> Int32 {
    let called = arguments.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let tool = called == "whyconf" ? "whyconf" : "whyfail"
    let words = Array(arguments.dropFirst())
    if words.isEmpty {
      Output.complain(tool, "no command given\n" + Usage.text(tool: tool))
      return ExitStatus.ownFailure
    }
    if words.contains(where: { $0 == "-h" || $0 == "--help" }), isHelp(words) {
      print(Usage.text(tool: tool), terminator: "")
      return 0
    }
    let options: Options
    do {
      options = try Options.parse(words)
    } catch {
      Output.complain(tool, Options.message(for: error) + "\n" + Usage.hint(tool: tool))
      return ExitStatus.ownFailure
    }
    return perform(options.withoutTerminator, tool: tool, environment: environment)
  }

  /// True if a help option stands before the command, and so is ours.
  private static func isHelp(_ words: [String]) -> Bool {
    for word in words {
      if word == "-h" || word == "--help" { return true }
      if word == "--" || !word.hasPrefix("-") { return false }
    }
    return false
  }

  private static func perform(
    _ options: Options, tool: String, environment: [String: String]
  ) -> Int32 {
    if options.version {
      print("\(tool) \(ToolVersion.text)")
      return 0
    }
    if options.list { return CatalogCommands.list(tool: tool, environment: environment) }
    if let id = options.explain {
      return CatalogCommands.explain(id, tool: tool, environment: environment)
    }
    if options.checkHeuristics {
      return CatalogCommands.check(options.command, tool: tool, environment: environment)
    }
    do {
      let output =
        if let path = options.output { try Output(path: path) } else { Output() }
      let reporter = Reporter(tool: tool, options: options, environment: environment)
      if let path = options.replay {
        let report = try Replay.report(tool: tool, path: path, environment: environment)
        try output.write(reporter.text(of: report))
        return 0
      }
      if options.command.isEmpty {
        Output.complain(tool, "no command given\n" + Usage.hint(tool: tool))
        return ExitStatus.ownFailure
      }
      let run = try LiveRun(tool: tool, options: options)
      let result = try run.run(environment: environment)
      try output.write(reporter.text(of: result.report))
      return result.status
    } catch let failure as RunFailure {
      Output.complain(tool, failure.words)
    } catch let failure as TraceReaderError {
      Output.complain(tool, failure.description)
    } catch let failure as Output.Failure {
      Output.complain(tool, "cannot write \(failure.path): \(failure.error.words)")
    } catch {
      Output.complain(tool, "\(error)")
    }
    return ExitStatus.ownFailure
  }
}

extension Options {
  /// Without the `--` that ends our own options.
  fileprivate var withoutTerminator: Options {
    var options = self
    if options.command.first == "--" { options.command.removeFirst() }
    return options
  }
}
