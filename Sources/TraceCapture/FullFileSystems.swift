import Glibc
import TraceEvents

// Writes are not stopped at, those of words apart: a program may make a million of them. One that meets a full
// file system mostly says so. Where it does not, the file systems of what it had opened for writing are looked
// at as it complains and as it ends in failure, and a full one is told of before that.

/// A file that was opened for writing.
struct WrittenFile {
  /// Its path, as it was given.
  let path: String
  /// The descriptor of the directory that a relative one begins at; nil: the working directory.
  let directory: Int32?
}

extension TraceSession {
  /// How many files of a process are kept in mind, how many of its descriptors are looked at, and how often.
  private static var mostWritten: Int { 8 }
  private static var mostDescriptors: Int32 { 64 }
  private static var mostLooks: Int { 8 }

  /// Takes note of a file that was opened for writing.
  func noteWritten(_ path: String, from directory: Int32?, _ process: TracedProcess) {
    guard !["/dev/", "/proc/", "/sys/"].contains(where: { path.hasPrefix($0) }) else { return }
    if process.written.count == Self.mostWritten { process.written.removeFirst() }
    process.written.append(WrittenFile(path: path, directory: directory))
  }

  /// Tells of a full file system on which a process had opened a file for writing.
  func tellFullFileSystem(_ thread: TracedThread) {
    let process = thread.process
    guard !process.written.isEmpty, !process.seen.saw(.noSpace),
      process.seen.looksForSpace < Self.mostLooks
    else { return }
    process.seen.looksForSpace += 1
    // Who is root may use the blocks that are reserved for it (tune2fs(8)).
    let isRoot = ProcessFiles.status(thread.id).map { $0.credentials.user == 0 } ?? true
    // A temporary file is removed while it is open, and gives its space back once it is closed.
    let removed = removedFiles(of: process)
    let named = process.written.reversed().map {
      facts.absolute($0.path, $0.directory, thread)
    }.map { (path: $0, place: $0) }
    for (path, place) in removed + named {
      guard Self.isFull(place, forRoot: isRoot) else { continue }
      let call = SystemCall(
        name: "write", arguments: [.path(text: path), SystemCall.inferred],
        outcome: .failed(error: .noSpace))
      process.seen.note(path, .noSpace)
      events.emitBeforeWords(.systemCall(call: call), thread)
      return facts.explain(call, thread, events)
    }
  }

  /// The files that a process has open and that were removed: their former paths, and where they can be asked.
  private func removedFiles(of process: TracedProcess) -> [(path: String, place: String)] {
    let mark = ProcessFiles.removalMark
    return (0..<Self.mostDescriptors).reversed().compactMap { descriptor in
      let place = "/proc/\(process.id)/fd/\(descriptor)"
      guard let link = ProcessFiles.link(place), link.hasPrefix("/"), link.hasSuffix(mark) else {
        return nil
      }
      return (String(link.dropLast(mark.utf8.count)), place)
    }
  }

  /// True if nothing is left of the file system of `place`, or of the directory that it was in.
  private static func isFull(_ place: String, forRoot: Bool) -> Bool {
    var counts = statvfs()
    if unsafe statvfs(place, &counts) != 0 {
      guard let slash = place.lastIndex(of: "/"), slash != place.startIndex,
        unsafe statvfs(String(place[..<slash]), &counts) == 0
      else { return false }
    }
    // Nothing can be written to one that is mounted read-only, whatever it says.
    guard counts.f_blocks > 0, counts.f_flag & UInt(ST_RDONLY) == 0 else { return false }
    return forRoot ? counts.f_bfree == 0 : counts.f_bavail == 0
  }
}
