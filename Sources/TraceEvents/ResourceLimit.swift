/// A resource limit of a process (`getrlimit(2)`).
package struct ResourceLimit: Codable, Sendable, Hashable {
  /// `RLIMIT_NOFILE` and so on.
  package var name: String
  /// nil: unlimited.
  package var soft: UInt64?
  /// nil: unlimited.
  package var hard: UInt64?
  /// What is used now, where it can be told (descriptors, address space, processes).
  package var used: UInt64?

  package init(name: String, soft: UInt64?, hard: UInt64?, used: UInt64? = nil) {
    self.name = name
    self.soft = soft
    self.hard = hard
    self.used = used
  }
}

/// A line of a text file.
package struct TextLine: Codable, Sendable, Hashable {
  package var file: String
  /// From 1.
  package var number: Int
  /// The line without its line feed, cut at 400 bytes.
  package var text: String

  package init(file: String, number: Int, text: String) {
    self.file = file
    self.number = number
    self.text = text
  }
}
