internal import History
internal import TraceEvents

/// Typed questions about the machine: answered by facts of the stream where it has them, since
/// those were taken while they were true, and by the inspector else.
struct Inquiry {
  let history: History
  let inspector: any SystemInspector

  /// The walk along `path` with the rights that the process had, taken at the stop.
  func accessWalk(
    _ path: String, operation: AccessOperation, credentials: Credentials?
  ) -> AccessWalk? {
    var asked: AccessWalk?
    if let credentials {
      let question = SystemQuestion.access(
        path: path, operation: operation, credentials: credentials)
      if case .accessWalk(let walk) = answer(question) { asked = walk }
      if asked?.refusal != nil { return asked }
    }
    // The stop may have asked it with other words, such as other capabilities.
    // Of several the first in a fixed order is taken: that of a dictionary differs by process.
    var others: [(rank: String, walk: AccessWalk)] = []
    for case (.access(path, let other, let whose), .accessWalk(let walk)) in history.facts {
      let isRefused = walk.refusal == nil ? 1 : 0
      let isOther = other == operation ? 0 : 1
      others.append(
        (
          "\(isRefused)\(isOther) \(other.rawValue) \(whose.user) \(whose.group) \(whose.capabilities)",
          walk
        ))
    }
    return others.min { $0.rank < $1.rank }?.walk ?? asked
  }

  /// The rights with which `path` was asked for at a stop: what the kernel knew of the process. Of several the
  /// least.
  func credentialsAtStop(_ path: String) -> Credentials? {
    var found: [Credentials] = []
    for case (.access(path, _, let whose), _) in history.facts { found.append(whose) }
    return found.min { ($0.capabilities, $0.user, $0.group) < ($1.capabilities, $1.user, $1.group) }
  }

  /// True if a walk along `path` with the rights of `credentials` is refused; asked at the end.
  func refuses(
    _ path: String, operation: AccessOperation, credentials: Credentials?
  ) -> Bool {
    guard let credentials else { return false }
    let question = SystemQuestion.access(
      path: path, operation: operation, credentials: credentials)
    guard case .accessWalk(let walk) = answer(question) else { return false }
    return walk.refusal != nil
  }

  func pathWalk(_ path: String) -> PathWalk? {
    if case .pathWalk(let walk) = answer(.path(path: path)) { walk } else { nil }
  }

  /// What the file at `path` is, as a program.
  func programFile(_ path: String) -> ProgramFile? {
    if case .program(let facts) = answer(.program(path: path)) { facts } else { nil }
  }

  func similarNames(to name: String, in directory: String) -> [String] {
    names(answer(.similarNames(directory: directory, name: name)))
  }

  func similarCommands(to name: String, searchPath: [String]) -> [String] {
    names(answer(.similarCommands(name: name, searchPath: searchPath)))
  }

  func packageShipping(_ name: String) -> String? {
    names(answer(.packageShipping(name: name))).first
  }

  /// Whether the lists of packages have one of this name; nil where there are none.
  func isOffered(_ package: String) -> Bool? {
    guard case .names(let list) = answer(.packageShipping(name: package)) else { return nil }
    return list.contains(package)
  }

  /// Files of one of these names around some directories, nearest first.
  func nearby(_ names: [String], around roots: [String]) -> [String] {
    guard !names.isEmpty, !roots.isEmpty else { return [] }
    return self.names(answer(.nearby(names: names, roots: roots)))
  }

  /// How the loader looks for a library; with `version`, which versions like it that library has.
  func library(_ name: String, version: String?, _ start: LoaderStart) -> LibraryFinding? {
    let answer = answer(.library(name: name, version: version, start: start))
    if case .library(let finding) = answer { return finding }
    return nil
  }

  /// Words of these programs and texts that are near to a word which none of them has.
  func words(near word: String, in files: [String]) -> [String] {
    files.isEmpty ? [] : names(answer(.nearWords(word: word, files: files)))
  }

  /// Words of these files that are near to a word which they have themselves.
  func words(besides word: String, in files: [String]) -> [String] {
    files.isEmpty ? [] : names(answer(.otherNearWords(word: word, files: files)))
  }

  /// Where a symbol should have come from that the file called `user` wants.
  func symbol(
    _ name: String, version: String?, user: String, _ start: LoaderStart
  ) -> SymbolFinding? {
    let answer = answer(.symbol(name: name, version: version, user: user, start: start))
    if case .symbol(let finding) = answer { return finding }
    return nil
  }

  /// Files, and libraries for linking in directories, that define a symbol.
  func definers(of symbol: String, among files: [String], in directories: [String]) -> [String] {
    if files.isEmpty, directories.isEmpty { return [] }
    return names(answer(.definers(symbol: symbol, files: files, directories: directories)))
  }

  /// The first `limit` names in a directory.
  func entries(of directory: String, limit: Int) -> [String] {
    names(answer(.entries(directory: directory, limit: limit)))
  }

  /// The format of a file that the kernel was told of: its name, its interpreter, whether it is on.
  func binaryFormat(_ path: String) -> (name: String, interpreter: String, isEnabled: Bool)? {
    let names = names(answer(.binaryFormat(path: path)))
    return names.count == 3 ? (names[0], names[1], names[2] == "enabled") : nil
  }

  /// The installed package that a file belongs to.
  func packageOwning(_ path: String) -> String? { names(answer(.packageOwning(path: path))).first }

  func userName(_ user: UInt32) -> String {
    names(answer(.userName(user: user))).first ?? (user == 0 ? "root" : String(user))
  }

  func fileSystem(_ path: String) -> FileSystemStatus? {
    if case .fileSystem(let status) = answer(.fileSystem(path: path)) { status } else { nil }
  }

  func listeners(_ address: SocketAddress, isDatagram: Bool = false) -> [Holder] {
    for isDatagram in [isDatagram, !isDatagram] {
      let question = SystemQuestion.listener(address: address, isDatagram: isDatagram)
      if case .holders(let list) = history.facts[question] { return list }
    }
    return holders(answer(.listener(address: address, isDatagram: isDatagram)))
  }

  func openers(_ path: String) -> [Holder] { holders(answer(.openers(path: path))) }

  /// Up to five names in a directory.
  func contents(of directory: String) -> [String] {
    names(answer(.entries(directory: directory, limit: 5)))
  }

  func lockers(_ path: String) -> [Holder] { holders(answer(.lockers(path: path))) }

  /// The limits of a process, which only a fact can tell once it has ended.
  func limit(_ name: String, of pid: ProcessID) -> ResourceLimit? {
    guard case .limits(let list) = answer(.limits(pid: pid)) else { return nil }
    return list.first { $0.name == name }
  }

  /// What listens on this machine.
  func listening() -> [Holder] { holders(answer(.listening)) }

  /// The value of a kernel parameter, by its path below /proc/sys.
  func kernelParameter(_ path: String) -> String? {
    names(answer(.kernelParameter(path: path))).first
  }

  /// What the kernel logged during the run with one of these words, newest last.
  func kernelMessages(with words: [String]) -> [String] {
    words.isEmpty ? [] : names(answer(.kernelMessages(words: words)))
  }

  /// True for a file that a parser of YAML takes; nil where that is not known.
  func isValidYAML(_ file: String) -> Bool? {
    guard case .names(let faults) = answer(.yamlFault(path: file)) else { return nil }
    return faults.isEmpty
  }

  /// What an image or disk holds: a file system, another format, or `zeros`.
  func diskContents(_ path: String) -> String? { names(answer(.diskContents(path: path))).first }

  /// What limits the control groups of a process; only the stream can tell.
  func controlGroup(of pid: ProcessID) -> ControlGroupStatus? {
    for case (.controlGroup(pid, _), .controlGroup(let status)) in history.facts { return status }
    return nil
  }

  /// What a process has at an address; only the stream can tell.
  func mapping(of pid: ProcessID, at address: UInt64) -> MappingStatus? {
    guard case .mapping(let status) = history.facts[.mapping(pid: pid, address: address)] else {
      return nil
    }
    return status
  }

  /// How much a process handed to an `execve(2)` that took it for too much; only the stream can
  /// tell.
  func argumentSizes(of pid: ProcessID) -> ArgumentSizes? {
    guard case .argumentSizes(let sizes) = history.facts[.argumentSizes(pid: pid)] else {
      return nil
    }
    return sizes
  }

  /// The limits of a process as they were at a stop.
  func limitFact(_ name: String, of pid: ProcessID) -> ResourceLimit? {
    guard case .limits(let list) = history.facts[.limits(pid: pid)] else { return nil }
    return list.first { $0.name == name }
  }

  /// What the threads of a process did when they were last looked at.
  func threads(of pid: ProcessID) -> [ThreadMoment] {
    if case .threads(let list) = history.facts[.threads(pid: pid)] { list } else { [] }
  }

  /// What a thread did then, and of which process it is.
  func moment(of thread: ProcessID) -> (process: ProcessID, moment: ThreadMoment)? {
    for case (.threads(let pid), .threads(let list)) in history.facts {
      if let moment = list.first(where: { $0.thread == thread }) { return (pid, moment) }
    }
    for case (.crashedThreads(let pid), .threads(let list)) in history.facts {
      if let moment = list.first(where: { $0.thread == thread }) { return (pid, moment) }
    }
    return nil
  }

  /// What the threads of a process were in when a signal was about to end it; nil where nobody asked.
  func crashedThreads(of pid: ProcessID) -> [ThreadMoment]? {
    if case .threads(let list) = history.facts[.crashedThreads(pid: pid)] { list } else { nil }
  }

  /// A process as it was when it crashed, where that was looked at.
  func crashSnapshot(of pid: ProcessID) -> ProcessSnapshot? {
    guard case .snapshots(let list) = history.facts[.snapshot(pids: [pid])] else { return nil }
    return list.first { $0.identity.pid == pid }
  }

  /// The processes that were looked at, their ancestors first, as the newest look has them.
  func snapshots() -> [ProcessSnapshot] {
    var found: [ProcessSnapshot] = []
    for case (.snapshot(let pids), .snapshots(let list)) in history.facts {
      // That of a crash is of a process that is no more.
      if pids.count == 1, history.facts[.crashedThreads(pid: pids[0])] != nil { continue }
      // A look at the end comes after one at the start, and of some that started later.
      let isNewer = list.first?.identity.ageSeconds ?? 0 > found.first?.identity.ageSeconds ?? -1
      if !pids.isEmpty, isNewer { found = list }
    }
    return found
  }

  func process(_ pid: ProcessID) -> ProcessIdentity? {
    if case .process(let identity) = answer(.process(pid: pid)) { identity } else { nil }
  }

  /// The lines of a text file that contain `text`.
  func lines(containing text: String, in file: String) -> [TextLine] {
    if case .lines(let list) = answer(.linesContaining(text: text, file: file)) { list } else { [] }
  }

  func lines(mentioning words: [String], in files: [String]) -> [TextLine] {
    guard !files.isEmpty, !words.isEmpty else { return [] }
    return lines(answer(.linesMentioning(words: words, files: files)))
  }

  func lines(around line: Int, of file: String, context: Int = 0) -> [TextLine] {
    lines(answer(.linesAround(file: file, line: line, context: context)))
  }

  /// True if the processor has a feature; nil where that is not known.
  func hasProcessorFeature(_ name: String) -> Bool? {
    if case .names(let list) = answer(.processorFeature(name: name)) { !list.isEmpty } else { nil }
  }

  private func answer(_ question: SystemQuestion) -> SystemAnswer {
    history.facts[question] ?? inspector.answer(question)
  }

  private func names(_ answer: SystemAnswer) -> [String] {
    if case .names(let list) = answer { list } else { [] }
  }

  private func holders(_ answer: SystemAnswer) -> [Holder] {
    if case .holders(let list) = answer { list } else { [] }
  }

  private func lines(_ answer: SystemAnswer) -> [TextLine] {
    if case .lines(let list) = answer { list } else { [] }
  }
}
