import TraceEvents

/// A POSIX access control list (`acl(5)`), as the kernel keeps it in `system.posix_acl_access`.
struct AccessControlList: Hashable {
  /// One entry.
  struct Entry: Hashable {
    /// Whom an entry is for; the raw values are those of `<linux/posix_acl.h>`.
    enum Tag: UInt16 {
      case owner = 0x01
      case user = 0x02
      case owningGroup = 0x04
      case group = 0x08
      case mask = 0x10
      case other = 0x20
    }

    /// Whom it is for.
    var tag: Tag
    /// What it allows: 4 read, 2 write, 1 execute or search.
    var rights: UInt16
    /// The user or group, for a named one.
    var id: UInt32
  }

  /// What the list says to a request.
  struct Verdict: Hashable {
    /// True if it allows it.
    var allows: Bool
    /// The entry that decided.
    var entry: Entry?
    /// The mask, where it took away what the entry allows.
    var mask: Entry?
  }

  /// The entries in the kernel's order.
  var entries: [Entry]

  /// The list in the binary form of the extended attribute, version 2; nil if it is malformed.
  init?(attribute: [UInt8]) {
    guard attribute.count >= 4, (attribute.count - 4).isMultiple(of: 8),
      Self.number(attribute[..<4]) == 2
    else { return nil }
    entries = []
    for start in stride(from: 4, to: attribute.count, by: 8) {
      guard
        let tag = Entry.Tag(rawValue: UInt16(Self.number(attribute[start..<start + 2])))
      else { return nil }
      entries.append(
        Entry(
          tag: tag, rights: UInt16(Self.number(attribute[start + 2..<start + 4])) & 7,
          id: Self.number(attribute[start + 4..<start + 8])))
    }
  }

  /// The access list of the file at `path`; nil if it has none beyond its mode.
  init?(of path: String) {
    guard
      let value = FileReading.extendedAttribute("system.posix_acl_access", of: path),
      let list = Self(attribute: value)
    else { return nil }
    self = list
  }

  /// Decides as the kernel's `posix_acl_permission` does: one entry decides, except that any of
  /// the groups may allow; named entries and groups are limited by the mask.
  func verdict(
    for credentials: Credentials, wanting rights: UInt16, owner: UInt32, group: UInt32
  ) -> Verdict {
    let groups = Set(credentials.groups + [credentials.group])
    var refusingGroup: Entry?
    for entry in entries {
      switch entry.tag {
      case .owner where credentials.user == owner:
        return Verdict(allows: entry.rights & rights == rights, entry: entry)
      case .user where entry.id == credentials.user:
        return masked(entry, wanting: rights)
      case .owningGroup where groups.contains(group), .group where groups.contains(entry.id):
        if entry.rights & rights == rights { return masked(entry, wanting: rights) }
        refusingGroup = refusingGroup ?? entry
      case .other:
        if let refusingGroup { return Verdict(allows: false, entry: refusingGroup) }
        return Verdict(allows: entry.rights & rights == rights, entry: entry)
      default:
        break
      }
    }
    return Verdict(allows: false, entry: refusingGroup)
  }

  private func masked(_ entry: Entry, wanting rights: UInt16) -> Verdict {
    guard let mask = entries.first(where: { $0.tag == .mask }) else {
      return Verdict(allows: entry.rights & rights == rights, entry: entry)
    }
    let limits = mask.rights & rights != rights && entry.rights & rights == rights
    return Verdict(
      allows: entry.rights & mask.rights & rights == rights, entry: entry,
      mask: limits ? mask : nil)
  }

  /// Little-endian, as `<linux/posix_acl_xattr.h>` defines.
  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension AccessControlList.Entry {
  /// The entry as `getfacl(1)` prints it: `user:bob:r--`.
  var notation: String {
    let rights = Self.notation(of: rights)
    return switch tag {
    case .owner: "user::\(rights)"
    case .user: "user:\(UserDatabase.userName(id) ?? String(id)):\(rights)"
    case .owningGroup: "group::\(rights)"
    case .group: "group:\(UserDatabase.groupName(id) ?? String(id)):\(rights)"
    case .mask: "mask::\(rights)"
    case .other: "other::\(rights)"
    }
  }

  /// Three permission bits as `ls(1)` prints them: `r-x`.
  static func notation(of rights: UInt16) -> String {
    (rights & 4 != 0 ? "r" : "-") + (rights & 2 != 0 ? "w" : "-") + (rights & 1 != 0 ? "x" : "-")
  }
}
