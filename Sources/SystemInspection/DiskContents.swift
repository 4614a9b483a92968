import TraceEvents

/// What an image or disk holds, by the marks that blkid(8) looks for.
enum DiskContents {
  /// How much is read: the mark of btrfs is 64 KiB from the start.
  static let examined = 68 << 10

  /// What the regular file or block device at `path` holds; `zeros` where there is nothing, none where
  /// it is unknown.
  static func format(of path: String) throws(InspectionError) -> [String] {
    let bytes = try FileReading.beginning(ofDisk: path, limit: examined)
    return format(of: bytes).map { [$0] } ?? []
  }

  /// What begins with `bytes`.
  static func format(of bytes: [UInt8]) -> String? {
    if let extended = extended(bytes) { return extended }
    for (name, offset, mark) in marks where has(bytes, mark, at: offset) { return name }
    if !bytes.isEmpty, bytes.allSatisfy({ $0 == 0 }) { return "zeros" }
    return nil
  }

  /// ext2, ext3 or ext4, by the features in its superblock (`e2fsprogs/lib/ext2fs/ext2_fs.h`).
  private static func extended(_ bytes: [UInt8]) -> String? {
    guard has(bytes, [0x53, 0xEF], at: 0x438), bytes.count > 0x468 else { return nil }
    let hasJournal = bytes[0x45C] & 0x4 != 0
    // Extents, 64-bit or flexible groups are of ext4.
    let isNewer = bytes[0x460] & 0xC0 != 0 || bytes[0x461] & 0x2 != 0
    return isNewer ? "ext4" : hasJournal ? "ext3" : "ext2"
  }

  private static func has(_ bytes: [UInt8], _ mark: [UInt8], at offset: Int) -> Bool {
    bytes.count >= offset + mark.count && bytes[offset..<offset + mark.count].elementsEqual(mark)
  }

  /// Names of formats, and where they have which bytes (util-linux, libblkid/src/superblocks). What
  /// stands first can lie within what stands below.
  private static let marks: [(name: String, offset: Int, mark: [UInt8])] = [
    ("xfs", 0, Array("XFSB".utf8)),
    ("squashfs", 0, Array("hsqs".utf8)),
    ("crypto_LUKS", 0, Array("LUKS".utf8) + [0xBA, 0xBE]),
    ("btrfs", 0x10040, Array("_BHRfS_M".utf8)),
    ("f2fs", 1024, [0x10, 0x20, 0xF5, 0xF2]),
    ("erofs", 1024, [0xE2, 0xE1, 0xF5, 0xE0]),
    ("LVM2_member", 0x218, Array("LVM2 001".utf8)),
    ("swap", 4086, Array("SWAPSPACE2".utf8)),
    ("iso9660", 0x8001, Array("CD001".utf8)),
    ("ntfs", 3, Array("NTFS    ".utf8)),
    ("exfat", 3, Array("EXFAT   ".utf8)),
    ("vfat", 82, Array("FAT32   ".utf8)),
    ("vfat", 54, Array("FAT16   ".utf8)),
    ("vfat", 54, Array("FAT12   ".utf8)),
    ("gzip", 0, [0x1F, 0x8B]),
    ("qcow", 0, Array("QFI".utf8) + [0xFB]),
    ("gpt", 512, Array("EFI PART".utf8)),
    ("dos", 510, [0x55, 0xAA]),
  ]
}
