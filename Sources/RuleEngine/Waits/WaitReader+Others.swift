internal import History
internal import TraceEvents

// Waits for other threads and processes, and the words for them.
extension WaitReader {
  func waitAtFutex(_ moment: ThreadMoment, _ process: ProcessSnapshot) -> ThreadWait {
    let name = process.identity.name
    let isMutex = moment.stack.contains { $0.function?.contains("mutex_lock") ?? false }
    guard let lock = moment.lock, let owner = lock.owner, lock.kind != .unknown,
      lock.kind != .orphan || isMutex
    else {
      return ThreadWait(
        kind: .condition,
        words: "waits for another thread to wake it (a condition, semaphore or lock)"
          + span(moment.timeout), subject: name)
    }
    if lock.kind == .orphan {
      return ThreadWait(
        kind: .mutex,
        words: "waits for a lock (mutex) that the thread \(owner) held when it ended"
          + span(moment.timeout), subject: name, isHopeless: moment.timeout == nil)
    }
    let holder = inquiry.moment(of: owner)
    let who =
      owner == moment.thread
      ? "it holds itself" : "the thread \(threadName(owner, holder?.moment, process)) holds"
    let actor = ThreadWait.Actor(
      pid: holder?.process ?? process.identity.pid, thread: owner,
      name: holder.flatMap { processes[$0.process]?.identity.name } ?? name)
    if lock.kind == .join {
      return ThreadWait(
        kind: .thread,
        words:
          "waits for its thread \(threadName(owner, holder?.moment, process)) to end (pthread_join)",
        subject: name, actors: [actor])
    }
    return ThreadWait(
      kind: .mutex, words: "waits for a lock (mutex) that \(who)" + span(moment.timeout),
      subject: name, actors: [actor], isHopeless: owner == moment.thread && moment.timeout == nil)
  }

  private func threadName(
    _ thread: ProcessID, _ moment: ThreadMoment?, _ process: ProcessSnapshot
  ) -> String {
    guard let name = moment?.name, name != process.identity.name, !name.isEmpty else {
      return "\(thread)"
    }
    return "\(thread) (\(name))"
  }

  func waitForChild(_ call: SystemCall, _ process: ProcessSnapshot) -> ThreadWait {
    let own = children[process.identity.pid] ?? []
    var wanted = own
    for case .integer(let number) in call.arguments.prefix(2) where number > 0 {
      if let child = ProcessID(exactly: number), own.contains(child) { wanted = [child] }
    }
    let actors = living(wanted)
    let who = actors.isEmpty ? "a child" : "its child \(names(actors))"
    return ThreadWait(
      kind: .child, words: "waits for \(who) to end",
      subject: actors.first.map { processes[$0.pid]?.identity.executable ?? $0.name }
        ?? process.identity.name,
      actors: actors)
  }

  func waitForLock(_ moment: ThreadMoment, _ process: ProcessSnapshot) -> ThreadWait {
    guard let number = moment.descriptors.first,
      let open = process.descriptors.first(where: { $0.number == number })
    else {
      return ThreadWait(
        kind: .fileLock, words: "waits for a lock on a file", subject: process.identity.name)
    }
    let holders = inquiry.lockers(open.name).filter { $0.process?.pid != process.identity.pid }
    let pids = Set(holders.compactMap(\.process?.pid))
    // Who inherited the open file has it from the one that took the lock.
    let actors = holders.compactMap(\.process).filter { holder in
      !ancestors(of: holder.pid).contains(where: pids.contains)
    }.map { ThreadWait.Actor(pid: $0.pid, thread: nil, name: $0.name) }
    let who =
      actors.isEmpty
      ? ""
      : ": \(names(unique(actors))) \(holders.first { $0.process != nil }?.manner ?? "holds it")"
    return ThreadWait(
      kind: .fileLock, words: "waits for a lock on \(open.name)\(who)", subject: open.name,
      actors: unique(actors))
  }

  // MARK: Who and what

  private func ancestors(of pid: ProcessID) -> [ProcessID] {
    var line: [ProcessID] = []
    var next = processes[pid]?.identity.parent
    while let parent = next, line.count < 64, !line.contains(parent) {
      line.append(parent)
      next = processes[parent]?.identity.parent
    }
    return line
  }

  func actor(_ process: ProcessSnapshot) -> ThreadWait.Actor {
    ThreadWait.Actor(pid: process.identity.pid, thread: nil, name: process.identity.name)
  }

  func living(_ ids: [ProcessID]) -> [ThreadWait.Actor] {
    ids.compactMap { id in
      guard let process = processes[id], process.identity.state != "Z" else { return nil }
      return actor(process)
    }
  }

  /// Whoever has the other end, apart from the process itself.
  func actors(_ open: OpenDescriptor, _ process: ProcessSnapshot) -> [ThreadWait.Actor] {
    unique(
      open.peers.filter { $0.pid != process.identity.pid }.map {
        ThreadWait.Actor(pid: $0.pid, thread: nil, name: $0.name)
      })
  }

  /// True for a pipe or pair of sockets that a program has to itself, to wake itself up by.
  func isOwnPipe(_ open: OpenDescriptor, _ process: ProcessSnapshot) -> Bool {
    !open.peers.isEmpty && open.peers.allSatisfy { $0.pid == process.identity.pid }
  }

  /// What a descriptor is, in words.
  func thing(_ open: OpenDescriptor, _ process: ProcessSnapshot) -> String {
    switch open.kind {
    case .socket: return socketWords(open, actors(open, process))
    case .pipe:
      let others = actors(open, process)
      return others.isEmpty ? "a pipe" : "a pipe with \(names(others))"
    case .other: return Self.anonymousFile(open.name) ?? open.name
    case .terminal: return "the terminal \(open.name)"
    default: return open.name
    }
  }

  /// What is waited for at a file of the kernel's that no path leads to; nil for others.
  static func anonymousFile(_ name: String) -> String? {
    switch name {
    case "anon_inode:inotify": "changes of files (inotify)"
    case "anon_inode:[timerfd]": "a timer (timerfd)"
    case "anon_inode:[signalfd]": "a signal (signalfd)"
    case "anon_inode:[eventfd]": "an event that somebody has to post (eventfd)"
    case "anon_inode:[pidfd]": "the end of a process (pidfd)"
    default: nil
    }
  }

  func socketWords(_ open: OpenDescriptor, _ others: [ThreadWait.Actor]) -> String {
    switch (open.socket?.remote, others.isEmpty) {
    case (let address?, true): return address
    case (let address?, false): return "\(address) (\(names(others)))"
    case (nil, false): return "\(names(others)), at the other end of a socket"
    case (nil, true): return "a \(open.socket?.protocolName ?? "") socket"
    }
  }

  func names(_ actors: [ThreadWait.Actor]) -> String {
    var words = actors.prefix(3).map { "\($0.name) (pid \($0.pid))" }
    if actors.count > 3 { words.append("\(actors.count - 3) more") }
    return words.count > 1
      ? words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
      : words.first ?? ""
  }

  func verb(_ actors: [ThreadWait.Actor]) -> String { actors.count == 1 ? "has" : "have" }

  /// At most three of several things.
  func shortened(_ words: [String]) -> String {
    words.count > 3
      ? words.prefix(3).joined(separator: ", ") + " and \(words.count - 3) more"
      : words.joined(separator: ", ")
  }

  func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  /// How long a wait takes at most.
  func span(_ seconds: Double?) -> String {
    seconds.map { ", for \(Wording.seconds($0)) at most" } ?? ""
  }

  func unique<Element: Hashable>(_ list: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return list.filter { seen.insert($0).inserted }
  }
}
