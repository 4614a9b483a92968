import Testing
import TraceEvents

@testable import TraceCapture

@Suite("Words written elsewhere")
struct LogTests {
  @Test(
    "What is a log, by its name and how it is opened (open(2))",
    arguments: [
      ("/var/log/app/error.log", 0o1, true), ("/srv/x", 0o2001, true), ("/srv/x", 0o1, false),
      ("/var/log/x.log", 0, false), ("/srv/log.txt", 0o2, true), ("/srv/catalog", 0o1, false),
      ("/srv/error_log", 0o1101, true), ("/", 0o1, false), ("", 0o2, false),
    ] as [(String, UInt64, Bool)])
  func isLog(path: String, flags: UInt64, isLog: Bool) {
    #expect(LogFiles.isLog(path, flags: flags) == isLog)
  }

  @Test(
    "The message of a datagram",
    arguments: [
      ("<3>Nov 24 22:05:31 app[7]: no pool", "app[7]: no pool"),
      ("<30>app: ready", "app: ready"), ("<3", "<3"), ("", ""),
      ("PRIORITY=3\nMESSAGE=no pool\nCODE_LINE=1\n", "no pool"),
    ])
  func message(datagram: String, message: String) {
    #expect(SystemLog.message(in: datagram) == message)
  }
}
