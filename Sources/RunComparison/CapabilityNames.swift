/// The names of the bits of a capability set (`capabilities(7)`).
enum CapabilityNames {
  private static let names = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
  ]

  /// The names of a set; nil for the empty one.
  static func words(_ set: UInt64) -> String? {
    let all = (UInt64(1) << UInt64(names.count)) - 1
    if set & all == all { return "all" }
    let held = names.indices.filter { set & (1 << UInt64($0)) != 0 }.map { "CAP_" + names[$0] }
    return held.isEmpty ? nil : held.joined(separator: ", ")
  }
}
