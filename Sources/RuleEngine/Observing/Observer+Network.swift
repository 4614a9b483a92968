internal import History
internal import TraceEvents

extension Observer {
  func addressInUse(_ call: FailedCall, asking: Bool) -> AddressInUse {
    var seen = AddressInUse()
    guard let address = call.address else { return seen }
    seen.address = address.description
    seen.port = address.port.map(Int.init)
    if case .unix(let path) = address {
      seen.path = PathName.absolute(path, from: cwd(of: call))
      seen.address = seen.path ?? path
    }
    guard asking else { return seen }
    seen.isDatagram = isDatagram(call)
    let holders = inquiry.listeners(resolved(address, call), isDatagram: isDatagram(call))
    seen.isTimeWait =
      !holders.isEmpty
      && holders.allSatisfy { $0.process == nil && $0.manner.contains("TIME_WAIT") }
    guard let holder = holders.first(where: { $0.process != nil }) ?? holders.first else {
      seen.staleSocket = seen.path != nil
      return seen
    }
    seen.manner = holder.manner
    if let process = holder.process {
      seen.holder = process.name
      seen.holderPid = Int(process.pid)
      seen.holderUser = process.userName
      seen.holderUnit = process.unit
      seen.holderAge = Wording.age(process.ageSeconds)
      seen.holderCommand = process.arguments.joined(separator: " ")
      seen.isOwnProcess = history.process(pid: process.pid) != nil
    }
    return seen
  }

  func connectionFailed(_ call: FailedCall, asking: Bool) -> ConnectionFailed {
    var seen = ConnectionFailed()
    guard let address = call.address else { return seen }
    seen.address = address.description
    seen.host = address.host
    seen.port = address.port.map(Int.init)
    seen.error = call.error.name
    seen.errorWords = call.error.words
    seen.call = call.call.name
    seen.attempts = call.count > 1 ? call.count : nil
    if call.call.name == "sendto" { seen.length = call.call.integers.first.map(Int.init) }
    seen.isLocal =
      address.host.map { $0.hasPrefix("127.") || $0 == "::1" || $0 == "0.0.0.0" } ?? true
    seen.isPrivilegedPort = call.purpose == .bind && (address.port.map { $0 < 1024 } ?? false)
    seen.isNameServer = address.port == 53
    if seen.isPrivilegedPort {
      seen.missingCapability = Capabilities.missing(
        "CAP_NET_BIND_SERVICE", history.processes[call.process].credentials)
    }
    if case .unix(let path) = address {
      seen.isUnix = true
      seen.path = PathName.absolute(path, from: cwd(of: call))
      seen.address = seen.path ?? path
    }
    if seen.isNameServer {
      seen.hostName = Self.nameAskedFor(by: call) ?? hostNameBeingResolved(after: call)
    }
    guard asking else { return seen }
    seen.display = display(at: address, history.processes[call.process])
    describeNaming(address, history.processes[call.process], in: &seen)
    if let path = seen.path, let walk = inquiry.pathWalk(path) {
      switch walk.end {
      case .exists:
        seen.socketExists = true
        let type = walk.components.last?.type
        seen.fileType =
          switch type {
          case .regular: "a plain file"
          case .directory: "a directory"
          case .fifo: "a FIFO"
          default: nil
          }
      case .missing(let missing):
        seen.firstMissing = missing
        describeNearSocket(path, in: &seen)
      default: break
      }
    }
    let listening: SocketAddress? =
      switch call.error {
      case .tryAgain: seen.path.map { .unix(path: $0) }
      case .timedOut where seen.isLocal: address
      default: nil
      }
    seen.listener = listening.flatMap { inquiry.listeners($0).lazy.compactMap(\.process).first }
      .map { "\($0.name) (pid \($0.pid))" }
    if call.error == .addressNotAvailable {
      seen.portRange = inquiry.kernelParameter("net/ipv4/ip_local_port_range")
      seen.isWithoutVersion6 =
        address.host?.contains(":") ?? false
        && inquiry.kernelParameter("net/ipv6/conf/all/disable_ipv6") == "1"
    }
    if call.error == .connectionRefused, seen.port != nil {
      describeListeners(address, call, in: &seen)
    }
    if seen.isNameServer {
      seen.resolver = resolver(for: seen.hostName)
      seen.nearHost = seen.hostName.flatMap { nearHost(to: $0) }
    }
    return seen
  }

  /// The first port of X servers, to which the number of the display is added (X(7)).
  private static let firstDisplayPort = 6000

  /// The value of DISPLAY, if the address is that of the display which it names.
  private func display(at address: SocketAddress, _ process: ProcessRecord) -> String? {
    guard let value = process.environmentValue("DISPLAY"), let colon = value.lastIndex(of: ":"),
      let number = Int(value[value.index(after: colon)...].prefix { $0 != "." })
    else { return nil }
    // It has a socket in the abstract namespace as well.
    if address.description.hasSuffix("/tmp/.X11-unix/X\(number)") { return String(value) }
    return address.port.map(Int.init) == Self.firstDisplayPort + number ? String(value) : nil
  }

  /// The variable that holds the address: `http_proxy=http://127.0.0.1:3128`.
  private func describeNaming(
    _ address: SocketAddress, _ process: ProcessRecord, in seen: inout ConnectionFailed
  ) {
    guard let port = address.port, let host = address.host else { return }
    let hosts = seen.isLocal ? [host, "localhost"] : [host]
    for entry in process.environment {
      let parts = entry.split(separator: "=", maxSplits: 1)
      guard parts.count == 2,
        hosts.contains(where: { parts[1].contains("\($0):\(port)") })
      else { continue }
      seen.namingVariable = String(parts[0])
      seen.isProxy = parts[0].lowercased().hasSuffix("_proxy")
      return
    }
    // PGPORT=5433 beside PGHOST.
    seen.namingVariable = process.environment.first { entry in
      let parts = entry.split(separator: "=", maxSplits: 1)
      return parts.count == 2 && parts[0].hasSuffix("PORT") && parts[1] == "\(port)"
    }.flatMap { $0.split(separator: "=").first.map(String.init) }
  }

  /// The address that refused every connection which a process tried, the last included; nil where one was
  /// made.
  func refusingAddress(_ process: ProcessRecord) -> (address: String, attempts: Int)? {
    let calls = (history.failures.calls + history.unansweredConnects()).filter {
      $0.process == process.index && $0.purpose == .connect && $0.replacement == nil
        && ($0.address?.port.map { $0 != 53 } ?? false)
    }
    guard let last = calls.max(by: { $0.lastNumber < $1.lastNumber }),
      last.error == .connectionRefused, let address = last.address,
      run.reachedPeer(of: process) == nil
    else { return nil }
    let attempts = calls.filter { $0.address == address && $0.error == last.error }
    return (address.description, attempts.reduce(0) { $0 &+ $1.count })
  }

  private func describeNearSocket(_ path: String, in seen: inout ConnectionFailed) {
    let directory = PathName.directory(of: path)
    for name in inquiry.similarNames(to: PathName.base(of: path), in: directory) {
      let near = name.hasPrefix("/") ? name : directory + "/" + name
      guard let walk = inquiry.pathWalk(near), walk.components.last?.type == .socket else {
        continue
      }
      seen.nearSocket = near
      seen.nearSocketHolder = inquiry.listeners(.unix(path: near)).first?.process
        .map { "\($0.name) (pid \($0.pid))" }
      return
    }
  }

  /// Who listens on the same port at another address, or else who may be meant.
  private func describeListeners(
    _ address: SocketAddress, _ call: FailedCall, in seen: inout ConnectionFailed
  ) {
    guard let port = address.port else { return }
    let listening = inquiry.listening()
    let describe = { (holder: Holder) in
      (holder.process.map { "\($0.name) (pid \($0.pid), user \($0.userName)), " } ?? "")
        + holder.manner
    }
    let name = history.processes[call.process].name
    if let host = address.host,
      let holder = listening.first(where: { Self.covers($0.manner, host: host, port: port) })
    {
      seen.listener = holder.process.map { "\($0.name) (pid \($0.pid))" } ?? holder.manner
      // What began to run within this run can have begun to listen after the call.
      seen.isListenerNew =
        holder.process.map {
          history.process(pid: $0.pid) != nil || $0.ageSeconds <= history.duration
        } ?? true
      return
    }
    seen.otherListener =
      (listening.first { $0.manner.hasSuffix(":\(port)") }
      ?? inquiry.listeners(address, isDatagram: isDatagram(call)).first {
        // What is left of a connection answers nobody.
        !$0.manner.hasPrefix("connected from")
      }).map(describe)
    guard seen.otherListener == nil else { return }
    seen.nearListener =
      (listening.first { holder in
        holder.process.map { Self.areKin($0.name, name) } ?? false
      }
      ?? listening.first { holder in
        holder.manner.split(separator: ":").last.map {
          Self.areNear(String($0), String(port))
        } ?? false
      }).map(describe)
  }

  /// True if who listens so takes connections to an address: `listening on 0.0.0.0:80`.
  static func covers(_ manner: String, host: String, port: UInt16) -> Bool {
    let prefix = "listening on "
    guard manner.hasPrefix(prefix), manner.hasSuffix(":\(port)") else { return false }
    let local = manner.dropFirst(prefix.count).dropLast("\(port)".utf8.count + 1)
      .filter { $0 != "[" && $0 != "]" }
    return local == host || local == "::" || local == "*"
      || local == "0.0.0.0" && !host.contains(":")
  }

  /// True for a client and its server: redis-cli and redis-server, mysql and mysqld.
  static func areKin(_ left: String, _ right: String) -> Bool {
    let shared = zip(left, right).prefix { $0 == $1 }.count
    return left != right && shared >= 4
      && (shared >= min(left.count, right.count) || shared >= 5)
  }

  /// True for two numbers of which one digit differs, or two are swapped.
  static func areNear(_ left: String, _ right: String) -> Bool {
    guard left.count == right.count, left != right else { return false }
    let differing = zip(left, right).filter { $0 != $1 }
    return differing.count == 1
      || differing.count == 2 && differing[0].0 == differing[1].1
        && differing[0].1 == differing[1].0
  }

  private func cwd(of call: FailedCall) -> String {
    history.processes[call.process].workingDirectory
  }

  private func resolved(_ address: SocketAddress, _ call: FailedCall) -> SocketAddress {
    guard case .unix(let path) = address else { return address }
    return .unix(path: PathName.absolute(path, from: cwd(of: call)))
  }

  private func isDatagram(_ call: FailedCall) -> Bool {
    guard case .socket(let state) = call.target else { return false }
    return state.type == "SOCK_DGRAM"
  }
}
