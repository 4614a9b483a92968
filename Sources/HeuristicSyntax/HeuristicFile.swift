import Glibc

/// A heuristic's file on disk.
package enum HeuristicFile {
  /// The tree of a file.
  ///
  /// Only a regular file of at most `SyntaxNode.sizeLimit` bytes is read, and opening it never waits.
  ///
  /// - Throws: why it cannot be read, or what is wrong with its YAML.
  package static func read(_ path: String) throws(SyntaxProblem) -> SyntaxNode {
    let bytes = try bytes(of: path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SyntaxProblem(invalidPlace(in: bytes), "not UTF-8 text")
    }
    return try SyntaxNode(yaml: text)
  }

  /// The place of a problem that concerns a file as a whole.
  package static let whole = SyntaxPlace(line: 0, column: 0)

  private static func bytes(of path: String) throws(SyntaxProblem) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SyntaxProblem(whole, "not a regular file")
    }
    // One byte more than is allowed tells that there is more.
    var buffer = [UInt8](repeating: 0, count: SyntaxNode.sizeLimit + 1)
    var count = 0
    while count <= SyntaxNode.sizeLimit {
      let taken = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: count), bytes.count - count)
      }
      if taken == 0 { break }
      if taken > 0 { count += taken } else if errno != EINTR { throw unreadable(errno) }
    }
    guard count <= SyntaxNode.sizeLimit else {
      throw SyntaxProblem(
        whole, "longer than the \(SyntaxNode.sizeLimit) bytes that are allowed")
    }
    return Array(buffer[..<count])
  }

  private static func unreadable(_ number: Int32) -> SyntaxProblem {
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) }
    return SyntaxProblem(whole, "cannot be read: \(reason ?? "error \(number)")")
  }

  private static func invalidPlace(in bytes: [UInt8]) -> SyntaxPlace {
    // The first line that is not valid by itself: no valid sequence holds a line feed.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    return SyntaxPlace(line: index + 1, column: 0)
  }
}
