internal import History
internal import OrderedCollections
package import TraceEvents

extension ConfigurationOrder {
  /// What is configuration, and what is not.
  ///
  /// - Parameter answer: What the machine answers: which lines of the files that were read name others.
  package func findings(
    answer: @escaping (SystemQuestion) -> SystemAnswer
  ) -> ConfigurationFindings {
    var choice = ConfigurationChoice(self, answer: answer)
    return choice.findings()
  }
}

/// Decides which tries are configuration, and what led to each.
struct ConfigurationChoice {
  private static let mostEntries = 4000
  private static let mostLeftOut = 1000
  /// Bytes above which a file that something merely mentions is data.
  private static let mostBytes = 1 << 20

  let order: ConfigurationOrder
  let answer: (SystemQuestion) -> SystemAnswer
  /// The tries, with those of links completed by what became of the files that they lead to.
  var tries: [PathTry]
  /// Positions of the tries that a link's entry stands for.
  private var followed: Set<Int> = []
  var search: ReferenceSearch
  var isChosen: [Bool]
  /// Positions of directories that were looked for in vain, like others that are there.
  var missingDirectories: Set<Int> = []
  /// The names of files that were read where packages keep their data.
  let storedNames: Set<String>

  init(_ order: ConfigurationOrder, answer: @escaping (SystemQuestion) -> SystemAnswer) {
    self.order = order
    self.answer = answer
    tries = Array(order.tries.values)
    search = ReferenceSearch(order, answer: answer)
    storedNames = Set(
      tries.lazy.filter { $0.status == .read && ConfigurationPlaces.isStore($0.path) }
        .map { PathName.base(of: $0.path) })
    isChosen = [Bool](repeating: false, count: order.tries.count)
  }

  /// The entries, and what is left out.
  mutating func findings() -> ConfigurationFindings {
    choose()
    let parents = directoriesOfTries()
    let homes = otherHomes()
    let chosenParents = Set(
      tries.indices.lazy.filter { [isChosen] in isChosen[$0] }
        .map { [tries] in PathName.directory(of: tries[$0].path) })
    var entries: [ConfigurationEntry] = []
    var leftOut: [ConfigurationLeftOut] = []
    for index in tries.indices {
      let tried = tries[index]
      var reason: ConfigurationLeftOut.Reason?
      if followed.contains(index) {
        reason = .followed
      } else if !isChosen[index] {
        reason = self.reason(index)
      } else if homes.contains(index)
        || !isWorthTelling(index, isParent: parents.contains(tried.path))
        // A directory of data in which nothing was found.
        || tried.isDirectory && ConfigurationPlaces.isStore(tried.path)
          && !chosenParents.contains(tried.path)
      {
        reason = .onTheWay
      }
      if let reason {
        if leftOut.count < Self.mostLeftOut {
          leftOut.append(
            ConfigurationLeftOut(path: tried.path, status: tried.status, reason: reason))
        }
      } else if entries.count < Self.mostEntries {
        entries.append(entry(index))
      }
    }
    return ConfigurationFindings(entries: entries, leftOut: leftOut)
  }

  private func reason(_ index: Int) -> ConfigurationLeftOut.Reason {
    let tried = tries[index]
    let base = PathName.base(of: tried.path)
    if order.sockets.contains(tried.path) { return .socket }
    if order.hasRun(tried.path) { return .code }
    if tried.isMade { return .made }
    if tried.isWritten { return .written }
    if ConfigurationPlaces.isDataName(base) { return .data }
    if ConfigurationPlaces.isCodeName(base) { return .code }
    return search.namings[index]?.reference.isData == true ? .namedAsData : .unnamed
  }

  /// Chooses what is configuration by itself, then what that names, and so on.
  private mutating func choose() {
    followLinks()
    var waiting: [Int] = []
    let code = CodeSearch(tries) { [order] in order.tries[$0] != nil }
    for index in tries.indices
    where isConfigurationByItself(index) && !code.includes(tries[index]) {
      isChosen[index] = true
      waiting.append(index)
    }
    let beside = directoriesBeside()
    missingDirectories.formUnion(beside)
    for index in siblings() + directoriesOfOneName() + twins(besides: code) + beside {
      isChosen[index] = true
      waiting.append(index)
    }
    var next = 0
    func searchWaiting() {
      while next < waiting.count {
        for index in search.search(waiting[next])
        where !isChosen[index] && isConfigurationByLine(index) && !code.includes(tries[index]) {
          isChosen[index] = true
          waiting.append(index)
        }
        next += 1
      }
    }
    searchWaiting()
    for script in tries.indices where isScript(script) {
      for index in search.search(script, isScript: true)
      where !isChosen[index] && isConfigurationOfScript(index) {
        isChosen[index] = true
        waiting.append(index)
      }
    }
    waiting += configurationOfPackages() + vendorFilesThatLeadOn() + optionsThatLeadOn()
    for index in waiting[next...] { isChosen[index] = true }
    waiting += twins(besides: code)
    for index in waiting[next...] { isChosen[index] = true }
    searchWaiting()
    chooseListedDirectories()
  }

  /// The files beside one that is configuration by its name, in a directory of a program's own, which
  /// is a hidden one in the home directory: `~/.subversion/servers` beside `config`.
  private func siblings() -> [Int] {
    var directories: Set<String> = []
    for index in tries.indices where isChosen[index] && tries[index].isOpened {
      let path = tries[index].path
      if ConfigurationPlaces.looksLikeConfiguration(PathName.base(of: path)) {
        directories.insert(PathName.directory(of: path))
      }
    }
    return tries.indices.filter { index in
      let tried = tries[index]
      let directory = PathName.directory(of: tried.path)
      let base = PathName.base(of: tried.path)
      guard !isChosen[index], tried.isOpened, !tried.isWritten, !tried.isMade, !tried.isDirectory,
        directories.contains(directory),
        let home = order.circumstances[tried.circumstances].variables.home,
        PathName.directory(of: directory) == home,
        PathName.base(of: directory).hasPrefix(".")
      else { return false }
      return !ConfigurationPlaces.isDataName(base) && !ConfigurationPlaces.isCodeName(base)
    }
  }

  /// The directories that are called like one of configuration, and what was read in them:
  /// /usr/local/lib/tmpfiles.d and /run/tmpfiles.d beside /etc/tmpfiles.d, `ctags.d` beside `~/.ctags.d`.
  private func directoriesOfOneName() -> [Int] {
    var names: Set<Substring> = []
    for index in tries.indices where isChosen[index] && tries[index].path.hasSuffix(".d") {
      if tries[index].isDirectory || tries[index].status == .missing {
        names.insert(Self.plainName(of: tries[index].path))
      }
    }
    guard !names.isEmpty else { return [] }
    return tries.indices.filter { index in
      guard !isChosen[index] else { return false }
      let tried = tries[index]
      if names.contains(Self.plainName(of: tried.path)) {
        return tried.status == .listed || tried.status == .missing
      }
      let directory = PathName.directory(of: tried.path)
      return tried.status == .read && names.contains(Self.plainName(of: directory))
        && !ConfigurationPlaces.isDataName(PathName.base(of: tried.path))
    }
  }

  /// The last component without the dot that hides it: `app.d` of `~/.app.d`.
  private static func plainName(of path: String) -> Substring {
    PathName.base(of: path).drop { $0 == "." }
  }

  /// A program that asked where a link leads opens the file by that name.
  private mutating func followLinks() {
    for index in tries.indices
    where tries[index].status == .checked || tries[index].status == .missing {
      let path = tries[index].path
      guard var target = order.links[path] else { continue }
      for _ in 0..<8 {
        guard let next = order.links[target] else { break }
        target = next
      }
      guard let other = order.tries.index(forKey: target), other > index, tries[other].isOpened
      else {
        continue
      }
      tries[index].follow(tries[other])
      followed.insert(other)
    }
  }

  private func isConfigurationByItself(_ index: Int) -> Bool {
    let tried = tries[index]
    let base = PathName.base(of: tried.path)
    let isDirectory = tried.isDirectory || order.listings[tried.path] != nil
    if order.sockets.contains(tried.path) { return false }
    if order.hasRun(tried.path) { return isOwnScript(tried) }
    if tried.isMade, isDirectory || !ConfigurationPlaces.looksLikeConfiguration(base) {
      return false
    }
    if tried.isWritten, !tried.isLikely { return false }
    if tried.isInMadePlace, tried.status == .missing || tried.isMade {
      return tried.given?.isExact == true
    }
    if isWordOfCommand(tried, base) || isDataOfOperand(tried, base) { return false }
    if tried.isLikely { return true }
    guard let given = tried.given else { return false }
    if given.isExact, isDirectory {
      // One that an option names can be where to work: `-C`.
      return given.saysConfiguration && order.listings[tried.path] != nil
        && given.origin != .option(name: "-C")
    }
    if given.isExact {
      if isData(tried.path, base, given) { return false }
      if case .variable = given.origin { return given.saysConfiguration || tried.isOpened }
      if given.saysConfiguration {
        // `-c 1`: a word that could be a path, and that was only asked for.
        let isWord = !tried.isOpened && tried.status == .missing && isShort(given)
        return !isWord || base.utf8.contains(UInt8(ascii: "."))
      }
      return isSettings(tried, base)
    }
    // What lies in a directory of configuration that an option or a variable names.
    return given.saysConfiguration && given.origin != .option(name: "-C")
      && !ConfigurationPlaces.isDataName(base)
      && !ConfigurationPlaces.isCodeAlone(base) && tried.isOpened
  }

  /// True if a file that the user's own command line names holds settings, by its text; a server is
  /// given nothing else.
  private func isSettings(_ tried: PathTry, _ base: String) -> Bool {
    guard tried.status == .read, tried.bytes ?? 0 <= Self.mostBytes,
      !ConfigurationPlaces.isCodeName(base),
      order.circumstances.first?.given.origin(of: tried.path)?.isExact == true
    else { return false }
    if order.isServer { return true }
    let isWritable = ConfigurationPlaces.isWrittenByHand(base) && tried.given?.option != nil
    guard isWritable || !ConfigurationPlaces.isDocument(base),
      case .lines(let lines) = answer(
        .linesAround(file: tried.path, line: 1, context: SettingsText.lines))
    else { return false }
    return SettingsText.isSettings(
      lines,
      isOptionValue: tried.given?.option != nil,
      isOwnType: ConfigurationPlaces.isType(
        of: base, named: order.circumstances[tried.circumstances].name))
  }

  /// True for a word of the command line, `config` of `tox config`, that was looked for as a file.
  func isWordOfCommand(_ tried: PathTry, _ base: String) -> Bool {
    guard tried.status == .missing, !base.utf8.contains(UInt8(ascii: ".")) else { return false }
    let circumstances = order.circumstances[tried.circumstances]
    return PathName.directory(of: tried.path) == circumstances.workingDirectory
      && circumstances.arguments.dropFirst().contains(base)
      && tried.given?.saysConfiguration != true
  }

  private func isShort(_ given: GivenPaths.Origin) -> Bool {
    if case .option(let name) = given.origin { name.utf8.count == 2 } else { false }
  }

  private func isData(_ path: String, _ base: String, _ given: GivenPaths.Origin) -> Bool {
    if case .option(let name) = given.origin, name.utf8.count > 2,
      NameSigns.isConfiguration(option: name)
    {
      return false
    }
    if ConfigurationPlaces.isDataName(base) { return true }
    // `awk -f /usr/lib/app/parse`
    if isShort(given), ConfigurationPlaces.isStore(path),
      !ConfigurationPlaces.looksLikeConfiguration(base)
    {
      return true
    }
    // `-c` and `-f` have other meanings in interpreters and compilers.
    return isShort(given) && !given.isOfScript && ConfigurationPlaces.isCodeName(base)
  }

  func isConfigurationByLine(_ index: Int) -> Bool {
    let tried = tries[index]
    guard let naming = search.namings[index], !tried.isMade, !tried.isWritten,
      !order.sockets.contains(tried.path), !order.hasRun(tried.path),
      !ConfigurationPlaces.isProgram(tried.path)
        || tried.status == .read && naming.reference.leadsOn
    else { return false }
    let base = PathName.base(of: tried.path)
    if tried.isDirectory, isMailDirectory(tried.path) { return false }
    if isPartOfPackage(tried, naming) { return false }
    if naming.reference.leadsOn {
      // A list of a loop's values is a list of configuration only by its names.
      return !ConfigurationPlaces.isDataName(base) || ConfigurationPlaces.isPlainData(base)
    }
    if tried.isDirectory || naming.reference.isData || !tried.isOpened { return false }
    // `/etc/auto.m`
    let isCode =
      ConfigurationPlaces.isCodeName(base)
      && !ConfigurationPlaces.isPlace(PathName.directory(of: tried.path) + "/")
    return !ConfigurationPlaces.isDataName(base) && !isCode
      && tried.bytes ?? 0 <= Self.mostBytes
  }

  /// The directories in which something was tried.
  private func directoriesOfTries() -> Set<String> {
    var parents: Set<String> = []
    for path in order.tries.keys {
      var directory = PathName.directory(of: path)
      while parents.insert(directory).inserted, directory.utf8.count > 1 {
        directory = PathName.directory(of: directory)
      }
    }
    return parents
  }

  private func isWorthTelling(_ index: Int, isParent: Bool) -> Bool {
    let tried = tries[index]
    // A pattern that matched nothing, which a shell takes as it is.
    if tried.status == .missing, PathName.base(of: tried.path).utf8.contains(UInt8(ascii: "*")) {
      return false
    }
    if tried.status == .missing, tried.isSoughtAsDirectory, !missingDirectories.contains(index),
      !ConfigurationPlaces.isDirectoryOfConfiguration(tried.path)
    {
      return false
    }
    // A directory on the way to a file is no news.
    if isParent || tried.isDirectory {
      return ![.checked, .opened, .missing].contains(tried.status)
    }
    // A look at what a package brought.
    if tried.status == .checked, ConfigurationPlaces.isStore(tried.path) { return false }
    guard tried.status == .checked || tried.status == .opened else { return true }
    // Whoever lists a directory may look at all that is in it, and knows what was in it: git(1).
    if tried.status == .checked, let listed = order.listings[PathName.directory(of: tried.path)],
      listed < tried.number || isOfWork(tried), search.namings[index] == nil
    {
      return false
    }
    if case .names = answer(.entries(directory: tried.path, limit: 1)) { return false }
    return true
  }

  private func entry(_ index: Int) -> ConfigurationEntry {
    let tried = tries[index]
    // Of a file without a byte no position tells that it was read.
    var status = tried.status
    if status == .opened, !tried.isDirectory,
      case .lines(let lines) = answer(.linesAround(file: tried.path, line: 1, context: 0)),
      lines.isEmpty
    {
      status = .read
    }
    return ConfigurationEntry(
      path: tried.path, isDirectory: tried.isDirectory, status: status, error: tried.error,
      process: tried.process, reader: tried.reader, readerProgram: tried.readerProgram,
      number: tried.number, origin: origin(index),
      realPath: tried.realPath == tried.path ? nil : tried.realPath, bytes: tried.bytes,
      isSystemWide: ConfigurationPlaces.isSystemWide(tried.path),
      isPersonal: order.circumstances[tried.circumstances].variables.home
        .map { tried.path.hasPrefix($0 + "/.") } ?? false)
  }

  private func origin(_ index: Int) -> ConfigurationOrigin {
    let tried = tries[index]
    if let given = tried.given, given.isExact { return given.origin }
    if let naming = search.namings[index] {
      return .line(line: naming.line, directory: naming.directory)
    }
    let directory = PathName.directory(of: tried.path)
    if let listed = order.listings[directory], listed < tried.number, tried.status != .missing {
      return .directory(path: directory)
    }
    guard let given = tried.given else { return .builtIn }
    // A place that the command line names, by an option as it seems.
    if case .argument = given.origin { return given.option.map { .option(name: $0) } ?? .builtIn }
    return given.origin
  }
}
