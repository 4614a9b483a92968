internal import History
internal import TraceEvents

/// Who waits for whom among the processes that were looked at.
struct WaitGraph {
  /// A thread with what it waits for.
  struct Node: Hashable {
    var process: ProcessID
    var moment: ThreadMoment
    var wait: ThreadWait
  }

  /// The processes, ancestors first.
  let snapshots: [ProcessSnapshot]
  /// The threads of each process, in order.
  let nodes: [ProcessID: [Node]]
  private let threads: [ProcessID: Node]

  init(_ inquiry: Inquiry) {
    snapshots = inquiry.snapshots()
    let watched = Dictionary(
      snapshots.map { ($0.identity.pid, $0) }, uniquingKeysWith: { first, _ in first })
    var children: [ProcessID: [ProcessID]] = [:]
    for snapshot in snapshots {
      children[snapshot.identity.parent, default: []].append(snapshot.identity.pid)
    }
    let reader = WaitReader(inquiry: inquiry, processes: watched, children: children)
    var nodes: [ProcessID: [Node]] = [:]
    var threads: [ProcessID: Node] = [:]
    for snapshot in snapshots where snapshot.isWatched {
      let pid = snapshot.identity.pid
      nodes[pid] = inquiry.threads(of: pid).map {
        Node(process: pid, moment: $0, wait: reader.wait(of: $0, in: snapshot))
      }
      for node in nodes[pid] ?? [] { threads[node.moment.thread] = node }
    }
    self.nodes = nodes
    self.threads = threads
  }

  /// The thread of a process by which others see it: the one that keeps it from going on, else the
  /// first.
  func leading(of process: ProcessID) -> Node? {
    let own = nodes[process] ?? []
    return own.first { isInCircle($0) } ?? own.first { $0.wait.isHopeless }
      ?? own.first { $0.wait.kind == .mutex } ?? own.first { $0.wait.kind == .running }
      ?? own.first
  }

  /// Whoever a thread waits for, if that is one alone, of whom it is known what it does.
  private func next(after node: Node) -> Node? {
    guard node.wait.actors.count == 1, let actor = node.wait.actors.first else { return nil }
    if let thread = actor.thread { return threads[thread] }
    let own = nodes[actor.pid] ?? []
    // Of a process with threads any may act; a thread at a lock is what keeps it.
    return own.count == 1
      ? own.first
      : own.first { $0.wait.kind == .mutex } ?? own.first { $0.wait.kind == .room } ?? own.first
  }

  /// A thread and those that it waits for in turn; a circle ends before its first one comes again.
  func chain(from node: Node) -> [Node] {
    var chain = [node]
    while let next = next(after: chain[chain.count - 1]), chain.count < 32 {
      if chain.contains(where: { $0.moment.thread == next.moment.thread }) { break }
      chain.append(next)
    }
    return chain
  }

  /// The threads that wait for each other, beginning with `node`; nil if it is in no such circle.
  func circle(of node: Node) -> [Node]? {
    let chain = chain(from: node)
    guard let last = chain.last, let back = next(after: last),
      back.moment.thread == node.moment.thread, chain.count > 1 || node.wait.kind == .mutex,
      // Who runs, or would go on by itself, is in no deadlock.
      chain.allSatisfy({ $0.wait.kind.blocks && $0.moment.timeout == nil })
    else { return nil }
    return chain
  }

  private func isInCircle(_ node: Node) -> Bool { circle(of: node) != nil }

  /// The first circle of threads that wait for each other.
  func firstCircle() -> [Node]? {
    for snapshot in snapshots {
      for node in nodes[snapshot.identity.pid] ?? [] {
        if let circle = circle(of: node) { return circle }
      }
    }
    return nil
  }

  /// The first thread that waits for what nobody can do.
  func firstHopeless() -> Node? {
    for snapshot in snapshots {
      if let node = (nodes[snapshot.identity.pid] ?? []).first(where: \.wait.isHopeless) {
        return node
      }
    }
    return nil
  }

  /// True if no thread of the processes finished a call while it was watched.
  var standsStill: Bool { nodes.values.allSatisfy { $0.allSatisfy { $0.moment.calls == 0 } } }
}

extension ThreadWait.Kind {
  /// True for a wait that only another thread or process can end.
  var blocks: Bool {
    switch self {
    case .mutex, .thread, .fileLock, .child, .data, .room: true
    default: false
    }
  }
}
