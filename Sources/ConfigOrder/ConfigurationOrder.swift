package import History
package import TraceEvents
internal import OrderedCollections

/// The configuration that a target tried, in the order of the first touch: a fold beside `History`.
package struct ConfigurationOrder: Sendable {
  static let capacity = 4000

  private var entries: OrderedDictionary<String, ConfigurationEntry> = [:]
  private var listedDirectories: Set<String> = []
  private var given: [Int: GivenPaths] = [:]
  private var named = VariablePaths(of: [])

  package init() {}

  /// The entries, in the order of their first touch.
  package var all: [ConfigurationEntry] {
    // A directory that an option names is where to work, unless its place says more.
    entries.values.filter { !($0.isDirectory && $0.isNamed) || $0.isInLikelyPlace }
  }

  /// Folds one event, after `history` has folded it.
  package mutating func apply(
    _ event: TraceEvent, digest: History.Digest?, history: borrowing History
  ) {
    guard let digest, let path = digest.path else { return }
    switch event.body {
    case .systemCall(let call): apply(call, path: path, event, digest, history)
    case .descriptorReleased(let release):
      guard release.position > 0 else { return }
      for name in Set([path, release.path]) {
        update(name) {
          $0.status = .read
          $0.bytes = max($0.bytes ?? 0, release.position)
        }
      }
    default: return
    }
  }

  private mutating func apply(
    _ call: SystemCall, path: String, _ event: TraceEvent, _ digest: History.Digest,
    _ history: borrowing History
  ) {
    let purpose = FailedCall.Purpose(call)
    switch (purpose, call.outcome) {
    case (.list, .returned):
      if listedDirectories.count < Self.capacity { listedDirectories.insert(path) }
      update(path) {
        $0.status = .listed
        $0.isDirectory = true
      }
    case (.open, .returned):
      guard !call.hasSymbol("O_WRONLY"), !call.hasSymbol("O_PATH") else { return }
      touch(path, event, digest, history) {
        if $0.status != .read && $0.status != .listed { $0.status = .opened }
        $0.error = nil
        if call.hasSymbol("O_DIRECTORY") { $0.isDirectory = true }
      }
    case (.inspect, .returned):
      guard !call.name.hasSuffix("readlink"), !call.name.hasSuffix("readlinkat") else { return }
      touch(path, event, digest, history) {
        if $0.status == .missing || $0.status == .error {
          $0.status = .checked
          $0.error = nil
        }
      }
    case (.open, .failed(let error)), (.inspect, .failed(let error)):
      guard !call.name.hasPrefix("readlink") || error != .invalidArgument else { return }
      touch(path, event, digest, history) {
        let denies = error == .accessDenied || error == .notPermitted
        switch $0.status {
        case .read, .opened, .listed: return
        case .denied where !denies: return
        case .checked where purpose == .inspect || error.isAbsence: return
        default: break
        }
        $0.error = error
        $0.status = error.isAbsence ? .missing : denies ? .denied : .error
      }
    default:
      guard case .returned(let value) = call.outcome else { return }
      switch call.name {
      case "mmap", "mmap2": update(path) { $0.status = .read }
      case "pread64":
        update(path) {
          $0.status = .read
          $0.bytes = max($0.bytes ?? 0, value)
        }
      // What the program itself makes is no configuration of it.
      case _ where purpose == .create || purpose == .make:
        if let entry = entries[path], entry.status == .missing { entries[path] = nil }
      default: return
      }
    }
  }

  private mutating func update(_ path: String, _ change: (inout ConfigurationEntry) -> Void) {
    guard var entry = entries[path] else { return }
    change(&entry)
    entries[path] = entry
  }

  private mutating func touch(
    _ path: String, _ event: TraceEvent, _ digest: History.Digest, _ history: borrowing History,
    _ change: (inout ConfigurationEntry) -> Void
  ) {
    if entries[path] != nil {
      update(path, change)
      return
    }
    // What a daemon looks for when it is told to end is no configuration that it starts with.
    guard history.settledNumber == nil else { return }
    guard entries.count < Self.capacity else { return }
    let process = history.processes[digest.process]
    let given = givenPaths(of: process)
    let led = given.paths[path]
    let isLikely = ConfigurationPlaces.isLikely(path, home: given.home)
    guard led != nil || isLikely, !ConfigurationPlaces.isExcluded(path) else { return }
    var entry = ConfigurationEntry(
      path: path, isDirectory: false, status: .missing, process: digest.process,
      number: event.number, via: led ?? listedParent(of: path),
      isSystemWide: ConfigurationPlaces.isSystemWide(path), isNamed: led != nil,
      isInLikelyPlace: isLikely)
    change(&entry)
    entries[path] = entry
  }

  private func listedParent(of path: String) -> String? {
    let directory = PathName.directory(of: path)
    return listedDirectories.contains(directory) ? directory : nil
  }

  /// The paths that the options and variables of `process` name, for the program that it now is.
  private mutating func givenPaths(of process: ProcessRecord) -> GivenPaths {
    if let known = given[process.index], known.generation == process.generation { return known }
    // Children have their parent's environment, mostly.
    if named.environment != process.environment { named = VariablePaths(of: process.environment) }
    let made = GivenPaths(of: process, variables: named)
    if given.count >= 128 { given.removeAll(keepingCapacity: true) }
    given[process.index] = made
    return made
  }
}

/// The paths that an environment names.
private struct VariablePaths {
  let environment: [String]
  let home: String?
  /// Each value that is an absolute path, and the variable.
  private(set) var paths: [(path: Substring, name: Substring)] = []

  init(of environment: [String]) {
    self.environment = environment
    home = environment.first { $0.hasPrefix("HOME=") }.map { String($0.dropFirst(5)) }
    // Most are no paths: bytes are looked at, not characters.
    for variable in environment {
      let bytes = variable.utf8
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let start = bytes.index(after: equals)
      guard start < bytes.endIndex, bytes[start] == UInt8(ascii: "/") else { continue }
      let name = variable[..<equals]
      // The shell keeps the last command and directories in such variables.
      if !Self.shellsOwn.contains(String(name)) { paths.append((variable[start...], name)) }
    }
  }

  private static let shellsOwn: Set<String> = [
    "_", "PWD", "OLDPWD", "HOME", "SHELL", "TMPDIR", "PATH",
  ]
}

/// The paths that a command line or environment names.
private struct GivenPaths {
  let generation: Int
  let home: String?
  /// Absolute path to the option or variable that names it.
  private(set) var paths: [String: String] = [:]

  init(of process: ProcessRecord, variables: VariablePaths) {
    generation = process.generation
    home = variables.home
    for variable in variables.paths { add(variable.path, named: "$" + variable.name, process) }
    var option: Substring?
    for argument in process.arguments.dropFirst() {
      if argument.hasPrefix("-") {
        option = argument.prefix { $0 != "=" }
        if let equals = argument.firstIndex(of: "=") {
          add(argument[argument.index(after: equals)...], named: argument[..<equals], process)
        }
        continue
      }
      if let option, isConfigurationOption(option) { add(argument[...], named: option, process) }
      option = nil
    }
  }

  private mutating func add(
    _ word: Substring, named name: some StringProtocol, _ process: ProcessRecord
  ) {
    guard !word.isEmpty, paths.count < 1000 else { return }
    paths[PathName.absolute(String(word), from: process.workingDirectory)] = String(name)
  }

  private func isConfigurationOption(_ option: Substring) -> Bool {
    if ["-c", "-C", "-f", "-F"].contains(option) { return true }
    let name = option.lowercased()
    return ["conf", "cfg", "ini", "rc", "setting", "defaults", "option"].contains {
      name.contains($0)
    }
  }
}
