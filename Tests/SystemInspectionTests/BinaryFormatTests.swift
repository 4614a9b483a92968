import Testing

@testable import SystemInspection

@Suite("Formats that the kernel was told of")
struct BinaryFormatTests {
  private static let arm = """
    enabled
    interpreter /usr/libexec/qemu-binfmt/arm-binfmt-P
    flags: POC
    offset 0
    magic 7f454c4601010100000000000000000002002800
    mask ffffffffffffff00fffffffffffffffffeffffff
    """

  @Test func anEntryOfBytes() throws {
    let entry = try #require(BinaryFormats.Entry(name: "qemu-arm", text: Self.arm))
    #expect(entry.interpreter == "/usr/libexec/qemu-binfmt/arm-binfmt-P" && entry.isEnabled)
    var start: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 40, 0]
    #expect(entry.matches("/srv/x", start), "the mask lets ET_DYN through")
    start[7] = 9
    #expect(entry.matches("/srv/x", start))
    start[18] = 62
    #expect(!entry.matches("/srv/x", start))
    #expect(!entry.matches("/srv/x", []))
  }

  @Test func anEntryOfNames() throws {
    let entry = try #require(
      BinaryFormats.Entry(
        name: "jar", text: "disabled\ninterpreter /usr/bin/jexec\nextension .jar\n"))
    #expect(!entry.isEnabled && entry.matches("/srv/a.jar", []) && !entry.matches("/srv/a", []))
  }

  @Test(
    "What is no entry", arguments: ["", "enabled", "interpreter /x\nmagic zz\noffset 99999999999"])
  func others(text: String) {
    #expect(BinaryFormats.Entry(name: "x", text: text) == nil)
  }

  @Test func aDirectoryOfThem() throws {
    let scratch = try Scratch()
    try scratch.directory("formats")
    try scratch.file("formats/status", "enabled\n")
    try scratch.file("formats/register")
    try scratch.file("formats/qemu-arm", Self.arm)
    try scratch.file("formats/jar", "disabled\ninterpreter /usr/bin/jexec\nextension .jar\n")
    let jar = try scratch.file("a.jar", "PK")
    let other = try scratch.file("b", "PK")
    let directory = scratch.path + "/formats"
    #expect(BinaryFormats.format(of: jar, in: directory) == ["jar", "/usr/bin/jexec", "disabled"])
    #expect(BinaryFormats.format(of: other, in: directory).isEmpty)
    #expect(BinaryFormats.format(of: jar, in: scratch.path + "/none").isEmpty)
  }
}
