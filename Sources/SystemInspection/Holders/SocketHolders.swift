import TraceEvents

/// Looks for the processes that have a port or a Unix socket.
struct SocketHolders {
  private let name: String
  private let kind: HolderFindings.Kind
  private let matches: (SocketStatus) -> Bool

  /// Holders of a port of TCP or UDP or, without `protocolName`, of both; of every address or of `host` and
  /// those that take it in.
  init(port: UInt16, protocolName: String?, host: String?) {
    let place = host.map { $0.contains(":") ? "[\($0)]" : $0 } ?? ""
    name = "\(place):\(port)" + (protocolName.map { "/" + $0 } ?? "")
    kind = .port
    matches = { socket in
      guard (protocolName.map { [$0] } ?? ["tcp", "udp"]).contains(socket.protocolName),
        let local = socket.local,
        let colon = local.lastIndex(of: ":"), local[colon...].dropFirst() == String(port)
      else { return false }
      let address = local[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
      return host == nil || address == "0.0.0.0" || address == "::" || String(address) == host
    }
  }

  /// Holders of the Unix socket of a path, or of an abstract name with its `@`; those that are connected
  /// to it as well.
  init(unix path: String) {
    name = path
    kind = .socket
    let identity = try? FileStatus(of: path, followingLinks: true).identity
    // /run/x is often bound as /var/run/x.
    let isName = { (name: String?) -> Bool in
      guard let name else { return false }
      if name == path { return true }
      // One that was bound by a relative path is listed so.
      if !name.hasPrefix("/"), !name.hasPrefix("@") {
        let parts = name.split(separator: "/").filter { $0 != "." && $0 != ".." }
        return path.hasSuffix("/" + parts.joined(separator: "/"))
      }
      guard let identity, name.hasPrefix("/"),
        name.split(separator: "/").last == path.split(separator: "/").last
      else { return false }
      return (try? FileStatus(of: name, followingLinks: true))?.identity == identity
    }
    matches = { $0.protocolName == "unix" && (isName($0.local) || isName($0.remote)) }
  }

  func findings() -> HolderFindings {
    var findings = HolderFindings(kind: kind, name: name)
    var wanted: [UInt64: SocketStatus] = [:]
    var seen: Set<String> = []
    let processes = ProcessTable.processes()
    // Each container has sockets of its own.
    for pid in processes {
      guard let space = try? FileReading.linkTarget(of: "/proc/\(pid)/ns/net"),
        seen.insert(space).inserted
      else { continue }
      for (inode, socket) in SocketLists(of: pid).sockets where matches(socket) {
        wanted[inode] = socket
      }
    }
    var owned: Set<UInt64> = []
    for pid in processes {
      guard let numbers = try? FileReading.names(in: "/proc/\(pid)/fd", limit: 1_000_000) else {
        if HolderSearch.isHidden(pid) { findings.unseen += 1 }
        continue
      }
      var uses: [HolderUse] = []
      for number in numbers.compactMap({ Int32($0) }).sorted() {
        guard !wanted.isEmpty,
          let target = try? FileReading.linkTarget(of: "/proc/\(pid)/fd/\(number)"),
          target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast()),
          let socket = wanted[inode]
        else { continue }
        owned.insert(inode)
        uses.append(use(socket, number))
      }
      if !uses.isEmpty, let holder = HolderSearch.holder(pid, uses: uses) {
        findings.holders.append(holder)
      }
    }
    // A connection that nobody has accepted yet is nobody's.
    let rest = wanted.filter { !owned.contains($0.key) && $0.value.remote == nil }
      .sorted { $0.key < $1.key }
    if !rest.isEmpty {
      findings.holders.append(
        HolderProcess(identity: nil, uses: rest.prefix(16).map { use($0.value, nil) }))
    }
    return findings
  }

  private func use(_ socket: SocketStatus, _ number: Int32?) -> HolderUse {
    let local = socket.local ?? "?"
    if socket.isListening { return HolderUse(kind: .listening, what: local, descriptor: number) }
    if let remote = socket.remote {
      return HolderUse(
        kind: .connected, what: socket.local.map { "\($0) to \(remote)" } ?? remote,
        descriptor: number)
    }
    return HolderUse(
      kind: socket.protocolName == "unix" ? .connected : .bound, what: local, descriptor: number)
  }
}
