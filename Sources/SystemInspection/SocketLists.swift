private import CInspectionShim
import Glibc
import TraceEvents

/// All sockets that the lists of a process's network name space tell of, by inode.
struct SocketLists {
  private static let maximumListSize = 8 << 20
  private static let maximumPairs = 100_000

  private(set) var sockets: [UInt64: SocketStatus] = [:]
  /// The inode of the other end, for both ends of a connection within this machine.
  private(set) var peers: [UInt64: UInt64] = [:]

  /// Reads `/proc/PID/net` of a process; lists that are not there are left out.
  init(of pid: ProcessID) {
    var ends: [String: UInt64] = [:]
    for list in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
      for line in Self.lines(of: "/proc/\(pid)/net/\(list)") {
        guard let (inode, status) = Self.internetSocket(of: line, list: list), inode != 0 else {
          continue
        }
        sockets[inode] = status
        if let local = status.local, let remote = status.remote {
          ends["\(status.protocolName) \(local) \(remote)"] = inode
        }
      }
    }
    for (inode, status) in sockets {
      guard let local = status.local, let remote = status.remote else { continue }
      peers[inode] = ends["\(status.protocolName) \(remote) \(local)"]
    }
    for line in Self.lines(of: "/proc/\(pid)/net/unix") {
      guard let (inode, status) = Self.unixSocket(of: line) else { continue }
      sockets[inode] = status
    }
    for line in Self.lines(of: "/proc/\(pid)/net/netlink") {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard let inode = fields.last.flatMap({ UInt64(TargetText.decoding($0)) }) else { continue }
      sockets[inode] = SocketStatus(protocolName: "netlink")
    }
    addUnixPeers()
  }

  private static func lines(of path: String) -> ArraySlice<ArraySlice<UInt8>> {
    (try? FileReading.contents(of: path, limit: maximumListSize))?.lines.dropFirst() ?? []
  }

  /// The socket of one line of `/proc/net/tcp` and its kin.
  static func internetSocket(
    of line: some Collection<UInt8>, list: String
  ) -> (inode: UInt64, status: SocketStatus)? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
      .map { TargetText.decoding($0) }
    guard fields.count > 9, let local = InternetAddress(listed: fields[1]),
      let remote = InternetAddress(listed: fields[2]), let state = Int(fields[3], radix: 16),
      let inode = UInt64(fields[9])
    else { return nil }
    let isStream = list.hasPrefix("tcp")
    let queues = fields[4].split(separator: ":").compactMap { UInt64($0, radix: 16) }
    var status = SocketStatus(
      protocolName: list.hasSuffix("6") ? String(list.dropLast()) : list, local: local.text)
    if remote.port != 0 || !remote.isAny { status.remote = remote.text }
    status.state = isStream ? InternetAddress.stateName(state) : nil
    // Of a listener they count connections, not bytes.
    if queues.count == 2, !status.isListening {
      (status.sendQueue, status.receiveQueue) = (queues[0], queues[1])
    }
    return (inode, status)
  }

  /// The socket of one line of `/proc/net/unix`, which has a path only where it is bound.
  static func unixSocket(
    of line: some Collection<UInt8>
  ) -> (inode: UInt64, status: SocketStatus)? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 7)
    guard fields.count >= 7, let inode = UInt64(TargetText.decoding(fields[6])),
      let flags = UInt32(TargetText.decoding(fields[3]), radix: 16)
    else { return nil }
    let acceptsConnections: UInt32 = 0x10000  // __SO_ACCEPTCON
    return (
      inode,
      SocketStatus(
        protocolName: "unix", local: fields.count > 7 ? TargetText.decoding(fields[7]) : nil,
        state: flags & acceptsConnections != 0 ? "LISTEN" : nil)
    )
  }

  /// Which Unix sockets are connected with each other, as `/proc` does not tell (`sock_diag(7)`).
  private mutating func addUnixPeers() {
    guard sockets.values.contains(where: { $0.protocolName == "unix" }) else { return }
    let pairs = unsafe [wf_unix_pair](unsafeUninitializedCapacity: Self.maximumPairs) {
      buffer, count in
      guard let start = buffer.baseAddress else { return }
      count = unsafe max(0, Int(wf_unix_peers(start, buffer.count)))
    }
    for pair in pairs {
      peers[pair.inode] = pair.peer
      if sockets[pair.inode]?.remote == nil, let name = sockets[pair.peer]?.local {
        sockets[pair.inode]?.remote = name
      }
    }
  }
}
