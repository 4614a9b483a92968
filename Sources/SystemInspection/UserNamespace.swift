import TraceEvents

/// The users and groups that exist in a user namespace (`user_namespaces(7)`).
///
/// A capability counts for a file only where both its owner and its group are among them
/// (`privileged_wrt_inode_uidgid` of the kernel): root of a rootless container is nobody special outside.
struct UserNamespace: Sendable {
  /// A line of `uid_map` or `gid_map`.
  struct Range: Sendable, Equatable {
    /// The first number inside, the one that stands for outside, and how many there are.
    let inside: UInt32
    let outside: UInt32
    let count: UInt32

    func outside(of number: UInt32) -> UInt32? {
      guard number >= inside, number - inside < count else { return nil }
      let (sum, overflow) = outside.addingReportingOverflow(number - inside)
      return overflow ? nil : sum
    }
  }

  private let users: [Range]
  private let groups: [Range]

  /// That of this process, which is that of what it traces but for one that makes its own.
  static let own = UserNamespace(
    users: FileReading.text(of: "/proc/self/uid_map") ?? "",
    groups: FileReading.text(of: "/proc/self/gid_map") ?? "")

  /// From the text of the two maps.
  init(users: String, groups: String) {
    self.users = Self.ranges(users)
    self.groups = Self.ranges(groups)
  }

  /// True if a file's owner and group both exist here. What does not shows as 65534 (`overflowuid` of
  /// `proc_sys_kernel(5)`), which most maps leave out.
  func holds(_ status: FileStatus) -> Bool {
    Self.number(status.owner, in: users) != nil && Self.number(status.group, in: groups) != nil
  }

  /// The number that a user of this namespace has in the one around it; nil where that is the same.
  func outside(user: UInt32) -> UInt32? {
    let number = Self.number(user, in: users)
    return number == user ? nil : number
  }

  private static func number(_ number: UInt32, in ranges: [Range]) -> UInt32? {
    // Where there is no map, as with a kernel without namespaces, all exist.
    ranges.isEmpty ? number : ranges.lazy.compactMap { $0.outside(of: number) }.first
  }

  private static func ranges(_ text: String) -> [Range] {
    text.split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      guard numbers.count == 3 else { return nil }
      return Range(inside: numbers[0], outside: numbers[1], count: numbers[2])
    }
  }
}
