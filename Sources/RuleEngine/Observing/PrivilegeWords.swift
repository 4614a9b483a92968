internal import TraceEvents

/// Words by which programs say that only root may use them.
enum PrivilegeWords {
  private static let ofRoot = [
    "must be root", "must be run as root", "must run as root", "be run as root", "not superuser",
    "are you root", "requires root", "require root", "need to be root", "needs to be root",
    "need root", "root privilege", "root permission", "superuser privilege", "only root",
    "only the superuser", "must be superuser", "must be the superuser", "not running as root",
    "you are not root", "have to be root", "run this as root", "needs root", "as root user",
    "only by root", "try as root", "permission denied (are you", "root access",
    "must be privileged",
  ]
  /// True if a line says that its program is not to be run by root.
  static func refuseRoot(_ line: String) -> Bool {
    let text = line.lowercased()
    guard
      text.contains("as root") || text.contains("by root") || text.contains("as the root user")
        || text.contains("root\" execution")
    else { return false }
    return refusals.contains { text.contains($0) } && !text.contains("warning")
  }

  private static let refusals = [
    "not run", "not be run", "n't run", "n't be run", "refus", "cannot be run", "how to run",
    "not permitted", "not allowed", "not supported", "never run", "not be started", "not start",
  ]
  private static let ofPrivilege = [
    "new privileges", "setuid", "suid", "effective uid", "authentication failure",
    "authentication token", "not permitted", "permission denied", "cannot set groups",
    "cannot set user",
  ]

  /// True if a line says that its program has to be run by root.
  static func wantRoot(_ line: String) -> Bool {
    let text = line.lowercased()
    return ofRoot.contains { text.contains($0) }
  }

  /// True if a line is what a set-user-id program says that runs without its privilege.
  static func missPrivilege(_ line: String) -> Bool {
    let text = line.lowercased()
    return wantRoot(line) || ofPrivilege.contains { text.contains($0) }
  }
}
