private import CTraceShim
import Glibc
import TraceEvents

// What a thread must not notice of being stopped.
extension TraceSession {
  /// ERESTARTNOHAND of the kernel: made again, unless a handler runs in between.
  private static var restarts: Int64 { -514 }

  /// Calls that return early, with a part of what was to be sent, if they are stopped meanwhile.
  private static var sendingCalls: Set<String> {
    [
      "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
      "sendfile", "splice", "copy_file_range", "vmsplice", "tee",
    ]
  }

  /// Has all threads stop, or those of `some`, but those that wait in the midst of sending.
  func interruptAll(among some: Set<ProcessID>? = nil) {
    for id in (some ?? Set(threads.keys)).sorted() {
      guard let thread = threads[id] else {
        sending.remove(id)
        continue
      }
      if ProcessFiles.state(id) == "S", let call = waitedCall(of: id, in: thread.process.id),
        Self.sendingCalls.contains(name(of: call))
      {
        sending.insert(id)
      } else {
        sending.remove(id)
        _ = wf_interrupt(id)
      }
    }
  }

  /// Has a call go on that our stop ended with EINTR.
  ///
  /// `epoll_wait(2)`, `sigtimedwait(2)`, `semop(2)` and those with a socket's time limit are not made
  /// again by the kernel after a stop (signal(7)). Where their result is changed before the thread
  /// runs on, they are; a signal with a handler still ends them with EINTR, as it should.
  func mendInterruption(of thread: ProcessID) {
    var registers = wf_registers()
    guard unsafe wf_registers(thread, &registers) == 0,
      Int64(bitPattern: registers.orig_rax) >= 0
    else { return }
    let result =
      registers.cs == 0x23
      ? Int64(Int32(truncatingIfNeeded: registers.rax)) : Int64(bitPattern: registers.rax)
    guard result == -Int64(EINTR) else { return }
    _ = wf_set_result(thread, Self.restarts)
  }
}
