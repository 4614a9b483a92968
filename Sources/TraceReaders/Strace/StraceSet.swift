private import Glibc
internal import TraceEvents

/// The logs that `strace -ff -o NAME` wrote, one for each thread, read as one.
///
/// With times of day (`-t`, `-tt`, `-ttt`) lines are taken in their order. Without, a child is read where
/// its parent waited for it, or before its parent's end.
final class StraceSet {
  /// How much of each file is held, in bytes.
  private static let capacity = 256 << 10
  private static let mostFiles = 100_000

  /// A file that is being read.
  private final class File {
    let thread: ProcessID
    let buffer: LogBuffer
    var seconds = 0.0
    /// The files of what it made that were not begun.
    var children: [ProcessID] = []

    init(_ thread: ProcessID, _ path: String) throws(TraceReaderError) {
      self.thread = thread
      buffer = try LogBuffer(try LogSource(path: path), capacity: StraceSet.capacity)
    }
  }

  /// A line with the thread that it is of.
  struct Line {
    let buffer: LogBuffer
    let range: Range<Int>
    let thread: ProcessID
  }

  private var waiting: [ProcessID: String]
  /// When each of the waiting files begins, the last first; empty where lines have no such times.
  private var beginnings: [(seconds: Double, thread: ProcessID)] = []
  private var open: [File] = []
  private let isInOrder: Bool

  /// The set that `path` names: a file's name without the numbers, or a directory that holds nothing else;
  /// nil if it names none.
  init?(path: String) throws(TraceReaderError) {
    guard path != "-", !path.isEmpty, let files = Self.files(path), files.count <= Self.mostFiles
    else { return nil }
    waiting = files
    var begins: [(seconds: Double, thread: ProcessID)] = []
    var isTimed = true
    for (thread, path) in files {
      guard isTimed else { break }
      let buffer = try LogBuffer(try LogSource(path: path), capacity: 4096)
      guard let range = try buffer.nextLine() else { continue }
      let line = StraceLine(buffer.bytes, range)
      guard let seconds = Self.seconds(line.stamp), line.thread == nil else {
        isTimed = false
        break
      }
      begins.append((seconds, thread))
    }
    isInOrder = isTimed
    guard isTimed else { return }
    beginnings = begins.sorted { ($1.seconds, $1.thread) < ($0.seconds, $0.thread) }
    // Files without a line are none to wait for.
    let begun = Set(begins.map(\.thread))
    waiting = files.filter { begun.contains($0.key) }
  }

  private static func seconds(_ stamp: LogClock.Stamp?) -> Double? {
    switch stamp {
    case .absolute(let seconds), .ofDay(let seconds): seconds
    case .relative, nil: nil
    }
  }

  /// The next line of all; nil at the end.
  func next() throws(TraceReaderError) -> Line? {
    isInOrder ? try nextInOrder() : try nextByCause()
  }

  // MARK: By times

  private func nextInOrder() throws(TraceReaderError) -> Line? {
    while true {
      let first = open.min { $0.seconds < $1.seconds }
      if let begins = beginnings.last, first == nil || begins.seconds < first?.seconds ?? 0 {
        beginnings.removeLast()
        guard let path = waiting.removeValue(forKey: begins.thread) else { continue }
        let file = try File(begins.thread, path)
        file.seconds = begins.seconds
        open.append(file)
        continue
      }
      guard let file = first else { return nil }
      guard let range = try file.buffer.nextLine() else {
        open.removeAll { $0 === file }
        continue
      }
      // When the next one is decides when this file's turn is again.
      if let upcoming = file.buffer.upcoming,
        let seconds = Self.seconds(StraceLine(file.buffer.bytes, upcoming).stamp)
      {
        file.seconds = seconds
      }
      return Line(buffer: file.buffer, range: range, thread: file.thread)
    }
  }

  // MARK: By cause and effect

  private func nextByCause() throws(TraceReaderError) -> Line? {
    while true {
      guard let file = open.last else {
        // The first is the one that nobody made; of these the lowest number.
        guard let thread = waiting.keys.min(), let path = waiting.removeValue(forKey: thread) else {
          return nil
        }
        open.append(try File(thread, path))
        continue
      }
      if let upcoming = file.buffer.upcoming {
        let (awaited, isLast) = Self.needs(file.buffer.bytes, upcoming)
        if let awaited, try begin(awaited) { continue }
        if isLast, let child = file.children.first {
          file.children.removeFirst()
          if try begin(child) { continue }
        }
      }
      guard let range = try file.buffer.nextLine() else {
        if let child = file.children.first {
          file.children.removeFirst()
          if try begin(child) { continue }
        }
        open.removeAll { $0 === file }
        continue
      }
      if let made = Self.made(file.buffer.bytes, range), waiting[made] != nil {
        file.children.append(made)
      }
      return Line(buffer: file.buffer, range: range, thread: file.thread)
    }
  }

  /// Goes on with the file of `thread`. False if it was begun before or is none.
  private func begin(_ thread: ProcessID) throws(TraceReaderError) -> Bool {
    guard let path = waiting.removeValue(forKey: thread) else { return false }
    open.append(try File(thread, path))
    return true
  }

  /// The child that a line waited for, and whether it is one of the last of its process.
  private static func needs(
    _ bytes: [UInt8], _ range: Range<Int>
  ) -> (awaited: ProcessID?, isLast: Bool) {
    let line = StraceLine(bytes, range)
    switch line.kind {
    case .end: return (nil, true)
    case .call(let name):
      let text = String(decoding: bytes[name].prefix(16), as: UTF8.self)
      if text == "exit_group" || text == "exit" || text == "_exit" { return (nil, true) }
      guard text.hasPrefix("wait") else { return (nil, false) }
      return (result(bytes, line.body..<range.upperBound), false)
    default: return (nil, false)
    }
  }

  /// The number of what a line made.
  private static func made(_ bytes: [UInt8], _ range: Range<Int>) -> ProcessID? {
    let line = StraceLine(bytes, range)
    guard case .call(let name) = line.kind,
      StraceReader.creates(String(decoding: bytes[name].prefix(16), as: UTF8.self))
    else { return nil }
    return result(bytes, line.body..<range.upperBound)
  }

  private static func result(_ bytes: [UInt8], _ range: Range<Int>) -> ProcessID? {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    guard scanner.arguments() != nil,
      let result = StraceResult(bytes, from: scanner.position, to: range.upperBound),
      case .returned(let value) = result.outcome
    else { return nil }
    return ProcessID(exactly: result.translated ?? value).flatMap { $0 > 0 ? $0 : nil }
  }

  // MARK: Names

  /// The files of the set, by thread.
  private static func files(_ path: String) -> [ProcessID: String]? {
    var status = stat()
    let name = TargetText.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
    let exists = unsafe stat(name, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      let found = entries(of: path).reduce(into: [ProcessID: String]()) { files, entry in
        if let dot = entry.lastIndex(of: "."),
          let thread = number(entry[entry.index(after: dot)...])
        {
          files[thread] = path + "/" + entry
        }
      }
      return found.isEmpty ? nil : found
    }
    // One of the set stands for itself, unless it is the set's name.
    guard !exists else { return nil }
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { String(path[...$0]) } ?? "./"
    let prefix = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + "."
    var found: [ProcessID: String] = [:]
    for entry in entries(of: directory) where entry.hasPrefix(prefix) {
      if let thread = number(entry.dropFirst(prefix.count)) { found[thread] = directory + entry }
    }
    return found.isEmpty ? nil : found
  }

  private static func number(_ text: Substring) -> ProcessID? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? ProcessID(text) : nil
  }

  private static func entries(of directory: String) -> [String] {
    let name = TargetText.bytes(of: directory).map { CChar(bitPattern: $0) } + [0]
    guard let stream = unsafe opendir(name) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream), names.count < mostFiles {
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe Array($0.prefix { $0 != 0 })
      }
      names.append(TargetText.decoding(bytes))
    }
    return names
  }
}
