/// The first line of a recording.
package struct RecordingHeader: Codable, Sendable, Equatable {
  /// What the `format` of every recording says.
  package static let formatName = "whyfail.recording"
  /// The version that is written, and the newest that is read.
  package static let currentVersion = 1

  /// `formatName`, or the file is no recording.
  package var format: String
  /// Version of the form of the lines that follow, from 1.
  package var version: Int
  /// The program that wrote it, with its version: `whyfail 0.1.0`.
  package var tool: String
  /// When it was begun, in seconds since 1970-01-01 UTC.
  package var created: Double
  /// The command that was recorded; empty for a process that was attached to.
  package var command: [String]

  package init(tool: String, created: Double, command: [String]) {
    format = Self.formatName
    version = Self.currentVersion
    self.tool = tool
    self.created = created
    self.command = command
  }
}
