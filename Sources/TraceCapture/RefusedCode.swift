import Glibc
import TraceEvents

// The dynamic loader maps the code of every library that it opens, and hardly ever is one refused.
// The filter lets those calls run; where one could be refused, the loader is followed call by call
// from the open on.
extension TraceSession {
  /// The loader reads the file's head and maps its other parts first.
  private static var mostCallsBeforeCode: Int { 16 }

  /// True if a call that has ended opened a file for the dynamic loader whose code could be refused:
  /// its mount is `noexec`, or a security module has rules for the process (`mmap(2)`: EPERM, EACCES).
  /// What is sure to be loaded is not followed to the end of its `open`.
  func mayRefuseCode(
    openedBy call: PendingCall, _ result: Int64, _ thread: TracedThread
  ) -> Bool {
    guard !thread.followsCalls, let index = call.row, effects[index].opensPath,
      let descriptor = Int32(exactly: result), descriptor >= 0,
      thread.process.loader?.contains(call.instruction) == true
    else { return false }
    return isConfined(thread.process) || refusesCode(descriptor, of: thread)
  }

  /// True if the file of a descriptor lies on a `noexec` mount, or if that cannot be told.
  func refusesCode(_ descriptor: Int32, of thread: TracedThread) -> Bool {
    // ST_NOEXEC of statvfs(3), which glibc gives to GNU programs alone.
    let noExecution: UInt = 8
    var mount = statvfs()
    return unsafe statvfs("/proc/\(thread.id)/fd/\(descriptor)", &mount) != 0
      || mount.f_flag & noExecution != 0
  }

  /// True if SELinux or AppArmor confines the process. Where there are no such modules, the file
  /// of its label cannot be read.
  func isConfined(_ process: TracedProcess) -> Bool {
    if let known = process.isConfined { return known }
    let label = hasLabels ? ProcessFiles.line("/proc/\(process.id)/attr/current") ?? "" : ""
    let isConfined = !label.isEmpty && !label.contains("unconfined")
    process.isConfined = isConfined
    return isConfined
  }

  /// Follows the calls of a thread until it maps code.
  func awaitCode(_ thread: TracedThread) { thread.callsBeforeCode = Self.mostCallsBeforeCode }

  /// True for a call that maps code of a file, of a thread that is followed call by call.
  func mayBeRefused(_ call: PendingCall, _ row: SystemCallRow, _ thread: TracedThread) -> Bool {
    guard row.emission == .mapping, thread.followsCalls || thread.callsBeforeCode > 0 else {
      return false
    }
    return call.arguments[2] & UInt64(PROT_EXEC) != 0
      && call.arguments[3] & UInt64(MAP_ANONYMOUS) == 0
  }

  /// Takes note of a call that ended while code was still to come.
  func countBeforeCode(_ call: PendingCall, _ thread: TracedThread) {
    let isOver = call.row.map { mayBeRefused(call, rows[$0], thread) } ?? false
    thread.callsBeforeCode = isOver ? 0 : thread.callsBeforeCode - 1
  }
}
