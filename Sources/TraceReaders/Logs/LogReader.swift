package import TraceEvents

/// Reads what somebody traced elsewhere, in whatever form it is: the form is found by content, not by
/// name.
package final class LogReader {
  /// The forms.
  package enum Form: Sendable {
    /// `whyfail --record` wrote it.
    case recording
    /// `strace(1)` wrote it.
    case strace
  }

  /// What the log is.
  package let form: Form
  private let strace: StraceReader

  /// The command that was traced, as far as the log told it up to now.
  package var command: [String] { strace.command }

  /// Opens the log at `path`; `-` is standard input.
  package init(path: String) throws(TraceReaderError) {
    let buffer = try LogBuffer(try LogSource(path: path))
    form = try LogForm.found(in: buffer, path: path)
    strace = StraceReader(buffer)
  }

  /// The next event; nil at the end.
  package func next() throws(TraceReaderError) -> TraceEvent? { try strace.next() }
}
