internal import History
internal import TraceEvents

/// Capabilities (`capabilities(7)`), by the numbers of `<linux/capability.h>`.
enum Capabilities {
  private static let numbers: [String: UInt64] = [
    "CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_FOWNER": 3, "CAP_KILL": 5, "CAP_SETGID": 6,
    "CAP_SETUID": 7, "CAP_SETPCAP": 8, "CAP_NET_BIND_SERVICE": 10, "CAP_NET_ADMIN": 12,
    "CAP_NET_RAW": 13, "CAP_IPC_LOCK": 14, "CAP_SYS_MODULE": 16, "CAP_SYS_CHROOT": 18,
    "CAP_SYS_PTRACE": 19, "CAP_SYS_PACCT": 20, "CAP_SYS_ADMIN": 21, "CAP_SYS_NICE": 23,
    "CAP_SYS_RESOURCE": 24, "CAP_MKNOD": 27, "CAP_PERFMON": 38, "CAP_BPF": 39,
  ]

  /// `name`, if a process that runs as root does not have it; nil for all other users.
  static func missing(_ name: String, _ credentials: Credentials?) -> String? {
    guard let credentials, credentials.user == 0, let number = numbers[name],
      credentials.capabilities & (1 << number) == 0
    else { return nil }
    return name
  }

  /// The capability that would have let a process that runs as root pass where it was refused.
  static func missing(to refusal: AccessWalk.Refusal, _ credentials: Credentials?) -> String? {
    switch refusal.reason {
    case .ownerBits, .groupBits, .otherBits, .accessControlList:
      missing("CAP_DAC_OVERRIDE", credentials)
    case .notOwner where refusal.detail.contains("CAP_CHOWN"), .lacksCapability:
      missing("CAP_CHOWN", credentials)
    case .notOwner, .stickyDirectory: missing("CAP_FOWNER", credentials)
    default: nil
    }
  }
}

extension Observer {
  /// True if the group of what refuses may, and /etc/group has the user in it, so that the process began
  /// before it had.
  func isPendingGroup(_ refusal: AccessWalk.Refusal, _ user: String) -> Bool {
    let component = refusal.component
    let needed: UInt16 =
      switch refusal.needs {
      case .read: 4
      case .write: 2
      case .execute, .search: 1
      case .ownership: 0
      }
    guard refusal.reason == .otherBits, needed != 0, component.mode >> 3 & needed != 0 else {
      return false
    }
    return inquiry.lines(mentioning: [component.groupName], in: ["/etc/group"]).contains { line in
      let fields = line.text.split(separator: ":", omittingEmptySubsequences: false)
      return fields.count == 4 && fields[0] == component.groupName
        && fields[3].split(separator: ",").contains { $0 == user }
    }
  }
}
