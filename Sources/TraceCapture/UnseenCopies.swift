private import CTraceShim
import Glibc
import TraceEvents

// Who walks a tree copies descriptors several times for each directory (`fts(3)` of gnulib), and
// nothing comes of most of these copies. Where a diagnosis alone is asked for they are not stopped at
// (`Selection.locksOrPlacesCopies`); a copy is told of when a call is that names it. Where the original
// is not known any more, which directory it is open on is told as an open of that.
extension TraceSession {
  /// Tells of the copies that a call names which has ended, where they were not seen to be made: of
  /// directories that relative paths start at, of one that is entered, and of what a failed call was
  /// about.
  func tellCopies(namedBy call: PendingCall, index: Int, failed: Bool, _ thread: TracedThread) {
    let kinds = rows[index].arguments
    for (position, kind) in kinds.enumerated() {
      let descriptor = Int32(truncatingIfNeeded: call.arguments[position])
      guard descriptor > 2 else { continue }
      switch kind {
      case .directory where isRelative(at: position + 1, call, thread):
        tellPlace(descriptor, thread)
      case .descriptor where effects[index].names == .enter: tellPlace(descriptor, thread)
      case .descriptor where failed && thread.process.descriptors[descriptor] == nil:
        let numbers = thread.process.descriptors.numbers
        if let original = numbers.first(where: { wf_same_file(thread.process.id, $0, descriptor) })
        {
          tellCopy(descriptor, of: original, thread)
        }
      default: continue
      }
    }
  }

  /// Tells which directory a descriptor is open on, unless that is known.
  private func tellPlace(_ descriptor: Int32, _ thread: TracedThread) {
    let table = thread.process.descriptors
    guard let place = place(of: descriptor, thread), table[descriptor]?.place != place else {
      return
    }
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
  }

  /// Absolute path of the directory that a descriptor is open on, as its process sees it.
  private func place(of descriptor: Int32, _ thread: TracedThread) -> String? {
    guard let place = ProcessFiles.link("/proc/\(thread.id)/fd/\(descriptor)"), place.hasPrefix("/")
    else { return nil }
    guard !thread.process.seesAsWeDo, let root = ProcessFiles.link("/proc/\(thread.id)/root"),
      place.hasPrefix(root + "/")
    else { return place }
    return String(place.dropFirst(root.count))
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

  /// Absolute path of a directory that was opened, by the words of the call alone: where a link is on
  /// the way, the descriptor is told of when it is named. Nil for anything else.
  func placeOpened(_ call: PendingCall, flags: Int, _ thread: TracedThread) -> String? {
    let ways = call.arguments[flags]
    guard ways & UInt64(O_DIRECTORY) != 0 else { return nil }
    if let path = absolutePath(at: flags - 1, of: call, thread) { return path }
    // An entry of a directory that is known, and no link.
    guard flags == 2, ways & UInt64(O_NOFOLLOW) != 0,
      let above = thread.process.descriptors[Int32(truncatingIfNeeded: call.arguments[0])]?.place,
      case .complete(let name) = decoder.memory.text(thread.id, at: call.arguments[1]),
      !name.isEmpty, !name.utf8.contains(0x2F), name != ".", name != ".."
    else { return nil }
    return above == "/" ? above + name : above + "/" + name
  }

  private func isRelative(at position: Int, _ call: PendingCall, _ thread: TracedThread) -> Bool {
    guard case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[position])
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
