import Glibc
import TraceEvents

/// The sockets that `/proc/net` lists, and who holds them.
enum SocketTable {
  /// Holders given at most.
  private static let maximumHolders = 16
  /// Bytes read of one list.
  private static let maximumListSize = 8 << 20

  /// One socket of a list.
  struct Entry: Hashable {
    /// Inode of the socket; 0 where no process holds it any more.
    var inode: UInt64
    /// As what it is held.
    var manner: String
    /// True if it takes the address for itself: listens, or is a datagram socket.
    var isBound: Bool
    /// Its user, where the list tells.
    var user: UInt32?
  }

  /// Whoever has bound `address`, or one that takes it in (0.0.0.0, ::); without any, the
  /// connections from it, which can keep an address in use as well.
  static func holders(of address: SocketAddress, isDatagram: Bool) throws(InspectionError)
    -> [Holder]
  {
    let entries: [Entry]
    switch address {
    case .ip4, .ip6:
      guard let wanted = InternetAddress(address) else {
        throw InspectionError(code: .invalidArgument, path: address.description)
      }
      let lists = isDatagram ? ["udp", "udp6"] : ["tcp", "tcp6"]
      var found: [Entry] = []
      for list in lists {
        // Without IPv6 the second list does not exist.
        guard
          let contents = try? FileReading.contents(
            of: "/proc/net/" + list, limit: maximumListSize)
        else { continue }
        found += contents.lines.dropFirst().compactMap {
          InternetAddress.entry(of: $0, isDatagram: isDatagram, conflictingWith: wanted)
        }
      }
      entries = found
    case .unix(let path): entries = try unixEntries(paths: spellings(of: path))
    case .abstract(let name): entries = try unixEntries(paths: ["@" + name])
    case .netlink, .other:
      throw InspectionError(code: .notImplemented, path: address.description)
    }
    let bound = entries.filter(\.isBound)
    return holders(of: Array((bound.isEmpty ? entries : bound).prefix(maximumHolders)))
  }

  /// The listening internet sockets of this machine, by port.
  static func listeners() -> [Holder] {
    var found: [(port: UInt16, entry: Entry)] = []
    for list in ["tcp", "tcp6"] {
      guard
        let contents = try? FileReading.contents(
          of: "/proc/net/" + list, limit: maximumListSize)
      else { continue }
      found += contents.lines.dropFirst().compactMap { InternetAddress.listener(of: $0) }
    }
    found.sort { ($0.port, $0.entry.manner) < ($1.port, $1.entry.manner) }
    return holders(of: found.prefix(24).map(\.entry), most: 24)
  }

  private static func holders(
    of entries: [Entry], most: Int = maximumHolders
  ) -> [Holder] {
    let inodes = Set(entries.map(\.inode)).subtracting([0])
    var owners: [UInt64: [ProcessID]] = [:]
    if !inodes.isEmpty {
      ProcessTable.forEachDescriptor { pid, _, target in
        guard target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast()),
          inodes.contains(inode), owners[inode]?.last != pid
        else { return true }
        owners[inode, default: []].append(pid)
        return true
      }
    }
    var holders: [Holder] = []
    for entry in entries {
      let processes = (owners[entry.inode] ?? []).compactMap { try? ProcessIdentity(pid: $0) }
      if processes.isEmpty {
        var manner = entry.manner
        if entry.inode != 0, let user = entry.user {
          manner += ", by a process of the user \(UserDatabase.userName(user) ?? String(user))"
        }
        holders.append(Holder(process: nil, manner: manner))
      }
      holders += processes.map { Holder(process: $0, manner: entry.manner) }
    }
    return Array(holders.prefix(most))
  }

  // MARK: Unix sockets

  /// The path as asked and as it is without links, as `/run/x` is often bound as `/var/run/x`.
  private static func spellings(of path: String) -> [String] {
    let reached = PathWalker().walk(path).steps.last?.component.path ?? path
    return reached == path ? [path] : [path, reached]
  }

  private static func unixEntries(paths: [String]) throws(InspectionError) -> [Entry] {
    let contents = try FileReading.contents(of: "/proc/net/unix", limit: maximumListSize)
    return contents.lines.dropFirst().compactMap { unixEntry(of: $0, paths: paths) }
  }

  /// The socket of one line of `/proc/net/unix` (`proc_net(5)`) if it is bound to one of `paths`.
  static func unixEntry(of line: some Collection<UInt8>, paths: [String]) -> Entry? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 7)
    guard fields.count == 8, let inode = UInt64(TargetText.decoding(fields[6])),
      let flags = UInt32(TargetText.decoding(fields[3]), radix: 16)
    else { return nil }
    let path = TargetText.decoding(fields[7])
    // A socket bound by a relative path is listed so.
    let isNamed = paths.contains { asked in
      asked == path || !path.hasPrefix("/") && !path.hasPrefix("@") && asked.hasSuffix("/" + path)
    }
    guard isNamed else { return nil }
    let acceptsConnections: UInt32 = 0x10000  // __SO_ACCEPTCON
    let isListening = flags & acceptsConnections != 0
    // 3 is SS_CONNECTED: the accepted end of a connection bears the listener's name as well.
    let isConnected = TargetText.decoding(fields[5]) == "03"
    let manner =
      isListening ? "listening on" : isConnected ? "connected through" : "bound to"
    return Entry(
      inode: inode, manner: "\(manner) \(paths.first ?? path)",
      isBound: isListening || !isConnected, user: nil)
  }
}
