internal import TraceEvents

/// What is known of a process whose log is read, as far as later lines need it.
final class LogProcess {
  /// A descriptor that was seen to be made.
  struct Descriptor {
    /// Absolute path, or what else it is open on, if that is known.
    var path: String?
    /// Bytes that were read from it.
    var bytesRead: Int64 = 0
    /// Whether exec closes it.
    var closesOnExec = false
    /// Whether the entries of the directory were listed.
    var isListed = false
    /// Whether it leads to whoever keeps the system's log.
    var isSystemLog = false
    /// Whether it was opened to write messages to.
    var isLog = false
  }

  /// Its number.
  let id: ProcessID
  /// Where it works, as far as the log tells; empty: not known.
  var workingDirectory: String
  /// Its descriptors.
  var descriptors: [Int32: Descriptor] = [:]
  /// What it does with signals, where that is not the standard.
  var dispositions: [Int32: SignalDelivery.Disposition] = [:]
  /// Whether it was told who it acts as.
  var hasUser = false
  /// What it was about to end with (`exit_group(2)`).
  var exitStatus: Int32?
  /// Whether its end was told.
  var hasEnded = false
  /// What it wrote to logs last.
  var lateWords: [Words] = []

  /// A process that is the first of its log, or whose origin is not known.
  init(id: ProcessID, workingDirectory: String = "") {
    self.id = id
    self.workingDirectory = workingDirectory
  }

  /// A fork of `parent`.
  init(id: ProcessID, parent: LogProcess) {
    self.id = id
    workingDirectory = parent.workingDirectory
    descriptors = parent.descriptors
    hasUser = parent.hasUser
    dispositions = parent.dispositions
  }

  /// How many descriptors are kept in mind.
  private static let mostDescriptors = 65_536

  /// Takes note of a new descriptor.
  func open(_ number: Int32, _ descriptor: Descriptor) {
    guard descriptors.count < Self.mostDescriptors || descriptors[number] != nil else { return }
    descriptors[number] = descriptor
  }

  /// Another program begins: what is closed on exec goes, and handlers with it; gives what had been
  /// read from what is closed.
  func execute() -> [DescriptorRelease] {
    let closed = descriptors.filter { $0.value.closesOnExec }.sorted { $0.key < $1.key }
    for entry in closed { descriptors[entry.key] = nil }
    dispositions = dispositions.filter { $0.value == .ignored }
    return closed.compactMap { Self.release($0.key, $0.value) }
  }

  /// What had been read from a descriptor that is closed now; nil for nothing.
  func close(_ number: Int32) -> DescriptorRelease? {
    descriptors.removeValue(forKey: number).flatMap { Self.release(number, $0) }
  }

  /// What had been read from all that is still open.
  func closeAll() -> [DescriptorRelease] {
    let open = descriptors.sorted { $0.key < $1.key }
    descriptors = [:]
    return open.compactMap { Self.release($0.key, $0.value) }
  }

  /// `path` as seen from where the process works.
  func resolved(_ path: String, from directory: Int32 = SystemCall.currentDirectory) -> String {
    if path.hasPrefix("/") { return path }
    let base =
      directory == SystemCall.currentDirectory ? workingDirectory : descriptors[directory]?.path
    guard let base, !base.isEmpty else { return path }
    let rest = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    if rest.isEmpty || rest == "." { return base }
    return base.hasSuffix("/") ? base + rest : base + "/" + rest
  }

  private static func release(_ number: Int32, _ descriptor: Descriptor) -> DescriptorRelease? {
    guard let path = descriptor.path, path.hasPrefix("/"), descriptor.bytesRead > 0 else {
      return nil
    }
    return DescriptorRelease(descriptor: number, path: path, position: descriptor.bytesRead)
  }
}
