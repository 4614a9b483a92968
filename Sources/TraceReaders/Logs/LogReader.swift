package import TraceEvents

/// Reads what somebody traced elsewhere, in whatever form it is: the form is found by content, not by
/// name.
package final class LogReader: EventReader {
  /// The forms.
  package enum Form: Sendable {
    /// `whyfail --record` wrote it.
    case recording
    /// `strace(1)` wrote it.
    case strace
    /// `kdump(1)` wrote it, of what `ktrace(1)` traced.
    case kdump
  }

  private enum Reader {
    case recording(RecordingReader)
    case strace(StraceReader)
    case kdump(KdumpReader)
  }

  /// What the log is.
  package let form: Form
  private let reader: Reader

  /// The command that was traced, as far as the log told it up to now.
  package var command: [String] {
    switch reader {
    case .recording(let reader): reader.header.command
    case .strace(let reader): reader.command
    case .kdump(let reader): reader.command
    }
  }

  /// True once the end was reached of a recording whose last line is cut short.
  package var isTruncated: Bool {
    if case .recording(let reader) = reader { reader.isTruncated } else { false }
  }

  /// Opens the log at `path`, compressed or not; `-` is standard input. Where there is no such file, but
  /// files of this name with numbers behind it, they are the logs of the threads (`strace -ff`).
  package init(path: String) throws(TraceReaderError) {
    if let set = try StraceSet(path: path) {
      form = .strace
      reader = .strace(try StraceReader(set))
      return
    }
    let buffer = try LogBuffer(try LogSource(path: path))
    form = try LogForm.found(in: buffer, path: path)
    reader =
      switch form {
      case .recording: .recording(try RecordingReader(path: path, buffer))
      case .strace: .strace(StraceReader(buffer))
      case .kdump: .kdump(KdumpReader(buffer))
      }
  }

  /// The next event; nil at the end.
  package func next() throws(TraceReaderError) -> TraceEvent? {
    switch reader {
    case .recording(let reader): try reader.next()
    case .strace(let reader): try reader.next()
    case .kdump(let reader): try reader.next()
    }
  }
}
