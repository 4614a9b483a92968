/// The limits of the control groups (`cgroups(7)`) that a process is in.
package struct ControlGroupStatus: Codable, Sendable, Hashable {
  /// The group whose memory limit is the tightest, as a directory; nil without any limit.
  package var memoryGroup: String?
  /// That limit, in bytes.
  package var memoryLimit: UInt64?
  /// How often the kernel killed a process of that group for want of memory.
  package var memoryKills: UInt64?
  /// The group whose limit on tasks is the tightest, as a directory; nil without any limit.
  package var tasksGroup: String?
  /// That limit.
  package var tasksLimit: UInt64?
  /// Tasks in that group.
  package var tasks: UInt64?

  package init(
    memoryGroup: String? = nil, memoryLimit: UInt64? = nil, memoryKills: UInt64? = nil,
    tasksGroup: String? = nil, tasksLimit: UInt64? = nil, tasks: UInt64? = nil
  ) {
    self.memoryGroup = memoryGroup
    self.memoryLimit = memoryLimit
    self.memoryKills = memoryKills
    self.tasksGroup = tasksGroup
    self.tasksLimit = tasksLimit
    self.tasks = tasks
  }
}

/// What a process has at an address (`/proc/PID/maps`).
package struct MappingStatus: Codable, Sendable, Hashable {
  /// `rw-p`; nil where nothing is mapped.
  package var permissions: String?
  /// The mapped file, or a name such as `[stack]`.
  package var path: String?
  /// Offset in the file that the address stands for.
  package var offset: UInt64?
  /// Size that the file has now.
  package var fileSize: UInt64?
  /// True if the address lies right below a stack, or in the guard of a thread's.
  package var isBelowStack: Bool
  /// Size of the stack above the guard that it lies in, in bytes.
  package var stackSize: UInt64?
  /// Where nothing is mapped: the mapping that ends before, as `path` would name it, or an empty text,
  /// if it is near.
  package var before: String?
  /// How many bytes after the end of that the address lies.
  package var distance: UInt64?

  package init(
    permissions: String? = nil, path: String? = nil, offset: UInt64? = nil,
    fileSize: UInt64? = nil, isBelowStack: Bool = false, stackSize: UInt64? = nil,
    before: String? = nil, distance: UInt64? = nil
  ) {
    self.stackSize = stackSize
    self.before = before
    self.distance = distance
    self.permissions = permissions
    self.path = path
    self.offset = offset
    self.fileSize = fileSize
    self.isBelowStack = isBelowStack
  }
}
