package import TraceEvents

/// The memory of a process, as `/proc/PID/maps` lists it (`proc_pid_maps(5)`).
package enum MemoryMap {
  private static let maximumSize = 4 << 20
  /// How far below a stack an address may lie to have been meant for it: a function's large buffer.
  private static let reach: UInt64 = 1 << 20

  /// One line of the list.
  struct Region: Equatable {
    var start: UInt64
    var end: UInt64
    var permissions: String
    var offset: UInt64
    var path: String?
  }

  /// What process `pid` has at `address`.
  static func status(of pid: ProcessID, at address: UInt64) throws(InspectionError)
    -> MappingStatus
  {
    let list = try FileReading.contents(of: "/proc/\(pid)/maps", limit: maximumSize)
    var status = status(at: address, in: regions(of: TargetText.decoding(list.bytes)))
    if let path = status.path, path.hasPrefix("/") {
      status.fileSize = (try? FileStatus(of: path)).map { UInt64(clamping: $0.size) }
    }
    return status
  }

  /// What a list of that form, such as one made of a core file, has at `address`; `?` for rights
  /// stands for unknown ones.
  package static func status(at address: UInt64, inMaps list: String) -> MappingStatus {
    var status = status(at: address, in: regions(of: list))
    if status.permissions?.hasPrefix("?") == true { status.permissions = nil }
    if let path = status.path, path.hasPrefix("/") {
      status.fileSize = (try? FileStatus(of: path)).map { UInt64(clamping: $0.size) }
    }
    return status
  }

  /// The same for a list that was read.
  static func status(at address: UInt64, in regions: [Region]) -> MappingStatus {
    let above = regions.first { $0.start > address }
    guard let region = regions.first(where: { $0.start <= address && address < $0.end }) else {
      let isBelow = above.map { $0.path == "[stack]" && $0.start - address <= reach } ?? false
      let below = regions.last { $0.end <= address && address - $0.end < reach }
      return MappingStatus(
        isBelowStack: isBelow, before: below.map { $0.path ?? "" },
        distance: below.map { address - $0.end })
    }
    // The guard of a thread's stack is mapped without any right, right below it.
    let isGuard =
      region.permissions.hasPrefix("---") && region.path == nil
      && above.map { $0.start == region.end && $0.permissions.hasPrefix("rw") && $0.path == nil }
        ?? false
    return MappingStatus(
      permissions: region.permissions, path: region.path,
      offset: region.path?.hasPrefix("/") == true
        ? region.offset &+ (address - region.start) : nil,
      isBelowStack: isGuard,
      stackSize: isGuard ? above.flatMap { $0.end > $0.start ? $0.end - $0.start : nil } : nil)
  }

  /// The lines of a list, in order.
  static func regions(of text: String) -> [Region] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      let bounds = fields.first?.split(separator: "-") ?? []
      guard fields.count >= 5, bounds.count == 2, let start = UInt64(bounds[0], radix: 16),
        let end = UInt64(bounds[1], radix: 16), let offset = UInt64(fields[2], radix: 16)
      else { return nil }
      return Region(
        start: start, end: end, permissions: String(fields[1]), offset: offset,
        path: fields.count > 5 ? fields[5].trimmingBlanks() : nil)
    }
  }
}
