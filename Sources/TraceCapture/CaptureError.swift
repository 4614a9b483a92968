package import TraceEvents

/// Why there is no trace: the tracer's own failure, not the target's.
package struct CaptureError: Error, Sendable, Hashable {
  /// What was not possible.
  package enum Code: String, Sendable, Hashable {
    /// The request is not one that can be run: no command, or a null byte in a text.
    case badRequest
    /// `fork(2)` failed.
    case cannotFork
    /// This process is traced itself (strace, gdb), and so is every child of it.
    case alreadyTraced
    /// Yama's `ptrace_scope` forbids tracing.
    case forbiddenByYama
    /// A seccomp profile, as containers have them, forbids `ptrace(2)`.
    case forbiddenBySeccomp
    /// There is no such process to attach to.
    case noSuchProcess
    /// The process to attach to is this one.
    case isOurselves
    /// What is to be attached to is a thread, not a process.
    case isThread
    /// The process to attach to is a thread of the kernel.
    case isKernelThread
    /// The process to attach to has ended; its parent has not waited for it.
    case isZombie
    /// The process to attach to has a tracer already.
    case targetIsTraced
    /// The process to attach to is another user's, or protects itself.
    case notYours
    /// The kernel refused, and none of the reasons above holds.
    case tracingRefused
    /// A seccomp profile forbids `seccomp(2)` itself.
    case filterForbiddenBySeccomp
    /// The kernel did not take the filter, for another reason.
    case filterRefused
    /// The target could not become the user.
    case cannotChangeUser
    /// The target could not start in the working directory.
    case cannotEnterDirectory
    /// The target was lost: the kernel does not know it as a child any more.
    case lostTarget
  }

  /// What was not possible.
  package var code: Code
  /// What the kernel said.
  package var error: ErrorNumber?
  /// The particulars: a path, a value, the process's number.
  package var detail: String
  /// Another process that has to do with it: its tracer, its parent, the process of a thread.
  package var other: ProcessID?

  package init(
    _ code: Code, error: ErrorNumber? = nil, detail: String = "", other: ProcessID? = nil
  ) {
    self.other = other
    self.code = code
    self.error = error
    self.detail = detail
  }
}
