package import TraceEvents

/// Runs one command under `ptrace(2)` and hands on what happens to it, as events.
///
/// ptrace binds a target to the thread that traces it: `run` blocks, and must be called on a
/// thread that is made for it, never on one of a pool. The sink is called on that thread, while
/// the thread that the event is about stands still.
package struct Tracer: ~Copyable {
  private let session: TraceSession
  private let request: LaunchRequest

  /// A tracer of `request`. `inspector` answers what is only true at a stop; `walker` tells the
  /// stack of a crash, if there is one; `waiting` is told, several times a second, how many seconds a
  /// target that is to settle has run; `sink` gets every event in order.
  package init(
    _ request: LaunchRequest, inspector: any SystemInspector,
    walker: (any StackWalker)? = nil, waiting: ((Double) -> Void)? = nil,
    sink: @escaping (TraceEvent) -> Void
  ) {
    self.request = request
    session = TraceSession(inspector: inspector, walker: walker, sink: sink)
    session.waiting = waiting
  }

  /// Runs the command and everything that it starts to their ends. Gives how the first process
  /// ended.
  package borrowing func run() throws(CaptureError) -> LaunchOutcome {
    try session.run(request)
  }

  /// What the command left running, once it has been run; nil: nothing, or nothing that goes on.
  package borrowing func rest() -> RunningRest? {
    guard let front = request.front, !session.threads.isEmpty else { return nil }
    return RunningRest(session, front: front)
  }
}
