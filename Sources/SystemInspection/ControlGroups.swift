import TraceEvents

/// The limits that control groups set (`cgroups(7)`), of both versions.
enum ControlGroups {
  private static let mount = "/sys/fs/cgroup"
  /// Groups looked at on the way up.
  private static let maximumDepth = 16

  /// The limits of the groups that `memberships` lists, in the form of `/proc/PID/cgroup`.
  static func status(memberships: String) -> ControlGroupStatus {
    var status = ControlGroupStatus()
    for line in memberships.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      // A line without controllers is of version 2, which has them all in one tree.
      let isUnified = fields[1].isEmpty
      if isUnified || controllers.contains("memory") {
        readMemory(root: isUnified ? mount : mount + "/memory", String(fields[2]), into: &status)
      }
      if isUnified || controllers.contains("pids") {
        readTasks(root: isUnified ? mount : mount + "/pids", String(fields[2]), into: &status)
      }
    }
    return status
  }

  private static func readMemory(
    root: String, _ group: String, into status: inout ControlGroupStatus
  ) {
    for directory in directories(root, group) {
      guard
        let limit = number(directory + "/memory.max")
          ?? number(directory + "/memory.limit_in_bytes"),
        // Version 1 writes the highest page-aligned number for no limit.
        limit < 1 << 62, limit < status.memoryLimit ?? .max
      else { continue }
      status.memoryGroup = directory
      status.memoryLimit = limit
      status.memoryKills =
        field("oom_kill", of: directory + "/memory.events")
        ?? field("oom_kill", of: directory + "/memory.oom_control")
    }
  }

  private static func readTasks(
    root: String, _ group: String, into status: inout ControlGroupStatus
  ) {
    for directory in directories(root, group) {
      guard let limit = number(directory + "/pids.max"), limit < status.tasksLimit ?? .max
      else { continue }
      status.tasksGroup = directory
      status.tasksLimit = limit
      status.tasks = number(directory + "/pids.current")
    }
  }

  /// The group's directory and those above it, but for the root, which has no limits.
  private static func directories(_ root: String, _ group: String) -> [String] {
    var parts = group.split(separator: "/")
    var found: [String] = []
    while !parts.isEmpty, found.count < maximumDepth {
      if !parts.contains("..") { found.append(root + "/" + parts.joined(separator: "/")) }
      parts.removeLast()
    }
    return found
  }

  private static func number(_ path: String) -> UInt64? {
    FileReading.text(of: path, limit: 64).flatMap { text in
      UInt64(text.prefix { $0.isASCII && $0.isNumber })
    }
  }

  private static func field(_ name: String, of path: String) -> UInt64? {
    guard let text = FileReading.text(of: path, limit: 4096) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
      return UInt64(line.dropFirst(name.count + 1))
    }
    return nil
  }
}
