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
    "The message that syslog(3) has ready is found on the stack, and nothing else is taken for one")
  func onStack() {
    let noise: [UInt8] = [0, 7, 0x3C, 0x33, 0x3E, 0x20, 0]
    let datagram = "<27>Nov  4 22:05:31 app[7]: no pool"
    #expect(SystemLog.datagram(inStack: noise + Array(datagram.utf8) + [0] + noise) == datagram)
    #expect(SystemLog.datagram(inStack: noise + Array("<27>November".utf8)) == nil)
    #expect(SystemLog.datagram(inStack: Array("<27>Nov  4 22:05".utf8)) == nil)
    #expect(SystemLog.datagram(inStack: []) == nil)
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
