package import TraceEvents

/// Writes the events of a run to a file, one line of JSON each, below a header line (`EventFile` says
/// what becomes of errors).
package final class RecordingWriter {
  private let file: EventFile
  private var encoder = RecordingEncoder()

  /// Creates the file, or empties the one that is there, and writes the header.
  package init(path: String, header: RecordingHeader) throws(TraceReaderError) {
    file = try EventFile(path: path)
    encoder.append(header)
    try file.begin(&encoder.buffer)
  }

  /// Adds an event; a time that is not finite is written as 0.
  package func append(_ event: TraceEvent) {
    guard file.takesMore else { return }
    var event = event
    if !event.time.isFinite { event.time = 0 }
    encoder.append(event)
    file.take(&encoder.buffer)
  }

  /// Writes out what is buffered and closes the file; throws the first write error of the run.
  ///
  /// A second call does nothing.
  package func close() throws(TraceReaderError) { try file.close(&encoder.buffer) }
}
