internal import History
internal import TraceEvents

// Hard links that the kernel does not let users make.
extension Observer {
  /// True for the calls that make a hard link: what they need is a right on the directory of the new name.
  static func makesLink(_ call: FailedCall) -> Bool {
    call.call.name == "link" || call.call.name == "linkat"
  }

  /// True if the group of what refuses has the right that is needed, and is one for people to be in.
  static func groupMay(_ refusal: AccessWalk.Refusal) -> Bool {
    let bit: UInt16 =
      switch refusal.needs {
      case .read: 0o040
      case .write: 0o020
      case .execute, .search: 0o010
      case .ownership: 0
      }
    return refusal.component.groupName != "root" && refusal.component.mode & bit != 0
  }

  /// The rights to give a user by an entry of an access list: such an entry counts in place of the bits
  /// that decided, so that it has those as well (acl(5)). To write in a directory takes `x` too.
  ///
  /// - Parameter changesNames: The call would have made or removed a name in the directory that refuses.
  static func listLetters(_ refusal: AccessWalk.Refusal, changesNames: Bool) -> String? {
    let shift: UInt16 =
      switch refusal.reason {
      case .groupBits: 3
      default: 0
      }
    var bits = (refusal.component.mode >> shift) & 0o7
    switch refusal.needs {
    // What a directory lists cannot be looked at without the right to pass.
    case .read: bits |= refusal.component.type == .directory ? 0o5 : 0o4
    case .write: bits |= refusal.component.type == .directory ? 0o3 : 0o2
    case .execute, .search: bits |= changesNames ? 0o3 : 0o1
    case .ownership: return nil
    }
    let letters: [(bit: UInt16, letter: String)] = [(0o4, "r"), (0o2, "w"), (0o1, "x")]
    return letters.filter { bits & $0.bit != 0 }.map(\.letter).joined()
  }

  /// Describes a hard link to a file of another user that fs.protected_hardlinks forbids (proc(5)): EPERM,
  /// where the directory of the new name would allow it. False for all others.
  func describeProtectedLink(
    _ call: FailedCall, _ process: ProcessRecord, in seen: inout AccessRefused
  ) -> Bool {
    guard Self.makesLink(call), call.error == .notPermitted, let first = call.path,
      let credentials = process.credentials,
      inquiry.refuses(first, operation: .own, credentials: credentials),
      inquiry.kernelParameter("fs/protected_hardlinks") == "1",
      let file = inquiry.pathWalk(first)?.components.last
    else { return false }
    seen.path = first
    seen.user = inquiry.userName(credentials.user)
    seen.component = first
    seen.componentType = "file"
    seen.mode = file.octalMode
    seen.owner = file.ownerName
    seen.group = file.groupName
    seen.reason = "protectedHardLink"
    return true
  }
}
