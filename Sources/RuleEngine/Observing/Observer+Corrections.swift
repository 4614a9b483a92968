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

  /// Lists and states that programs keep by themselves.
  private static let places = [
    "/var/lib/", "/var/cache/", "/proc/", "/sys/", "/dev/", "/run/", "/etc/passwd", "/etc/shadow",
    "/etc/group", "/usr/bin/", "/bin/",
  ]
  /// What is built, or no file of text.
  private static let endings = [".o", ".so", ".a", ".pyc", ".class", ".sock", ".socket", ",v"]
  /// Words about a version, a password, or something beside the file.
  private static let missing = [
    "too old", "or higher is required", "or newer is required", "requires version", "password",
    "passphrase", "already exists", "not installed", "unrecognized arguments", "is locked",
    "out of memory", "timed out", "connection refused", "no space left",
  ]
}
