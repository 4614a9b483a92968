internal import TraceEvents

// What a call that succeeded changed.
extension History {
  /// Folds what a successful call did to its process: descriptors, directories, user, limits.
  mutating func applyEffect(
    of call: SystemCall, _ digest: Digest, _ event: TraceEvent, process index: Int
  ) {
    let descriptor = call.descriptor ?? -1
    let value = Int32(truncatingIfNeeded: call.value ?? -1)
    closeConnect(call, process: index)
    switch call.name {
    // Names are compared one by one: what is most frequent comes first.
    case "newfstatat", "readlink", "access", "stat", "lstat", "statx", "mmap", "getdents64": break
    case "open", "openat", "openat2", "creat":
      guard let path = digest.path else { break }
      let isWritable =
        call.name == "creat" || call.hasSymbol("O_WRONLY") || call.hasSymbol("O_RDWR")
      processes[index].descriptors.open(
        value, .file(path: path, isWritable: isWritable),
        closesOnExec: call.hasSymbol("O_CLOEXEC"))
      // The console takes what the system's log did not (syslog(3), LOG_CONS), a terminal what is shown.
      if isWritable, path != "/dev/console", path != "/dev/tty" {
        processes[index].noteWritten(path)
      }
      if !isWritable, !call.hasSymbol("O_DIRECTORY"), !call.hasSymbol("O_PATH") {
        processes[index].recent.note(path)
        processes[index].noteLibrary(path)
        processes[index].filesSinceExecution += 1
      } else if call.hasSymbol("O_DIRECTORY"), processes[index].listedDirectories.count < 24,
        !processes[index].listedDirectories.contains(path)
      {
        processes[index].listedDirectories.append(path)
      }
    case "dup":
      processes[index].descriptors.duplicate(descriptor, as: value, closesOnExec: false)
    case "dup2", "dup3":
      // dup2 onto itself changes nothing.
      if descriptor != value {
        noteClosing(value, of: index, event)
        processes[index].descriptors.duplicate(
          descriptor, as: value, closesOnExec: call.hasSymbol("O_CLOEXEC"))
      }
    case "fcntl", "fcntl64":
      let closesOnExec = call.hasSymbol("F_DUPFD_CLOEXEC")
      if closesOnExec || call.hasSymbol("F_DUPFD") {
        processes[index].descriptors.duplicate(descriptor, as: value, closesOnExec: closesOnExec)
      }
    case "close":
      noteClosing(descriptor, of: index, event)
      processes[index].descriptors.close(descriptor)
    case "close_range":
      var bounds: [Int32] = []
      for case .integer(let value) in call.arguments {
        bounds.append(Int32(clamping: value))
      }
      if bounds.count >= 2, !call.hasSymbol("CLOSE_RANGE_CLOEXEC") {
        processes[index].descriptors.close(from: bounds[0], through: bounds[1])
      }
    case "pipe", "pipe2":
      guard let made = call.madeDescriptors else { break }
      let closesOnExec = call.hasSymbol("O_CLOEXEC")
      processes[index].descriptors.open(
        made.first, .pipe(number: event.number, end: .reading), closesOnExec: closesOnExec)
      processes[index].descriptors.open(
        made.second, .pipe(number: event.number, end: .writing), closesOnExec: closesOnExec)
    case "socket":
      let symbols = call.symbols
      let state = SocketState(
        number: event.number, domain: symbols.first { $0.hasPrefix("AF_") }.map(String.init) ?? "?",
        type: symbols.first { $0.hasPrefix("SOCK_") }.map(String.init) ?? "?")
      processes[index].descriptors.open(
        value, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
    case "socketpair":
      guard let made = call.madeDescriptors else { break }
      let state = SocketState(number: event.number, domain: "AF_UNIX", type: "SOCK_STREAM")
      for end in [made.first, made.second] {
        processes[index].descriptors.open(
          end, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
      }
    case "accept", "accept4":
      let state = SocketState(
        number: event.number, domain: "?", type: "SOCK_STREAM", local: nil, peer: call.address)
      processes[index].descriptors.open(
        value, .socket(state: state), closesOnExec: call.hasSymbol("SOCK_CLOEXEC"))
    case "bind":
      processes[index].descriptors.changeSocket(descriptor) { $0.local = call.address }
    case "connect": notePeer(call, process: index)
    case "listen":
      processes[index].descriptors.changeSocket(descriptor) { $0.isListening = true }
    case "chdir":
      if let path = digest.path { processes[index].workingDirectory = path }
    case "fchdir":
      if let path = processes[index].descriptors[descriptor]?.path {
        processes[index].workingDirectory = path
      }
    case "chroot":
      if let path = digest.path { processes[index].rootDirectory = path }
    case "kill", "tgkill": noteKill(call, process: index)
    case "prctl" where call.symbols.first == "PR_SET_PDEATHSIG":
      processes[index].parentDeathSignal = Self.signal(of: call)
    case "setrlimit", "prlimit64": noteLimit(call, process: index)
    case "geteuid":
      // Of a log, which does not tell otherwise who a process acts as.
      if processes[index].credentials == nil, let user = UInt32(exactly: call.value ?? -1) {
        processes[index].credentials = Credentials(
          user: user, group: user, groups: [], capabilities: user == 0 ? .max : 0)
      }
    case "setuid", "setreuid", "setresuid", "setfsuid":
      let numbers = call.integers
      let effective =
        call.name == "setuid" || call.name == "setfsuid" ? numbers.first : numbers.dropFirst().first
      if let effective, effective >= 0, effective < 0xFFFF_FFFF {
        processes[index].credentials?.user = UInt32(truncatingIfNeeded: effective)
      }
    default: break
    }
    noteSuccess(of: call, digest, event, process: index)
  }

  /// The signal that `prctl(2)` is given: by its number, or in a log by its name.
  private static func signal(of call: SystemCall) -> SignalNumber? {
    guard call.arguments.count > 1 else { return nil }
    switch call.arguments[1] {
    case .hexadecimal(let number) where number > 0:
      return Int32(exactly: number).map(SignalNumber.init(rawValue:))
    case .symbol(let name): return SignalNumber(name: name)
    default: return nil
    }
  }

  /// A process sent a signal, which its target may die of.
  mutating func noteKill(_ call: SystemCall, process index: Int) {
    guard sentSignals.count < 4096, case .integer(let target)? = call.arguments.first,
      let name = call.symbols.last, let signal = SignalNumber(name: String(name))
    else { return }
    // Of 0 the whole group is meant, of which the sender is sure to be.
    let process = target == 0 ? processes[index].pid : ProcessID(truncatingIfNeeded: target)
    sentSignals[process] = (signal, index)
  }
}
