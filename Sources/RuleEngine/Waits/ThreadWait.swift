package import TraceEvents

/// What a thread waits for, and who would have to act.
package struct ThreadWait: Sendable, Hashable {
  /// The kinds of wait.
  package enum Kind: String, Sendable, Hashable {
    /// It does not wait: it uses a processor.
    case running
    /// It waits for work: clients, connections, messages.
    case work
    /// Time has to pass.
    case sleep
    /// Somebody has to type.
    case terminal
    /// Data have to come.
    case data
    /// What it wrote has to be read.
    case room
    /// A mutex, held by a thread.
    case mutex
    /// A condition, semaphore or lock whose holder is not known.
    case condition
    /// A thread of its own has to end.
    case thread
    /// A lock on a file.
    case fileLock
    /// A child has to end.
    case child
    /// A signal has to come.
    case signal
    /// It was stopped by job control.
    case stopped
    /// The kernel waits for a device or server, and does not let it be interrupted.
    case device
    /// It has ended.
    case ended
    /// Another process has to open the other end of a FIFO.
    case opening
    /// Another call.
    case call
  }

  package var kind: Kind
  /// What it does, to follow its name: `waits for a child to end`.
  package var words: String
  /// The one thing that it waits on.
  package var subject: String
  /// Whoever would have to act.
  package var actors: [Actor] = []
  /// True if nobody is there who could.
  package var isHopeless = false

  /// A process or thread that others wait for.
  package struct Actor: Sendable, Hashable {
    package var pid: ProcessID
    /// The thread, where one is meant.
    package var thread: ProcessID?
    /// Short name of the process.
    package var name: String
  }
}
