internal import History
internal import TraceEvents

/// Whom a call that did not return can have waited for.
extension PendingCall {
  /// What its descriptor refers to; nil for poll(2) and its kin, that wait for several, and for the
  /// descriptor of epoll(7), whose number the history knows by what had it before.
  var ownTarget: DescriptorTarget? {
    call.name.hasPrefix("epoll_") ? nil : target
  }

  /// The address at which it waits for clients; nil if it waits for something else.
  var awaitedAt: SocketAddress? {
    guard isForInput || call.name.hasPrefix("accept") else { return nil }
    if let target = ownTarget {
      guard case .socket(let state) = target, state.isListening || call.name.hasPrefix("accept")
      else { return nil }
      return state.local
    }
    return awaitedPeer == nil ? listening.last : nil
  }

  /// Whose answer it waits for: of poll(2) and its kin the peer of the last socket, but not of one by which
  /// the process is connected to itself.
  var awaitedPeer: SocketAddress? {
    guard isForInput else { return nil }
    if case .socket(let state) = ownTarget { return state.peer }
    guard ownTarget == nil else { return nil }
    let own = Set(listening)
    return sockets.last { socket in
      guard let peer = socket.peer, peer.port != nil else { return false }
      return !own.contains(peer) && !(socket.local.map(own.contains) ?? false)
    }?.peer
  }

  /// The addresses that the process listens at.
  private var listening: [SocketAddress] {
    sockets.filter(\.isListening).compactMap(\.local)
  }

  private var isForInput: Bool {
    switch call.name {
    case "read", "readv", "pread64", "recvfrom", "recvmsg", "poll", "ppoll", "select", "pselect6",
      "epoll_wait", "epoll_pwait":
      true
    default: false
    }
  }

  /// True if it waits for time to pass.
  var isSleep: Bool { call.name == "nanosleep" || call.name == "clock_nanosleep" }

  /// True if it waits for somebody to type.
  var isForTerminal: Bool {
    guard isForInput, !isForEvents, let path = ownTarget?.path else { return false }
    return path.hasPrefix("/dev/pts/") || path.hasPrefix("/dev/tty")
  }

  /// True if it waits for any of several things.
  var isForEvents: Bool {
    switch call.name {
    case "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait": true
    default: false
    }
  }

  /// True if the thread waits for no more than another of its own, a signal, or time.
  var isIdle: Bool {
    switch call.name {
    case "futex", "nanosleep", "clock_nanosleep", "pause", "rt_sigsuspend", "rt_sigtimedwait": true
    default: false
    }
  }
}

extension ProcessRecord {
  /// The call that tells what a process waited for that did not end: its first thread's, or, where that is
  /// idle, that of a thread which waits for clients (a server whose runtime spreads the work, as Go's).
  var tellingWait: PendingCall? {
    guard let first = pendingCalls.first, first.isIdle else { return pendingCalls.first }
    return pendingCalls.first { $0.awaitedAt != nil } ?? first
  }
}
