package import TraceEvents

/// Why a recording could not be written or read.
package struct TraceReaderError: Error, Sendable, Equatable {
  /// The kinds of failure.
  package enum Code: String, Sendable, Hashable {
    /// The file could not be created.
    case cannotCreate
    /// Writing failed on the way; what was written before is a valid, shorter recording.
    case cannotWrite
    /// The file could not be opened.
    case cannotOpen
    /// Reading failed on the way.
    case cannotRead
    /// The file is of another kind.
    case notARecording
    /// The file is a recording of a version that this program does not know.
    case newerVersion
    /// A line is not what belongs there.
    case damagedLine
    /// A line is longer than any that is written.
    case lineTooLong
    /// The file is no log of a kind that is read.
    case notALog
  }

  /// What went wrong.
  package var code: Code
  /// The file.
  package var path: String
  /// What the system said, where it was asked.
  package var error: ErrorNumber?
  /// The line, from 1, where one is to blame.
  package var line: Int?
  /// What is wrong there and what was expected instead, in words.
  package var detail: String

  package init(
    _ code: Code, path: String, error: ErrorNumber? = nil, line: Int? = nil, detail: String = ""
  ) {
    self.code = code
    self.path = path
    self.error = error
    self.line = line
    self.detail = detail
  }
}

extension TraceReaderError: CustomStringConvertible {
  /// One line: which file and line, what is wrong, what was expected. Safe to print.
  package var description: String {
    let place = TargetText.escaped(path) + (line.map { ", line \($0)" } ?? "")
    let cause = error.map { $0.words } ?? TargetText.escaped(detail)
    let file = path == "-" ? "standard input" : place
    return switch code {
    case .cannotCreate: "cannot create the recording \(place): \(cause)"
    case .cannotWrite: "cannot write the recording \(place), which ends early: \(cause)"
    case .cannotOpen: "cannot open \(place): \(cause)"
    case .cannotRead: "cannot read \(file): \(cause)"
    case .notARecording: "\(place) is not a recording: \(cause)"
    case .newerVersion: "\(place) is a recording of another version: \(cause)"
    case .damagedLine: "the recording \(place) is damaged: \(cause)"
    case .lineTooLong: "the recording \(place) is damaged: \(cause)"
    case .notALog: "\(file) is not a log that can be read: \(cause)"
    }
  }
}
