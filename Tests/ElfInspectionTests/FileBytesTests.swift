import Testing
import TraceEvents

@testable import ElfInspection

/// What is read of a file is what stands there, whichever part of it is kept.
struct FileBytesTests {
  private static let text = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7 | 1) }

  @Test(arguments: [0, 1, 4095, 4096, 65_279, 65_280, 65_535, 65_536, 90_000, 99_990])
  func partsAreWhatStandsThere(offset: Int) throws {
    let workshop = Workshop()
    let file = try FileBytes(path: workshop.write("file", Self.text))
    // Forwards, and back again to what is kept.
    for start in [offset, 0, 70_000, offset] {
      for count in [1, 16, 257, 8192, 8193, 50_000] {
        let expected = Self.text[start...].prefix(count)
        #expect(try file.prefix(count, at: UInt64(start)).elementsEqual(expected))
      }
    }
    #expect(try file.prefix(8, at: 100_000).isEmpty)
    #expect(throws: ElfError.self) { _ = try file.bytes(8, at: 99_993) }
    #expect(try file.prefix(8, at: UInt64.max).isEmpty)
  }

  @Test(arguments: [0, 65_530, 65_536, 99_000])
  func textsEndAtTheirZero(offset: Int) throws {
    let workshop = Workshop()
    var bytes = Self.text
    bytes[offset + 600] = 0
    let file = try FileBytes(path: workshop.write("file", bytes))
    let text = try #require(try file.text(at: UInt64(offset), limit: 4096))
    #expect(TargetText.bytes(of: text).elementsEqual(bytes[offset..<(offset + 600)]))
    #expect(try file.text(at: UInt64(offset), limit: 300) == nil)
    #expect(throws: ElfError(.truncated, path: workshop.path + "/file")) {
      _ = try file.text(at: 99_700, limit: 4096)
    }
  }
}
