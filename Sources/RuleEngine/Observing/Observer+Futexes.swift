internal import History
internal import TraceEvents

// Waits of threads for each other, of which the kernel knows an address alone (futex(2)).
extension Observer {
  /// Tells what the threads of a process that are at a futex wait for: by the functions that they are in,
  /// where their stacks were seen, else by their number.
  func describeFutex(_ process: ProcessRecord, in seen: inout Waiting) {
    let moments = inquiry.threads(of: process.pid)
    if let joined = joined(process.pid, moments) {
      return describe(joined, awaitedBy: process, in: &seen)
    }
    if let writer = writer(process, moments) {
      return describe(writer, awaitedBy: process, in: &seen)
    }
    // The last stack is that of the thread which the signal found that ended it.
    let stacks =
      moments.filter { $0.call?.name.hasPrefix("futex") ?? false }.map(\.stack)
      + [process.signals.last?.delivery.stack ?? []]
    let functions = stacks.joined().compactMap(\.function)
    let isAlone = moments.count == 1
    func isIn(_ part: String) -> Bool { functions.contains { $0.contains(part) } }
    if isIn("mutex_lock") {
      seen.explanation = lockWords(process)
    } else if isIn("pthread_cond_") {
      seen.whatFor = "a condition that another of its threads is to signal (pthread_cond_wait)"
      seen.advice =
        "See which thread is to signal the condition, and that what is waited for is tested, under the lock, before each wait: a signal that comes before the wait is lost."
      seen.explanation =
        isAlone ? "It has no other thread: nobody can signal the condition." : "None does."
    } else if isIn("sem_wait") || isIn("sem_timedwait") || isIn("sem_clockwait") {
      seen.whatFor =
        isAlone
        ? "a semaphore or lock that nobody releases: it has no other thread (sem_wait)"
        : "a semaphore or lock that another of its threads is to release (sem_wait)"
      seen.advice =
        "See who is to release the semaphore or lock (sem_post), and why that does not come."
      seen.explanation =
        isAlone
        ? "It has no other thread: another process would have to release it, if it shares it."
        : "None does: they may wait for each other (a deadlock)."
    } else if isIn("pthread_rwlock_") {
      seen.whatFor =
        isAlone
        ? "a lock for reading or writing that it holds itself (rwlock)"
        : "a lock for reading or writing that another of its threads holds (rwlock)"
      seen.advice =
        "Give the lock back on every way out of the function that took it; a lock for reading cannot be raised to one for writing."
      seen.explanation =
        isAlone
        ? "It has no other thread: it holds the lock itself."
        : "Whoever holds it does not release it."
    } else if let serving = servingThread(of: process) {
      seen.whatFor = serving
      seen.explanation =
        "One of its threads waits for that, the others for what it gives them, as the runtimes of some languages do."
    } else {
      seen.explanation = lockWords(process)
    }
  }

  /// What the one thread of a process waits for that waits for the world outside, where the others wait at
  /// locks of which nobody knows more: runtimes with threads of their own (Go's) are in that state at rest.
  private func servingThread(of process: ProcessRecord) -> String? {
    let nodes = WaitGraph(inquiry).nodes[process.pid] ?? []
    let words = nodes.first { node in
      Self.multiplexers.contains(node.moment.call?.name ?? "") && node.wait.kind != .sleep
    }?.wait.words
    return words.map { $0.hasPrefix("waits for ") ? String($0.dropFirst(10)) : $0 }
  }

  private static let multiplexers: Set<String> = [
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "accept",
    "accept4",
  ]

  /// The thread of a process that writes what nobody reads, while the first one waits at a lock or for its end.
  private func writer(_ process: ProcessRecord, _ moments: [ThreadMoment]) -> ThreadMoment? {
    let nodes = WaitGraph(inquiry).nodes[process.pid] ?? []
    return nodes.first { $0.wait.kind == .room && $0.moment.thread != process.pid }?.moment
  }

  /// The thread whose end the first thread of a process waits for, and where that one waits for a third to
  /// end, the third: the last of them.
  private func joined(_ process: ProcessID, _ moments: [ThreadMoment]) -> ThreadMoment? {
    var last = moments.first { $0.thread == process }
    for _ in moments {
      guard let lock = last?.lock, lock.kind == .join,
        let next = moments.first(where: { $0.thread == lock.owner })
      else { break }
      last = next
    }
    return last?.thread == process ? nil : last
  }

  /// Tells what a thread waits for which keeps others that wait for its end.
  private func describe(
    _ joined: ThreadMoment, awaitedBy process: ProcessRecord, in seen: inout Waiting
  ) {
    let own = Self.ownFrame(of: joined.stack)
    let isAtCondition = joined.stack.contains { $0.function?.contains("pthread_cond_") ?? false }
    let node = WaitGraph(inquiry).nodes[process.pid]?.first { $0.moment.thread == joined.thread }
    if isAtCondition {
      seen.whatFor = "a condition that another of its threads is to signal (pthread_cond_wait)"
    } else if let words = node?.wait.words {
      seen.whatFor =
        words.hasPrefix("waits for ")
        ? String(words.dropFirst(10)) : "its thread \(joined.thread), which \(words)"
    }
    let place = own?.functionAndPlace.map { ", in \($0)," } ?? ""
    let isJoined = inquiry.threads(of: process.pid).contains {
      $0.lock?.kind == .join && $0.lock?.owner == joined.thread
    }
    seen.explanation =
      "The thread \(joined.thread)\(place) waits for that\(isAtCondition ? ", and none signals it" : "")."
      + (isJoined
        ? " The first thread waits for this one to end (pthread_join)."
        : " The first thread waits at a lock, as for this one.")
    seen.stack = StackLines(joined.stack).lines()
    seen.function = own?.function
  }

  private func lockWords(_ process: ProcessRecord) -> String {
    let waiters = process.pendingCalls.filter { $0.call.name == "futex" }.count
    return waiters > 1
      ? "\(waiters) of its threads wait so, none runs: they may wait for each other (a deadlock), each for a lock (mutex) that another holds."
      : "Whoever holds the lock (mutex) does not release it: perhaps this thread itself, which would be a deadlock."
  }
}
