private import CTraceShim
import Glibc
import TraceEvents

// Calls whose answer is known without a stop at their end. A program that is started takes some
// twenty stops, and each of them costs more than all else that is done about it.
extension TraceSession {
  /// True for a file that the dynamic loader maps, and that can be mapped: the loader has opened
  /// it, and a `noexec` mount does not refuse code of it (`mmap(2)`). A limit on address space
  /// can refuse what is large and takes the place of nothing.
  func isSureToMap(_ call: PendingCall, _ thread: TracedThread) -> Bool {
    let isAnonymous = call.arguments[3] & UInt64(MAP_ANONYMOUS) != 0
    guard !isAnonymous, thread.process.loader?.contains(call.instruction) ?? false else {
      return false
    }
    let replaces = call.arguments[3] & UInt64(MAP_FIXED) != 0
    guard replaces || call.arguments[1] < Selection.largeMapping else { return false }
    let descriptor = Int32(truncatingIfNeeded: call.arguments[4])
    if thread.process.descriptors[descriptor]?.isWatched == true { return false }
    if call.arguments[2] & UInt64(PROT_EXEC) == 0 { return true }
    return !refusesCode(descriptor, of: thread) && !isConfined(thread.process)
  }

  /// The number that an `fcntl` is sure to give the copy of a descriptor that it makes; nil if it
  /// makes none, or another thread could open or close something before it does. Who walks a tree
  /// copies two descriptors for each directory.
  func numberOfCopy(_ call: PendingCall, _ thread: TracedThread) -> Int32? {
    let command = call.arguments[1] & 0xFFFF_FFFF
    guard command == UInt64(F_DUPFD) || command == UInt64(F_DUPFD_CLOEXEC),
      hasTableOfItsOwn(thread),
      let least = Int32(exactly: call.arguments[2])
    else { return nil }
    let number = wf_next_descriptor(
      thread.id, Int32(truncatingIfNeeded: call.arguments[0]), least)
    return number >= 0 ? number : nil
  }

  /// The descriptor that an `open` to read is sure to get: for a file or a directory of this machine
  /// that we may read as well, and none whose reading is looked at; nil if that is not sure. A
  /// compiler opens a hundred headers, who walks a tree each directory, and every program that is
  /// started its libraries.
  func numberOfOpened(_ call: PendingCall, flagsAt position: Int, _ thread: TracedThread) -> Int32?
  {
    let process = thread.process
    let flags = call.arguments[position] & 0xFFFF_FFFF
    guard flags & ~Self.harmlessFlags == 0, process.seesAsWeDo, process.actsAsWeDo,
      hasTableOfItsOwn(thread),
      let place = absolutePath(at: position - 1, of: call, thread),
      !isWorthALook(call, flags: position, thread)
    else { return nil }
    if process.loader?.contains(call.instruction) == true {
      guard flags & UInt64(O_NOFOLLOW | O_DIRECTORY) == 0, lookup.mayLoad(place) else { return nil }
    } else {
      var found = wf_found()
      guard
        unsafe wf_find_readable(place, flags & UInt64(O_NOFOLLOW) == 0, false, &found) == 0,
        found.is_directory || found.is_regular && flags & UInt64(O_DIRECTORY) == 0,
        lookup.isOnLocal(found.device)
      else { return nil }
    }
    guard !isConfined(process) else { return nil }
    let number = nextDescriptor(of: thread)
    return number >= 0 ? number : nil
  }

  /// Flags of an `open` that has no other effect and waits for nobody (`open(2)`).
  private static let harmlessFlags = UInt64(
    O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | 0o100000)

  /// The absolute path that a call means; nil for one that starts at a descriptor, where to ask what
  /// that is open on costs more than a stop.
  func absolutePath(
    at position: Int, of call: PendingCall, _ thread: TracedThread
  ) -> String? {
    let startsHere =
      position == 0 || Int32(truncatingIfNeeded: call.arguments[position - 1]) == AT_FDCWD
    guard startsHere,
      case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[position])
    else { return nil }
    if path.utf8.first == 0x2F { return path }
    return lookup.path(of: thread.process.workingDirectory).map { $0 + "/" + path }
  }

  /// The number that the next descriptor of a process is sure to get; negative if that is not sure.
  private func nextDescriptor(of thread: TracedThread) -> Int32 {
    let (process, table) = (thread.process.id, thread.process.descriptors)
    table.holdsStandard =
      table.holdsStandard || (0...2).allSatisfy { wf_same_file(process, $0, $0) }
    return wf_next_descriptor(process, -1, table.holdsStandard ? 3 : 0)
  }

  /// True if nobody but this thread opens and closes descriptors of its process.
  private func hasTableOfItsOwn(_ thread: TracedThread) -> Bool {
    !stopsAtCalls(thread) && thread.process.threads.count == 1
      && isKnownUniquelyReferenced(&thread.process.descriptors)
  }

  /// Takes note of a wait for a child. True if it has to be followed to its end: the answer is not
  /// the end of any child that comes next where there is none to wait for, where it asks for a
  /// group of them, and where the program might ignore SIGCHLD and so never get one.
  func enteredWait(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) -> Bool {
    let process = thread.process
    guard process.childCount > 0, process.hearsOfChildren, Wait(call, row: row) != nil else {
      return true
    }
    thread.wait = call
    return false
  }

  /// Tells the answer that a thread of `process` gets that waits for this child.
  func tellWait(of process: TracedProcess, for child: ProcessID, _ end: WaitStatus.End) {
    for id in process.threads.sorted() {
      guard let thread = threads[id], let call = thread.wait, let index = call.row else { continue }
      let row = rows[index]
      guard let wait = Wait(call, row: row), wait.child.map({ $0 == child }) ?? true else {
        continue
      }
      thread.wait = nil
      var arguments = decoder.arguments(of: row, call, thread: thread.id, result: nil)
      arguments.insert(wait.answer(child, end), at: wait.answerPosition)
      let value = wait.isByInformation ? 0 : Int64(child)
      events.emit(
        .systemCall(
          call: SystemCall(
            name: row.name, arguments: arguments, outcome: .returned(value: value))), thread)
      return
    }
  }
}

/// A call of the wait family (`wait(2)`) that asks for one child, or for any.
private struct Wait {
  /// The child; nil for any.
  let child: ProcessID?
  /// True for `waitid(2)`.
  let isByInformation: Bool

  init?(_ call: PendingCall, row: SystemCallRow) {
    isByInformation = row.name == "waitid"
    let id = Int32(truncatingIfNeeded: call.arguments[isByInformation ? 1 : 0])
    // P_ALL, P_PID; -1, a pid
    switch (isByInformation, isByInformation ? Int32(call.arguments[0] & 0xFFFF_FFFF) : id) {
    case (true, 0), (false, -1): child = nil
    case (true, 1): child = id
    case (false, 1...): child = id
    default: return nil
    }
  }

  /// Where the answer stands among the arguments.
  var answerPosition: Int { isByInformation ? 2 : 1 }

  /// What the call fills in.
  func answer(_ child: ProcessID, _ end: WaitStatus.End) -> SystemCall.Argument {
    switch (end, isByInformation) {
    case (.exited(let status), false): .integer(value: Int64(status) << 8)
    case (.killed(let signal, let coreDumped), false):
      .integer(value: Int64(signal | (coreDumped ? 0x80 : 0)))
    case (.exited(let number), true), (.killed(let number, _), true):
      .text(text: "si_pid=\(child), si_status=\(number)")
    }
  }
}
