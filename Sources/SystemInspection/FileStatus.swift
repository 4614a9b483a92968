private import CInspectionShim
import Glibc
import TraceEvents

/// What `statx(2)` tells of a file.
struct FileStatus: Hashable {
  /// What it is.
  var type: FileType
  /// Permission bits with set-id and sticky bits (07777).
  var mode: UInt16
  /// Owner.
  var owner: UInt32
  /// Group.
  var group: UInt32
  /// Size in bytes.
  var size: Int64
  /// Which file it is.
  var identity: FileIdentity
  /// Id of its mount, as in `/proc/self/mountinfo`; 0 before Linux 5.8.
  var mount: UInt64
  /// The immutable attribute (`chattr(1)` +i).
  var isImmutable: Bool
  /// The append-only attribute (`chattr(1)` +a).
  var isAppendOnly: Bool

  /// The status of the file at `path`; of a symbolic link itself unless `followingLinks`.
  ///
  /// Nothing is opened, mounted or asked of a file server.
  init(of path: String, followingLinks: Bool = false) throws(InspectionError) {
    guard let name = TargetText.cString(of: path) else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    var found = wf_file_status()
    let result = unsafe wf_file_status(name, followingLinks ? 1 : 0, &found)
    guard result == 0 else {
      throw InspectionError(code: ErrorNumber(rawValue: -result), path: path)
    }
    type = FileType(mode: found.mode)
    mode = UInt16(found.mode & 0o7777)
    owner = found.owner
    group = found.group
    size = found.size
    identity = FileIdentity(device: found.device, inode: found.inode)
    mount = found.mount
    isImmutable = found.attributes & UInt64(WF_ATTRIBUTE_IMMUTABLE) != 0
    isAppendOnly = found.attributes & UInt64(WF_ATTRIBUTE_APPEND) != 0
  }
}

/// What makes a file the same file, whatever its name.
struct FileIdentity: Hashable {
  /// Device number, as `stat(2)` encodes it.
  var device: UInt64
  /// Inode number.
  var inode: UInt64
}

extension FileIdentity {
  /// Major device number, as `makedev(3)` encodes it.
  var major: UInt64 { (device >> 8) & 0xFFF | (device >> 32) & 0xFFFF_F000 }
  /// Minor device number, as `makedev(3)` encodes it.
  var minor: UInt64 { device & 0xFF | (device >> 12) & 0xFFFF_FF00 }
}

extension FileType {
  /// The type in the upper bits of `st_mode`.
  init(mode: UInt32) {
    switch mode & UInt32(S_IFMT) {
    case UInt32(S_IFREG): self = .regular
    case UInt32(S_IFDIR): self = .directory
    case UInt32(S_IFLNK): self = .symbolicLink
    case UInt32(S_IFSOCK): self = .socket
    case UInt32(S_IFIFO): self = .fifo
    case UInt32(S_IFCHR): self = .characterDevice
    case UInt32(S_IFBLK): self = .blockDevice
    default: self = .unknown
    }
  }
}

extension TargetText {
  /// `text` as the kernel takes it; nil if it holds a null byte, which no path can.
  static func cString(of text: String) -> [CChar]? {
    let bytes = bytes(of: text)
    guard !bytes.contains(0) else { return nil }
    return bytes.map { CChar(bitPattern: $0) } + [0]
  }
}
