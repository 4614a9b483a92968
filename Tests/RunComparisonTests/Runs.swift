import History
import TraceEvents
import TraceTestSupport

@testable import RunComparison

extension Trace {
  /// The run, ready to be compared; `failing` makes its cause.
  func run(
    command: [String] = ["app"], directory: String? = "/home/ann",
    failing cause: ComparedRun.Cause? = nil
  ) -> ComparedRun {
    var history = History()
    var usage = RunUsage()
    for event in events {
      let digest = history.apply(event)
      usage.apply(event, digest: digest, history: history)
    }
    usage.finish(history)
    var run = ComparedRun(
      usage: usage, command: command,
      processes: history.processes.map {
        ComparedRun.Process(
          parent: $0.parent, name: $0.name, arguments: $0.arguments, status: $0.shellStatus)
      })
    run.cause = cause
    run.workingDirectory = directory
    run.words = history.words.lines.map(\.text)
    run.credentials = history.root?.credentials
    return run
  }
}

extension ComparedRun.Cause {
  /// A cause that rests on nothing but its subject.
  init(_ subject: String, _ error: ErrorNumber? = .noEntry, program: String = "app") {
    self.init(subject: subject, error: error, program: program, texts: [])
  }
}

extension RunComparison {
  /// Those of a kind.
  func of(_ kind: Difference.Kind) -> [Difference] { differences.filter { $0.kind == kind } }
}
