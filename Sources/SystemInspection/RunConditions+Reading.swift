import TraceEvents

extension RunConditions {
  /// Those of process `pid`, as /proc and /sys tell them.
  init(of pid: ProcessID) throws(InspectionError) {
    let limits = try ResourceLimits.of(pid, countsUse: false)
    let label = FileReading.text(of: "/proc/\(pid)/attr/current", limit: 512).map { text in
      String(text.prefix { $0 != "\n" && $0 != "\0" })
    }
    let memberships = FileReading.text(of: "/proc/\(pid)/cgroup", limit: 16 << 10) ?? ""
    self.init(
      limits: limits,
      umask: ProcessTable.statusField("Umask", of: pid).flatMap { UInt16($0, radix: 8) },
      groupNames: Self.groups(of: pid),
      kernel: Self.line(of: "/proc/sys/kernel/osrelease") ?? "",
      distribution: Self.distribution(), hostName: Self.line(of: "/proc/sys/kernel/hostname"),
      securityLabel: label.flatMap { $0.isEmpty || $0 == "unconfined" ? nil : $0 },
      memoryLimit: ControlGroups.status(memberships: memberships).memoryLimit)
  }

  private static func line(of path: String) -> String? {
    FileReading.text(of: path, limit: 512).map { String($0.prefix { $0 != "\n" }) }
  }

  /// `PRETTY_NAME` of os-release(5).
  private static func distribution() -> String? {
    let text = FileReading.text(of: "/etc/os-release", limit: 8 << 10) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    return line.map { String($0.dropFirst(12).filter { $0 != "\"" && $0 != "'" }) }
  }

  /// The names of its own group and of the others, at most 64.
  private static func groups(of pid: ProcessID) -> [String] {
    let own = ProcessTable.statusField("Gid", of: pid)?.split(separator: "\t").dropFirst().prefix(1)
    let others = ProcessTable.statusField("Groups", of: pid)?.split(separator: " ").prefix(64)
    var names: [String] = []
    for group in (own.map(Array.init) ?? []) + (others.map(Array.init) ?? []) {
      let name = UInt32(group).flatMap(UserDatabase.groupName) ?? String(group)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
