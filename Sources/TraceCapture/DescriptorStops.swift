import Glibc
import TraceEvents

extension TraceSession {
  /// Keeps account of what a successful call did to descriptors.
  func succeeded(
    _ call: PendingCall, index: Int, row: SystemCallRow, result: Int64, _ thread: TracedThread
  ) {
    let effect = effects[index]
    let table = thread.process.descriptors
    func closesOnExec(_ flags: Int?, _ bit: UInt64) -> Bool {
      flags.map { call.arguments[$0] & bit != 0 } ?? false
    }
    if effect.changesCredentials {
      thread.process.credentials = nil
      thread.process.actsAsWeDo = false
    }
    noteNames(effect.names, thread)
    if row.name == "connect" { noteConnection(call, row: row, thread) }
    switch effect.descriptors {
    case .none:
      if case .closeRange = row.emission { closedRange(call, table) }
    case .opens(let flags, let bit):
      let descriptor = Int32(truncatingIfNeeded: result)
      replaced(descriptor, thread)
      var entry = DescriptorTable.Entry(closesOnExec: closesOnExec(flags, bit))
      if effect.opensPath, let flags, isWorthALook(call, flags: flags, thread) {
        thread.process.seen.hasOpened = true
        entry.held = HeldFile(descriptor, of: thread.process.id)
        entry.isWatched = entry.held != nil || !HeldFile.isPossible
      }
      if !isThorough, effect.opensPath, let flags {
        entry.place = placeOpened(call, flags: flags, thread)
      }
      table[descriptor] = entry
      // O_DIRECTORY: opendir(3), whose listing may be no stop.
      if effect.opensPath, let flags, call.arguments[flags] & 0o200000 != 0 {
        thread.process.listsDirectories = true
      }
      if effect.opensPath, let flags { noteLog(descriptor, flags: flags, call, thread) }
      if row.name == "creat",
        case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[0])
      {
        noteWritten(path, from: nil, thread.process)
      }
    case .copies(let flags, let bit):
      var entry = table[Int32(truncatingIfNeeded: call.arguments[0])] ?? .init()
      entry.closesOnExec = closesOnExec(flags, bit)
      let descriptor = Int32(truncatingIfNeeded: result)
      if descriptor != Int32(truncatingIfNeeded: call.arguments[0]) {
        replaced(descriptor, thread)
        table[descriptor] = entry
      }
    case .pair(let position, let flags, let bit):
      guard
        let bytes = decoder.memory.bytes(thread.id, at: call.arguments[position], count: 8)
      else { return }
      for offset in [0, 4] {
        let descriptor = Int32(truncatingIfNeeded: bytes.littleEndian(at: offset, size: 4))
        replaced(descriptor, thread)
        table[descriptor] = .init(closesOnExec: closesOnExec(flags, bit), isPipe: true)
      }
    case .commands:
      guard call.arguments[1] == UInt64(F_DUPFD) || call.arguments[1] == UInt64(F_DUPFD_CLOEXEC)
      else { return }
      var entry = table[Int32(truncatingIfNeeded: call.arguments[0])] ?? .init()
      entry.closesOnExec = call.arguments[1] == UInt64(F_DUPFD_CLOEXEC)
      replaced(Int32(truncatingIfNeeded: result), thread)
      table[Int32(truncatingIfNeeded: result)] = entry
    }
  }

  private func noteConnection(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
    guard let bytes = decoder.memory.bytes(thread.id, at: call.arguments[1], count: 2),
      bytes.littleEndian(at: 0, size: 2) == UInt64(AF_UNIX)
    else { return }
    // A manager may be asked to move somebody, as systemd-run does.
    mayChangeGroups = true
    guard
      case .address(address: .unix(let path))? = decoder.arguments(
        of: row, call, thread: thread.id, result: 0
      ).last, SystemLog.isItsSocket(path)
    else { return }
    thread.process.descriptors[descriptor, default: .init()].isSystemLog = true
  }

  /// Sees to what a call ends before it runs.
  func prepare(_ entry: CallEffect.Entry, _ call: PendingCall, _ thread: TracedThread) {
    switch entry {
    case .nothing: break
    // Told of where the call is entered (SystemCallStops).
    case .signals: break
    case .replaces(let argument):
      replaced(Int32(truncatingIfNeeded: call.arguments[argument]), thread)
    case .locks:
      // A copy shares the offset, and is looked at like the first: a shell reads scripts so. Locks
      // that belong to a process (`F_SETLK`) know nothing of copies.
      let isHarmless =
        call.row.map { rows[$0].name.hasPrefix("fcntl") } ?? false
        && [F_DUPFD, F_DUPFD_CLOEXEC, F_GETLK, F_SETLK, F_SETLKW]
          .contains { UInt64($0) == call.arguments[1] & 0xFFFF_FFFF }
      if isHarmless { break }
      let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
      let table = thread.process.descriptors
      guard table[descriptor]?.isWatched == true else { break }
      release(descriptor, thread)
      table[descriptor]?.held?.giveUp()
      // While it stays open it is looked at again: at the next lock, and at the end.
      table[descriptor]?.held = nil
    case .unmounts:
      for id in processes.keys.sorted() {
        guard let process = processes[id],
          let other = process.threads.first.flatMap({ threads[$0] })
        else { continue }
        for descriptor in process.descriptors.watched {
          let held = process.descriptors[descriptor]?.held
          giveUp(descriptor, other)
          held?.giveUp()
        }
      }
    }
  }

  /// A descriptor with this number was closed, or is about to be: its number is used anew.
  private func replaced(_ descriptor: Int32, _ thread: TracedThread) {
    if thread.process.descriptors[descriptor]?.isWatched == true { giveUp(descriptor, thread) }
  }

  /// Tells what was read so far, and watches it no longer.
  private func giveUp(_ descriptor: Int32, _ thread: TracedThread) {
    let table = thread.process.descriptors
    guard var entry = table[descriptor], entry.isWatched else { return }
    release(descriptor, thread)
    entry.isWatched = false
    entry.held = nil
    table[descriptor] = entry
  }

  /// Tells of the ends of pipes that a process has closed. Where closing needs no stop this is done
  /// when it matters: at exec, at a broken pipe, and when everybody waits.
  func tellClosedPipes(_ process: TracedProcess, _ thread: TracedThread) {
    guard HeldFile.isPossible else { return }
    for descriptor in process.descriptors.pipes {
      let target = ProcessFiles.link("/proc/\(process.id)/fd/\(descriptor)")
      if let target, target.hasPrefix("pipe:") || target.hasPrefix("socket:") { continue }
      // It could be a copy of this one.
      if !isThorough, hasUnseenPipe(process) { return }
      process.descriptors[descriptor] = nil
      events.emit(
        .systemCall(
          call: SystemCall(
            name: "close", arguments: [.descriptor(number: descriptor)],
            outcome: .returned(value: 0))), thread)
    }
  }

  /// `tellClosedPipes` of every process.
  func tellAllClosedPipes() {
    for id in processes.keys.sorted() {
      guard let process = processes[id], let thread = process.threads.first.flatMap({ threads[$0] })
      else { continue }
      tellClosedPipes(process, thread)
    }
  }

  private func closedRange(_ call: PendingCall, _ table: DescriptorTable) {
    let first = Int32(clamping: call.arguments[0] & 0xFFFF_FFFF)
    let last = Int32(clamping: call.arguments[1] & 0xFFFF_FFFF)
    if first <= 2 { table.holdsStandard = false }
    // CLOSE_RANGE_CLOEXEC
    let marks = call.arguments[2] & 4 != 0
    for descriptor in table.known(from: first, through: last) {
      if marks { table[descriptor]?.closesOnExec = true } else { table[descriptor] = nil }
    }
  }

  /// True for a descriptor that reads a file that could be configuration, and is there already.
  func isWorthALook(_ call: PendingCall, flags: Int, _ thread: TracedThread) -> Bool {
    // O_WRONLY, O_CREAT, O_TRUNC, O_DIRECTORY, O_PATH
    guard call.arguments[flags] & (0o1 | 0o100 | 0o1000 | 0o200000 | 0o10000000) == 0 else {
      return false
    }
    guard case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[flags - 1])
    else { return false }
    return WatchedPaths.contains(path)
  }

  /// Tells how much was read of a watched descriptor that is about to be closed.
  func release(_ descriptor: Int32, _ thread: TracedThread) {
    if let held = thread.process.descriptors[descriptor]?.held,
      !held.isNews(for: thread.process.id)
    {
      return
    }
    guard let release = releaseOf(descriptor, thread) else { return }
    events.emit(.descriptorReleased(release: release), thread)
  }

  /// How much was read of a descriptor; nil if it is no regular file.
  func releaseOf(_ descriptor: Int32, _ thread: TracedThread) -> DescriptorRelease? {
    if let held = thread.process.descriptors[descriptor]?.held {
      return DescriptorRelease(descriptor: descriptor, path: held.path, position: held.position)
    }
    var status = stat()
    let link = "/proc/\(thread.id)/fd/\(descriptor)"
    guard unsafe stat(link, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let path = ProcessFiles.link(link),
      let info = ProcessFiles.descriptorInfo(thread.id, descriptor)
    else { return nil }
    return DescriptorRelease(descriptor: descriptor, path: path, position: info.position)
  }

  /// Tells what a process that is about to end has read.
  func releaseAll(_ thread: TracedThread) {
    for descriptor in thread.process.descriptors.watched { release(descriptor, thread) }
  }
}
