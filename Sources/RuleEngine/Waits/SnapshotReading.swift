package import TraceEvents

/// What processes are and do, for a report.
package struct SnapshotReading: Sendable {
  /// The ancestors first, then the processes that were looked at.
  package var processes: [Process]

  /// A process with what it does in words.
  package struct Process: Sendable {
    package var snapshot: ProcessSnapshot
    /// What it does, to follow its name; nil for an ancestor.
    package var doing: String?
    package var threads: [Thread]
  }

  /// A thread with what it does in words.
  package struct Thread: Sendable {
    package var moment: ThreadMoment
    package var wait: ThreadWait
    /// Its stack, in lines.
    package var stack: [String]
  }
}

extension SnapshotReading {
  /// The words of everything that was looked at; nil where nothing was.
  init?(_ graph: WaitGraph) {
    guard !graph.snapshots.isEmpty else { return nil }
    processes = graph.snapshots.map { snapshot in
      let nodes = graph.nodes[snapshot.identity.pid] ?? []
      return Process(
        snapshot: snapshot, doing: snapshot.isWatched ? Self.doing(nodes) : nil,
        threads: nodes.map {
          Thread(moment: $0.moment, wait: $0.wait, stack: StackLines($0.moment.stack).lines())
        })
    }
  }

  /// What the threads of a process do: those that do the same together, the rarest first, as a pool of
  /// idle ones tells the least.
  private static func doing(_ nodes: [WaitGraph.Node]) -> String? {
    guard nodes.count > 1 else { return nodes.first?.wait.words }
    var counts: [String: Int] = [:]
    var order: [String] = []
    for node in nodes {
      if counts[node.wait.words] == nil { order.append(node.wait.words) }
      counts[node.wait.words, default: 0] += 1
    }
    if order.count == 1, let words = order.first { return "\(words) (all \(nodes.count) threads)" }
    let shown = order.prefix(4).map { words in
      let count = counts[words] ?? 0
      return (count == 1 ? "one thread " : "\(count) threads: each ") + words
    }
    let more = order.count > 4 ? "; \(order.count - 4) more kinds of wait" : ""
    return shown.joined(separator: "; ") + more
  }
}
