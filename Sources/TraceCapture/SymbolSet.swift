import TraceEvents

/// A family of C constants that an argument is one of, or is made of.
package enum SymbolSet: UInt8, Sendable {
  case open, at, accessAt, executeAt, unlinkAt, access, wait, signal, trace, clone, rename
  case family, socket, level, option, message, resource, control, protection, map, fcntl, flock

  /// The constants' names for `value`, joined by `|`; what has no name is in hexadecimal.
  package func names(of value: UInt64) -> String {
    let low = UInt32(truncatingIfNeeded: value)
    switch self {
    case .signal: return SymbolSet.signalName(low)
    case .open: return SymbolSet.openNames(low)
    case .socket: return SymbolSet.socketNames(low)
    case .access: return low == 0 ? "F_OK" : flags(low, Self.accessBits)
    case .protection: return low == 0 ? "PROT_NONE" : flags(low, Self.protectionBits)
    case .map: return flags(low, Self.mapBits)
    case .at: return flags(low, Self.atBits)
    case .accessAt: return flags(low, [(0x200, "AT_EACCESS")] + Self.atBits)
    case .executeAt: return flags(low, Self.atBits)
    case .unlinkAt: return flags(low, [(0x200, "AT_REMOVEDIR")])
    case .wait: return flags(low, Self.waitBits)
    case .clone: return flags(low, Self.cloneBits)
    case .rename: return flags(low, Self.renameBits)
    case .message: return flags(low, Self.messageBits)
    case .flock: return flags(low, Self.flockBits)
    case .trace: return constant(low, Self.traceRequests)
    case .family: return constant(low, Self.families)
    case .level: return constant(low, Self.levels)
    case .option: return constant(low, Self.options)
    case .resource: return constant(low, Self.resources)
    case .control: return constant(low, Self.controls)
    case .fcntl: return constant(low, Self.fcntlCommands)
    }
  }

  private func constant(_ value: UInt32, _ names: [UInt32: String]) -> String {
    names[value] ?? Self.hexadecimal(value)
  }

  private func flags(_ value: UInt32, _ names: [(UInt32, String)]) -> String {
    Self.join(value, names)
  }

  private static func join(_ value: UInt32, _ names: [(UInt32, String)]) -> String {
    if value == 0 { return "0" }
    var rest = value
    // By hand, as `joined` looks up conformances at run time, at every start.
    var text = ""
    func add(_ name: String) {
      if !text.isEmpty { text += "|" }
      text += name
    }
    for (bits, name) in names where bits != 0 && rest & bits == bits {
      add(name)
      rest &= ~bits
    }
    if rest != 0 { add(hexadecimal(rest)) }
    return text
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    "0x" + String(value, radix: 16)
  }

  private static func signalName(_ value: UInt32) -> String {
    guard (1...64).contains(value) else {
      return value == 0 ? "0" : String(Int32(bitPattern: value))
    }
    return SignalNumber(rawValue: Int32(value)).name
  }

  /// The access mode is no bit mask: it is the low two bits as a number.
  private static func openNames(_ value: UInt32) -> String {
    let modes = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"]
    let rest = value & ~0x3
    let mode = modes[Int(value & 0x3)]
    return rest == 0 ? mode : mode + "|" + join(rest, openBits)
  }

  private static func socketNames(_ value: UInt32) -> String {
    let rest = value & (0o2000000 | 0o4000)
    let type = value & ~rest
    var names: [String] = []
    if type != 0 || rest == 0 { names.append(socketTypes[type] ?? hexadecimal(type)) }
    if rest & 0o2000000 != 0 { names.append("SOCK_CLOEXEC") }
    if rest & 0o4000 != 0 { names.append("SOCK_NONBLOCK") }
    return names.joined(separator: "|")
  }
}

// The values are those of x86-64; i386 has the same.
extension SymbolSet {
  // O_TMPFILE contains O_DIRECTORY and O_SYNC contains O_DSYNC: the larger come first.
  private static let openBits: [(UInt32, String)] = [
    (0o100, "O_CREAT"), (0o200, "O_EXCL"), (0o400, "O_NOCTTY"), (0o1000, "O_TRUNC"),
    (0o2000, "O_APPEND"), (0o4000, "O_NONBLOCK"), (0o4010000, "O_SYNC"), (0o10000, "O_DSYNC"),
    (0o20000, "O_ASYNC"), (0o40000, "O_DIRECT"), (0o100000, "O_LARGEFILE"),
    (0o20200000, "O_TMPFILE"), (0o200000, "O_DIRECTORY"), (0o400000, "O_NOFOLLOW"),
    (0o1000000, "O_NOATIME"), (0o2000000, "O_CLOEXEC"), (0o10000000, "O_PATH"),
  ]
  private static let atBits: [(UInt32, String)] = [
    (0x100, "AT_SYMLINK_NOFOLLOW"), (0x400, "AT_SYMLINK_FOLLOW"), (0x800, "AT_NO_AUTOMOUNT"),
    (0x1000, "AT_EMPTY_PATH"),
  ]
  private static let accessBits: [(UInt32, String)] = [(4, "R_OK"), (2, "W_OK"), (1, "X_OK")]
  private static let protectionBits: [(UInt32, String)] = [
    (1, "PROT_READ"), (2, "PROT_WRITE"), (4, "PROT_EXEC"),
  ]
  private static let mapBits: [(UInt32, String)] = [
    (0x3, "MAP_SHARED_VALIDATE"), (0x1, "MAP_SHARED"), (0x2, "MAP_PRIVATE"), (0x10, "MAP_FIXED"),
    (0x20, "MAP_ANONYMOUS"), (0x800, "MAP_DENYWRITE"), (0x2000, "MAP_LOCKED"),
    (0x4000, "MAP_NORESERVE"), (0x8000, "MAP_POPULATE"), (0x20000, "MAP_STACK"),
    (0x40000, "MAP_HUGETLB"), (0x100000, "MAP_FIXED_NOREPLACE"),
  ]
  private static let waitBits: [(UInt32, String)] = [
    (1, "WNOHANG"), (2, "WSTOPPED"), (4, "WEXITED"), (8, "WCONTINUED"), (0x1000000, "WNOWAIT"),
    (0x20000000, "__WNOTHREAD"), (0x40000000, "__WALL"), (0x80000000, "__WCLONE"),
  ]
  private static let cloneBits: [(UInt32, String)] = [
    (0x100, "CLONE_VM"), (0x200, "CLONE_FS"), (0x400, "CLONE_FILES"), (0x800, "CLONE_SIGHAND"),
    (0x10000, "CLONE_THREAD"), (0x20000, "CLONE_NEWNS"), (0x2000000, "CLONE_NEWCGROUP"),
    (0x4000000, "CLONE_NEWUTS"), (0x8000000, "CLONE_NEWIPC"), (0x10000000, "CLONE_NEWUSER"),
    (0x20000000, "CLONE_NEWPID"), (0x40000000, "CLONE_NEWNET"),
  ]
  private static let renameBits: [(UInt32, String)] = [
    (1, "RENAME_NOREPLACE"), (2, "RENAME_EXCHANGE"), (4, "RENAME_WHITEOUT"),
  ]
  private static let messageBits: [(UInt32, String)] = [
    (0x1, "MSG_OOB"), (0x4, "MSG_DONTROUTE"), (0x40, "MSG_DONTWAIT"), (0x80, "MSG_EOR"),
    (0x800, "MSG_CONFIRM"), (0x4000, "MSG_NOSIGNAL"), (0x8000, "MSG_MORE"),
    (0x20000000, "MSG_FASTOPEN"),
  ]
  private static let flockBits: [(UInt32, String)] = [
    (1, "LOCK_SH"), (2, "LOCK_EX"), (4, "LOCK_NB"), (8, "LOCK_UN"),
  ]
  private static let traceRequests: [UInt32: String] = [
    0: "PTRACE_TRACEME", 1: "PTRACE_PEEKTEXT", 2: "PTRACE_PEEKDATA", 7: "PTRACE_CONT",
    8: "PTRACE_KILL", 16: "PTRACE_ATTACH", 17: "PTRACE_DETACH", 24: "PTRACE_SYSCALL",
    0x4206: "PTRACE_SEIZE",
  ]
  private static let families: [UInt32: String] = [
    0: "AF_UNSPEC", 1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 15: "AF_KEY", 16: "AF_NETLINK",
    17: "AF_PACKET", 29: "AF_CAN", 31: "AF_BLUETOOTH", 38: "AF_ALG", 40: "AF_VSOCK",
    44: "AF_XDP",
  ]
  private static let socketTypes: [UInt32: String] = [
    1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 4: "SOCK_RDM", 5: "SOCK_SEQPACKET",
    6: "SOCK_DCCP", 10: "SOCK_PACKET",
  ]
  private static let levels: [UInt32: String] = [1: "SOL_SOCKET"]
  private static let options: [UInt32: String] = [4: "SO_ERROR"]
  private static let resources: [UInt32: String] = [
    0: "RLIMIT_CPU", 1: "RLIMIT_FSIZE", 2: "RLIMIT_DATA", 3: "RLIMIT_STACK", 4: "RLIMIT_CORE",
    5: "RLIMIT_RSS", 6: "RLIMIT_NPROC", 7: "RLIMIT_NOFILE", 8: "RLIMIT_MEMLOCK", 9: "RLIMIT_AS",
    10: "RLIMIT_LOCKS", 11: "RLIMIT_SIGPENDING", 12: "RLIMIT_MSGQUEUE", 13: "RLIMIT_NICE",
    14: "RLIMIT_RTPRIO", 15: "RLIMIT_RTTIME",
  ]
  private static let controls: [UInt32: String] = [
    1: "PR_SET_PDEATHSIG", 4: "PR_SET_DUMPABLE", 22: "PR_SET_SECCOMP", 24: "PR_CAPBSET_DROP",
    38: "PR_SET_NO_NEW_PRIVS",
  ]
  private static let fcntlCommands: [UInt32: String] = [
    0: "F_DUPFD", 5: "F_GETLK", 6: "F_SETLK", 7: "F_SETLKW", 13: "F_SETLK64", 14: "F_SETLKW64",
    1030: "F_DUPFD_CLOEXEC", 37: "F_OFD_SETLK", 38: "F_OFD_SETLKW",
  ]
}
