/// The files that a process opened for reading last, each once.
struct RecentFiles: Sendable {
  /// A server opens all of its data after its configuration.
  static let capacity = 96

  /// The most recent is the last.
  private(set) var files: [String] = []
  /// A part of the hash of each: most of what is opened is not among them, and is told by that.
  private var marks: [UInt32] = []

  /// Takes note that `path` was opened.
  mutating func note(_ path: String) {
    let mark = UInt32(truncatingIfNeeded: path.hashValue)
    if let known = marks.indices.last(where: { marks[$0] == mark && files[$0] == path }) {
      remove(at: known)
    } else if files.count == Self.capacity {
      // Programs read certificates and modules of the system by the hundred after what the user wrote.
      remove(at: files.firstIndex(where: Self.isSystems) ?? 0)
    }
    files.append(path)
    marks.append(mark)
  }

  private static func isSystems(_ path: String) -> Bool {
    path.hasPrefix("/usr/") || path.hasPrefix("/lib") || path.hasPrefix("/proc/")
      || path.hasPrefix("/etc/ssl/") || path.hasPrefix("/sys/")
  }

  private mutating func remove(at index: Int) {
    files.remove(at: index)
    marks.remove(at: index)
  }
}
