internal import History
internal import TraceEvents

/// What a process that did not end was at.
extension Observer {
  func waiting(_ process: ProcessRecord, _ pending: PendingCall, asking: Bool) -> Waiting {
    var seen = Waiting()
    seen.call = pending.call.name
    (seen.whatFor, seen.subject) = Wording.wait(pending, by: process)
    seen.advice =
      pending.isForTerminal
      ? "Type what it asks for, or give the answer by an option, a file or its standard input."
      : Wording.wayOut(of: pending.call)
    describeDescriptor(pending, process, in: &seen)
    let isOneOfSeveral = describeSeveral(pending, process, in: &seen)
    describeStop(process, in: &seen)
    switch pending.call.name {
    case "nanosleep", "clock_nanosleep", "vfork", "clone", "clone3":
      describeAttempts(process, at: pending.time, in: &seen)
    case "open", "openat": describeFIFO(pending, process, in: &seen, asking: asking)
    case "flock", "fcntl", "fcntl64": describeLockWait(pending, in: &seen, asking: asking)
    case "futex": describeFutex(process, in: &seen)
    default:
      if isOneOfSeveral { break }
      if case .pipe(let number, let end) = pending.target {
        describePipe(number, end, process, pending, in: &seen)
      } else if asking {
        describePeer(pending, process, in: &seen)
      }
    }
    describeStackAtEnd(of: process, in: &seen)
    return seen
  }

  /// What a descriptor is that has no name and was made by a call that nobody watches (eventfd(2) and its kin):
  /// the history knows it, if at all, by the name of what had its number before.
  private func describeDescriptor(
    _ pending: PendingCall, _ process: ProcessRecord, in seen: inout Waiting
  ) {
    guard let number = pending.call.descriptor,
      let snapshot = snapshot(of: process),
      let open = snapshot.descriptors.first(where: { $0.number == number })
    else { return }
    if pending.call.name.hasPrefix("mq_timed") {
      (seen.whatFor, seen.subject) = (Wording.messageQueue(pending.call, open.name), open.name)
      return
    }
    guard let words = WaitReader.anonymousFile(open.name) else { return }
    seen.whatFor = "\(words), descriptor \(number)"
    seen.subject = "descriptor \(number)"
    let watched = open.name == "anon_inode:inotify" ? watchedFiles(process, snapshot) : []
    guard let first = watched.first else { return }
    seen.whatFor =
      "changes of \(watched.prefix(3).joined(separator: ", ")) (inotify), descriptor \(number)"
    seen.subject = first
    seen.advice = "See why nothing is written to \(first)."
  }

  private func snapshot(of process: ProcessRecord) -> ProcessSnapshot? {
    inquiry.snapshots().first { $0.identity.pid == process.pid }
  }

  /// The files whose changes a process waits for: those that it asked for last, or that it has open.
  private func watchedFiles(_ process: ProcessRecord, _ snapshot: ProcessSnapshot) -> [String] {
    let asked = process.steps.filter { $0.call.name == "inotify_add_watch" && $0.call.value != nil }
      .compactMap(\.path)
    if !asked.isEmpty { return asked.reversed() }
    return snapshot.descriptors.filter {
      $0.kind == .file && $0.access == .read && $0.number > 2 && !Self.isPlumbing($0.name)
    }.map(\.name)
  }

  /// Of several descriptors that a thread waits for, the connection to another is the one that tells.
  private func describeSeveral(
    _ pending: PendingCall, _ process: ProcessRecord, in seen: inout Waiting
  ) -> Bool {
    guard pending.isForEvents, pending.awaitedAt == nil, pending.awaitedPeer == nil,
      let snapshot = snapshot(of: process),
      let moment = inquiry.threads(of: process.pid).first(where: { $0.thread == pending.thread }),
      moment.call?.name == pending.call.name, moment.descriptors.count > 1
    else { return false }
    let open = snapshot.descriptors.filter { moment.descriptors.contains($0.number) }
    let connections = open.filter {
      $0.socket?.isListening == false && $0.socket?.protocolName.hasPrefix("tcp") == true
        && $0.socket?.remote != nil
    }
    if let remote = connections.last?.socket?.remote {
      (seen.whatFor, seen.subject) = ("an answer from \(remote)", remote)
      guard
        let peer = pending.sockets.compactMap(\.peer).last(where: { $0.description == remote }),
        let who = inquiry.listeners(peer).first?.process
      else { return true }
      describe(who, in: &seen)
      return true
    }
    return false
  }

  private func describe(_ who: ProcessIdentity, in seen: inout Waiting) {
    seen.holder = "\(who.name) (pid \(who.pid), user \(who.userName))"
    seen.explanation =
      "\(who.name) (pid \(who.pid), user \(who.userName)) listens there: it took the connection and sends nothing."
    seen.advice =
      "See in the log of \(who.name) what it does with the request: it may wait itself, for a lock or for work that takes long."
  }

  /// What stopped a process that nobody continued.
  private func describeStop(_ process: ProcessRecord, in seen: inout Waiting) {
    guard let stop = process.stoppedBy else { return }
    seen.stoppedBy = stop.delivery.signal.name
    seen.subject = process.executedPath ?? process.name
    guard let sender = stop.delivery.sender else { return }
    seen.stopper =
      sender == process.pid
      ? "it sent to itself"
      : history.process(pid: sender).map { "\($0.name) (pid \(sender)) sent" }
        ?? "process \(sender) sent"
  }

  /// A process that was in no call: it ran.
  func busy(_ process: ProcessRecord) -> Waiting {
    if let time = history.timeoutTime, let runs = loopOfRuns(process, at: time) { return runs }
    var seen = Waiting()
    seen.isBusy = true
    seen.whatFor = "nothing: it was running all the time"
    seen.subject = process.executedPath ?? process.name
    describeCircle(process, in: &seen)
    let running = inquiry.threads(of: process.pid).filter { $0.state == "R" }
    // The signal that ended it may have found a thread that does nothing.
    if process.pendingCalls.isEmpty || running.isEmpty {
      describeStackAtEnd(of: process, in: &seen)
    }
    // What several looks at it have in common is the loop; where it was ended is any place in it.
    if let stack = running.first(where: { !$0.stack.isEmpty })?.stack,
      let function = Self.ownFrame(of: stack)?.function
    {
      seen.stack = StackLines(stack).lines()
      seen.function = function
    }
    return seen
  }

  /// The stack at the signal by which it was ended when the time was up.
  private func describeStackAtEnd(of process: ProcessRecord, in seen: inout Waiting) {
    // Where it is known by then which thread it is that waits, that one's stack stays.
    guard seen.function == nil,
      let stack = process.signals.last?.delivery.stack, let own = Self.ownFrame(of: stack),
      let function = own.function, own.file != nil || seen.isBusy
    else { return }
    seen.stack = StackLines(stack).lines()
    seen.function = function
  }

  private func describeFIFO(
    _ pending: PendingCall, _ process: ProcessRecord, in seen: inout Waiting, asking: Bool
  ) {
    guard let path = pending.call.path else { return }
    let absolute = PathName.absolute(path, from: process.workingDirectory)
    seen.subject = absolute
    let writes = pending.call.hasSymbol("O_WRONLY")
    let other = writes ? "reading" : "writing"
    seen.whatFor = "the FIFO \(absolute) to be opened for \(other) by another process"
    seen.explanation =
      "Opening a FIFO (named pipe) for \(writes ? "writing" : "reading") waits until another process"
      + " opens its other end for \(other): nobody has."
    guard asking, let walk = inquiry.pathWalk(absolute), walk.components.last?.type != .fifo else {
      return
    }
    seen.whatFor = "a file to be opened: \(absolute)"
    (seen.explanation, seen.advice) = (nil, nil)
  }

  /// Who holds a lock on a file that a process asks for: never that process itself. A process that inherited
  /// the open file is told of by the one that it has it from.
  func lockHolder(_ path: String, askedBy process: ProcessRecord?) -> Holder? {
    let holders = inquiry.lockers(path).filter { $0.process?.pid != process?.pid }
    let pids = Set(holders.compactMap(\.process?.pid))
    let owners = holders.filter { holder in
      guard let pid = holder.process?.pid, let record = history.process(pid: pid) else {
        return true
      }
      return !history.lineage(of: record.index).dropFirst().contains {
        pids.contains(history.processes[$0].pid)
      }
    }
    // Who writes keeps everybody out.
    return owners.first { $0.process != nil && $0.manner.contains("write lock") }
      ?? owners.first { $0.process != nil } ?? owners.first
  }

  private func describeLockWait(_ pending: PendingCall, in seen: inout Waiting, asking: Bool) {
    guard asking, let path = pending.target?.path,
      let holder = lockHolder(path, askedBy: history.process(pid: pending.thread)),
      let who = holder.process
    else { return }
    seen.holder = "\(who.name) (pid \(who.pid), user \(who.userName))"
    seen.explanation =
      "\(who.name) (pid \(who.pid), running for \(Wording.age(who.ageSeconds))) \(holder.manner) on \(path). Its command line: \(who.arguments.joined(separator: " "))."
  }

  /// Who has the other end of a pipe, and whether that one waits in turn.
  private func describePipe(
    _ number: Int, _ end: DescriptorTarget.PipeEnd, _ process: ProcessRecord,
    _ pending: PendingCall, in seen: inout Waiting
  ) {
    let writes = pending.call.name.hasPrefix("write")
    let others = history.processes.filter { other in
      other.index != process.index && holds(number, writes ? .reading : .writing, other)
    }
    guard let other = others.last else { return }
    seen.holder = "\(other.name) (pid \(other.pid))"
    guard let wait = other.pendingCalls.first else { return }
    let what = Wording.wait(wait, by: other).whatFor
    seen.explanation =
      "\(other.name) (pid \(other.pid)), at the other end, was waiting for \(what)."
    if writes, wait.call.name.hasPrefix("write") {
      seen.explanation =
        "Both ends wait for each other (a deadlock): \(process.name) writes to \(other.name), whose pipe is full, and \(other.name) (pid \(other.pid)) is itself waiting for \(what). Read its output while writing its input (communicate())."
    }
  }

  /// The pipe ends that a process had when it was looked at, out of time.
  private func holds(
    _ number: Int, _ end: DescriptorTarget.PipeEnd, _ process: ProcessRecord
  ) -> Bool {
    process.pipesAtEnd.contains { $0.number == number && $0.end == end }
  }

  /// Who does not answer.
  private func describePeer(
    _ pending: PendingCall, _ process: ProcessRecord, in seen: inout Waiting
  ) {
    var peers = pending.sockets.compactMap(\.peer)
    if case .socket(let state) = pending.target, let peer = state.peer { peers = [peer] }
    if let address = pending.call.address { peers = [address] }
    guard let peer = peers.last(where: { $0.description == seen.subject }) ?? peers.last,
      seen.subject == peer.description
    else { return }
    let isBegun =
      process.openConnects.values.contains { $0.call.address == peer }
      || pending.call.name == "connect"
    if isBegun, let who = inquiry.listeners(peer).first?.process {
      guard waitingConnections(at: peer) != 0 else {
        seen.explanation =
          "\(who.name) (pid \(who.pid)) listens there and has room for connections (ss -ltn: Recv-Q is 0), and no answer came to the first packet: a packet filter drops it."
        seen.advice = "See what the packet filter does with it (nft list ruleset, iptables -S)."
        return
      }
      seen.holder = "\(who.name) (pid \(who.pid), user \(who.userName))"
      seen.explanation =
        "\(who.name) (pid \(who.pid)) listens there, and the connection was begun all the same without an answer: its queue of connections that wait to be accepted is full (ss -ltn: Recv-Q)."
      seen.advice =
        "See why \(who.name) does not accept connections, and how many it lets wait (listen(2), backlog)."
      return
    }
    if peer.port == 53 {
      describeNameServer(peer, process, in: &seen)
      return
    }
    if isBegun {
      seen.explanation =
        "The connection was begun, and no answer to it came at all: a firewall that drops packets, a host that is down, or a wrong address."
      return
    }
    let resolved: SocketAddress =
      if case .unix(let path) = peer {
        .unix(path: PathName.absolute(path, from: process.workingDirectory))
      } else { peer }
    guard let who = inquiry.listeners(resolved).first?.process else { return }
    describe(who, in: &seen)
  }
}
