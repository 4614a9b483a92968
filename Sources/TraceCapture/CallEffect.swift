/// What a call does to its process's descriptors, or asks of a path, so that failures can be
/// explained at the stop. Found once per row.
struct CallEffect {
  /// What it does to descriptors.
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
  /// What has to be seen to before it runs.
  enum Entry {
    case nothing
    /// It closes the descriptor of this argument, if that is open.
    case replaces(Int)
    /// It locks what a descriptor is open on.
    case locks
    /// It takes a file system away.
    case unmounts
  }

  /// What has to be seen to before it runs.
  var entry = Entry.nothing
  /// True if it may change who the process acts as.
  var changesCredentials = false
  /// True if it opens a path: its descriptor may read configuration.
  var opensPath = false

  private static let closeOnExec: UInt64 = 0o2000000

  /// The effect of a call, by its name.
  init(name: String) {
    switch name {
    case "open":
      descriptors = .opens(flags: 1, bit: Self.closeOnExec)
      opensPath = true
    case "openat":
      descriptors = .opens(flags: 2, bit: Self.closeOnExec)
      opensPath = true
    case "openat2", "creat": descriptors = .opens(flags: nil, bit: 0)
    case "socket": descriptors = .opens(flags: 1, bit: Self.closeOnExec)
    case "accept": descriptors = .opens(flags: nil, bit: 0)
    case "accept4": descriptors = .opens(flags: 3, bit: Self.closeOnExec)
    case "dup": descriptors = .copies(flags: nil, bit: 0)
    case "dup2":
      descriptors = .copies(flags: nil, bit: 0)
      entry = .replaces(1)
    case "dup3":
      descriptors = .copies(flags: 2, bit: Self.closeOnExec)
      entry = .replaces(1)
    case "flock": entry = .locks
    case "umount", "umount2", "pivot_root": entry = .unmounts
    case "pipe": descriptors = .pair(at: 0, flags: nil, bit: 0)
    case "pipe2": descriptors = .pair(at: 0, flags: 1, bit: Self.closeOnExec)
    case "socketpair": descriptors = .pair(at: 3, flags: 1, bit: Self.closeOnExec)
    case "fcntl", "fcntl64":
      descriptors = .commands
      entry = .locks
    default:
      changesCredentials =
        name.hasPrefix("set") && name.contains("id") || name.hasPrefix("setgroups")
        || ["capset", "prctl", "unshare", "setns"].contains(name)
    }
  }
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
    "pl", "py", "rb", "class", "jar", "gch", "ttf", "otf", "png", "svg", "gz", "xz", "zst", "ko",
  ]

  /// True if a file with this path is worth a look.
  static func contains(_ path: String) -> Bool {
    for place in places where path.hasPrefix(place) { return false }
    let name =
      path.utf8.lastIndex(of: 0x2F).map { path.utf8[path.utf8.index(after: $0)...] }
      ?? path.utf8[...]
    guard let dot = name.lastIndex(of: 0x2E) else { return true }
    let ending = Substring(name[name.index(after: dot)...])
    if extensions.contains(String(ending)) { return false }
    // libc.so.6
    return !(ending.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && path.contains(".so."))
  }
}
