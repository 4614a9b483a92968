internal import History
internal import TraceEvents

/// All that a target did with one path that could be configuration.
struct PathTry: Sendable {
  typealias Status = ConfigurationEntry.Status

  let path: String
  /// Number of the event of the first try.
  let number: Int
  /// Index in `History.processes` of the process that made it.
  let process: Int
  /// Index in `ConfigurationOrder.circumstances` of what that process then was.
  let circumstances: Int
  /// What by then had named the path, or a directory that it is in.
  let given: GivenPaths.Origin?
  /// True if its place or name by itself says configuration.
  let isLikely: Bool

  var status = Status.missing
  var error: ErrorNumber?
  var isDirectory = false
  /// True if it was last looked for as a directory.
  var isSoughtAsDirectory = false
  /// True if opening it was tried.
  var isOpened = false
  /// True if it was opened for writing as well.
  var isWritten = false
  /// True if it was missing, and the target made it.
  var isMade = false
  /// True below a directory that the target made for its work.
  var isInMadePlace = false
  /// Who opened it last: the index of the process, and the absolute path of the program that it then was.
  var opener: (process: Int, program: String?)?
  /// Index of the process that read or listed it first.
  var reader: Int?
  /// Absolute path of the program that it then was.
  var readerProgram: String?
  var realPath: String?
  var bytes: Int64?

  /// The file that it leads to by a symbolic link was opened by its own name.
  mutating func follow(_ target: PathTry) {
    status = target.status
    error = target.error
    realPath = target.path
    bytes = target.bytes
    reader = target.reader
    readerProgram = target.readerProgram
    isOpened = target.isOpened
  }

  /// A look at it, or opening it, failed.
  mutating func fail(_ error: ErrorNumber, byOpening: Bool) {
    let denies = error == .accessDenied || error == .notPermitted
    switch status {
    case .read, .opened, .listed: return
    case .denied where !denies: return
    case .checked where !byOpening || error.isAbsence: return
    default: break
    }
    self.error = error
    status = error.isAbsence ? .missing : denies ? .denied : .error
  }

  /// It was looked at, and is there.
  mutating func find() {
    guard status == .missing || status == .error else { return }
    status = .checked
    error = nil
  }

  /// It was opened.
  mutating func open() {
    if status != .read && status != .listed { status = .opened }
    error = nil
  }

  /// It was read up to `position`, where that is known.
  mutating func read(_ position: Int64?, by process: Int, _ program: String?) {
    status = .read
    if reader == nil { (reader, readerProgram) = (process, program) }
    if let position { bytes = max(bytes ?? 0, position) }
  }

  /// Its entries were listed.
  mutating func list(by process: Int, _ program: String?) {
    status = .listed
    isDirectory = true
    if reader == nil { (reader, readerProgram) = (process, program) }
  }
}
