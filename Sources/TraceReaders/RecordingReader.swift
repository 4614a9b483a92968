internal import FoundationEssentials
package import TraceEvents

/// Reads a recording, event by event; `RecordingWriter` says what one looks like.
///
/// Memory is bounded by the longest line. A recording whose writer was killed ends in the middle of
/// a line: the events before it are delivered, and `isTruncated` says so.
package final class RecordingReader: EventReader {
  /// The longest line that is read, in bytes.
  package static let lineCap = 4 << 20

  /// What the first line says.
  package let header: RecordingHeader
  /// The command that was recorded.
  package var command: [String] { header.command }
  /// True once the end was reached and the last line proved to be cut short.
  package private(set) var isTruncated = false

  private let path: String
  private let lines: LineReader
  private var lineNumber = 1
  private let decoder = JSONDecoder()

  /// Opens `path` and reads its header.
  package convenience init(path: String) throws(TraceReaderError) {
    let lines: LineReader
    do throws(LineReader.Failure) {
      lines = try LineReader(path: path, cap: Self.lineCap)
    } catch {
      throw Self.translated(error, path: path, line: nil)
    }
    try self.init(path: path, lines)
  }

  /// Reads the header of the recording that `log` holds.
  convenience init(path: String, _ log: LogBuffer) throws(TraceReaderError) {
    try self.init(path: path, LineReader(log, cap: Self.lineCap))
  }

  private init(path: String, _ lines: LineReader) throws(TraceReaderError) {
    self.path = path
    self.lines = lines
    let expected =
      "expected the header {\"format\":\"\(RecordingHeader.formatName)\",\"version\":"
      + "\(RecordingHeader.currentVersion),…}, as whyfail --record writes it"
    let first: LineReader.Line?
    do throws(LineReader.Failure) {
      first = try lines.next()
    } catch .tooLong {
      throw TraceReaderError(
        .notARecording, path: path, line: 1, detail: "the line is too long; \(expected)")
    } catch {
      throw Self.translated(error, path: path, line: nil)
    }
    guard let first else {
      throw TraceReaderError(.notARecording, path: path, detail: "it is empty; \(expected)")
    }
    // The version is looked at by itself: a newer one may have another header.
    guard let kind = try? decoder.decode(Kind.self, from: Data(first.bytes)),
      kind.format == RecordingHeader.formatName
    else {
      throw TraceReaderError(.notARecording, path: path, line: 1, detail: expected)
    }
    guard kind.version == RecordingHeader.currentVersion else {
      throw TraceReaderError(
        .newerVersion, path: path, line: 1,
        detail: "it has version \(kind.version), and this program reads version "
          + "\(RecordingHeader.currentVersion)")
    }
    do {
      header = try decoder.decode(RecordingHeader.self, from: Data(first.bytes))
    } catch {
      throw TraceReaderError(
        .damagedLine, path: path, line: 1, detail: Self.words(for: error) + "; " + expected)
    }
  }

  /// The next event; nil at the end.
  package func next() throws(TraceReaderError) -> TraceEvent? {
    lineNumber += 1
    let line: LineReader.Line?
    do throws(LineReader.Failure) {
      line = try lines.next()
    } catch {
      throw Self.translated(error, path: path, line: lineNumber)
    }
    guard let line else { return nil }
    if let event = RecordingLineParser.event(in: line.bytes) { return event }
    do {
      return try decoder.decode(TraceEvent.self, from: Data(line.bytes))
    } catch {
      guard line.isComplete else {
        isTruncated = true
        return nil
      }
      throw TraceReaderError(
        .damagedLine, path: path, line: lineNumber,
        detail: Self.words(for: error) + "; expected an event, {\"n\":…,\"t\":…,\"pid\":…,…}")
    }
  }

  private struct Kind: Decodable {
    var format: String
    var version: Int
  }

  private static func translated(
    _ failure: LineReader.Failure, path: String, line: Int?
  ) -> TraceReaderError {
    switch failure {
    case .unreadable(let error):
      TraceReaderError(line == nil ? .cannotOpen : .cannotRead, path: path, error: error)
    case .source(let error): error
    case .tooLong:
      TraceReaderError(
        .lineTooLong, path: path, line: line,
        detail: "the line is longer than \(lineCap) bytes; expected an event of at most that")
    }
  }

  /// What a decoding error says, with the place in the line, in one sentence.
  private static func words(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "the line cannot be decoded" }
    let (context, problem): (DecodingError.Context, String) =
      switch error {
      case .keyNotFound(let key, let context): (context, "\"\(key.stringValue)\" is missing")
      case .typeMismatch(let type, let context): (context, "\(type) is needed")
      case .valueNotFound(let type, let context): (context, "null where \(type) is needed")
      case .dataCorrupted(let context):
        (context, context.codingPath.isEmpty ? "the line is no event" : context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "the line is no event")
      }
    let place = context.codingPath.map(\.stringValue).joined(separator: ".")
    return place.isEmpty ? problem : "at \(place): \(problem)"
  }
}
