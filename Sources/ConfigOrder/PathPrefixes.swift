/// Beginnings of absolute paths, found by what follows the first slash.
struct PathPrefixes: Sendable {
  /// By the byte behind the slash.
  private let prefixes: [[[UInt8]]]

  /// Of prefixes with a slash and one more byte at least; others are left out.
  init(_ prefixes: [String]) {
    var sorted: [[[UInt8]]] = Array(repeating: [], count: 256)
    for prefix in prefixes {
      let bytes = Array(prefix.utf8)
      if bytes.count > 1 { sorted[Int(bytes[1])].append(bytes) }
    }
    self.prefixes = sorted
  }

  /// True if any of the prefixes begins `path`.
  func begin(_ path: String) -> Bool {
    let path = path.utf8Span.span
    guard path.count > 1 else { return false }
    return prefixes[Int(path[1])].contains { prefix in
      guard prefix.count <= path.count else { return false }
      var offset = 0
      while offset < prefix.count, path[offset] == prefix[offset] { offset += 1 }
      return offset == prefix.count
    }
  }
}
