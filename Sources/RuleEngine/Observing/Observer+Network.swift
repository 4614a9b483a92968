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
    let holders = inquiry.listeners(resolved(address, call), isDatagram: isDatagram(call))
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
    seen.isLocal =
      address.host.map { $0.hasPrefix("127.") || $0 == "::1" || $0 == "0.0.0.0" } ?? true
    seen.isPrivilegedPort = call.purpose == .bind && (address.port.map { $0 < 1024 } ?? false)
    seen.isNameServer = address.port == 53
    if case .unix(let path) = address {
      seen.isUnix = true
      seen.path = PathName.absolute(path, from: cwd(of: call))
      seen.address = seen.path ?? path
    }
    seen.hostName = seen.isNameServer ? hostNameBeingResolved(after: call) : nil
    guard asking else { return seen }
    if let path = seen.path, let walk = inquiry.pathWalk(path) {
      switch walk.end {
      case .exists: seen.socketExists = true
      case .missing(let missing): seen.firstMissing = missing
      default: break
      }
    }
    if call.error == .connectionRefused, seen.port != nil {
      seen.otherListener = inquiry.listeners(address, isDatagram: isDatagram(call)).first.map {
        holder in
        (holder.process.map { "\($0.name) (pid \($0.pid)), " } ?? "") + holder.manner
      }
    }
    return seen
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

  /// The host name that a later complaint names, if the command line has it too or its shape tells.
  func hostNameBeingResolved(after call: FailedCall) -> String? {
    for line in run.mentions.lines where line.number >= call.number {
      if let name = hostName(in: line.text) { return name }
    }
    return hostNameFromOutside()
  }

  /// A word of `text` that has the shape of a host name and stands on a command line of this run.
  func hostName(in text: String) -> String? {
    let commands = run.path.processes.flatMap { history.processes[$0].arguments }
    let quoted = Complaint.quoted(in: text)
    return Mentions.tokens(of: text)
      .filter { token in
        Self.isHostName(token) && !isFile(token)
          && (quoted.contains(token) || commands.contains { $0.contains(token) })
      }
      // A set has another order in each process; a recording must replay to the same answer.
      .max { ($0.count, $0) < ($1.count, $1) }
  }

  /// A host name on a command line of the failure path, or in a URL of its environment.
  func hostNameFromOutside() -> String? {
    for index in run.path.processes.reversed() {
      let process = history.processes[index]
      for argument in process.arguments.dropFirst()
        + process.environment.filter({ $0.contains("://") })
      {
        for token in Mentions.tokens(of: argument).sorted() {
          for part in token.split(whereSeparator: { $0 == "/" || $0 == "@" }).map(String.init)
          where Self.isHostName(part) && !isFile(part) { return part }
        }
      }
    }
    return nil
  }

  /// What a file's name ends in, and no host's.
  private static let fileSuffixes: Set<String> = [
    "conf", "cfg", "cnf", "json", "yaml", "yml", "ini", "toml", "xml", "txt", "log", "pem", "crt",
    "key", "sock", "html", "sql", "db", "lock", "service", "env",
  ]

  /// True for a word that is the name of a script of the run, or of a file that it read.
  private func isFile(_ word: String) -> Bool {
    run.path.processes.contains { index in
      history.processes[index].recentFiles.contains { PathName.base(of: $0) == word }
    }
  }

  private static func isHostName(_ word: String) -> Bool {
    let labels = word.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let last = labels.last, last.count >= 2,
      last.allSatisfy({ $0.isASCII && $0.isLetter }), !fileSuffixes.contains(last.lowercased())
    else { return false }
    return labels.allSatisfy { label in
      !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
  }
}
