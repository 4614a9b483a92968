import Glibc
import TraceCapture

extension TargetUser {
  /// The user of a name or number, with its groups, as `initgroups(3)` would set them.
  ///
  /// - Returns: nil if there is no such user.
  static func named(_ name: String) -> (
    user: TargetUser, environment: [(name: String, value: String)]
  )? {
    var entry = unsafe passwd()
    var result: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 65_536)
    let status = unsafe buffer.withUnsafeMutableBufferPointer { space in
      guard let base = space.baseAddress else { return ENOMEM }
      return if let number = UInt32(name) {
        unsafe getpwuid_r(number, &entry, base, space.count, &result)
      } else {
        unsafe getpwnam_r(name, &entry, base, space.count, &result)
      }
    }
    guard status == 0, unsafe result != nil, let loginName = unsafe entry.pw_name
    else { return nil }
    let login = unsafe String(cString: loginName)
    let home = unsafe entry.pw_dir.map { unsafe String(cString: $0) } ?? "/"
    let shell = unsafe entry.pw_shell.map { unsafe String(cString: $0) } ?? "/bin/sh"
    var count: Int32 = 1024
    var groups = [gid_t](repeating: 0, count: Int(count))
    let found = unsafe getgrouplist(login, unsafe entry.pw_gid, &groups, &count)
    let user = unsafe TargetUser(
      user: entry.pw_uid, group: entry.pw_gid,
      groups: found >= 0 ? Array(groups.prefix(Int(count))) : [entry.pw_gid])
    return (user, [("HOME", home), ("USER", login), ("LOGNAME", login), ("SHELL", shell)])
  }
}
