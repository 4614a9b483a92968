import Glibc
import TraceEvents

/// What a word asks about: a path, a port, a socket's name.
enum HolderTarget {
  /// A path, without links where it exists.
  case path(String, status: FileStatus?)
  /// A port of all addresses or of one; of TCP and UDP, where neither is named.
  case port(UInt16, protocolName: String?, host: String?)
  /// A Unix socket without a name in the file system, with its `@`.
  case abstract(String)

  /// Reads `word`; relative paths count from `directory`. What exists as a file is a path.
  ///
  /// - Returns: nil for what is neither a path that can be nor a port.
  init?(_ word: String, in directory: String) {
    let absolute = word.hasPrefix("/") ? word : directory + "/" + word
    if let status = try? FileStatus(of: absolute, followingLinks: true) {
      let reached = PathWalker().walk(absolute).steps.last?.component.path ?? absolute
      self = .path(reached, status: status)
      return
    }
    if let port = Self.port(word) {
      self = port
      return
    }
    if word.hasPrefix("@"), word.utf8.count > 1 {
      self = .abstract(word)
      return
    }
    // What was removed may still be open.
    guard word.contains("/"), TargetText.cString(of: word) != nil else { return nil }
    self = .path(absolute, status: nil)
  }

  /// `:80`, `80/udp`, `udp:80`, `127.0.0.1:80`, `[::1]:80/tcp`, `:domain/udp`.
  private static func port(_ word: String) -> HolderTarget? {
    var rest = word[...]
    var name: String?
    // As lsof(8) and fuser(1) write it.
    for known in ["tcp", "udp"] where rest.lowercased().hasPrefix(known + ":") {
      name = known
      rest = rest.dropFirst(4)
    }
    if name == nil, let slash = rest.lastIndex(of: "/") {
      let named = rest[slash...].dropFirst().lowercased()
      guard ["tcp", "udp"].contains(named) else { return nil }
      name = named
      rest = rest[..<slash]
    }
    var host: String?
    if let colon = rest.lastIndex(of: ":") {
      let text = rest[..<colon].drop { $0 == "[" }
      host =
        text.isEmpty || text == "*" ? nil : String(text.hasSuffix("]") ? text.dropLast() : text)
      rest = rest[colon...].dropFirst()
    }
    if let number = UInt16(rest) {
      return number == 0 ? nil : .port(number, protocolName: name, host: host)
    }
    // A bare word is no service: it is more likely a mistyped path.
    guard word.contains(":") || word.contains("/"), !rest.isEmpty, !rest.contains("/"),
      let entry = unsafe getservbyname(String(rest), name ?? "tcp")
    else { return nil }
    let number = unsafe UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
    return .port(number, protocolName: name, host: host)
  }
}
