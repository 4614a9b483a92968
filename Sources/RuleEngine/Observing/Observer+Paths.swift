internal import History
internal import TraceEvents

extension Observer {
  func missingPath(
    _ call: FailedCall, _ places: [String], _ process: ProcessRecord, asking: Bool
  ) -> MissingPath {
    let path = missingOne(call, asking: asking)
    var seen = MissingPath()
    seen.path = path
    seen.base = PathName.base(of: path)
    seen.directory = PathName.directory(of: path)
    // A look before making it is part of making it.
    seen.use = isToBeMade(path, call) ? "create" : use(of: call)
    seen.cwd = process.workingDirectory
    seen.isFromLog = history.isFromLog
    seen.isRelative = call.call.path.map { !$0.hasPrefix("/") } ?? false
    seen.asked = call.call.path.flatMap { $0 == subject(of: call) ? nil : $0 }
    seen.loop = call.error == .tooManyLinks
    seen.searched = places.count > 1 ? Self.abridged(places) : []
    seen.sought = places.count > 1 ? Self.commonEnd(of: places) : nil
    seen.soughtAbove = seen.sought.flatMap { Self.bottom(of: places, sought: $0) }
    seen.mentioned = CallFeatures.mentioned(call, run) > 1
    seen.isWrittenOut =
      call.path.map { path in
        run.mentions.mentions(of: path, after: call.number).contains { $0.word == path }
      } ?? false
    seen.saidBefore = wordsBefore(call)
    seen.linkerName = linkerName(call)
    seen.unfitLibrary = seen.linkerName.flatMap(unfitLibrary)
    seen.emptyVariable =
      call.call.path.map {
        !$0.contains("://")
          && ($0.contains("//") || $0.contains("/undefined/") || $0.contains("/null/"))
      } ?? false
    seen.isCalledDirectory = isCalledDirectory(path, call)
    guard asking else { return seen }
    // A name looked for in a list of places: what its own directory holds matters most.
    if let walk = inquiry.pathWalk(path) {
      switch walk.end {
      case .missing(let missing):
        if missing != path { seen.firstMissing = missing }
        seen.existingParent = PathName.directory(of: missing)
      case .danglingLink(let link, let target, let missing):
        seen.link = link
        seen.linkTarget = target
        if missing != path { seen.firstMissing = missing }
      case .notDirectory(let component): seen.notDirectory = component
      case .linkLoop(let link):
        seen.link = link
        seen.loop = true
        seen.circle = Self.circle(from: link, in: walk)
      case .exists: seen.existsNow = true
      case .unsearchable: break
      }
    }
    if history.isFromLog, call.error == .noEntry, Self.fillsDirectory(call) {
      // Of a log nobody can ask; the error says so much by itself (open(2), mkdir(2)).
      let directory = PathName.directory(of: path)
      if directory != ".", directory != "/" { seen.firstMissing = directory }
    }
    if let missing = seen.firstMissing {
      // Of many places that are searched some are not there.
      seen.directoryIsMeant =
        places.allSatisfy { $0 == missing || $0.hasPrefix(missing + "/") }
        && isMeant(missing, by: call)
    }
    if let missing = seen.firstMissing, ["create", "make"].contains(seen.use),
      let credentials = process.credentials, credentials.user != 0
    {
      seen.parentRefuses = inquiry.refuses(missing, operation: .create, credentials: credentials)
    }
    let sought = seen.firstMissing ?? path
    if seen.notDirectory == nil, call.error == .notDirectory, seen.existsNow {
      seen.notDirectory = path
    }
    // mkdir -p goes down step by step.
    if seen.notDirectory == path, let whole = operand(below: path, process) { seen.path = whole }
    if seen.mentioned, !seen.existsNow {
      let likely = [path] + places.filter { !Self.isForProcessor($0) }.prefix(4)
      seen.owner = likely.lazy.compactMap { owner(of: $0) }.first
    }
    let link = seen.link
    seen.near = near(to: sought, besides: places).filter {
      // What is to be made is nowhere yet.
      // The link whose target is missing leads there itself.
      $0 != link && isMeant($0, for: sought, process)
        && ([.create, .make].contains(call.purpose) || leadsOn($0, in: sought, of: path))
    }
    seen.bestNear = seen.near.first
    if process.rootDirectory != "/" { seen.jail = process.rootDirectory }
    if seen.jail == nil || !(call.call.path?.hasPrefix("/dev/") ?? false) {
      seen.oddity = NameOddity.words(for: call.call.path ?? path)
    }
    seen.isInRoot =
      !seen.isRelative && ["open", "inspect"].contains(seen.use) && seen.directory == "/"
      && seen.base.contains(".")
      && !seen.base.hasPrefix(".") && !process.arguments.contains { $0.hasSuffix(path) }
    describeVariables(call, process, in: &seen)
    describeMount(in: &seen)
    describeElsewhere(process, in: &seen)
    describeSubmodule(places, in: &seen)
    seen.whole = wholeName(of: call, process)
    if call.purpose == .execute, !isSearchOfPath(places, process), process.rootDirectory == "/" {
      seen.inPath = searchPath(of: process).prefix(16).map { $0 + "/" + seen.base }.first {
        guard $0 != path, let walk = inquiry.pathWalk($0), case .exists = walk.end else {
          return false
        }
        return true
      }
    }
    return seen
  }

  /// False for a near name that nobody takes for the one asked for: the program itself, and source where
  /// configuration or data was asked for.
  private func isMeant(_ near: String, for path: String, _ process: ProcessRecord) -> Bool {
    let programs = history.lineage(of: process.index).prefix(3).flatMap { index in
      [history.processes[index].executable, history.processes[index].executedPath]
    }
    if programs.contains(near) { return false }
    return !Self.isDataFile(path) || !Self.isSourceFile(near)
  }

  /// The links of a circle in their order, from `link` back to it.
  private static func circle(from link: String, in walk: PathWalk) -> String? {
    var links: [String] = []
    for component in walk.components
    where component.linkTarget != nil && !links.contains(component.path) {
      links.append(component.path)
    }
    let circle = links.drop { $0 != link }
    return circle.count > 1 ? (circle + [link]).joined(separator: " → ") : nil
  }

  /// The operand of a process that names something below a path.
  private func operand(below path: String, _ process: ProcessRecord) -> String? {
    process.arguments.dropFirst().lazy
      .map { PathName.absolute($0, from: process.workingDirectory) }
      .first { $0.hasPrefix(path + "/") }
  }

  /// The path that is missing: of mount(2), which has two, what was to be mounted if its place is there.
  private func missingOne(_ call: FailedCall, asking: Bool) -> String {
    let path = subject(of: call) ?? ""
    if asking, let file = fileForMissingDirectory(call) { return file }
    guard asking, call.call.name == "mount",
      case .text(let source)? = call.call.arguments.first, source.hasPrefix("/")
    else { return path }
    if history.isFromLog {
      // Nobody can be asked: what the process itself had looked for.
      let isMissing = history.failures.calls.contains {
        $0.process == call.process && $0.error.isAbsence && $0.path == source
      }
      return isMissing ? source : path
    }
    guard case .exists? = inquiry.pathWalk(path)?.end,
      case .missing? = inquiry.pathWalk(source)?.end
    else { return path }
    return source
  }

  /// Names that resemble the last component of `path` in its directory, else in those of the first
  /// The installed package that a file of the system belongs to which is not there.
  private func owner(of path: String) -> String? {
    guard ["/usr/", "/lib", "/bin/", "/sbin/", "/opt/"].contains(where: { path.hasPrefix($0) }),
      !path.hasPrefix("/usr/local/")
    else { return nil }
    return inquiry.packageOwning(path)
  }

  /// `places`; as paths.
  private func near(to path: String, besides places: [String]) -> [String] {
    var searched = [path]
    for place in places where PathName.base(of: place) == PathName.base(of: path) {
      if searched.count < 8, !searched.contains(place) { searched.append(place) }
    }
    for place in searched {
      let directory = PathName.directory(of: place)
      let near = inquiry.similarNames(to: PathName.base(of: place), in: directory)
      guard !near.isEmpty else { continue }
      return near.map {
        $0.hasPrefix("/") ? $0 : directory == "/" ? "/" + $0 : directory + "/" + $0
      }
    }
    return []
  }

  /// False for a directory with a short name that is near to the missing one `sought` by chance: what `path` leads to
  /// is not in it.
  private func leadsOn(_ near: String, in sought: String, of path: String) -> Bool {
    guard PathName.base(of: sought).utf8.count <= 4, path.hasPrefix(sought + "/") else {
      return true
    }
    guard case .missing? = inquiry.pathWalk(near + path.dropFirst(sought.utf8.count))?.end else {
      return true
    }
    return false
  }

  /// The first places of a long search, and how many more there were.
  private static func abridged(_ places: [String]) -> [String] {
    let plain = places.filter { !isForProcessor($0) }
    let places = plain.isEmpty ? places : plain
    guard places.count > 10 else { return places }
    return places.prefix(9) + ["and \(places.count - 9) more"]
  }

  /// The directory where a search for `sought` began, if each of its places was the directory above
  /// the one before, up to the root: `.git` of a repository, the manifest of a project.
  private static func bottom(of places: [String], sought: String) -> String? {
    let directories = places.map {
      $0.hasSuffix("/" + sought) ? $0.dropLast(sought.count + 1) : "-"
    }
    guard directories.count > 1, directories.last?.isEmpty == true,
      zip(directories, directories.dropFirst()).allSatisfy({
        PathName.directory(of: String($0)) == ($1.isEmpty ? "/" : String($1))
      })
    else { return nil }
    return directories.first.map(String.init)
  }

  /// The last components that all paths share: `Foo/Bar.pm` of several directories.
  private static func commonEnd(of paths: [String]) -> String? {
    guard var common = paths.first?.split(separator: "/") else { return nil }
    for path in paths.dropFirst() {
      let parts = path.split(separator: "/")
      var shared = 0
      while shared < min(parts.count, common.count),
        parts[parts.count - 1 - shared] == common[common.count - 1 - shared]
      { shared += 1 }
      common = common.suffix(shared)
    }
    return common.isEmpty ? nil : common.joined(separator: "/")
  }

  /// A word for what a call wanted of its path.
  func use(of call: FailedCall) -> String {
    switch call.purpose {
    // What is to be worked in is opened as a directory: tar -C, find.
    case .open: call.call.hasSymbol("O_DIRECTORY") ? "list" : "open"
    case .create: "create"
    case .execute: "execute"
    case .inspect: "inspect"
    case .list: "list"
    case .make, .bind: "make"
    case .remove: "remove"
    case .enter: "enter"
    case .change, .connect, .other: "change"
    }
  }

  func pathConflict(_ call: FailedCall, asking: Bool) -> PathConflict {
    var seen = PathConflict()
    seen.path = call.path ?? ""
    seen.second = call.secondPath
    seen.error = call.error.name
    seen.call = call.call.name
    seen.use = use(of: call)
    seen.nameLength = seen.path.split(separator: "/").map(\.utf8.count).max()
    // NAME_MAX is 255 everywhere but in some encrypted file systems, PATH_MAX with its end 4096.
    if let longest = seen.nameLength, longest <= 140, seen.path.utf8.count >= 4095 {
      seen.pathLength = seen.path.utf8.count
    }
    let target = call.secondPath ?? seen.path
    guard asking else { return seen }
    if let component = inquiry.pathWalk(target)?.components.last(where: { $0.path == target }) {
      seen.isDirectory = component.type == .directory
      seen.type = component.type?.rawValue
      seen.linkTarget = component.linkTarget
      if component.linkTarget != nil, case .danglingLink? = inquiry.pathWalk(target)?.end {
        seen.linkIsDangling = true
      }
    }
    switch call.error {
    case .crossDevice:
      seen.mountPoint = inquiry.fileSystem(seen.path)?.mountPoint
      seen.secondMountPoint = call.secondPath.flatMap { inquiry.fileSystem($0)?.mountPoint }
    case .busy where call.secondPath.map { inquiry.fileSystem($0)?.mountPoint == $0 } ?? false:
      seen.secondMountPoint = call.secondPath
    case .textBusy, .busy:
      let holders = inquiry.openers(seen.path)
      let holder =
        call.error == .textBusy
        ? holders.first { $0.manner.contains("writing") } ?? holders.first : holders.first
      if let pid = holder?.process?.pid, call.error == .textBusy {
        seen.holderIsOwn = history.lineage(of: call.process).contains {
          history.processes[$0].pid == pid
        }
      }
      seen.holder = holder?.process.map { "\($0.name) (pid \($0.pid))" } ?? holder?.manner
      seen.holderManner = holder?.process == nil ? nil : holder?.manner
      seen.holderPid = holder?.process.map { Int($0.pid) }
      if call.error == .busy, inquiry.fileSystem(seen.path)?.mountPoint == seen.path {
        seen.mountPoint = seen.path
      } else if call.error == .busy, seen.type == FileType.blockDevice.rawValue {
        seen.mountedAt =
          inquiry.lines(mentioning: [seen.path], in: ["/proc/self/mounts"])
          .compactMap { line in
            let fields = line.text.split(separator: " ")
            return fields.count > 2 && fields[0] == seen.path ? String(fields[1]) : nil
          }.first
      }
    case .notEmpty, .exists:
      if seen.isDirectory { seen.contents = inquiry.contents(of: target) }
      if seen.type == "regular" { describeLockFile(target, in: &seen) }
    default: break
    }
    return seen
  }

  /// True for a call that makes a name in a directory, which can be missing alone.
  private static func fillsDirectory(_ call: FailedCall) -> Bool {
    call.purpose == .create
      || ["mkdir", "mkdirat", "mknod", "mknodat"].contains(call.call.name)
  }
}
