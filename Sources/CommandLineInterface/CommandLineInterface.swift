import Glibc
import Reporting
import TraceCapture
import TraceEvents
import TraceReaders

/// The command lines of `whyfail` and `whyconf`: one executable, told apart by its name.
package enum CommandLineInterface {
  /// Does what the command line says.
  ///
  /// - Returns: The exit status: the target's own, 128 + N for a death by signal N, or 125, 126, 127
  ///   as `env(1)` uses them.
  package static func run(arguments: [String], environment: Environment) -> Int32 {
    StandardStreams.reserveClosed()
    let called = arguments.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let tool = called == "whyconf" ? "whyconf" : "whyfail"
    let words = Array(arguments.dropFirst())
    if words.isEmpty {
      Output.complain(tool, "no command given\n\n" + Usage.text(tool: tool))
      return ExitStatus.ownFailure
    }
    do throws(UsageError) {
      return perform(try OptionParser.options(of: words), tool: tool, environment: environment)
    } catch {
      Output.complain(tool, error.words + "; \(tool) --help tells more")
      return ExitStatus.ownFailure
    }
  }

  private static func perform(
    _ options: Options, tool: String, environment: Environment
  ) -> Int32 {
    let variables = environment.values
    if tool != "whyconf", let option = options.configurationOption {
      Output.complain(tool, "\(option) is an option of whyconf")
      return ExitStatus.ownFailure
    }
    switch options.action {
    case .help:
      print(Usage.text(tool: tool), terminator: "")
      return 0
    case .version:
      print("\(tool) \(ToolVersion.text)")
      return 0
    case .list: return CatalogCommands.list(tool: tool, environment: variables)
    case .libraries(let program):
      return LibrariesCommand.run(
        program, root: options.root, tool: tool, environment: variables)
    case .holder(let word):
      return reportingFailures(of: tool) {
        try HolderCommand.run(word, options, tool: tool, environment: variables)
      }
    case .explain(let id):
      return CatalogCommands.explain(id, tool: tool, environment: variables)
    case .checkHeuristics(let directories):
      return CatalogCommands.check(directories, tool: tool, environment: variables)
    case .replay(let path):
      return reportingFailures(of: tool) {
        let output = try Output(options)
        let report = try Replay.report(
          tool: tool, path: path, listsHarmless: options.listsHarmless, find: options.find,
          baseline: options.baseline, environment: variables)
        let reporter = Reporter(tool: tool, options: options, environment: variables)
        try output.write(reporter.text(of: report))
        return 0
      }
    case .read(let path):
      return reportingFailures(of: tool) {
        let output = try Output(options)
        let report = try ReadCommand(tool: tool, options: options).report(
          path, environment: variables)
        let reporter = Reporter(tool: tool, options: options, environment: variables)
        try output.write(reporter.text(of: report))
        return 0
      }
    case .core(let path, let program):
      if tool == "whyconf" {
        Output.complain(tool, "--core is an option of whyfail")
        return ExitStatus.ownFailure
      }
      return reportingFailures(of: tool) {
        let output = try Output(options)
        let report = try CoreCommand(tool: tool, options: options).report(
          path, program: program, environment: environment)
        let reporter = Reporter(tool: tool, options: options, environment: variables)
        try output.write(reporter.text(of: report))
        return 0
      }
    case .difference(let first, let second):
      return reportingFailures(of: tool) {
        let output = try Output(options)
        if tool != "whyconf" {
          let command = RunDifferenceCommand(tool: tool, options: options, environment: variables)
          let difference = try command.difference(first, second)
          try output.write(command.text(of: difference))
          return difference.isEmpty ? 0 : 1
        }
        let difference = try DifferenceCommand.difference(
          first, second, tool: tool, environment: variables)
        try output.write(options.format == .json ? difference.json : difference.text)
        return difference.isEmpty ? 0 : 1
      }
    case .run, .attach:
      return reportingFailures(of: tool) {
        let output = try Output(options)
        var processes: [Int32] = []
        if case .attach(let words) = options.action {
          processes = try ProcessSearch.processes(words)
        }
        let front = processes.isEmpty && tool != "whyconf" ? FrontProcess.begin() : nil
        let run = try LiveRun(tool: tool, options: options, processes: processes, front: front)
        let result = try run.run(environment: environment)
        // The target is gone: from here on a reader of the report that left is no reason to die.
        signal(SIGPIPE, SIG_IGN)
        let reporter = Reporter(tool: tool, options: options, environment: variables)
        let text = reporter.text(of: result.report)
        if options.output == nil {
          // Whoever closed standard error wants no report, but still the target's exit status.
          try? output.write(text)
        } else {
          try output.write(text)
        }
        result.rest?.serve(status: result.status)
        return result.status
      }
    }
  }

  /// The status that `body` returns; a failure of ours is told in one line.
  private static func reportingFailures(of tool: String, _ body: () throws -> Int32) -> Int32 {
    do {
      return try body()
    } catch let failure as RunFailure {
      Output.complain(tool, failure.words)
    } catch let failure as CoreFailure {
      Output.complain(tool, failure.words)
    } catch let failure as TraceReaderError {
      Output.complain(tool, failure.description)
    } catch let failure as DifferenceCommand.NoReport {
      Output.complain(
        tool, "\(failure.path): neither a report (--format json) nor a recording (--record)")
    } catch let failure as ReportFile.Damaged {
      Output.complain(
        tool,
        "\(failure.path): it begins as JSON, and is neither a report of whyfail "
          + "(--format json) nor a recording (--record)")
    } catch let failure as Output.Failure {
      Output.complain(tool, "cannot write \(failure.path): \(failure.error.words)")
    } catch {
      Output.complain(tool, "\(error)")
    }
    return ExitStatus.ownFailure
  }
}
