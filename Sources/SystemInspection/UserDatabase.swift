import Glibc
import TraceEvents

/// Names of users and groups, by `getpwuid_r(3)` and `getgrgid_r(3)`.
enum UserDatabase {
  /// The user's name; nil if there is none.
  static func userName(_ user: UInt32) -> String? {
    unsafe withPassword(of: user) { unsafe String(cString: $0.pw_name) }
  }

  /// The user's home directory; nil if there is no such user.
  static func homeDirectory(_ user: UInt32) -> String? {
    unsafe withPassword(of: user) { unsafe String(cString: $0.pw_dir) }
  }

  /// The group's name; nil if there is none.
  static func groupName(_ group: UInt32) -> String? {
    var entry = unsafe Glibc.group()
    // A group with thousands of members needs a large buffer.
    for size in [4 << 10, 1 << 20] {
      var buffer = [CChar](repeating: 0, count: size)
      var found: UnsafeMutablePointer<Glibc.group>?
      let result = unsafe getgrgid_r(group, &entry, &buffer, buffer.count, &found)
      if result == ERANGE { continue }
      guard result == 0, unsafe found != nil else { return nil }
      return unsafe String(cString: entry.gr_name)
    }
    return nil
  }

  private static func withPassword(of user: UInt32, _ body: (passwd) -> String) -> String? {
    var entry = unsafe passwd()
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    var found: UnsafeMutablePointer<passwd>?
    guard unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0,
      unsafe found != nil
    else { return nil }
    return unsafe body(entry)
  }
}
