import TraceEvents

/// What a call does to its process's descriptors, or asks of a path, so that failures can be
/// explained at the stop. Found once per row.
struct CallEffect {
  /// What a call does to descriptors.
  enum Descriptors {
    case none
    /// Its result is a new one; whether exec closes it is told by a bit of an argument.
    case opens(flags: Int?, bit: UInt64)
    /// Its result is a copy; the bit as above.
    case copies(flags: Int?, bit: UInt64)
    /// It fills a pair; the pointer's argument, and the flags'.
    case pair(at: Int, flags: Int?, bit: UInt64)
    /// `fcntl`: depends on its command.
    case commands
  }

  /// What it does to descriptors.
  var descriptors = Descriptors.none
  /// What has to be seen to before a call runs.
  enum Entry {
    case nothing
    /// It closes the descriptor of this argument, if that is open.
    case replaces(Int)
    /// It locks what a descriptor is open on.
    case locks
    /// It takes a file system away.
    case unmounts
    /// It sends the signal of this argument, and may be the process's last.
    case signals(Int)
  }

  /// What a call does to the names of directories, or to what its process sees of them.
  enum Names {
    case unchanged
    /// Directories can be found by other names from here on.
    case change
    /// A file was replaced, or who may use it changed.
    case alter
    /// The process enters a directory.
    case enter
    /// The process sees another tree of files from here on.
    case confine
  }

  /// Where the arguments are of a call that does nothing but look at a path.
  struct Look {
    var path: Int
    /// Pointer to what the call fills; nil where there is none.
    var answer: Int?
    /// `AT_*`; nil where the call takes none.
    var flags: Int?
    /// True if it follows a link, where no flags say it.
    var follows = true
    /// True if it asks where a link leads: what is none gives `EINVAL`.
    var readsLink = false
    /// True if it asks for rights to what is there: that something is there is no answer.
    var asksForRights = false
  }

  /// What it does to names.
  var names = Names.unchanged
  /// Where it looks, if it does nothing else.
  var look: Look?
  /// What has to be seen to before it runs.
  var entry = Entry.nothing
  /// True if it may change who the process acts as.
  var changesCredentials = false
  /// True if it opens a path: its descriptor may read configuration.
  var opensPath = false

  /// `O_CLOEXEC` and its kin, `SOCK_CLOEXEC`.
  private static let closeOnExec: UInt64 = 0o2000000

  /// The effect of a call, by its name.
  static func named(_ name: String) -> CallEffect {
    if let special = special[name] { return special }
    let isAlteration =
      alterations.contains(name) || name.hasSuffix("setxattr") || name.hasSuffix("removexattr")
    if isAlteration { return CallEffect(names: .alter) }
    let endings = ["uid", "gid", "groups", "uid32", "gid32", "groups32"]
    let changesCredentials = name.hasPrefix("set") && endings.contains { name.hasSuffix($0) }
    return CallEffect(changesCredentials: changesCredentials)
  }

  /// The calls that change rights, owners and single names.
  private static let alterations: Set<String> = [
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "chown32", "lchown", "lchown32", "fchown",
    "fchown32", "fchownat", "link", "linkat", "unlink", "symlink", "symlinkat",
  ]

  /// The calls with an effect that their names do not tell.
  private static let special: [String: CallEffect] = [
    "open": CallEffect(descriptors: .opens(flags: 1, bit: closeOnExec), opensPath: true),
    "openat": CallEffect(descriptors: .opens(flags: 2, bit: closeOnExec), opensPath: true),
    "openat2": CallEffect(descriptors: .opens(flags: nil, bit: 0)),
    "creat": CallEffect(descriptors: .opens(flags: nil, bit: 0)),
    "socket": CallEffect(descriptors: .opens(flags: 1, bit: closeOnExec)),
    "accept": CallEffect(descriptors: .opens(flags: nil, bit: 0)),
    "accept4": CallEffect(descriptors: .opens(flags: 3, bit: closeOnExec)),
    "dup": CallEffect(descriptors: .copies(flags: nil, bit: 0)),
    "dup2": CallEffect(descriptors: .copies(flags: nil, bit: 0), entry: .replaces(1)),
    "dup3": CallEffect(descriptors: .copies(flags: 2, bit: closeOnExec), entry: .replaces(1)),
    "flock": CallEffect(entry: .locks),
    "kill": CallEffect(entry: .signals(1)),
    "tkill": CallEffect(entry: .signals(1)),
    "tgkill": CallEffect(entry: .signals(2)),
    "umount": CallEffect(names: .change, entry: .unmounts),
    "umount2": CallEffect(names: .change, entry: .unmounts),
    "pivot_root": CallEffect(names: .confine, entry: .unmounts),
    "chroot": CallEffect(names: .confine),
    "landlock_restrict_self": CallEffect(names: .confine),
    "mount": CallEffect(names: .change),
    "move_mount": CallEffect(names: .change),
    "rename": CallEffect(names: .change),
    "renameat": CallEffect(names: .change),
    "renameat2": CallEffect(names: .change),
    "rmdir": CallEffect(names: .change),
    "unlinkat": CallEffect(names: .change),
    "chdir": CallEffect(names: .enter),
    "fchdir": CallEffect(names: .enter),
    "stat": CallEffect(look: Look(path: 0, answer: 1)),
    "lstat": CallEffect(look: Look(path: 0, answer: 1, follows: false)),
    "stat64": CallEffect(look: Look(path: 0, answer: 1)),
    "lstat64": CallEffect(look: Look(path: 0, answer: 1, follows: false)),
    "newfstatat": CallEffect(look: Look(path: 1, answer: 2, flags: 3)),
    "fstatat64": CallEffect(look: Look(path: 1, answer: 2, flags: 3)),
    "statx": CallEffect(look: Look(path: 1, answer: 4, flags: 2)),
    "access": CallEffect(look: Look(path: 0, asksForRights: true)),
    "faccessat": CallEffect(look: Look(path: 1, asksForRights: true)),
    "faccessat2": CallEffect(look: Look(path: 1, flags: 3, asksForRights: true)),
    "readlink": CallEffect(look: Look(path: 0, answer: 1, follows: false, readsLink: true)),
    "readlinkat": CallEffect(look: Look(path: 1, answer: 2, follows: false, readsLink: true)),
    "pipe": CallEffect(descriptors: .pair(at: 0, flags: nil, bit: 0)),
    "pipe2": CallEffect(descriptors: .pair(at: 0, flags: 1, bit: closeOnExec)),
    "socketpair": CallEffect(descriptors: .pair(at: 3, flags: 1, bit: closeOnExec)),
    "fcntl": CallEffect(descriptors: .commands, entry: .locks),
    "fcntl64": CallEffect(descriptors: .commands, entry: .locks),
    "capset": CallEffect(changesCredentials: true),
    "prctl": CallEffect(changesCredentials: true),
    "unshare": CallEffect(names: .confine, changesCredentials: true),
    "setns": CallEffect(names: .confine, changesCredentials: true),
  ]
}

/// Which files could be configuration, as far as a name tells cheaply: only their descriptors are
/// looked at when they are closed. Wrong for a few files is fine; costing a read of `/proc` for
/// each of a compiler's thousand headers is not.
enum WatchedPaths {
  private static let places = [
    "/proc/", "/sys/", "/dev/", "/etc/ld.so.cache", "/usr/lib/locale/", "/usr/share/locale/",
    "/usr/share/zoneinfo/",
    "/usr/include/", "/usr/lib/gcc/", "/usr/share/fonts/", "/usr/lib/x86_64-linux-gnu/gconv/",
  ]
  private static let extensions: Set<String> = [
    "so", "pyc", "mo", "o", "a", "h", "hpp", "hh", "c", "cc", "cpp", "cxx", "S", "s", "d", "pm",
    "class", "jar", "gch", "ttf", "otf", "png", "svg", "gz", "xz", "zst", "ko",
  ]

  /// Languages in which programs are also configured: their files are worth a look except where
  /// packages keep them.
  private static let languages: Set<String> = ["py", "pl", "rb"]
  private static let packages = ["/usr/", "/site-packages/", "/dist-packages/", "/lib/"]

  /// True for an absolute path in a place that never holds configuration.
  static func isElsewhere(_ path: String) -> Bool { places.contains { path.hasPrefix($0) } }

  /// True if a file with this path is worth a look.
  static func contains(_ path: String) -> Bool {
    if isElsewhere(path) { return false }
    let name =
      path.utf8.lastIndex(of: 0x2F).map { path.utf8[path.utf8.index(after: $0)...] }
      ?? path.utf8[...]
    guard let dot = name.lastIndex(of: 0x2E) else { return true }
    let ending = Substring(name[name.index(after: dot)...])
    if extensions.contains(String(ending)) { return false }
    if languages.contains(String(ending)) { return !packages.contains { path.contains($0) } }
    // libc.so.6
    return !(ending.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && path.contains(".so."))
  }
}
