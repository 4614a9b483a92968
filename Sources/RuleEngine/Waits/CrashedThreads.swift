internal import History
package import TraceEvents

/// What the threads of crashed processes were in, where that was asked for (`--threads`).
package struct CrashedThreads: Sendable {
  /// The threads, those with one stack together: the crashed one first, then the rarest, as a pool of
  /// idle ones tells the least.
  package var groups: [Group]
  /// How many threads there were besides.
  package var leftOut: Int

  /// Threads that were in the same.
  package struct Group: Sendable {
    package var pid: ProcessID
    /// The program's path.
    package var program: String
    /// In the order in which they were looked at.
    package var threads: [ProcessID]
    /// The names that they gave themselves, each once.
    package var names: [String]
    /// True for the one that the signal was for.
    package var isCrashed: Bool
    /// What they did, in words to follow their name; several where they did it to different things.
    package var doing: [String]
    package var kind: ThreadWait.Kind?
    /// The stack that they share, in lines; empty where it could not be had.
    package var stack: [String]
  }
}

extension CrashedThreads {
  /// The frames of a thread that are shown at most.
  private static let mostFrames = 32
  /// The threads of a process that are told of at most.
  private static let mostThreads = 64
  private static let mostWords = 3
  /// Where the C library begins a thread.
  private static let beginnings: Set<String> = [
    "start_thread", "__clone3", "clone3", "__clone", "clone",
  ]

  /// The words for what the facts of the stream tell; nil where they tell nothing.
  init?(_ history: History, _ inquiry: Inquiry) {
    groups = []
    leftOut = 0
    var known: Set<ProcessID> = []
    var isAsked = false
    for process in history.processes {
      guard let moments = inquiry.crashedThreads(of: process.pid),
        known.insert(process.pid).inserted
      else { continue }
      isAsked = true
      leftOut += max(0, moments.count - Self.mostThreads)
      groups += Self.groups(moments.prefix(Self.mostThreads), process, inquiry)
    }
    if !isAsked { return nil }
  }

  private static func groups(
    _ moments: ArraySlice<ThreadMoment>, _ process: ProcessRecord, _ inquiry: Inquiry
  ) -> [Group] {
    let snapshot = inquiry.crashSnapshot(of: process.pid) ?? bare(process)
    let reader = WaitReader(
      inquiry: inquiry, processes: [process.pid: snapshot], children: [:])
    let isKilled = if case .killed = process.end { true } else { false }
    var groups: [Group] = []
    for (index, moment) in moments.enumerated() {
      let wait = isKnown(moment) ? reader.wait(of: moment, in: snapshot) : nil
      let stack = moment.stack.prefix { !beginnings.contains($0.function ?? "") }
      var group = Group(
        pid: process.pid, program: process.executable ?? process.name, threads: [moment.thread],
        names: moment.name.isEmpty ? [] : [moment.name], isCrashed: index == 0 && isKilled,
        doing: (wait?.words).map { [$0] } ?? [], kind: wait?.kind,
        stack: StackLines(Array(stack)).lines(cap: mostFrames))
      if group.isCrashed { (group.doing, group.kind) = ([], nil) }
      guard let known = groups.firstIndex(where: { $0.isSame(as: group) }) else {
        groups.append(group)
        continue
      }
      groups[known].threads += group.threads
      groups[known].names += group.names.filter { !groups[known].names.contains($0) }
      groups[known].doing += group.doing.filter {
        !groups[known].doing.contains($0) && groups[known].doing.count < mostWords
      }
    }
    let ranks = groups.enumerated().sorted {
      ($0.element.isCrashed ? 0 : $0.element.threads.count, $0.offset)
        < ($1.element.isCrashed ? 0 : $1.element.threads.count, $1.offset)
    }
    return ranks.map(\.element)
  }

  /// A core file does not tell what a thread did that was in no call.
  private static func isKnown(_ moment: ThreadMoment) -> Bool {
    moment.state != "?" || moment.call != nil
  }

  /// A process of which no more is known than a core file tells.
  private static func bare(_ process: ProcessRecord) -> ProcessSnapshot {
    ProcessSnapshot(
      identity: ProcessIdentity(
        pid: process.pid, name: process.name, executable: process.executable,
        arguments: process.arguments, userName: "", parent: 0, state: "?", ageSeconds: 0))
  }
}

extension CrashedThreads.Group {
  fileprivate func isSame(as other: Self) -> Bool {
    !isCrashed && !other.isCrashed && kind == other.kind && stack == other.stack
      && (!stack.isEmpty || doing == other.doing)
  }
}
