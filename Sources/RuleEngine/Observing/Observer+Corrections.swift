internal import History
internal import TraceEvents

// Whether what words name is a file that somebody is to correct.
extension Observer {
  /// True for a file that programs make, or where the words miss something else than a word in it.
  static func isRight(_ file: String, by line: String) -> Bool {
    let text = line.lowercased()
    if places.contains(where: file.hasPrefix) || endings.contains(where: file.hasSuffix) {
      return true
    }
    return missing.contains { text.contains($0) }
  }

  /// True for a file that people write settings or sources into, by its name or its place.
  static func isWrittenByPeople(_ file: String) -> Bool {
    let name = PathName.base(of: file).lowercased()
    if file.hasPrefix("/etc/"), !systemLists.contains(name) { return true }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return ["config", "conf", "file", "rc"].contains { name.hasSuffix($0) }
        || name.hasPrefix(".")
    }
    return writtenSuffixes.contains(String(name[name.index(after: dot)...]))
      || name.contains("config")
  }

  private static let writtenSuffixes: Set<String> = [
    "conf", "cfg", "cnf", "ini", "yaml", "yml", "toml", "json", "xml", "properties", "env",
    "service", "timer", "rules", "list", "sources", "cf", "tf", "ovpn", "desktop", "cron", "repo",
    "txt", "mk", "py", "rb", "pl", "sh", "js", "ts", "php", "lua", "c", "h", "cc", "cpp", "go",
    "rs", "java", "sql", "po", "tex", "md", "html", "css", "gradle", "cmake", "nix", "zone", "hcl",
    "in", "ac", "am", "pro", "f", "f90", "s", "y", "l", "m4", "awk", "sed", "r", "tcl", "ex",
    "erl", "hs", "ml", "swift", "kt",
  ]
  /// Lists below /etc that tools keep, or that say nothing of a program.
  private static let systemLists: Set<String> = [
    "hostname", "machine-id", "mtab", "subuid", "subgid", "adjtime", "ld.so.cache",
  ]

  /// Lists and states that programs keep by themselves.
  private static let places = [
    "/var/lib/", "/var/cache/", "/proc/", "/sys/", "/dev/", "/run/", "/etc/passwd", "/etc/shadow",
    "/etc/group", "/usr/bin/", "/bin/",
  ]
  /// What is built, or no file of text.
  private static let endings = [
    ".o", ".so", ".a", ".pyc", ".class", ".sock", ".socket", ",v", "/configure",
  ]
  /// Words about a version, a password, or something beside the file.
  private static let missing = [
    "too old", "or higher is required", "or newer is required", "requires version", "password",
    "passphrase", "already exists", "not installed", "unrecognized arguments", "is locked",
    "out of memory", "timed out", "connection refused", "no space left", "are in sync",
  ]
}
