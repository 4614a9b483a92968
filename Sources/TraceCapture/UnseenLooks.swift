import Glibc
import TraceEvents

// Two kinds of looks are not stopped at where a diagnosis alone is asked for, as they are a great
// part of what some programs do and hardly ever fail: those at the entries of an open directory
// (`Selection.namesAPath`), which who walks a tree makes for each file of it, and those at the links
// on the way to a path (`Selection.readsOneLink`), which `realpath(3)` makes for each directory.
// Where one does fail, the program says so, or ends without a word; then the paths that it speaks of,
// or was given, are looked at again, with its rights.

/// What a program was seen to fail at, and to say: it decides what is looked at again.
struct SeenFailures {
  /// The paths of the failed calls that came last, the loader's apart, as they were given.
  private var paths: [String] = []
  /// What came of them.
  private var errors: Set<ErrorNumber> = []
  /// The paths that were looked at again.
  private(set) var looksAgain: Set<String> = []
  /// What it wrote to standard error since a line ended there.
  var lineSoFar = ""
  /// True once it wrote to standard error.
  var hasComplained = false
  /// True once it was told that its working directory is gone.
  var hasToldDirectory = false
  /// How often the file systems that it writes to were looked at.
  var looksForSpace = 0
  /// True once it opened a file that could hold words.
  var hasOpened = false

  private static let most = 32

  mutating func note(_ path: String?, _ error: ErrorNumber) {
    errors.insert(error)
    guard let path else { return }
    if paths.count == Self.most { paths.removeFirst() }
    paths.append(path)
  }

  /// True for a path that is looked at for the first time.
  mutating func begin(_ path: String) -> Bool { looksAgain.insert(path).inserted }

  /// True if a call failed with `error`.
  func saw(_ error: ErrorNumber) -> Bool { errors.contains(error) }

  /// True if no call failed.
  var isEmpty: Bool { errors.isEmpty }

  /// True if a failed call named this path, something below it, or it in other words.
  func knows(_ path: String) -> Bool {
    paths.contains {
      $0 == path || $0.hasSuffix("/" + path) || path.hasSuffix("/" + $0) || $0.hasPrefix(path + "/")
    }
  }
}

extension TraceSession {
  /// How many paths of one process are looked at again, and how many lines of one text are searched
  /// for them.
  private static var mostPaths: Int { 32 }
  private static var mostLines: Int { 8 }
  private static var longestLine: Int { 1000 }
  /// What can become of the way to a path (`path_resolution(7)`).
  private static var errorsOfPaths: [ErrorNumber] {
    [.noEntry, .accessDenied, .notDirectory, .tooManyLinks, .nameTooLong]
  }

  /// How programs, and the loader of a library that could not be mapped, say that memory was short: of small
  /// mappings no call is seen.
  private static var memoryWords: [String] {
    ["failed to map segment", "annot allocate memory", "ut of memory"]
  }

  /// Takes note of a failed call, made at this address. What the loader asks, and what the C library
  /// looks for in places where everybody looks, is no failure of the program's.
  func note(
    _ call: SystemCall, _ error: ErrorNumber, madeAt address: UInt64, _ process: TracedProcess
  ) {
    if process.loader?.contains(address) == true { return }
    let path = call.paths.last?.path
    if let path, WatchedPaths.isElsewhere(path) { return }
    process.seen.note(path, error)
  }

  /// Tells of failed looks that were not seen and that a process complains of in `words`.
  func tellUnseenLooks(_ words: Words, _ thread: TracedThread) {
    let process = thread.process
    guard words.stream == .standardError else { return }
    tellFullFileSystem(thread)
    if Self.memoryWords.contains(where: { words.text.contains($0) }) {
      facts.tellLimits(thread, events)
    }
    // A line may come in pieces: the path, the error, its end.
    let text = process.seen.lineSoFar + words.text
    process.seen.lineSoFar = String(
      text[(text.lastIndex(of: "\n").map(text.index(after:)) ?? text.startIndex)...]
        .suffix(Self.longestLine))
    for line in text.split(separator: "\n").prefix(Self.mostLines) {
      let named = Self.paths(in: line)
      if process.listsDirectories { tellEntries(named, thread) }
      tellGoneDirectory(line, thread)
      if !isThorough, let error = Self.error(in: line) {
        // A line without a path leaves what the program was given.
        let candidates =
          named.isEmpty && !process.seen.saw(error) ? Self.paths(in: process.arguments) : named
        tellWay(candidates, thread) { $0 == error }
      }
    }
    process.seen.hasComplained = true
  }

  /// Tells of a working directory that was removed, as getcwd(2) would, of which a process may complain in `line`.
  private func tellGoneDirectory(_ line: Substring, _ thread: TracedThread) {
    let process = thread.process
    guard !process.seen.hasToldDirectory,
      Self.error(in: line) == .noEntry || line.contains("cwd") || line.contains("directory"),
      ProcessFiles.link("/proc/\(thread.id)/cwd")?.hasSuffix(ProcessFiles.removalMark) == true
    else { return }
    process.seen.hasToldDirectory = true
    let call = SystemCall(name: "getcwd", arguments: [], outcome: .failed(error: .noEntry))
    events.emitBeforeWords(.systemCall(call: call), thread)
  }

  /// Tells of failed looks of a process that is about to fail and neither said anything nor opened
  /// anything nor failed at anything that was seen: `readlink -f` and its like.
  func tellUnseenLooksOfTheSilent(_ thread: TracedThread) {
    let process = thread.process
    guard !isThorough, process.seen.isEmpty, !process.seen.hasComplained, !process.seen.hasOpened,
      !process.listsDirectories, !process.hasMadeProcesses, process.outputCalls == 0
    else { return }
    // What stands behind -c is a command, not a path.
    let given = zip(process.arguments, process.arguments.dropFirst()).filter { before, argument in
      before != "-c"
        && (argument.hasPrefix("/") || argument.hasPrefix("./") || argument.hasPrefix("../"))
    }.map(\.1)
    tellWay(given, thread) { _ in true }
  }

  /// Tells of looks at the entries of directories.
  private func tellEntries(_ paths: [String], _ thread: TracedThread) {
    for path in paths where !thread.process.seen.knows(path) && mayLookAgain(at: path, thread) {
      guard let error = facts.errorOfLook(at: path, thread) else { continue }
      tell(
        SystemCall(
          name: "newfstatat",
          arguments: [
            .directory(descriptor: SystemCall.currentDirectory), .path(text: path),
            .symbol(name: "AT_SYMLINK_NOFOLLOW"),
          ], outcome: .failed(error: error)), thread)
    }
  }

  /// Tells of looks at the links on the way to paths.
  private func tellWay(
    _ paths: [String], _ thread: TracedThread, where isMeant: (ErrorNumber) -> Bool
  ) {
    for path in paths where !thread.process.seen.knows(path) && mayLookAgain(at: path, thread) {
      guard let (place, error) = facts.failureOnTheWay(to: path, thread), isMeant(error) else {
        continue
      }
      tell(
        SystemCall(
          name: "readlink", arguments: [.path(text: place)], outcome: .failed(error: error)), thread
      )
    }
  }

  private func mayLookAgain(at path: String, _ thread: TracedThread) -> Bool {
    thread.process.seen.looksAgain.count < Self.mostPaths && thread.process.seen.begin(path)
  }

  private func tell(_ look: SystemCall, _ thread: TracedThread) {
    events.emitBeforeWords(.systemCall(call: look), thread)
    facts.explain(look, thread, events)
  }

  /// The error of a path that a complaint names: by the words of `strerror(3)`, by its name, or as
  /// Rust ("os error 2") and Python ("Errno 2") give its number.
  static func error(in line: Substring) -> ErrorNumber? {
    errorsOfPaths.first { error in
      [error.words, error.name, "os error \(error.rawValue))", "Errno \(error.rawValue)]"]
        .contains { line.contains($0) }
    }
  }

  /// What looks like a path among the arguments of a program, or behind the `=` of one.
  static func paths(in arguments: [String]) -> [String] {
    arguments.dropFirst().compactMap { argument in
      let word =
        argument.hasPrefix("-")
        ? argument.split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init) : argument
      return word.flatMap {
        ($0.contains("/") || $0.contains(".")) && !$0.contains("://") ? $0 : nil
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
