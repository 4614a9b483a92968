import Glibc
import TraceEvents

/// A file that a process opened to write messages to. What is new in it is read when a process that
/// writes there ends in failure: many daemons say why nowhere else.
final class LogFile {
  /// Absolute path, as the kernel names it.
  let path: String
  /// Up to where it was told; at first, where it ended when it was opened.
  var position: Int64
  /// The process that opened it, and those whose fork without exec it is, nearest first.
  let writers: [ProcessID]

  init(path: String, position: Int64, writers: [ProcessID]) {
    self.path = path
    self.position = position
    self.writers = writers
  }

  /// The same file for a child that inherits it: what is there already is not the child's.
  func forChild(_ child: ProcessID) -> LogFile {
    var status = stat()
    let size = unsafe stat(path, &status) == 0 ? Int64(status.st_size) : position
    return LogFile(path: path, position: size, writers: [child] + writers.prefix(7))
  }
}

/// The log files of one trace.
package struct LogFiles {
  private var files: [Identity: LogFile] = [:]
  /// Processes that ended in failure.
  private var failed: Set<ProcessID> = []

  /// How many files are kept in mind, in a trace and for a process.
  private static let most = 256
  static let mostOfProcess = 8
  /// How much of a file's end is told.
  private static let longestTail = CallDecoder.longestWords

  private struct Identity: Hashable {
    let device: UInt
    let number: UInt
  }

  /// The log that `descriptor` was just opened on, for one opened with these flags (`open(2)`); nil
  /// if it is none.
  mutating func opened(
    _ descriptor: Int32, flags: UInt64, path: String, of process: TracedProcess
  ) -> LogFile? {
    guard Self.isLog(path, flags: flags) else { return nil }
    var status = stat()
    let link = "/proc/\(process.id)/fd/\(descriptor)"
    guard unsafe stat(link, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let identity = Identity(device: UInt(status.st_dev), number: UInt(status.st_ino))
    if let known = files[identity] { return known }
    guard files.count < Self.most, let path = ProcessFiles.link(link) else { return nil }
    let file = LogFile(
      path: path, position: Int64(status.st_size), writers: [process.id] + process.kin)
    files[identity] = file
    return file
  }

  /// True for what is only added to, and for what has the name of a log.
  package static func isLog(_ path: String, flags: UInt64) -> Bool {
    // O_ACCMODE, O_APPEND
    guard flags & 0o3 != 0 else { return false }
    if flags & 0o2000 != 0 { return true }
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" } ?? ""
    let folded = name.lowercased()
    return folded.hasSuffix(".log") || folded.hasSuffix(".err") || folded.hasSuffix("-log")
      || folded.hasPrefix("log") || folded.hasSuffix("_log") || folded.contains("error")
  }

  /// What was written since it was last told; nil for nothing, and for what is no text.
  static func news(of file: LogFile) -> (text: String, byteCount: Int)? {
    let descriptor = unsafe open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    let end = Int64(status.st_size)
    // Truncated meanwhile: all of it is new.
    let start = file.position <= end ? file.position : 0
    guard end > start else { return nil }
    file.position = end
    let count = Int(min(end - start, Int64(longestTail)))
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = unsafe max(
        0, pread(descriptor, buffer.baseAddress, count, off_t(end) - off_t(count)))
    }
    if bytes.isEmpty || bytes.contains(0) { return nil }
    return (TargetText.decoding(bytes), Int(end - start))
  }

  /// Takes note that a process failed.
  mutating func noteFailure(of process: ProcessID) {
    // Only to tell whose child a writer is: with this many, nobody will be missed.
    if failed.count < 4096 { failed.insert(process) }
  }

  /// Logs whose writer did not fail itself, but serves a process that did, such as the collector of
  /// a server's messages; with that process.
  var ofServants: [(file: LogFile, process: ProcessID)] {
    files.values.sorted { $0.path < $1.path }.compactMap { file in
      file.writers.first { failed.contains($0) }.map { (file, $0) }
    }
  }
}

extension TraceSession {
  /// Keeps the log in mind that a call may just have opened.
  func noteLog(_ descriptor: Int32, flags: Int, _ call: PendingCall, _ thread: TracedThread) {
    let bits = call.arguments[flags]
    guard bits & 0o3 != 0,
      case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[flags - 1])
    else { return }
    if path.hasSuffix("cgroup.procs") || path.hasSuffix("/tasks") { mayChangeGroups = true }
    noteWritten(
      path, from: flags > 1 ? Int32(truncatingIfNeeded: call.arguments[0]) : nil, thread.process)
    guard
      let file = logs.opened(descriptor, flags: bits, path: path, of: thread.process),
      !thread.process.logs.contains(where: { $0 === file })
    else { return }
    if thread.process.logs.count == LogFiles.mostOfProcess { thread.process.logs.removeFirst() }
    thread.process.logs.append(file)
  }

  /// Tells what a process that failed, or is out of time, wrote to its logs.
  func tellLogs(of process: TracedProcess) {
    logs.noteFailure(of: process.id)
    for file in process.logs { tell(file, by: process.id) }
  }

  /// `tellLogs` of those who wrote for a process that failed, once everybody has ended.
  func tellServantsLogs() {
    for (file, process) in logs.ofServants { tell(file, by: process) }
  }

  private func tell(_ file: LogFile, by process: ProcessID) {
    guard let news = LogFiles.news(of: file) else { return }
    events.emit(
      .words(
        words: Words(
          stream: .log, descriptor: -1, text: news.text, byteCount: news.byteCount,
          path: file.path)), process: process, thread: process)
  }
}
