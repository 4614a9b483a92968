import TraceEvents

/// Asks what is only true while the thread that failed stands still.
final class StaleFacts {
  private let inspector: any SystemInspector
  init(inspector: any SystemInspector) { self.inspector = inspector }
  func explain(_ call: SystemCall, _ thread: TracedThread, _ events: EventStream) {}
}
