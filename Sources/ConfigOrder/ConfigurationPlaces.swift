internal import History
internal import TraceEvents

/// Which paths can be configuration, by their place and name.
///
/// This is data with the few rules that read it; nothing here knows a particular program.
enum ConfigurationPlaces {
  /// True if place or name make `path` likely configuration, for a process with this home directory.
  ///
  /// This is asked of every path that a target touches, and so looks at the cheap signs first.
  static func isLikely(_ path: String, home: String?) -> Bool {
    if path.hasPrefix("/etc/") || path.hasPrefix("/usr/local/etc/") { return true }
    let base = PathName.base(of: path)
    if let home, home.utf8.count > 1, path.hasPrefix(home), path.hasPrefix(home + "/") {
      let below = path.dropFirst(home.count + 1)
      if below.hasPrefix(".config/") { return true }
      if below.hasPrefix("."), base.count == below.count || looksLikeConfiguration(base) {
        return true
      }
    }
    return looksLikeConfiguration(base) || path.containsBytes("/etc/")
      || path.containsBytes("/.config/") || places.contains { path.hasPrefix($0) }
  }

  /// True for the files that every program touches and no program owns.
  static func isSystemWide(_ path: String) -> Bool {
    systemWide.contains(path)
      || systemWidePrefixes.contains { path.hasPrefix($0) || path + "/" == $0 }
  }

  /// True if a name by itself says configuration.
  static func looksLikeConfiguration(_ base: String) -> Bool {
    if base.hasSuffix("rc"), base.utf8.count > 2,
      !base.utf8.dropFirst().contains(UInt8(ascii: "."))
    {
      return true
    }
    if exactNames.contains(base) { return true }
    guard let dot = base.utf8.lastIndex(of: UInt8(ascii: ".")), dot != base.startIndex else {
      return false
    }
    return suffixes.contains(String(base[base.utf8.index(after: dot)...]))
  }

  /// True for paths that are no configuration, wherever they are and whoever named them.
  static func isExcluded(_ path: String) -> Bool {
    // A directory counts as what lies in it.
    let place = path + "/"
    if excludedPrefixes.contains(where: { place.hasPrefix($0) }) { return true }
    if excludedParts.contains(where: { place.containsBytes($0) }) { return true }
    let base = PathName.base(of: path)
    if base.containsBytes(".so.") { return true }
    guard let dot = base.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return excludedSuffixes.contains(String(base[base.index(after: dot)...]))
  }

  private static let places = [
    "/usr/etc/", "/boot/", "/usr/lib/sysctl.d/", "/usr/lib/tmpfiles.d/",
  ]
  private static let suffixes: Set<String> = [
    "conf", "cnf", "cfg", "ini", "config", "toml", "properties", "rules",
  ]
  private static let exactNames: Set<String> = [
    ".gitconfig", ".gitattributes", ".profile", ".bash_profile", ".bash_login", ".zshenv",
    ".editorconfig", ".htaccess", ".netrc", ".pgpass", ".env", "config",
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
    "so", "pyc", "pmc", "pyo", "py", "mo", "pid", "sock", "lock", "log", "swp", "swx", "ttf", "otf",
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
