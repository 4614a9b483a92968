package import History
package import TraceEvents
internal import OrderedCollections

/// The paths that a target tried and that could be configuration, in the order of the first touch: a
/// fold beside `History`. Which of them are configuration is decided at the end, by what was read.
package struct ConfigurationOrder: Sendable {
  static let capacity = 8000
  /// How many tries are kept in all: those that are likely configuration, or that something names, go
  /// on where a search for modules has used up `capacity`.
  private static let mostTries = 2 * capacity
  private static let mostCircumstances = 256

  /// All tries, by path.
  private(set) var tries: OrderedDictionary<String, PathTry> = [:]
  /// What the processes were that made them.
  private(set) var circumstances: [Circumstances] = []
  /// The directories whose entries were listed, and when first.
  private(set) var listings: [String: Int] = [:]
  /// Where symbolic links lead, as far as the target asked.
  private(set) var links: [String: String] = [:]
  /// True once the target waits for others to connect.
  private(set) var isServer = false
  /// The names that are sockets.
  private(set) var sockets: Set<String> = []
  /// The files that were run, and the name of the program that ran each first.
  private(set) var executed: [String: String] = [:]
  /// What the target made before it looked at it.
  private var made: Set<String> = []
  /// True once the target has made anything.
  private var hasMade = false
  /// Paths that were asked about and are never configuration: programs look for the same ones again.
  private var excluded: Set<String> = []
  private var current: [Int: Int] = [:]
  private var variables = VariablePaths(of: [])

  package init() {}

  /// Folds one event, after `history` has folded it.
  package mutating func apply(
    _ event: TraceEvent, digest: History.Digest?, history: borrowing History
  ) {
    guard let digest else { return }
    if case .systemCall(let call) = event.body { noteSocket(call) }
    if case .programExecuted = event.body, executed.count < Self.capacity,
      let path = history.processes[digest.process].executedPath, executed[path] == nil
    {
      executed[path] =
        history.processes[digest.process].parent.map { history.processes[$0].name }
        ?? ""
    }
    guard let path = digest.path else { return }
    switch event.body {
    case .systemCall(let call): apply(call, path: path, event, digest, history)
    case .descriptorReleased(let release):
      // What a process had open before the trace began.
      touch(path, event, digest, history) {
        $0.open()
        $0.isOpened = true
      }
      guard release.position > 0 else { return }
      for name in Set([path, release.path]) {
        let (reader, program) = reader(of: name, released: digest.process, history)
        update(name) {
          $0.read(release.position, by: reader, program)
          if release.path != name { $0.realPath = release.path }
        }
      }
    default: return
    }
  }

  /// True if a file was run.
  func hasRun(_ path: String) -> Bool { executed[path] != nil }

  /// What has become of a path so far; nil if it is none that is likely configuration.
  package func status(of path: String) -> ConfigurationEntry.Status? {
    guard let tried = tries[path], tried.isLikely || tried.given?.saysConfiguration == true else {
      return nil
    }
    return tried.status
  }

  private mutating func apply(
    _ call: SystemCall, path: String, _ event: TraceEvent, _ digest: History.Digest,
    _ history: borrowing History
  ) {
    let purpose = FailedCall.Purpose(call)
    let program = history.processes[digest.process].executable
    switch (purpose, call.outcome) {
    case (.list, .returned):
      noteListing(of: path, event, by: digest.process, program)
    case (.open, .returned):
      if call.hasSymbol("O_WRONLY") { return noteMade(path, call) }
      guard !call.hasSymbol("O_PATH") else { return }
      touch(path, event, digest, history) {
        $0.open()
        $0.isOpened = true
        $0.opener = (digest.process, program)
        if call.hasSymbol("O_RDWR") { $0.isWritten = true }
        if call.hasSymbol("O_DIRECTORY") { $0.isDirectory = true }
      }
      // opendir(3): a diagnosis does not stop at the listing itself.
      if call.hasSymbol("O_DIRECTORY"), call.hasSymbol("O_NONBLOCK") {
        noteListing(of: path, event, by: digest.process, program)
      }
    case (.open, .unfinished):
      // A FIFO that nobody writes to: there is no error, and nothing was read.
      touch(path, event, digest, history) { if $0.status == .missing { $0.status = .error } }
    case (.inspect, .returned):
      guard !call.name.hasPrefix("readlink") else { return noteLink(call, at: path) }
      touch(path, event, digest, history) { $0.find() }
    case (.open, .failed(let error)), (.inspect, .failed(let error)):
      guard !call.name.hasPrefix("readlink") || error != .invalidArgument else { return }
      guard !call.hasSymbol("O_WRONLY") else { return }
      touch(path, event, digest, history) {
        if purpose == .open { $0.isOpened = true }
        $0.isSoughtAsDirectory = call.hasSymbol("O_DIRECTORY")
        $0.fail(error, byOpening: purpose == .open)
      }
    default:
      guard case .returned(let value) = call.outcome else { return }
      switch call.name {
      case "mmap", "mmap2": update(path) { $0.read(nil, by: digest.process, program) }
      // Who shares a file with other readers reads it; what it then reads is not followed (HeldFile).
      case "flock" where call.hasSymbol("LOCK_SH"):
        update(path) { $0.read(nil, by: digest.process, program) }
      case "pread64": update(path) { $0.read(value, by: digest.process, program) }
      // What the program itself makes is hardly configuration of it.
      case _ where purpose == .create || purpose == .make:
        let name = digest.secondPath ?? path
        hasMade = true
        update(name) { if $0.status == .missing { $0.isMade = true } }
        if tries[name] == nil, made.count < Self.capacity { made.insert(name) }
      default: return
      }
    }
  }

  /// Who read the file that `process` has now closed: who opened it, if that is an ancestor, whose
  /// descriptor the process has inherited.
  private func reader(
    of path: String, released process: Int, _ history: borrowing History
  ) -> (process: Int, program: String?) {
    if let opener = tries[path]?.opener {
      var ancestor = history.processes[process].parent
      while let index = ancestor {
        if index == opener.process { return opener }
        ancestor = history.processes[index].parent
      }
    }
    return (process, history.processes[process].executable)
  }

  private mutating func noteListing(
    of path: String, _ event: TraceEvent, by process: Int, _ program: String?
  ) {
    if listings.count < Self.capacity, listings[path] == nil { listings[path] = event.number }
    update(path) { $0.list(by: process, program) }
  }

  /// Takes note of a name that is a socket's: of `bind(2)`, or of `connect(2)` that met one.
  private mutating func noteSocket(_ call: SystemCall) {
    if call.name == "listen", case .returned = call.outcome { isServer = true }
    guard call.name == "bind" || call.name == "connect",
      case .address(.unix(let path)) = call.arguments.dropFirst().first
    else { return }
    if case .failed(let error) = call.outcome, error.isAbsence { return }
    if sockets.count < Self.capacity { sockets.insert(path) }
  }

  /// Takes note of a file that the target opened to write it anew.
  private mutating func noteMade(_ path: String, _ call: SystemCall) {
    guard call.hasSymbol("O_CREAT"), tries[path] == nil, made.count < Self.capacity else { return }
    made.insert(path)
  }

  private mutating func noteLink(_ call: SystemCall, at path: String) {
    guard links.count < Self.capacity, case .text(let target)? = call.arguments.last else { return }
    links[path] = PathName.absolute(target, from: PathName.directory(of: path))
  }

  private mutating func update(_ path: String, _ change: (inout PathTry) -> Void) {
    guard let index = tries.index(forKey: path) else { return }
    change(&tries.values[index])
  }

  private mutating func touch(
    _ path: String, _ event: TraceEvent, _ digest: History.Digest, _ history: borrowing History,
    _ change: (inout PathTry) -> Void
  ) {
    if let index = tries.index(forKey: path) {
      change(&tries.values[index])
      return
    }
    // What a daemon looks for when it is told to end is no configuration that it starts with.
    guard history.settledNumber == nil, tries.count < Self.mostTries, !excluded.contains(path)
    else { return }
    if ConfigurationPlaces.isExcluded(path) {
      if excluded.count < Self.capacity { excluded.insert(path) }
      return
    }
    let index = circumstances(of: history.processes[digest.process])
    let given = circumstances[index].given.origin(of: path)
    // What the command line itself names says by its text what it is.
    let isLikely =
      ConfigurationPlaces.isLikely(path, circumstances[index])
      || given?.isExact != true
        && ConfigurationPlaces.isNamedAtWork(path, circumstances[index])
    guard isLikely || given != nil || tries.count < Self.capacity else { return }
    var tried = PathTry(
      path: path, number: event.number, process: digest.process, circumstances: index,
      given: given, isLikely: isLikely)
    tried.isMade = made.contains(path)
    tried.isInMadePlace = isInMadePlace(path, home: circumstances[index].variables.home)
    change(&tried)
    tries[path] = tried
  }

  /// True below a directory that the target made for its work: not for configuration, and no hidden one
  /// in the home directory, which programs make where they then look for theirs.
  private func isInMadePlace(_ path: String, home: String?) -> Bool {
    guard hasMade, !ConfigurationPlaces.isPlace(path) else { return false }
    if let home, path.hasPrefix(home + "/.") { return false }
    var directory = PathName.directory(of: path)
    while directory.utf8.count > 1 {
      if made.contains(directory) || tries[directory]?.isMade == true { return true }
      directory = PathName.directory(of: directory)
    }
    return false
  }

  /// Index of what `process` now is.
  private mutating func circumstances(of process: ProcessRecord) -> Int {
    if let known = current[process.index],
      circumstances[known].given.generation == process.generation
    {
      return known
    }
    // A fork of its parent, which has its arguments and environment.
    if let parent = process.parent, let known = current[parent],
      circumstances[known].arguments == process.arguments,
      circumstances[known].variables.environment == process.environment
    {
      current[process.index] = known
      return known
    }
    guard circumstances.count < Self.mostCircumstances else { return circumstances.count - 1 }
    // Children have their parent's environment, mostly.
    if variables.environment != process.environment {
      variables = VariablePaths(of: process.environment)
    }
    circumstances.append(Circumstances(of: process, variables: variables))
    current[process.index] = circumstances.count - 1
    return circumstances.count - 1
  }
}

/// What a process was when it tried paths.
struct Circumstances: Sendable {
  /// Its name, as people know it.
  let name: String
  let arguments: [String]
  let workingDirectory: String
  let variables: VariablePaths
  let given: GivenPaths

  init(of process: ProcessRecord, variables: VariablePaths) {
    name = process.name
    arguments = process.arguments
    workingDirectory = process.workingDirectory
    self.variables = variables
    given = GivenPaths(of: process, variables: variables)
  }

  /// The value of an environment variable.
  func value(of variable: some StringProtocol) -> Substring? {
    let prefix = variable + "="
    return variables.environment.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
  }
}
