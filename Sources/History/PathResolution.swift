/// Lexical work on paths, without a look at any file system.
package enum PathName {
  /// `path` taken from `base`, with empty, `.` and `..` components folded.
  ///
  /// Folding `..` can differ from the kernel's answer behind a symbolic link; the result is for
  /// naming a file to people, not for opening it.
  package static func absolute(_ path: String, from base: String) -> String {
    if path.isEmpty { return base }
    // Where it is taken from is not known: it stays as it is.
    if base.isEmpty, path.utf8.first != UInt8(ascii: "/") { return path }
    let joined = path.utf8.first == UInt8(ascii: "/") ? path : base + "/" + path
    if !needsFolding(joined) { return joined }
    // What begins in a directory that is not known stays relative to it.
    let isAbsolute = joined.utf8.first == UInt8(ascii: "/")
    var parts: [Substring] = []
    for part in joined.split(separator: "/", omittingEmptySubsequences: true) {
      if part == "." { continue }
      if part != ".." || !isAbsolute && (parts.last ?? "..") == ".." {
        parts.append(part)
      } else {
        _ = parts.popLast()
      }
    }
    let folded = parts.joined(separator: "/")
    return isAbsolute ? "/" + folded : folded.isEmpty ? "." : folded
  }

  /// The last component: `c` of `/a/b/c`.
  package static func base(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    let base = path[path.utf8.index(after: slash)...]
    return base.isEmpty && path.utf8.count > 1
      ? self.base(of: String(path.dropLast())) : String(base)
  }

  /// The bytes behind the last slash.
  package static func baseBytes(of path: String) -> Substring.UTF8View {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path[...].utf8 }
    return path.utf8[path.utf8.index(after: slash)...]
  }

  /// Everything before the last component: `/a/b` of `/a/b/c`, `/` of `/a`.
  package static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// True if a component is empty, `.` or `..`; `path` begins with a slash.
  private static func needsFolding(_ path: String) -> Bool {
    var (length, dots) = (0, 0)
    let bytes = path.utf8Span.span
    for index in bytes.indices.dropFirst() {
      let byte = bytes[index]
      if byte == UInt8(ascii: "/") {
        if length == dots, length <= 2 { return true }
        (length, dots) = (0, 0)
      } else {
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    return length == dots && length <= 2 && bytes.count > 1
  }
}
