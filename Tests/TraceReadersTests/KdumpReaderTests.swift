import Testing
import TraceEvents

@testable import TraceReaders

/// The events of a log.
private func events(_ log: String) throws -> [TraceEvent] {
  let file = try TemporaryFile(log)
  let reader = try LogReader(path: file.path)
  #expect(reader.form == .kdump)
  var events: [TraceEvent] = []
  while let event = try reader.next() { events.append(event) }
  return events
}

private func calls(_ log: String) throws -> [SystemCall] {
  try events(log).compactMap { if case .systemCall(let call) = $0.body { call } else { nil } }
}

@Suite struct KdumpReaderTests {
  @Test(
    arguments: [
      ("   812 ls       CALL  close(0x3)", 812, 812, nil),
      ("  1402 100077 sh       CALL  fork", 1402, 100_077, nil),
      (" 12 a b c    1700000000.500000 RET   fork 13/0xd", 12, 12, 1_700_000_000.5),
    ] as [(String, ProcessID, ProcessID, Double?)])
  func aRecordBeginsWithWhoAndWhen(
    _ text: String, _ process: ProcessID, _ thread: ProcessID, _ seconds: Double?
  ) throws {
    let bytes = Array(text.utf8)
    let line = try #require(KdumpLine(bytes, 0..<bytes.count))
    #expect(line.process == process)
    #expect(line.thread == thread)
    #expect(line.stamp == seconds.map { .absolute($0) })
  }

  @Test func aCallIsPutTogether() throws {
    let log = """
        9 cat      CALL  open(0x1,0x2<O_RDWR|O_CREAT>,0x1b6)
        9 cat      NAMI  "/a "b""
        9 cat      RET   open -1 errno 63 File name too long

      """
    #expect(
      try calls(log) == [
        SystemCall(
          name: "open", arguments: [.path(text: "/a \"b\""), .symbol(name: "O_RDWR|O_CREAT")],
          outcome: .failed(error: .nameTooLong))
      ])
  }

  @Test func callsOfTwoThreadsAreKeptApart() throws {
    let log = """
        9 1001 x  CALL  stat(0x1,0x2)
        9 1002 x  CALL  lstat(0x1,0x2)
        9 1002 x  NAMI  "/two"
        9 1001 x  NAMI  "/one"
        9 1001 x  RET   stat -1 errno 2 No such file or directory
        9 1002 x  RET   lstat -1 errno 13 Permission denied

      """
    #expect(try calls(log).map(\.path) == ["/one", "/two"])
    #expect(try calls(log).map(\.error) == [.noEntry, .accessDenied])
  }

  @Test func dataIsUnfolded() throws {
    let log =
      "    9 x        GIO   fd 2 wrote 20 bytes\n       \"one lo\\\n\tng line\n\tsaid \\\\ two\n       \"\n"
      + "    9 x        RET   write 20/0x14\n"
    let words = try events(log).compactMap { event -> String? in
      if case .words(let words) = event.body { words.text } else { nil }
    }
    #expect(words == ["one long line\nsaid \\ two\n"])
  }

  @Test(
    arguments: [
      (11, ErrorNumber.deadlock), (35, .tryAgain), (48, .addressInUse), (61, .connectionRefused),
      (62, .tooManyLinks), (66, .notEmpty), (69, .quotaExceeded), (78, .notImplemented),
      (2, .noEntry),
    ] as [(Int32, ErrorNumber)])
  func errorsOfTheBSDsAreThoseOfLinux(_ number: Int32, _ error: ErrorNumber) {
    #expect(KdumpError.error(number) == error)
  }

  @Test(arguments: [
    "CALL  ", "RET   open", "RET   open -1 errno", "NAMI  \"", "GIO   fd", "GIO   fd 2 wrote",
    "PSIG  SIG", "PSIG  SIGSEGV SIG_DFL code= addr=0x", "STRU  struct sockaddr {",
    "RET   fork 99999999999999999999", "CALL  exit(", "CALL  open(0x99999999999999999999",
    "ARGS  ", "RET   close 0",
  ])
  func nothingStopsTheReader(_ record: String) throws {
    _ = try events(
      "    9 x        RET   ktrace 0\n    9 x        \(record)\n    8 y        \(record)")
  }
}
