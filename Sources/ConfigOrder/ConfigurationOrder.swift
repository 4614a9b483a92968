package import History
package import TraceEvents
internal import OrderedCollections

/// The configuration that a target tried, in the order of the first touch: a fold beside `History`.
package struct ConfigurationOrder: Sendable {
  static let capacity = 4000

  private var entries: OrderedDictionary<String, ConfigurationEntry> = [:]
  private var listedDirectories: OrderedSet<String> = []

  package init() {}

  /// The entries, in the order of their first touch.
  package var all: [ConfigurationEntry] { Array(entries.values) }

  /// Folds one event, after `history` has folded it.
  package mutating func apply(
    _ event: TraceEvent, digest: History.Digest?, history: borrowing History
  ) {
    guard let digest, let path = digest.path else { return }
    switch event.body {
    case .systemCall(let call): apply(call, path: path, event, digest, history)
    case .descriptorReleased(let release):
      guard release.position > 0 else { return }
      update(path) {
        $0.status = .read
        $0.bytes = max($0.bytes ?? 0, release.position)
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
      if listedDirectories.count < Self.capacity { listedDirectories.append(path) }
      update(path) {
        $0.status = .listed
        $0.isDirectory = true
      }
    case (.open, .returned):
      guard !call.symbols.contains("O_WRONLY"), !call.symbols.contains("O_PATH") else { return }
      touch(path, event, digest, history) {
        if $0.status != .read && $0.status != .listed { $0.status = .opened }
        $0.error = nil
        if call.symbols.contains("O_DIRECTORY") { $0.isDirectory = true }
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
      if call.name == "mmap" || call.name == "mmap2", case .returned = call.outcome {
        update(path) { $0.status = .read }
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
    guard entries.count < Self.capacity else { return }
    let process = history.processes[digest.process]
    let home = process.environmentValue("HOME").map(String.init)
    let led = origin(of: path, process: process)
    switch ConfigurationPlaces.standing(of: path, home: home) {
    case .excluded: return
    case .unlikely where led == nil: return
    default: break
    }
    var entry = ConfigurationEntry(
      path: path, isDirectory: false, status: .missing, process: digest.process,
      number: event.number, via: led ?? listedParent(of: path),
      isSystemWide: ConfigurationPlaces.isSystemWide(path))
    change(&entry)
    entries[path] = entry
  }

  private func listedParent(of path: String) -> String? {
    let directory = PathName.directory(of: path)
    return listedDirectories.contains(directory) ? directory : nil
  }

  /// The command-line option or environment variable that names `path`.
  private func origin(of path: String, process: ProcessRecord) -> String? {
    var option: Substring?
    for argument in process.arguments.dropFirst() {
      if argument.hasPrefix("-") {
        option = argument.prefix { $0 != "=" }
        if let equals = argument.firstIndex(of: "="),
          names(argument[argument.index(after: equals)...], path, process)
        {
          return String(argument[..<equals])
        }
        continue
      }
      if let option, isConfigurationOption(option), names(argument[...], path, process) {
        return String(option)
      }
      option = nil
    }
    for variable in process.environment {
      guard let equals = variable.firstIndex(of: "="),
        variable[variable.index(after: equals)...] == path
      else { continue }
      let name = variable[..<equals]
      // The shell keeps the last command and directories in such variables.
      if !["_", "PWD", "OLDPWD", "HOME", "SHELL", "TMPDIR"].contains(name) { return "$" + name }
    }
    return nil
  }

  private func names(_ word: Substring, _ path: String, _ process: ProcessRecord) -> Bool {
    !word.isEmpty && PathName.absolute(String(word), from: process.workingDirectory) == path
  }

  private func isConfigurationOption(_ option: Substring) -> Bool {
    if ["-c", "-C", "-f", "-F"].contains(option) { return true }
    let name = option.lowercased()
    return ["conf", "cfg", "ini", "rc", "setting", "defaults", "option"].contains {
      name.contains($0)
    }
  }
}
