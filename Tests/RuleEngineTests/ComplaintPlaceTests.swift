import Testing

@testable import RuleEngine

@Suite("Where in the words a name stands")
struct ComplaintPlaceTests {
  @Test(
    "A name with a process number behind it is that of who speaks",
    arguments: [
      ("2026-01-01 10:00:00 lampd  [123]: ERROR no lamp", "lampd", true),
      ("sshd[4711]: no lamp", "sshd", true),
      ("lampd: cannot read lampd [draft]", "lampd", false),
      ("cannot open lampd", "lampd", false), ("no name here", "lampd", false),
      ("lampd[4711", "lampd", false),
    ] as [(String, String, Bool)])
  func speaker(line: String, name: String, isSpeaker: Bool) {
    #expect(Complaint.isSpeaker(name, of: line) == isSpeaker)
  }

  @Test(
    "What people write can be corrected without a line, what programs make or send cannot",
    arguments: [
      ("/etc/web/web.conf", true), ("/srv/app/Makefile", true), ("/srv/app/.envrc", true),
      ("/home/ann/.ssh/config", true), ("/srv/app/main.tf", true), ("/etc/subuid", false),
      ("/etc/hostname", false), ("/srv/a.tar.gz", false), ("/srv/disk.img", false),
      ("/srv/dump", false), ("/none", false),
    ] as [(String, Bool)])
  func written(file: String, isWritten: Bool) {
    #expect(Observer.isWrittenByPeople(file) == isWritten)
  }
}
