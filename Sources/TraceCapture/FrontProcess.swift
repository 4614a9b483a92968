private import CTraceShim

/// The process that whoever started us waits for, where this process traces as a child of it.
///
/// It ends with the target, with its status, as the target would have without us. This process stays
/// behind what the target left running: its filter would answer ENOSYS without a tracer.
package struct FrontProcess: Sendable {
  private init() {}

  /// Goes on in a child, with the calling process as its front; nil where no process can be made.
  ///
  /// Only for a process that has one thread.
  package static func begin() -> FrontProcess? { wf_front_begin() ? FrontProcess() : nil }

  /// Stops it by a signal, as job control does.
  func stop(by signal: Int32) { wf_front_stop(signal) }

  /// Ends it. This process leaves the session, the terminal, its directory and all of its descriptors.
  func leave(status: Int32) { wf_front_leave(status) }
}
