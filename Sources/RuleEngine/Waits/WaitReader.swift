internal import History
internal import TraceEvents

/// Reads what threads wait for from what was seen of them and of their processes.
struct WaitReader {
  let inquiry: Inquiry
  /// All processes that were looked at, by number.
  let processes: [ProcessID: ProcessSnapshot]
  /// Their children, among them.
  let children: [ProcessID: [ProcessID]]

  func wait(of moment: ThreadMoment, in process: ProcessSnapshot) -> ThreadWait {
    let name = process.identity.name
    switch moment.state {
    case "R": return ThreadWait(kind: .running, words: "runs", subject: name)
    case "T":
      return ThreadWait(
        kind: .stopped, words: "is stopped (job control) and does nothing until it gets SIGCONT",
        subject: name)
    case "t": return ThreadWait(kind: .stopped, words: "is stopped by a debugger", subject: name)
    case "Z", "X":
      return ThreadWait(
        kind: .ended, words: "has ended, and its parent has not waited for it (a zombie)",
        subject: name)
    default: break
    }
    guard let call = moment.call else {
      let place = moment.kernelPlace.map { " (\($0))" } ?? ""
      return ThreadWait(kind: .call, words: "waits in the kernel\(place)", subject: name)
    }
    if moment.state == "D", !["clone", "clone3", "vfork"].contains(call.name) {
      return deviceWait(moment, call, process)
    }
    return wait(in: call, moment, process)
  }

  private func wait(
    in call: SystemCall, _ moment: ThreadMoment, _ process: ProcessSnapshot
  ) -> ThreadWait {
    let name = process.identity.name
    switch call.name {
    case "accept", "accept4", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6",
      "pselect6_time64", "epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_wait_old":
      return waitForEvents(moment, process)
    case "read", "readv", "pread64", "preadv", "preadv2", "recvfrom", "recvmsg", "recvmmsg",
      "recv", "splice":
      guard let descriptor = moment.descriptors.first else { break }
      return waitForData(descriptor, process)
    case "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
      "send", "sendfile":
      guard let descriptor = moment.descriptors.first else { break }
      return waitForRoom(descriptor, process)
    case "futex", "futex_time64": return waitAtFutex(moment, process)
    case "wait4", "waitid", "waitpid": return waitForChild(call, process)
    case "clone", "clone3", "vfork":
      return ThreadWait(
        kind: .child, words: "waits for the child that it has just made to run a program (vfork)",
        subject: name, actors: living(children[process.identity.pid] ?? []))
    case "nanosleep", "clock_nanosleep":
      return ThreadWait(kind: .sleep, words: "sleeps" + span(moment.timeout), subject: name)
    case "flock", "fcntl", "fcntl64": return waitForLock(moment, process)
    case "connect":
      let address = call.address?.description ?? "?"
      return ThreadWait(
        kind: .data, words: "waits for an answer to its connection to \(address)", subject: address)
    case "open", "openat": return waitToOpen(call, process)
    case "rt_sigsuspend" where !living(children[process.identity.pid] ?? []).isEmpty:
      // As dash waits: for the signal of a child's end.
      return waitForChild(call, process)
    case "pause", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64":
      return ThreadWait(kind: .signal, words: "waits for a signal", subject: name)
    case "fsync", "fdatasync", "sync", "syncfs", "msync":
      return ThreadWait(kind: .device, words: "waits for data to reach the disk", subject: name)
    case "msgrcv", "semop", "semtimedop", "msgsnd":
      let object = Wording.systemVObject(call)
      return ThreadWait(
        kind: .condition,
        words: object.map { "waits for " + $0.whatFor }
          ?? "waits at a System V queue or semaphore (\(call.name))",
        subject: object?.subject ?? name)
    case "mq_timedreceive", "mq_timedsend":
      let open = process.descriptors.first { $0.number == call.descriptor }
      let queue = open?.name ?? "of descriptor \(call.descriptor ?? -1)"
      return ThreadWait(
        kind: .condition, words: "waits for " + Wording.messageQueue(call, queue), subject: queue)
    case "io_uring_enter", "io_getevents", "io_pgetevents":
      return ThreadWait(
        kind: .work, words: "waits for input or output to come about (\(call.name))", subject: name)
    default: break
    }
    return ThreadWait(kind: .call, words: "is in the system call \(call.name)", subject: name)
  }

  // MARK: Descriptors

  /// poll and its kin: any of several things.
  private func waitForEvents(_ moment: ThreadMoment, _ process: ProcessSnapshot) -> ThreadWait {
    let open = moment.descriptors.compactMap { number in
      process.descriptors.first { $0.number == number }
    }
    let listening = open.filter { $0.socket?.isListening ?? false }
    if !listening.isEmpty {
      let addresses = unique(listening.compactMap { $0.socket?.local })
      let clients = open.count { $0.socket?.remote != nil && $0.socket?.isListening == false }
      let more = clients > 0 ? ", and for \(counted(clients, "connection"))" : ""
      return ThreadWait(
        kind: .work, words: "waits for a client to connect to \(shortened(addresses))\(more)",
        subject: addresses.first ?? process.identity.name)
    }
    // Those by which a program wakes itself up tell nothing, unless there is nothing else.
    let outside = open.filter { $0.kind != .other && !isOwnPipe($0, process) }
    if outside.count == 1, let only = outside.first {
      var wait = waitForData(only.number, process)
      wait.words += span(moment.timeout)
      return wait
    }
    if outside.isEmpty {
      return ThreadWait(
        kind: moment.timeout == nil ? .work : .sleep,
        words: moment.timeout == nil
          ? "waits for an event (\(moment.call?.name ?? "poll"))"
          : "waits" + span(moment.timeout),
        subject: process.identity.name)
    }
    let things = unique(outside.map { thing($0, process) })
    return ThreadWait(
      kind: .work,
      words: "waits for any of \(counted(outside.count, "thing")): \(shortened(things))",
      subject: process.identity.name,
      actors: Array(outside.flatMap { actors($0, process) }.prefix(8)))
  }

  private func waitForData(_ number: Int32, _ process: ProcessSnapshot) -> ThreadWait {
    guard let open = process.descriptors.first(where: { $0.number == number }) else {
      return ThreadWait(
        kind: .data, words: "waits for data from descriptor \(number)",
        subject: "descriptor \(number)")
    }
    let others = actors(open, process)
    switch open.kind {
    case .terminal:
      return ThreadWait(
        kind: .terminal, words: "waits for somebody to type at the terminal \(open.name)",
        subject: open.name)
    case .pipe, .fifo:
      let what = open.kind == .fifo ? "the FIFO \(open.name)" : "a pipe"
      if others.isEmpty, !open.peers.isEmpty {
        return ThreadWait(
          kind: .data,
          words:
            "waits for data from \(what) (descriptor \(number)) that nobody but itself has open for writing",
          subject: open.name, actors: [actor(process)], isHopeless: true)
      }
      let who = others.isEmpty ? "" : ", which \(names(others)) \(verb(others)) to write"
      return ThreadWait(
        kind: .data, words: "waits for data from \(what) (descriptor \(number))\(who)",
        subject: open.kind == .fifo ? open.name : "descriptor \(number)", actors: others)
    case .socket:
      if open.socket?.isListening ?? false {
        let address = open.socket?.local ?? "?"
        return ThreadWait(
          kind: .work, words: "waits for a client to connect to \(address)", subject: address)
      }
      if open.socket?.remote == nil, others.isEmpty, let local = open.socket?.local {
        return ThreadWait(kind: .work, words: "waits for messages to \(local)", subject: local)
      }
      let address = open.socket?.remote ?? names(others)
      return ThreadWait(
        kind: .data, words: "waits for data from \(socketWords(open, others))", subject: address,
        actors: others)
    case .other:
      return ThreadWait(kind: .work, words: "waits for \(thing(open, process))", subject: open.name)
    case .file, .directory, .device:
      return ThreadWait(kind: .device, words: "reads \(open.name)", subject: open.name)
    }
  }

  private func waitForRoom(_ number: Int32, _ process: ProcessSnapshot) -> ThreadWait {
    guard let open = process.descriptors.first(where: { $0.number == number }) else {
      return ThreadWait(
        kind: .room, words: "waits for somebody to read what it writes to descriptor \(number)",
        subject: "descriptor \(number)")
    }
    let others = actors(open, process)
    switch open.kind {
    case .pipe, .fifo:
      let what = open.kind == .fifo ? "the FIFO \(open.name)" : "a pipe"
      let isOwn = others.isEmpty && !open.peers.isEmpty
      let who =
        isOwn ? " that it alone has open for reading" : others.isEmpty ? "" : " to \(names(others))"
      return ThreadWait(
        kind: .room,
        words: "waits for room in \(what) (descriptor \(number))\(who), which is full",
        subject: open.kind == .fifo ? open.name : "descriptor \(number)",
        actors: isOwn ? [actor(process)] : others, isHopeless: isOwn)
    case .socket:
      let queue = open.socket.map { $0.sendQueue > 0 ? ", with \($0.sendQueue) bytes unread" : "" }
      return ThreadWait(
        kind: .room,
        words: "waits for \(socketWords(open, others)) to read what it sends\(queue ?? "")",
        subject: open.socket?.remote ?? names(others), actors: others)
    case .terminal:
      return ThreadWait(
        kind: .terminal, words: "waits for the terminal \(open.name) to take its output",
        subject: open.name)
    default:
      return ThreadWait(kind: .device, words: "writes to \(open.name)", subject: open.name)
    }
  }

  private func deviceWait(
    _ moment: ThreadMoment, _ call: SystemCall, _ process: ProcessSnapshot
  ) -> ThreadWait {
    let path =
      moment.descriptors.first.flatMap { number in
        process.descriptors.first { $0.number == number }?.name
      } ?? call.path
    let place = moment.kernelPlace ?? ""
    let what =
      place.hasPrefix("nfs") || place.hasPrefix("rpc")
      ? "an NFS server"
      : place.hasPrefix("fuse") || place.hasPrefix("request_wait_answer")
        ? "the program that serves a FUSE file system" : "a disk or another device"
    return ThreadWait(
      kind: .device,
      words: "waits in the kernel for \(what), not to be interrupted, in \(call.name)"
        + (path.map { " of \($0)" } ?? "") + (place.isEmpty ? "" : " (\(place))"),
      subject: path ?? process.identity.name)
  }

  private func waitToOpen(_ call: SystemCall, _ process: ProcessSnapshot) -> ThreadWait {
    let path = PathName.absolute(call.path ?? "?", from: process.workingDirectory ?? "/")
    let writes = call.hasSymbol("O_WRONLY")
    return ThreadWait(
      kind: .opening,
      words:
        "waits for another process to open the FIFO \(path) for \(writes ? "reading" : "writing")",
      subject: path)
  }
}
