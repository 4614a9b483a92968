internal import History
internal import TraceEvents

/// Which paths can be configuration, by their place and name.
///
/// This is data with the few rules that read it; nothing here knows a particular program.
enum ConfigurationPlaces {
  /// How strongly place and name say that a path is configuration.
  enum Standing { case excluded, unlikely, likely }

  /// The standing of `path` for a process with this home directory.
  static func standing(of path: String, home: String?) -> Standing {
    if isExcluded(path) { return .excluded }
    if places.contains(where: { path.hasPrefix($0) }) { return .likely }
    let base = PathName.base(of: path)
    if let home, home.count > 1, path.hasPrefix(home + "/") {
      let below = path.dropFirst(home.count + 1)
      if below.hasPrefix(".config/") { return .likely }
      if below.hasPrefix("."), !below.contains("/") || looksLikeConfiguration(base) {
        return .likely
      }
    }
    if path.contains("/etc/") || path.contains("/.config/") { return .likely }
    return looksLikeConfiguration(base) ? .likely : .unlikely
  }

  /// True for the files that every program touches and no program owns.
  static func isSystemWide(_ path: String) -> Bool {
    systemWide.contains(path) || systemWidePrefixes.contains { path.hasPrefix($0) }
  }

  /// True if a name by itself says configuration.
  static func looksLikeConfiguration(_ base: String) -> Bool {
    if base.hasSuffix("rc"), base.count > 2, !base.contains(".") || base.hasPrefix(".") {
      return true
    }
    if exactNames.contains(base) { return true }
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return false }
    return suffixes.contains(String(base[base.index(after: dot)...]))
  }

  private static func isExcluded(_ path: String) -> Bool {
    if excludedPrefixes.contains(where: { path.hasPrefix($0) }) { return true }
    if excludedParts.contains(where: { path.contains($0) }) { return true }
    let base = PathName.base(of: path)
    if base.contains(".so.") { return true }
    guard let dot = base.lastIndex(of: ".") else { return false }
    return excludedSuffixes.contains(String(base[base.index(after: dot)...]))
  }

  private static let places = [
    "/etc/", "/usr/local/etc/", "/usr/etc/", "/boot/", "/usr/lib/sysctl.d/", "/usr/lib/tmpfiles.d/",
  ]
  private static let suffixes: Set<String> = [
    "conf", "cnf", "cfg", "ini", "config", "toml", "properties", "rules",
  ]
  private static let exactNames: Set<String> = [
    ".gitconfig", ".gitattributes", ".profile", ".bash_profile", ".bash_login", ".zshenv",
    ".editorconfig", ".htaccess", ".netrc", ".pgpass", ".env",
  ]
  private static let excludedPrefixes = [
    "/proc/", "/sys/", "/dev/", "/run/", "/var/run/", "/var/cache/", "/var/log/", "/var/tmp/",
    "/usr/share/locale/", "/usr/lib/locale/", "/usr/share/zoneinfo/", "/usr/share/fonts/",
    "/usr/share/terminfo/", "/lib/terminfo/", "/etc/terminfo/", "/usr/lib/terminfo/",
    "/etc/ssl/certs", "/usr/share/ca-certificates/", "/usr/share/i18n/", "/etc/fonts/conf.avail/",
    "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/mtab", "/usr/include/",
  ]
  private static let excludedParts = [
    "/glibc-hwcaps/", "/gconv/", "/__pycache__", "/.cache/", "/LC_MESSAGES/", "/.git/objects/",
    "/.terminfo/", "/node_modules/", "/dist-packages/", "/site-packages/", "/.git/refs/",
  ]
  private static let excludedSuffixes: Set<String> = [
    "so", "pyc", "pyo", "py", "mo", "pid", "sock", "lock", "log", "swp", "swx", "ttf", "otf",
    "pcf", "pfb", "h", "c", "o", "a", "pm", "pl", "rb", "js", "class", "jar", "gch", "la", "db",
    "sqlite", "cache", "tmp", "bak", "html", "css", "png", "svg",
  ]
  private static let systemWide: Set<String> = [
    "/etc/nsswitch.conf", "/etc/host.conf", "/etc/resolv.conf", "/etc/gai.conf", "/etc/hosts",
    "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/services", "/etc/protocols",
    "/etc/networks", "/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/suid-debug", "/etc/malloc.conf",
    "/etc/machine-id", "/etc/os-release", "/etc/debian_version", "/etc/shells", "/etc/environment",
    "/etc/login.defs", "/etc/hostname", "/etc/locale.alias", "/etc/locale.conf",
    "/usr/lib/ssl/openssl.cnf", "/etc/ssl/openssl.cnf", "/etc/gnutls/config", "/etc/inputrc",
  ]
  private static let systemWidePrefixes = [
    "/etc/pam.d/", "/etc/security/", "/etc/selinux/", "/etc/crypto-policies/", "/etc/alternatives/",
    "/etc/ld.so.conf.d/", "/etc/default/locale", "/etc/gcrypt/", "/etc/userdb/",
  ]
}
