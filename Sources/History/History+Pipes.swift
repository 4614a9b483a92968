internal import TraceEvents

// Which ends of pipes and sockets went away, and when.
extension History {
  /// A descriptor is closed.
  mutating func noteClosing(_ descriptor: Int32, of index: Int, _ event: TraceEvent) {
    guard let target = processes[index].descriptors[descriptor] else { return }
    note(target, of: index, event, atEnd: false)
  }

  /// A process ends, with all its descriptors.
  mutating func noteClosings(of index: Int, _ event: TraceEvent) {
    // In order, so that a recording replays to the same history in another process.
    for entry in processes[index].descriptors.all.sorted(by: { $0.key < $1.key }) {
      note(entry.value.target, of: index, event, atEnd: true)
    }
  }

  private mutating func note(
    _ target: DescriptorTarget, of index: Int, _ event: TraceEvent, atEnd: Bool
  ) {
    switch target {
    case .pipe(let number, let end) where end != .writing && number > 0:
      closings.append(
        PipeClosing(
          pipe: number, process: index, number: event.number, time: event.time, atEnd: atEnd))
    case .socket(let state):
      closings.append(
        PipeClosing(
          pipe: state.number, process: index, number: event.number, time: event.time, atEnd: atEnd))
    default: return
    }
    if closings.count > 4096 { closings.removeFirst(1024) }
  }
}

/// A reading end of a pipe (or an end of a socket) that a process gave up.
package struct PipeClosing: Sendable {
  /// The pipe's number in `DescriptorTarget`.
  package let pipe: Int
  /// Index of the process.
  package let process: Int
  package let number: Int
  package let time: Double
  /// True if it was given up by the end of the process, not by `close(2)`.
  package let atEnd: Bool
}
