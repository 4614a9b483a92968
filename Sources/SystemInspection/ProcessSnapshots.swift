import Glibc
import TraceEvents

/// What processes are and have open at one moment, with who has the other ends.
struct ProcessSnapshots {
  /// Descriptors that are told of a process.
  private static let maximumDescriptors = 400
  /// Processes with the same other end that are told of.
  private static let maximumPeers = 8
  private static let maximumAncestors = 16

  /// The ancestors, outermost first, and then those that were asked about, in their order.
  private(set) var all: [ProcessSnapshot] = []

  /// Looks at the processes `pids`; those that are gone are left out.
  init(of pids: [ProcessID]) {
    let watched = pids.compactMap { try? ProcessIdentity(pid: $0) }
    let ancestors = Self.ancestors(of: watched)
    all = ancestors.map { ProcessSnapshot(identity: $0, isWatched: false) }
    var lists: [String: SocketLists] = [:]
    var places: [Place: [(process: Int, descriptor: Int)]] = [:]
    for identity in watched {
      var snapshot = Self.snapshot(of: identity)
      let nameSpace = (try? FileReading.linkTarget(of: "/proc/\(identity.pid)/ns/net")) ?? ""
      for index in snapshot.descriptors.indices {
        let descriptor = snapshot.descriptors[index]
        guard let place = Self.place(of: descriptor) else { continue }
        var far = place
        if case .socket(let inode) = place {
          if lists[nameSpace] == nil { lists[nameSpace] = SocketLists(of: identity.pid) }
          snapshot.descriptors[index].socket = lists[nameSpace]?.sockets[inode]
          guard let peer = lists[nameSpace]?.peers[inode] else { continue }
          far = .socket(inode: peer)
        }
        places[far, default: []].append((all.count, index))
      }
      all.append(snapshot)
    }
    findPeers(at: places)
  }

  /// What two ends meet at.
  private enum Place: Hashable {
    case pipe(inode: String)
    case fifo(path: String)
    case socket(inode: UInt64)
  }

  private static func place(of descriptor: OpenDescriptor) -> Place? {
    switch descriptor.kind {
    case .pipe: .pipe(inode: descriptor.name)
    case .fifo: .fifo(path: descriptor.name)
    case .socket: UInt64(descriptor.name.dropFirst(8).dropLast()).map { .socket(inode: $0) }
    default: nil
    }
  }

  /// Looks through the descriptors of all processes once.
  private mutating func findPeers(at places: [Place: [(process: Int, descriptor: Int)]]) {
    guard !places.isEmpty else { return }
    let files = Set(places.keys.compactMap { if case .fifo(let path) = $0 { path } else { nil } })
    var names: [ProcessID: String] = [:]
    ProcessTable.forEachDescriptor { pid, text, target in
      let place: Place
      if target.hasPrefix("pipe:") {
        place = .pipe(inode: target)
      } else if target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast()) {
        place = .socket(inode: inode)
      } else if files.contains(target) {
        place = .fifo(path: target)
      } else {
        return true
      }
      guard let ends = places[place], let number = Int32(text) else { return true }
      let isSocket = if case .socket = place { true } else { false }
      let access = isSocket ? .readWrite : Self.information(pid, text)?.access ?? .readWrite
      for end in ends {
        let own = all[end.process].descriptors[end.descriptor]
        guard isSocket || Self.meets(own.access, access), own.peers.count < Self.maximumPeers else {
          continue
        }
        if names[pid] == nil {
          names[pid] = FileReading.text(of: "/proc/\(pid)/comm", limit: 64) ?? "?"
        }
        all[end.process].descriptors[end.descriptor].peers.append(
          DescriptorPeer(pid: pid, name: names[pid] ?? "?", descriptor: number))
      }
      return true
    }
  }

  /// True if one end of a pipe writes what the other reads.
  private static func meets(_ one: OpenDescriptor.Access, _ other: OpenDescriptor.Access) -> Bool {
    one != other || one == .readWrite
  }

  // MARK: One process

  private static func ancestors(of watched: [ProcessIdentity]) -> [ProcessIdentity] {
    let own = Set(watched.map(\.pid))
    var known = own
    var all: [ProcessIdentity] = []
    for identity in watched where !own.contains(identity.parent) {
      var line: [ProcessIdentity] = []
      var next = identity.parent
      while next > 0, !known.contains(next), line.count < maximumAncestors,
        let parent = try? ProcessIdentity(pid: next)
      {
        known.insert(next)
        line.append(parent)
        next = parent.parent
      }
      all += line.reversed()
    }
    return all
  }

  private static func snapshot(of identity: ProcessIdentity) -> ProcessSnapshot {
    let place = "/proc/\(identity.pid)"
    let numbers = ((try? FileReading.names(in: place + "/fd", limit: 1_000_000)) ?? [])
      .compactMap { Int32($0) }.sorted()
    let root = try? FileReading.linkTarget(of: place + "/root")
    let threads = ProcessTable.statusField("Threads", of: identity.pid).flatMap { Int($0) }
    return ProcessSnapshot(
      identity: identity, workingDirectory: try? FileReading.linkTarget(of: place + "/cwd"),
      rootDirectory: root == "/" ? nil : root,
      descriptors: numbers.prefix(maximumDescriptors).compactMap {
        descriptor($0, of: identity.pid)
      },
      descriptorCount: numbers.count, limits: (try? ResourceLimits.of(identity.pid)) ?? [],
      threadCount: threads ?? 1)
  }

  private static func descriptor(_ number: Int32, of pid: ProcessID) -> OpenDescriptor? {
    let link = "/proc/\(pid)/fd/\(number)"
    guard var name = try? FileReading.linkTarget(of: link) else { return nil }
    let status = try? FileStatus(of: link, followingLinks: true)
    let mark = " (deleted)"
    let isDeleted = name.hasPrefix("/") && name.hasSuffix(mark)
    if isDeleted { name = String(name.dropLast(mark.count)) }
    let kind: OpenDescriptor.Kind =
      switch status?.type {
      case .regular: .file
      case .directory: .directory
      case .socket: .socket
      case .fifo: name.hasPrefix("pipe:") ? .pipe : .fifo
      case .characterDevice:
        name.hasPrefix("/dev/pts/") || name.hasPrefix("/dev/tty") ? .terminal : .device
      case .blockDevice: .device
      default: .other
      }
    var found = OpenDescriptor(number: number, kind: kind, name: name, isDeleted: isDeleted)
    // A file made by memfd_create(2) never had a name.
    if name.hasPrefix("/memfd:") { (found.kind, found.isDeleted) = (.other, false) }
    if let information = information(pid, String(number)) {
      found.access = information.access
      if kind == .file { found.position = information.position }
    }
    if kind == .file { found.size = status?.size }
    return found
  }

  /// How a descriptor was opened, and where it stands (`proc_pid_fdinfo(5)`).
  private static func information(
    _ pid: ProcessID, _ number: String
  ) -> (access: OpenDescriptor.Access, position: Int64)? {
    guard let text = FileReading.text(of: "/proc/\(pid)/fdinfo/\(number)", limit: 1024) else {
      return nil
    }
    var position: Int64 = 0
    var access: OpenDescriptor.Access?
    for line in text.split(separator: "\n").prefix(4) {
      if line.hasPrefix("pos:") { position = Int64(line.dropFirst(4).trimmingBlanks()) ?? 0 }
      if line.hasPrefix("flags:"), let flags = Int32(line.dropFirst(6).trimmingBlanks(), radix: 8) {
        access =
          switch flags & O_ACCMODE {
          case O_WRONLY: .write
          case O_RDWR: .readWrite
          default: .read
          }
      }
    }
    return access.map { ($0, position) }
  }
}
