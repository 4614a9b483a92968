/// The system calls that are traced: one line each.
///
/// A line gives the name, the number on x86-64 and on i386 (`asm/unistd_64.h`, `asm/unistd_32.h`),
/// what each argument means, which calls the kernel's filter stops at (all, unless it says
/// `when:`) and what is made of them (every one is an event, unless it says `emits:`). To trace
/// another call, add a line. Calls that wait for events, read, or send without `MSG_NOSIGNAL` are
/// not here: they are frequent, and what goes wrong with them is seen by its signal or its words.
package enum SystemCallTable {
  /// Every row.
  package static let rows: [SystemCallRow] =
    opening + programs + changing + places + sockets + limits + memory + descriptors + writing

  /// Files that are opened, made and looked at.
  private static let opening: [SystemCallRow] = [
    row("open", 2, 5, [.path, .symbols(.open), .createMode]),
    row("openat", 257, 295, [.directory, .path, .symbols(.open), .createMode]),
    row("openat2", 437, 437, [.directory, .path, .openHow]),
    row("creat", 85, 8, [.path, .octal]),
    row("stat", 4, 106, [.path]),
    row("lstat", 6, 107, [.path]),
    // AT_EMPTY_PATH is fstat by another name: a third of a shell's calls, and never the fault.
    row(
      "newfstatat", 262, nil, [.directory, .path, .skip, .symbols(.at)],
      when: .namesAPath(flagsAt: 3)),
    row("statx", 332, 383, [.directory, .path, .symbols(.at)], when: .namesAPath(flagsAt: 2)),
    row("stat64", nil, 195, [.path]),
    row("lstat64", nil, 196, [.path]),
    row(
      "fstatat64", nil, 300, [.directory, .path, .skip, .symbols(.at)],
      when: .namesAPath(flagsAt: 3)),
    row("oldstat", nil, 18, [.path]),
    row("oldlstat", nil, 84, [.path]),
    row("access", 21, 33, [.path, .symbols(.access)]),
    row("faccessat", 269, 307, [.directory, .path, .symbols(.access)]),
    row("faccessat2", 439, 439, [.directory, .path, .symbols(.access), .symbols(.accessAt)]),
    row(
      "readlink", 89, 85, [.path, .result], emits: .link,
      essence: .some(Selection.readsOneLink.tests)),
    row("readlinkat", 267, 305, [.directory, .path, .result], emits: .link),
    row("statfs", 137, 99, [.path]),
    row("statfs64", nil, 268, [.path]),
    row("getdents", 78, 141, [.descriptor], emits: .listing, essence: .nothing),
    row("getdents64", 217, 220, [.descriptor], emits: .listing, essence: .nothing),
    row("inotify_add_watch", 254, 292, [.descriptor, .path, .hexadecimal]),
    row("name_to_handle_at", 303, 341, [.directory, .path], emits: .failures),
  ]

  /// Programs, and processes made and ended.
  private static let programs: [SystemCallRow] = [
    row("execve", 59, 11, [.path, .strings], emits: .execution),
    row(
      "execveat", 322, 358, [.directory, .path, .strings, .skip, .symbols(.executeAt)],
      emits: .execution),
    row("fork", 57, 2, [], emits: .creation),
    row("vfork", 58, 190, [], emits: .creation),
    row("clone", 56, 120, [.hexadecimal], emits: .creation),
    row("clone3", 435, 435, [.hexadecimal], emits: .creation),
    row(
      "wait4", 61, 114, [.integer, .waitStatus, .symbols(.wait)], when: .waits(optionsAt: 2),
      emits: .wait),
    row(
      "waitpid", nil, 7, [.integer, .waitStatus, .symbols(.wait)], when: .waits(optionsAt: 2),
      emits: .wait),
    row(
      "waitid", 247, 284, [.integer, .integer, .waitInfo, .symbols(.wait)],
      when: .waits(optionsAt: 3), emits: .wait),
    row("kill", 62, 37, [.integer, .symbols(.signal)]),
    row("tkill", 200, 238, [.integer, .symbols(.signal)]),
    row("tgkill", 234, 270, [.integer, .integer, .symbols(.signal)]),
    row("exit_group", 231, 252, [.integer], when: .isNotZero(0), emits: .leaving),
    row("ptrace", 101, 26, [.symbols(.trace), .integer], emits: .tracing),
    row("unshare", 272, 310, [.symbols(.clone)]),
    row("setns", 308, 346, [.descriptor, .symbols(.clone)]),
  ]

  /// The tree of files changed.
  private static let changing: [SystemCallRow] = [
    row("mkdir", 83, 39, [.path, .octal]),
    row("mkdirat", 258, 296, [.directory, .path, .octal]),
    row("rmdir", 84, 40, [.path]),
    row("unlink", 87, 10, [.path]),
    row("unlinkat", 263, 301, [.directory, .path, .symbols(.unlinkAt)]),
    row("rename", 82, 38, [.path, .path]),
    row("renameat", 264, 302, [.directory, .path, .directory, .path]),
    row("renameat2", 316, 353, [.directory, .path, .directory, .path, .symbols(.rename)]),
    row("link", 86, 9, [.path, .path]),
    row("linkat", 265, 303, [.directory, .path, .directory, .path, .symbols(.at)]),
    row("symlink", 88, 83, [.text, .path]),
    row("symlinkat", 266, 304, [.text, .directory, .path]),
    row("chmod", 90, 15, [.path, .octal]),
    row("fchmod", 91, 94, [.descriptor, .octal]),
    row("fchmodat", 268, 306, [.directory, .path, .octal]),
    row("fchmodat2", 452, 452, [.directory, .path, .octal, .symbols(.at)]),
    row("chown", 92, 182, [.path, .integer, .integer]),
    row("lchown", 94, 16, [.path, .integer, .integer]),
    row("fchown", 93, 95, [.descriptor, .integer, .integer]),
    row("fchownat", 260, 298, [.directory, .path, .integer, .integer, .symbols(.at)]),
    row("chown32", nil, 212, [.path, .integer, .integer]),
    row("lchown32", nil, 198, [.path, .integer, .integer]),
    row("fchown32", nil, 207, [.descriptor, .integer, .integer]),
    row("truncate", 76, 92, [.path, .integer]),
    row("truncate64", nil, 193, [.path, .integer]),
    row("ftruncate", 77, 93, [.descriptor, .integer], emits: .failures),
    row("ftruncate64", nil, 194, [.descriptor, .integer], emits: .failures),
    row("fallocate", 285, 324, [.descriptor, .hexadecimal, .integer, .integer], emits: .failures),
    row("mknod", 133, 14, [.path, .octal, .hexadecimal]),
    row("mknodat", 259, 297, [.directory, .path, .octal, .hexadecimal]),
    row("utime", 132, 30, [.path], emits: .failures),
    row("utimes", 235, 271, [.path], emits: .failures),
    row("utimensat", 280, 320, [.directory, .path], emits: .failures),
    row("futimesat", 261, 299, [.directory, .path], emits: .failures),
    // Reading an extended attribute fails for most files, and nobody minds.
    row("setxattr", 188, 226, [.path, .text], emits: .failures),
    row("lsetxattr", 189, 227, [.path, .text], emits: .failures),
    row("fsetxattr", 190, 228, [.descriptor, .text], emits: .failures),
    row("removexattr", 197, 235, [.path, .text], emits: .failures),
    row("lremovexattr", 198, 236, [.path, .text], emits: .failures),
    row("fsync", 74, 118, [.descriptor], emits: .failures),
    row("fdatasync", 75, 148, [.descriptor], emits: .failures),
  ]

  /// Where a process is, and what is mounted.
  private static let places: [SystemCallRow] = [
    row("chdir", 80, 12, [.path]),
    row("fchdir", 81, 133, [.descriptor]),
    row("chroot", 161, 61, [.path]),
    row("landlock_restrict_self", 446, 446, [.descriptor, .integer]),
    row("pivot_root", 155, 217, [.path, .path]),
    row("mount", 165, 21, [.text, .path, .text, .hexadecimal, .text]),
    row("umount", nil, 22, [.path]),
    row("umount2", 166, 52, [.path, .hexadecimal]),
    row("fsopen", 430, 430, [.text, .hexadecimal], emits: .failures),
    row("fsconfig", 431, 431, [.descriptor, .hexadecimal, .text], emits: .failures),
    row("fsmount", 432, 432, [.descriptor], emits: .failures),
    row("open_tree", 428, 428, [.directory, .path, .hexadecimal], emits: .failures),
    row("move_mount", 429, 429, [.directory, .path, .directory, .path], emits: .failures),
    row("mount_setattr", 442, 442, [.directory, .path, .hexadecimal], emits: .failures),
    row("swapon", 167, 87, [.path], emits: .failures),
    row("swapoff", 168, 115, [.path], emits: .failures),
    row("acct", 163, 51, [.path], emits: .failures),
    row("io_setup", 206, 245, [.integer], emits: .failures),
    row("quotactl", 179, 131, [.hexadecimal, .text], emits: .failures),
  ]

  /// Sockets.
  private static let sockets: [SystemCallRow] = [
    row("socket", 41, 359, [.symbols(.family), .symbols(.socket), .integer]),
    row("socketpair", 53, 360, [.symbols(.family), .symbols(.socket), .integer, .pair]),
    row("bind", 49, 361, [.descriptor, .address]),
    row("listen", 50, 363, [.descriptor, .integer]),
    row("connect", 42, 362, [.descriptor, .address]),
    row("accept", 43, nil, [.descriptor, .filledAddress]),
    row("accept4", 288, 364, [.descriptor, .filledAddress, .skip, .symbols(.socket)]),
    row(
      "getsockopt", 55, 365, [.descriptor, .symbols(.level), .symbols(.option), .filledInteger],
      when: .readsSocketError, emits: .socketError),
    row(
      "sendto", 44, 369, [.descriptor, .skip, .integer, .symbols(.message), .address],
      when: .sendsTo(lengthAt: 2, flagsAt: 3, addressAt: 4), emits: .messages),
    row(
      "sendmsg", 46, 370, [.descriptor, .message, .symbols(.message)],
      when: .doesNotSignal(flagsAt: 2), emits: .messages),
    row(
      "sendmmsg", 307, 345, [.descriptor, .skip, .integer, .symbols(.message)],
      when: .doesNotSignal(flagsAt: 3), emits: .failures),
    row("socketcall", nil, 102, [.integer, .hexadecimal], emits: .socketCall),
  ]

  /// Limits, rights and rules.
  private static let limits: [SystemCallRow] = [
    row("setrlimit", 160, 75, [.symbols(.resource), .limit]),
    row("prlimit64", 302, 340, [.integer, .symbols(.resource), .limit64], when: .isNotZero(2)),
    row("setuid", 105, 23, [.integer]),
    row("setgid", 106, 46, [.integer]),
    row("setreuid", 113, 70, [.integer, .integer]),
    row("setregid", 114, 71, [.integer, .integer]),
    row("setresuid", 117, 164, [.integer, .integer, .integer]),
    row("setresgid", 119, 170, [.integer, .integer, .integer]),
    row("setgroups", 116, 81, [.integer]),
    row("setfsuid", 122, 138, [.integer]),
    row("setfsgid", 123, 139, [.integer]),
    row("setuid32", nil, 213, [.integer]),
    row("setgid32", nil, 214, [.integer]),
    row("setreuid32", nil, 203, [.integer, .integer]),
    row("setregid32", nil, 204, [.integer, .integer]),
    row("setresuid32", nil, 208, [.integer, .integer, .integer]),
    row("setresgid32", nil, 210, [.integer, .integer, .integer]),
    row("setgroups32", nil, 206, [.integer]),
    row("setfsuid32", nil, 215, [.integer]),
    row("capset", 126, 185, [.hexadecimal]),
    row(
      "prctl", 157, 172, [.symbols(.control), .hexadecimal], when: .isOneOf(0, [1, 4, 22, 24, 38]),
      emits: .filter),
    row("seccomp", 317, 354, [.integer, .hexadecimal], when: .isOneOf(0, [0, 1]), emits: .filter),
    row("setpriority", 141, 97, [.integer, .integer, .integer], emits: .failures),
    row("sched_setscheduler", 144, 156, [.integer, .integer], emits: .failures),
    row("sched_setparam", 142, 154, [.integer], emits: .failures),
    row("sched_setattr", 314, 351, [.integer], emits: .failures),
    row("ioprio_set", 251, 289, [.integer, .integer, .hexadecimal], emits: .failures),
    row("timer_create", 222, 259, [.integer], emits: .failures),
    row("clock_settime", 227, 264, [.integer], emits: .failures),
    row("clock_settime64", nil, 404, [.integer], emits: .failures),
    row("settimeofday", 164, 79, [.skip], emits: .failures),
    row("sched_setaffinity", 203, 241, [.integer, .integer], emits: .setAffinity),
    row("sched_getaffinity", 204, 242, [.integer, .integer], emits: .readAffinity),
    row("init_module", 175, 128, [.skip], emits: .failures),
    row("finit_module", 313, 350, [.descriptor, .text], emits: .failures),
    row("delete_module", 176, 129, [.text, .hexadecimal], emits: .failures),
    row("io_uring_setup", 425, 425, [.integer], emits: .failures),
    row("bpf", 321, 357, [.integer], emits: .failures),
    row("perf_event_open", 298, 336, [.skip], emits: .failures),
  ]

  /// Memory: successes only of files, which a program reads without read(2).
  private static let memory: [SystemCallRow] = [
    row(
      "mmap", 9, 90,
      [.hexadecimal, .integer, .symbols(.protection), .symbols(.map), .descriptor, .hexadecimal],
      when: .mapsMemory(lengthAt: 1), emits: .mapping,
      essence: .some(Selection.mapsToWriteOrRun(lengthAt: 1).tests)),
    row(
      "mmap2", nil, 192,
      [.hexadecimal, .integer, .symbols(.protection), .symbols(.map), .descriptor, .hexadecimal],
      when: .mapsMemory(lengthAt: 1), emits: .mapping,
      essence: .some(Selection.mapsToWriteOrRun(lengthAt: 1).tests)),
    row("brk", 12, 45, [.hexadecimal], when: .isNotZero(0), emits: .programBreak),
    row(
      "mprotect", 10, 125, [.hexadecimal, .integer, .symbols(.protection)], when: .protectsMemory,
      emits: .failures),
    row(
      "mremap", 25, 163, [.hexadecimal, .integer, .integer], when: .isAtLeast(2, 0x10000),
      emits: .failures),
    row("mlock", 149, 150, [.hexadecimal, .integer], emits: .failures),
    row("mlock2", 325, 376, [.hexadecimal, .integer, .hexadecimal], emits: .failures),
    row("mlockall", 151, 152, [.hexadecimal], emits: .failures),
    row("shmget", 29, 395, [.hexadecimal, .integer, .octal], emits: .failures),
    row("semget", 64, 393, [.hexadecimal, .integer, .octal], emits: .failures),
    row("msgget", 68, 399, [.hexadecimal, .octal], emits: .failures),
    row("shmat", 30, 397, [.integer, .hexadecimal, .hexadecimal], emits: .failures),
    row("mq_open", 240, 277, [.text, .symbols(.open), .octal], emits: .failures),
  ]

  /// Descriptors made, copied, locked and closed.
  private static let descriptors: [SystemCallRow] = [
    row("dup", 32, 41, [.descriptor]),
    row("dup2", 33, 63, [.descriptor, .descriptor]),
    row("dup3", 292, 330, [.descriptor, .descriptor, .symbols(.open)]),
    row("pipe", 22, 42, [.pair]),
    row("pipe2", 293, 331, [.pair, .symbols(.open)]),
    row("close", 3, 6, [.descriptor], when: .isStandardDescriptor, emits: .close),
    row("close_range", 436, 436, [.integer, .integer, .hexadecimal], emits: .closeRange),
    row(
      "fcntl", 72, 55, [.descriptor, .symbols(.fcntl), .integer], when: .locksOrCopies,
      essence: .some(Selection.locksOrPlacesCopies.tests)),
    row(
      "fcntl64", nil, 221, [.descriptor, .symbols(.fcntl), .integer], when: .locksOrCopies,
      essence: .some(Selection.locksOrPlacesCopies.tests)),
    row("flock", 73, 143, [.descriptor, .symbols(.flock)]),
    row("epoll_create1", 291, 329, [.hexadecimal], emits: .failures),
    row("eventfd2", 290, 328, [.integer, .hexadecimal], emits: .failures),
    row("timerfd_create", 283, 322, [.integer, .hexadecimal], emits: .failures),
    row("signalfd4", 289, 327, [.descriptor, .skip, .integer, .hexadecimal], emits: .failures),
    row("memfd_create", 319, 356, [.text, .hexadecimal], emits: .failures),
    row("inotify_init1", 294, 332, [.hexadecimal], emits: .failures),
  ]

  /// Words written where people read them.
  private static let writing: [SystemCallRow] = [
    row("write", 1, 4, [.descriptor, .data, .integer], when: .writesWords, emits: .words),
    row(
      "writev", 20, 146, [.descriptor, .vector, .integer], when: .writesWordVectors, emits: .words),
    row("pwrite64", 18, 181, [.descriptor, .data, .integer], when: .equals(0, 2), emits: .words),
    // A read that leaves the file position alone, of a file's beginning: it was read all the same.
    row("pread64", 17, 180, [.descriptor, .skip, .integer, .integer], when: .equals(3, 0)),
  ]

  /// The rows that the kernel's filter is made of: with `close` of every descriptor or of the
  /// standard ones only, with all calls or with those alone that a diagnosis needs.
  package static func rows(stoppingAtCloses: Bool, isThorough: Bool) -> [SystemCallRow] {
    rows.compactMap { row in
      var row = row
      if stoppingAtCloses, row.emission == .close { row.condition = [] }
      // The last look is for what was not seen before.
      if isThorough { return row.emission == .leaving ? nil : row }
      switch row.essence {
      case .all: break
      case .nothing: return nil
      case .some(let tests): row.condition = tests
      }
      return row
    }
  }

  private static func row(
    _ name: String, _ number: Int32?, _ number32: Int32?, _ arguments: [ArgumentKind],
    when condition: Selection = .every, emits emission: Emission = .always,
    essence: Essence = .all
  ) -> SystemCallRow {
    SystemCallRow(
      name: name, number: number, number32: number32, arguments: arguments,
      condition: condition.tests, essence: essence, emission: emission)
  }
}
