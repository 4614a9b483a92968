import Testing
import TraceEvents

@testable import SystemInspection

@Suite("What disks hold, and the kernel's log")
struct DiskContentsTests {
  /// 68 KiB of zeros with some bytes at their places.
  private func disk(_ marks: (Int, [UInt8])...) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: DiskContents.examined)
    for (offset, mark) in marks { bytes.replaceSubrange(offset..<offset + mark.count, with: mark) }
    return bytes
  }

  @Test("File systems are known by their marks")
  func marks() {
    let magic = (0x438, [UInt8](arrayLiteral: 0x53, 0xEF))
    #expect(DiskContents.format(of: disk(magic)) == "ext2")
    #expect(DiskContents.format(of: disk(magic, (0x45C, [4]))) == "ext3")
    #expect(DiskContents.format(of: disk(magic, (0x45C, [4]), (0x460, [0x42]))) == "ext4")
    #expect(DiskContents.format(of: disk((0, Array("XFSB".utf8)))) == "xfs")
    #expect(DiskContents.format(of: disk((0x10040, Array("_BHRfS_M".utf8)))) == "btrfs")
    // The mark of a partition table is in the first sector of vfat, too.
    let fat = disk((54, Array("FAT16   ".utf8)), (510, [0x55, 0xAA]))
    #expect(DiskContents.format(of: fat) == "vfat")
    #expect(DiskContents.format(of: disk((510, [0x55, 0xAA]))) == "dos")
    #expect(DiskContents.format(of: disk()) == "zeros")
    #expect(DiskContents.format(of: disk((9, [1]))) == nil)
    #expect(DiskContents.format(of: []) == nil)
    #expect(DiskContents.format(of: Array("XF".utf8)) == nil)
  }

  @Test("What is neither file nor disk is not read")
  func others() {
    #expect(throws: InspectionError.self) { try DiskContents.format(of: "/dev/zero") }
    #expect(throws: InspectionError.self) { try DiskContents.format(of: "/proc/self") }
  }

  @Test("A record of the kernel's log")
  func record() throws {
    let text = "6,1234,5678901,-;tmpfs: Unknown parameter 'x'\n SUBSYSTEM=x\n"
    let message = try #require(KernelLog.Message(record: Array(text.utf8)))
    #expect(message.time == 5_678_901 && message.text == "tmpfs: Unknown parameter 'x'")
    for damaged in ["", "6,1;x", "6,1,y,-;x", "6,1,99999999999999999999,-;x", "no mark"] {
      #expect(KernelLog.Message(record: Array(damaged.utf8)) == nil)
    }
    let long = "6,1,2,-;" + String(repeating: "x", count: 9000)
    #expect(KernelLog.Message(record: Array(long.utf8))?.text.count == 400)
  }
}
