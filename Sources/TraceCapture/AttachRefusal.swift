import Glibc
import TraceEvents

// Processes that cannot be attached to, and why.
extension TraceSession {
  /// PF_KTHREAD of the kernel, in field 9 of `/proc/PID/stat`.
  private static var kernelThread: UInt64 { 0x0020_0000 }

  /// Throws for what is no process that can be watched, whoever asks.
  func refuseUnfit(_ id: ProcessID) throws(CaptureError) {
    guard let status = ProcessFiles.status(id) else {
      throw CaptureError(.noSuchProcess, error: .noProcess, detail: "\(id)")
    }
    if status.process == getpid() { throw CaptureError(.isOurselves, detail: "\(id)") }
    if status.process != id {
      throw CaptureError(.isThread, detail: "\(id)", other: status.process)
    }
    if ProcessFiles.flags(id) & Self.kernelThread != 0 {
      throw CaptureError(.isKernelThread, detail: "\(id)")
    }
    if ProcessFiles.state(id) == "Z" {
      // The first thread of a process may end before the others.
      if ProcessFiles.threads(id).count > 1 {
        throw CaptureError(
          .tracingRefused, detail: "the first thread of process \(id) has ended, others run on")
      }
      throw CaptureError(.isZombie, detail: "\(id)", other: status.parent)
    }
    if status.tracer != 0 {
      throw CaptureError(.targetIsTraced, detail: "\(id)", other: status.tracer)
    }
  }

  /// Why the kernel did not let a process be traced.
  func refusal(_ error: ErrorNumber, of id: ProcessID) -> CaptureError {
    if error.rawValue == ESRCH { return CaptureError(.noSuchProcess, detail: "\(id)") }
    if let tracer = ProcessFiles.status(id)?.tracer, tracer != 0 {
      return CaptureError(.targetIsTraced, error: error, detail: "\(id)", other: tracer)
    }
    let scope = ProcessFiles.bytes("/proc/sys/kernel/yama/ptrace_scope", cap: 16)
      .map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) }
    if let scope, let level = Int(scope), level >= 1, geteuid() != 0 || level >= 3 {
      return CaptureError(.forbiddenByYama, error: error, detail: scope)
    }
    return CaptureError(.notYours, error: error, detail: "\(id)")
  }
}
