internal import History
internal import TraceEvents

/// What a process that did not end was at.
extension Observer {
  func waiting(_ process: ProcessRecord, _ pending: PendingCall, asking: Bool) -> Waiting {
    var seen = Waiting()
    seen.call = pending.call.name
    (seen.whatFor, seen.subject) = Wording.wait(pending, by: process)
    describeAnonymousFile(pending, process, in: &seen)
    describeStop(process, in: &seen)
    switch pending.call.name {
    case "nanosleep", "clock_nanosleep": describeAttempts(process, in: &seen)
    case "open", "openat": describeFIFO(pending, process, in: &seen, asking: asking)
    case "flock", "fcntl", "fcntl64": describeLockWait(pending, in: &seen, asking: asking)
    case "futex": describeFutex(process, in: &seen)
    default:
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
  private func describeAnonymousFile(
    _ pending: PendingCall, _ process: ProcessRecord, in seen: inout Waiting
  ) {
    guard let number = pending.call.descriptor,
      let snapshot = inquiry.snapshots().first(where: { $0.identity.pid == process.pid }),
      let open = snapshot.descriptors.first(where: { $0.number == number }),
      let words = WaitReader.anonymousFile(open.name)
    else { return }
    seen.whatFor = "\(words), descriptor \(number)"
    seen.subject = "descriptor \(number)"
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
    var seen = Waiting()
    seen.isBusy = true
    seen.whatFor = "nothing: it was running all the time"
    seen.subject = process.executedPath ?? process.name
    describeCircle(process, in: &seen)
    describeStackAtEnd(of: process, in: &seen)
    // What several looks at it have in common is the loop; where it was ended is any place in it.
    if let stack = inquiry.threads(of: process.pid).first(where: {
      $0.state == "R" && !$0.stack.isEmpty
    })?.stack, let function = Self.ownFrame(of: stack)?.function {
      seen.stack = Self.lines(of: stack)
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
    seen.stack = Self.lines(of: stack)
    seen.function = function
  }

  /// What is tried again and again between two sleeps.
  private func describeAttempts(_ process: ProcessRecord, in seen: inout Waiting) {
    guard let call = attempted(by: process) else { return }
    let what = subject(of: call) ?? call.address?.description ?? call.call.name
    seen.subject = what
    seen.attempts = call.call.notation
    seen.whatFor =
      "\(what): it tries again and again, with a sleep between (\(call.count) times: \(call.error.words))"
  }

  /// The failed call that a waiting process, or one above it, repeats; of several the last.
  func attempted(by process: ProcessRecord) -> FailedCall? {
    let line = Set(history.lineage(of: process.index))
    // What is tried by a new process each time is found below the one that goes on.
    return history.failures.calls.last { call in
      call.replacement == nil && repetitions(of: call) >= 3
        && (line.contains(call.process)
          || history.processes[call.process].parent.map { line.contains($0) } ?? false)
        && call.lastTime > history.duration - 30
    }
  }

  /// How often a call failed so, in its process and in those of the same parent.
  private func repetitions(of call: FailedCall) -> Int {
    if call.count >= 3 { return call.count }
    guard let parent = history.processes[call.process].parent,
      !call.error.isAbsence || call.address != nil
    else { return call.count }
    return history.failures.calls.filter {
      $0.call.name == call.call.name && $0.error == call.error && $0.path == call.path
        && $0.address == call.address && history.processes[$0.process].parent == parent
    }.reduce(0) { $0 + $1.count }
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
    seen.explanation = nil
  }

  private func describeLockWait(_ pending: PendingCall, in seen: inout Waiting, asking: Bool) {
    guard asking, let path = pending.target?.path,
      let holder = inquiry.lockers(path).first(where: { $0.process != nil }),
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
    seen.holder = "\(who.name) (pid \(who.pid), user \(who.userName))"
    seen.explanation =
      "\(who.name) (pid \(who.pid), user \(who.userName)) listens there: it took the connection and sends nothing."
  }
}
