import Glibc
package import TraceEvents

/// Looks for all who hold a thing: one pass through /proc, and no walk through a tree of files.
package struct HolderSearch {
  private let target: HolderTarget

  /// A search for who holds what `word` names: a path, `:PORT`, `PORT/udp`, `ADDRESS:PORT`, `@NAME`.
  /// Relative paths count from `directory`. Nil for a word that is none of these.
  package init?(_ word: String, in directory: String) {
    guard let target = HolderTarget(word, in: directory) else { return nil }
    self.target = target
  }

  /// Who holds it now; nil for a path that leads nowhere and that nobody has open.
  package func findings() -> HolderFindings? {
    switch target {
    case .port(let port, let name, let host):
      return SocketHolders(port: port, protocolName: name, host: host).findings()
    case .abstract(let name): return SocketHolders(unix: name).findings()
    case .path(let path, let status):
      if status?.type == .socket { return SocketHolders(unix: path).findings() }
      let found = FileHolders(path: path, status: status).findings()
      return status == nil && found.holders.isEmpty ? nil : found
    }
  }

  // MARK: Processes

  /// The holder `pid` with who started it; nil if it is gone, and for a thread of the kernel, which works
  /// in the root directory and which nobody can end.
  static func holder(_ pid: ProcessID, uses: [HolderUse]) -> HolderProcess? {
    guard let identity = try? ProcessIdentity(pid: pid),
      identity.executable != nil || !identity.arguments.allSatisfy(\.isEmpty)
    else { return nil }
    var ancestors: [HolderProcess.Ancestor] = []
    var next = identity.parent
    while next > 0, ancestors.count < 32, let fields = statFields(next) {
      ancestors.append(HolderProcess.Ancestor(pid: next, name: fields.name))
      next = fields.parent
    }
    return HolderProcess(
      identity: identity, uses: uses, ancestors: ancestors.reversed(),
      terminal: statFields(pid)?.terminal)
  }

  /// Name, parent and terminal of a process (`proc_pid_stat(5)`).
  private static func statFields(
    _ pid: ProcessID
  ) -> (name: String, parent: ProcessID, terminal: String?)? {
    guard let text = FileReading.text(of: "/proc/\(pid)/stat", limit: 4096),
      let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close
    else { return nil }
    let fields = text[close...].split(separator: " ").dropFirst().prefix(5).map(String.init)
    guard fields.count == 5, let parent = ProcessID(fields[1]), let number = UInt32(fields[4])
    else { return nil }
    return (String(text[text.index(after: open)..<close]), parent, terminal(number))
  }

  /// The name below /dev of a terminal's device number.
  static func terminal(_ number: UInt32) -> String? {
    let (major, minor) = (number >> 8 & 0xFFF, number & 0xFF | number >> 12 & 0xF_FF00)
    return switch major {
    case 136...143: "pts/\((major - 136) * 256 + minor)"
    case 4: minor < 64 ? "tty\(minor)" : "ttyS\(minor - 64)"
    default: nil
    }
  }

  /// True if a process lives whose descriptors may not be looked into.
  static func isHidden(_ pid: ProcessID) -> Bool {
    unsafe access("/proc/\(pid)/fd", R_OK | X_OK) != 0 && errno == EACCES
  }
}
