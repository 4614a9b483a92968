import Glibc
import TraceEvents

// Looks at the entries of an open directory are not stopped at (`Selection.namesAPath`): who walks a
// tree makes one for each file of it, and they hardly ever fail. Where one does, the program says of
// which file; then it is looked at again, with the rights of the program.
extension TraceSession {
  /// How many paths of one process are looked at again, and how many lines of one text are searched
  /// for them.
  private static var mostPaths: Int { 32 }
  private static var mostLines: Int { 8 }

  /// Tells of failed looks that a process which has listed directories complains of in `words`.
  func tellUnseenLooks(_ words: Words, _ thread: TracedThread) {
    let process = thread.process
    guard process.listsDirectories, words.stream == .standardError else { return }
    for line in words.text.split(separator: "\n").prefix(Self.mostLines) {
      for path in Self.paths(in: line) {
        guard process.looksAgain.count < Self.mostPaths else { return }
        guard process.looksAgain.insert(path).inserted,
          let error = facts.errorOfLook(at: path, thread)
        else { continue }
        let look = SystemCall(
          name: "newfstatat",
          arguments: [
            .directory(descriptor: SystemCall.currentDirectory), .path(text: path),
            .symbol(name: "AT_SYMLINK_NOFOLLOW"),
          ], outcome: .failed(error: error))
        events.emit(.systemCall(call: look), thread)
        facts.explain(look, thread, events)
      }
    }
  }

  /// What looks like a path in a complaint: what stands in quotation marks, or between colons.
  static func paths(in line: Substring) -> [String] {
    let quotes: Set<Character> = ["'", "\"", "`", "‘", "’", "“", "”", "«", "»"]
    let pieces =
      line.split { quotes.contains($0) }.map(trimmed)
      + line.split(separator: ":").map(trimmed)
    var found: [String] = []
    for piece in pieces
    where piece.utf8.contains(0x2F) && !piece.contains(where: { $0 == ":" || quotes.contains($0) })
      && piece.utf8.count < MemoryReader.longestPath && !found.contains(piece)
    {
      found.append(piece)
    }
    return found
  }

  private static func trimmed(_ piece: Substring) -> String {
    var piece = piece
    while piece.first?.isWhitespace == true { piece.removeFirst() }
    while piece.last?.isWhitespace == true { piece.removeLast() }
    return String(piece)
  }
}
