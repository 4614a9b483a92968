package import TraceEvents

/// What an open descriptor refers to, as far as the trace tells.
package enum DescriptorTarget: Sendable, Hashable {
  /// A file or directory, by absolute path.
  case file(path: String, isWritable: Bool)
  /// One end of a pipe; both ends share the number.
  case pipe(number: Int, end: PipeEnd)
  /// A socket.
  case socket(state: SocketState)
  /// Anything else, as `/proc/PID/fd` names it.
  case other(name: String)

  /// Which end of a pipe.
  package enum PipeEnd: Sendable, Hashable { case reading, writing, unknown }

  /// The path, for a file.
  package var path: String? {
    if case .file(let path, _) = self { path } else { nil }
  }

  /// The name under which descriptors of its kind are counted.
  fileprivate var crowdName: String {
    switch self {
    case .file(let path, _): return path
    case .pipe: return "ends of pipes"
    case .other(let name): return name
    case .socket(let state):
      if state.isListening || state.peer == nil { return "sockets of the family \(state.domain)" }
      guard let peer = state.peer else { return "sockets" }
      // The port of a client is another each time.
      return state.domain == "?"
        ? "connections from \(peer.host ?? peer.description)"
        : "connections to \(peer.description)"
    }
  }
}

/// What a socket has been told so far.
package struct SocketState: Sendable, Hashable {
  /// Number of the event that made it; both ends of a pair share it.
  package var number: Int
  /// `AF_INET`, `AF_UNIX`…
  package var domain: String
  /// `SOCK_STREAM`, `SOCK_DGRAM`…
  package var type: String
  /// Where it is bound.
  package var local: SocketAddress?
  /// Whom it is connected to.
  package var peer: SocketAddress?
  /// True after `listen(2)`.
  package var isListening = false
}

/// The open descriptors of one process.
package struct DescriptorTable: Sendable {
  /// One open descriptor.
  package struct Entry: Sendable, Hashable {
    package var target: DescriptorTarget
    package var closesOnExec: Bool
    /// The number that it, or what it is a copy of, had where the first process was given it.
    package var given: Int32?
  }

  private var entries: [Int32: Entry] = [:]

  /// A table from what `/proc/PID/fd` showed.
  init(links: [Int32: String] = [:]) {
    for (descriptor, link) in links {
      entries[descriptor] = Entry(
        target: Self.target(ofLink: link), closesOnExec: false, given: descriptor)
    }
  }

  /// What `descriptor` refers to; nil if it is not open, or was opened unseen.
  package subscript(descriptor: Int32) -> DescriptorTarget? { entries[descriptor]?.target }

  /// All open descriptors.
  package var all: [Int32: Entry] { entries }

  /// What there is most of.
  var crowd: DescriptorCrowd? {
    var counts: [String: Int] = [:]
    let own = entries.filter { $0.key > 2 }.values
    for entry in own { counts[entry.target.crowdName, default: 0] += 1 }
    // Files that are opened once each are known by where they lie.
    if counts.values.allSatisfy({ $0 <= 2 }) {
      for case .file(let path, _) in own.map(\.target) {
        counts["files in \(PathName.directory(of: path))", default: 0] += 1
      }
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      .map { DescriptorCrowd(count: $0.value, name: $0.key) }
  }

  mutating func open(_ descriptor: Int32, _ target: DescriptorTarget, closesOnExec: Bool) {
    // A runaway opener is ended by its own limit; the cap only bounds what a damaged recording does.
    guard entries.count < 65_536 || entries[descriptor] != nil else { return }
    entries[descriptor] = Entry(target: target, closesOnExec: closesOnExec)
  }

  mutating func duplicate(_ old: Int32, as new: Int32, closesOnExec: Bool) {
    guard let entry = entries[old] else {
      entries[new] = nil
      return
    }
    open(new, entry.target, closesOnExec: closesOnExec)
    entries[new]?.given = entry.given
  }

  mutating func close(_ descriptor: Int32) {
    entries[descriptor] = nil
  }

  mutating func close(from first: Int32, through last: Int32) {
    guard first <= last else { return }
    entries = entries.filter { !(first...last).contains($0.key) }
  }

  mutating func closeOnExec() {
    entries = entries.filter { !$0.value.closesOnExec }
  }

  mutating func changeSocket(_ descriptor: Int32, _ change: (inout SocketState) -> Void) {
    guard var entry = entries[descriptor], case .socket(var state) = entry.target else { return }
    change(&state)
    entry.target = .socket(state: state)
    entries[descriptor] = entry
  }

  private static func target(ofLink link: String) -> DescriptorTarget {
    // Output that the user throws away is not what a program throws away itself, by opening it.
    if link == "/dev/null" { return .other(name: link) }
    if link.hasPrefix("/") { return .file(path: link, isWritable: true) }
    if link.hasPrefix("pipe:["), let inode = Int(link.dropFirst(6).dropLast()) {
      // Pipes from outside are numbered below zero, apart from those made by traced events.
      return .pipe(number: -inode, end: .unknown)
    }
    return .other(name: link)
  }
}
