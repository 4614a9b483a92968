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
    if effect.changesCredentials { thread.process.credentials = nil }
    switch effect.descriptors {
    case .none:
      if case .closeRange = row.emission { closedRange(call, table) }
    case .opens(let flags, let bit):
      var entry = DescriptorTable.Entry(closesOnExec: closesOnExec(flags, bit))
      if effect.opensPath, let flags { entry.isWatched = isWorthALook(call, flags: flags, thread) }
      table[Int32(truncatingIfNeeded: result)] = entry
    case .copies(let flags, let bit):
      var entry = table[Int32(truncatingIfNeeded: call.arguments[0])] ?? .init()
      entry.closesOnExec = closesOnExec(flags, bit)
      table[Int32(truncatingIfNeeded: result)] = entry
    case .pair(let position, let flags, let bit):
      guard
        let bytes = decoder.memory.bytes(thread.id, at: call.arguments[position], count: 8)
      else { return }
      for offset in [0, 4] {
        table[Int32(truncatingIfNeeded: bytes.littleEndian(at: offset, size: 4))] =
          .init(closesOnExec: closesOnExec(flags, bit))
      }
    case .commands:
      guard call.arguments[1] == UInt64(F_DUPFD) || call.arguments[1] == UInt64(F_DUPFD_CLOEXEC)
      else { return }
      var entry = table[Int32(truncatingIfNeeded: call.arguments[0])] ?? .init()
      entry.closesOnExec = call.arguments[1] == UInt64(F_DUPFD_CLOEXEC)
      table[Int32(truncatingIfNeeded: result)] = entry
    }
  }

  private func closedRange(_ call: PendingCall, _ table: DescriptorTable) {
    let first = Int32(clamping: call.arguments[0] & 0xFFFF_FFFF)
    let last = Int32(clamping: call.arguments[1] & 0xFFFF_FFFF)
    // CLOSE_RANGE_CLOEXEC
    let marks = call.arguments[2] & 4 != 0
    for descriptor in table.known(from: first, through: last) {
      if marks { table[descriptor]?.closesOnExec = true } else { table[descriptor] = nil }
    }
  }

  /// True for a descriptor that only reads a file that could be configuration.
  private func isWorthALook(_ call: PendingCall, flags: Int, _ thread: TracedThread) -> Bool {
    // O_ACCMODE, O_DIRECTORY, O_PATH
    guard call.arguments[flags] & (0o3 | 0o200000 | 0o10000000) == 0 else { return false }
    guard case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[flags - 1])
    else { return false }
    return WatchedPaths.contains(path)
  }

  /// Tells how much was read of a watched descriptor that is about to be closed.
  func release(_ descriptor: Int32, _ thread: TracedThread) {
    guard let release = releaseOf(descriptor, thread) else { return }
    events.emit(.descriptorReleased(release: release), thread)
  }

  /// How much was read of a descriptor; nil if it is no regular file.
  func releaseOf(_ descriptor: Int32, _ thread: TracedThread) -> DescriptorRelease? {
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
