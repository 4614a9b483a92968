internal import History
internal import TraceEvents

// What refused a path, to whom, and by which right.
extension Observer {
  /// True for what belongs to the system or to a service of it: to hand it to the user who asked is
  /// the last thing to do.
  private static func isSystemPlace(_ path: String) -> Bool {
    sharedDirectories.contains(path)
      || [
        "/etc", "/usr", "/bin", "/sbin", "/lib", "/boot", "/dev", "/run", "/root", "/var/lib",
        "/var/log", "/var/cache", "/var/spool", "/var/run",
      ].contains { path == $0 || path.hasPrefix($0 + "/") }
        && !path.hasPrefix("/dev/shm/") && !path.hasPrefix("/usr/local/")
  }

  /// Directories of everybody's, which are given to no single user (hier(7)).
  private static let sharedDirectories: Set<String> = [
    "/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/var", "/var/tmp", "/usr/local",
    "/usr/local/bin", "/usr/local/etc", "/usr/local/include", "/usr/local/lib", "/usr/local/man",
    "/usr/local/sbin", "/usr/local/share", "/usr/local/share/man", "/usr/local/src",
  ]

  func accessRefused(
    _ call: FailedCall, process: ProcessRecord, asking: Bool
  ) -> AccessRefused {
    let (path, operation) = refusedOne(call, process, asking: asking)
    var seen = AccessRefused()
    seen.path = path
    seen.call = call.call.name
    seen.error = call.error.name
    seen.action = action(of: call)
    seen.isRoot = process.credentials?.user == 0
    seen.lostPrivilege = process.lostPrivilege
    seen.wantsRoot =
      !seen.isRoot
      && run.mentions.lines.contains {
        $0.process == call.process && PrivilegeWords.wantRoot($0.text)
      }
    seen.user = process.credentials.map { String($0.user) } ?? ""
    guard asking else { return seen }
    if describeProtectedLink(call, process, in: &seen) { return seen }
    if call.purpose != .connect { seen.chain = libraryChain(to: path, process) }
    if let user = process.credentials?.user { seen.user = inquiry.userName(user) }
    if call.error == .readOnly { seen.mountPoint = inquiry.fileSystem(path)?.mountPoint }
    if call.call.name == "mmap" || call.call.name == "mprotect",
      let place = inquiry.fileSystem(path), place.options.contains("noexec")
    {
      // Mapping code is refused by the mount alone; bits are not asked.
      seen.reason = "noExecMount"
      seen.mountPoint = place.mountPoint
      seen.detail = "\(place.mountPoint) is mounted with the option noexec"
      return seen
    }
    guard
      let walk = inquiry.accessWalk(
        path, operation: operation, credentials: process.credentials)
    else { return seen }
    seen.user = walk.userName
    seen.targetOfLink = walk.walk.components.first { $0.path == path }?.linkTarget
    if walk.refusal == nil, call.purpose == .execute,
      let (interpreter, refusal) = refusedInterpreter(of: path, process)
    {
      seen.script = path
      seen.path = interpreter
      switch inquiry.programFile(path) {
      case .elf: seen.scriptIsBinary = true
      case .other: seen.scriptHandler = inquiry.binaryFormat(path)?.name
      default: break
      }
      if case .elf? = inquiry.programFile(interpreter) { seen.isBinary = true }
      describe(refusal, of: seen.path, in: &seen)
      return seen
    }
    guard let refusal = walk.refusal else {
      seen.securityModule = walk.securityModules.first
      if let last = walk.walk.components.last { describe(last, in: &seen) }
      seen.component = nil
      seen.asksNoAccessTime = call.call.hasSymbol("O_NOATIME") && call.error == .notPermitted
      seen.isFiltered = history.notes.contains { $0.kind == .ownFilter }
      return seen
    }
    describe(refusal, of: path, in: &seen)
    describeGift(of: path, call, in: &seen)
    if refusal.needs == .execute,
      case .elf(let facts)? = inquiry.programFile(refusal.component.path)
    {
      seen.isLibrary = facts.kind == .shared && facts.interpreter == nil && !facts.isStatic
      seen.isBinary = true
    }
    describeEmptyVariables(call, process, in: &seen)
    seen.missingCapability = Capabilities.missing(to: refusal, process.credentials)
    seen.groupIsPending = isPendingGroup(refusal, seen.user)
    return seen
  }

  /// The path that refuses, and what was to be done with it: of a rename or link the one that a
  /// walk with the user's rights stops at.
  private func refusedOne(
    _ call: FailedCall, _ process: ProcessRecord, asking: Bool
  ) -> (path: String, operation: AccessOperation) {
    let first = subject(of: call) ?? ""
    guard let second = call.secondPath, call.purpose == .make else {
      return (first, operation(of: call))
    }
    guard asking else { return (second, .create) }
    if Self.makesLink(call) { return (second, .create) }
    let tries: [(path: String, operation: AccessOperation)] = [
      (second, .remove), (second, .create), (first, .remove),
    ]
    return tries.first {
      inquiry.refuses($0.path, operation: $0.operation, credentials: process.credentials)
    } ?? (second, .create)
  }

  /// The interpreter that the first line of a script names, or the loader that a binary names, if
  /// that is what may not be executed.
  private func refusedInterpreter(
    of script: String, _ process: ProcessRecord
  ) -> (path: String, refusal: AccessWalk.Refusal)? {
    // A process that gives up its rights before it starts a program has not all of them left.
    let credentials = inquiry.credentialsAtStop(script) ?? process.credentials
    var file = script
    for _ in 0..<Self.mostInterpreters {
      guard let wanted = interpreter(of: file) else { return nil }
      file = wanted
      if let refusal = inquiry.accessWalk(
        file, operation: .execute, credentials: credentials)?.refusal
      {
        return (file, refusal)
      }
    }
    return nil
  }

  private func describe(
    _ refusal: AccessWalk.Refusal, of path: String, in seen: inout AccessRefused
  ) {
    describe(refusal.component, in: &seen)
    // What a link leads to has another path, and is no directory on the way.
    seen.refusedByParent =
      refusal.component.path != path && refusal.component.type ?? .directory == .directory
    seen.isSocket = refusal.component.type == .socket
    if seen.isSocket {
      seen.socketHolder = inquiry.listeners(.unix(path: refusal.component.path)).first?.process
        .map { "\($0.name) (pid \($0.pid))" }
    }
    // Opened to be made if need be: what is there already was to be written.
    if seen.action == "create", !seen.refusedByParent, refusal.component.type != .directory {
      seen.action = "write"
    }
    seen.needs = refusal.needs.rawValue
    seen.reason = refusal.reason.rawValue
    seen.detail = refusal.detail.isEmpty ? nil : refusal.detail
    seen.ownsFile = refusal.reason == .ownerBits
    seen.isSystems = !seen.ownsFile && Self.isSystemPlace(refusal.component.path)
    seen.keepsOwner = seen.ownsFile || seen.isSystems
    switch refusal.reason {
    case .ownerBits: seen.classLetter = "u"
    case .groupBits: seen.classLetter = "g"
    case .otherBits: seen.classLetter = "o"
    case .readOnlyFileSystem, .noExecMount, .noDeviceMount:
      seen.mountPoint = inquiry.fileSystem(refusal.component.path)?.mountPoint
    default: break
    }
    seen.groupMay = Self.groupMay(refusal)
    seen.offersGroup = seen.groupMay && refusal.reason == .otherBits && !seen.isSystems
    // Who may pass a directory may not make names in it yet.
    let changesNames =
      ["create", "remove", "bind"].contains(seen.action)
      && refusal.component.path == PathName.directory(of: path)
    seen.listLetters = Self.listLetters(refusal, changesNames: changesNames)
    // To open what is its owner's alone to all others is no advice.
    seen.isPrivate =
      seen.classLetter != "u" && refusal.component.mode & 0o77 == 0
      && (refusal.component.type != .directory || changesNames) || seen.isSystems
      // Nor what is for a group, and has nothing for others.
      || seen.offersGroup && refusal.component.mode & 0o7 == 0
    seen.rightLetter =
      switch refusal.needs {
      case .read: "r"
      case .write: "w"
      case .execute, .search: "x"
      case .ownership: nil
      }
    seen.passingRights = refusal.needs == .search ? (changesNames ? "wx" : "x") : nil
  }

  private func describe(_ component: PathComponent, in seen: inout AccessRefused) {
    seen.component = component.path
    seen.componentType =
      switch component.type {
      case .directory: "directory"
      case .regular: "file"
      case .socket: "socket"
      case .fifo: "pipe"
      case .characterDevice, .blockDevice: "device"
      case .symbolicLink: "link"
      case .unknown, nil: "file"
      }
    seen.mode = component.octalMode
    seen.owner = component.ownerName
    seen.group = component.groupName
  }

  private func action(of call: FailedCall) -> String {
    switch call.call.name {
    case "chown", "lchown", "fchown", "fchownat": return "change the owner of"
    case "chmod", "fchmod", "fchmodat", "fchmodat2": return "change the mode of"
    case "utimensat": return "set the times of"
    case "mount": return "mount on"
    case "umount2": return "unmount"
    case "kill": return "signal"
    default: break
    }
    switch call.purpose {
    case .open:
      let symbols = call.call.symbols
      return symbols.contains("O_WRONLY") || symbols.contains("O_RDWR") ? "write" : "read"
    case .create, .make: return "create"
    case .execute: return "execute"
    case .inspect: return call.call.hasSymbol("W_OK") ? "write" : "look at"
    case .list: return "list"
    case .remove: return "remove"
    case .enter: return "enter"
    case .connect: return "connect to"
    case .bind: return "bind"
    case .change: return "change"
    case .other: return "use"
    }
  }

  private func operation(of call: FailedCall) -> AccessOperation {
    switch call.purpose {
    case .open:
      let symbols = call.call.symbols
      return symbols.contains("O_RDWR") ? .readWrite : symbols.contains("O_WRONLY") ? .write : .read
    case .create:
      return call.call.hasSymbol("O_RDWR") ? .readWrite : .write
    case .execute: return .execute
    case .inspect where call.call.hasSymbol("W_OK"): return .write
    case .inspect, .enter, .other: return .search
    case .list: return .read
    case .make, .bind: return .create
    case .remove: return .remove
    case .connect: return .write
    case .change:
      switch call.call.name {
      case "chown", "lchown", "fchown", "fchownat": return .changeOwner
      case "chmod", "fchmod", "fchmodat", "fchmodat2", "utimensat": return .own
      default: return .write
      }
    }
  }
}
