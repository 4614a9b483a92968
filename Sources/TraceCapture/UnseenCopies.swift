private import CTraceShim
import Glibc
import TraceEvents

// Who walks a tree copies descriptors several times for each directory (`fts(3)` of gnulib), and
// nothing comes of most of these copies. Where a diagnosis alone is asked for they are not stopped at
// (`Selection.locksOrPlacesCopies`); a copy is told of when a call is that names it. Where the original
// is not known any more, which directory it is open on is told as an open of that.
extension TraceSession {
  /// Tells of the copy that `call` names, where it was not seen to be made: of a directory that a
  /// relative path starts at, and of what a failed call was about.
  func tellCopy(namedBy call: PendingCall, row: SystemCallRow, failed: Bool, _ thread: TracedThread)
  {
    let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
    guard descriptor > 2, let kind = row.arguments.first else { return }
    let table = thread.process.descriptors
    if kind == .directory, isRelative(call, row, thread) {
      guard let place = ProcessFiles.link("/proc/\(thread.id)/fd/\(descriptor)"),
        place.hasPrefix("/"), table[descriptor]?.place != place
      else { return }
      if let original = table.number(of: place) {
        tellCopy(descriptor, of: original, thread)
      } else {
        table[descriptor] = .init(closesOnExec: true, place: place)
        tell(
          "openat",
          [
            .directory(descriptor: SystemCall.currentDirectory), .path(text: place),
            .symbol(name: "O_PATH|O_CLOEXEC"),
          ], descriptor, thread)
      }
    } else if kind == .descriptor, failed, table[descriptor] == nil,
      let original = table.numbers.first(where: { wf_same_file(thread.process.id, $0, descriptor) })
    {
      tellCopy(descriptor, of: original, thread)
    }
  }

  private func tellCopy(_ descriptor: Int32, of original: Int32, _ thread: TracedThread) {
    let table = thread.process.descriptors
    var entry = table[original] ?? .init()
    entry.closesOnExec = true
    table[descriptor] = entry
    tell(
      "fcntl",
      [.descriptor(number: original), .symbol(name: "F_DUPFD_CLOEXEC"), .integer(value: 3)],
      descriptor, thread)
  }

  private func tell(
    _ name: String, _ arguments: [SystemCall.Argument], _ descriptor: Int32, _ thread: TracedThread
  ) {
    events.emit(
      .systemCall(
        call: SystemCall(
          name: name, arguments: arguments, outcome: .returned(value: Int64(descriptor)))), thread)
  }

  /// Absolute path of a directory that was opened; nil for anything else.
  func placeOpened(
    _ call: PendingCall, flags: Int, _ descriptor: Int32, _ thread: TracedThread
  ) -> String? {
    let ways = call.arguments[flags]
    guard ways & UInt64(O_DIRECTORY) != 0 else { return nil }
    // An entry of a directory that is known, and no link.
    if flags == 2, ways & UInt64(O_NOFOLLOW) != 0,
      let above = thread.process.descriptors[Int32(truncatingIfNeeded: call.arguments[0])]?.place,
      case .complete(let name) = decoder.memory.text(thread.id, at: call.arguments[1]),
      !name.isEmpty, !name.utf8.contains(0x2F), name != ".", name != ".."
    {
      return above == "/" ? above + name : above + "/" + name
    }
    return ProcessFiles.link("/proc/\(thread.id)/fd/\(descriptor)")
  }

  private func isRelative(_ call: PendingCall, _ row: SystemCallRow, _ thread: TracedThread) -> Bool
  {
    guard row.arguments.count > 1, row.arguments[1] == .path,
      case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[1])
    else { return false }
    return path.utf8.first != 0x2F
  }

  /// True if a process has an end of a pipe or a socket that was not seen to be made: it may be a
  /// copy of one that was closed since.
  func hasUnseenPipe(_ process: TracedProcess) -> Bool {
    ProcessFiles.descriptors(process.id).contains { number in
      guard number > 2, process.descriptors[number] == nil,
        let target = ProcessFiles.link("/proc/\(process.id)/fd/\(number)")
      else { return false }
      return target.hasPrefix("pipe:") || target.hasPrefix("socket:")
    }
  }
}
