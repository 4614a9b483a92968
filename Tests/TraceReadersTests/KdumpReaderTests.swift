import Testing
import TraceEvents

@testable import TraceReaders

/// The events of a log.
private func events(_ log: String) throws -> [TraceEvent] {
  let file = try TemporaryFile(log)
  let reader = try LogReader(path: file.path)
  #expect(reader.form == .kdump)
  return try reader.rest()
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
      // -E and -T at once, -c, OpenBSD's -H, NetBSD's first and second thread, nanoseconds.
      (" 12 ls 1700000000.500000 0.000120 CALL  fork", 12, 12, 1_700_000_000.5),
      (" 12 ls         3 1700000000.500000 CALL  fork", 12, 12, 1_700_000_000.5),
      (" 6718/208113  ls       RET   open 3", 6718, 208_113, nil),
      ("  2642      1 ls       CALL  fork", 2642, 2642, nil),
      ("  2642      2 ls       1700000000.500000000 CALL  fork", 2642, 2, 1_700_000_000.5),
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
    #expect(KdumpError.error(number, words: "") == error)
  }

  /// One system's number is another's; where there are words, they decide.
  @Test(
    arguments: [
      (35, "Resource temporarily unavailable", .tryAgain), (60, "Operation timed out", .timedOut),
      (94, "Not permitted in capability mode", .notPermitted),
      (91, "Not supported", ErrorNumber(rawValue: 95)), (99, "Odd", ErrorNumber(rawValue: 4099)),
      (40, "Too many levels of symbolic links", .tooManyLinks),
      (-111, "Connection refused", .connectionRefused), (-13, "", .accessDenied),
      (86, "Operation not supported", ErrorNumber(rawValue: 95)),
    ] as [(Int32, String, ErrorNumber)])
  func wordsTellErrorsThatDiffer(_ number: Int32, _ words: String, _ error: ErrorNumber) {
    #expect(KdumpError.error(number, words: words) == error)
  }

  @Test(
    arguments: [
      ("open_nocancel", "open"), ("openat[499]", "openat"), ("__stat50", "stat"),
      ("__socket30", "socket"), ("__posix_rename", "rename"), ("freebsd11_fstatat", "fstatat"),
      ("netbsd32_open", "open"), ("linux_openat", "openat"), ("dup2", "dup2"),
      ("__sysctl", "sysctl"), ("accept4", "accept4"),
    ])
  func callsHaveOneNameOnAllSystems(_ word: String, _ name: String) {
    #expect(KdumpCall.name(word[...]) == name)
  }

  /// Flags with commas in them (NetBSD), a call by `syscall(2)` (OpenBSD), two results (NetBSD), the
  /// kind of call (`-A` of FreeBSD), a user's name (OpenBSD).
  @Test(
    arguments: [
      ("CALL  connect(0x3,0x1002<A,B=NONE>,16)", "RET   connect -1 errno 61", "connect"),
      ("CALL  (via syscall) fsync(5)", "RET   fsync -1 errno 5 Input/output error", "fsync"),
      ("CALL  L64  linux_bind(0x3,0x7f,0x6e)", "RET   L64  linux_bind -1 errno -2", "bind"),
      ("CALL  close(4)", "RET   close 0, 7", "close"),
      ("CALL  geteuid()", "RET   geteuid 1000<\"ann\">", "geteuid"),
    ])
  func formsOfCallsAndResultsAreRead(_ call: String, _ result: String, _ name: String) throws {
    let log = "    9 x        \(call)\n    9 x        \(result)\n"
    #expect(try calls(log).map(\.name) == [name])
  }

  /// Seconds since the beginning (`-E`), and since the record before (`-R`).
  @Test(arguments: [
    (["0.000000", "0.250000", "0.500000", "1.000000"], 1.0),
    (["0.000000", "0.250000", "0.125000", "1.000000"], 1.375),
  ])
  func timesCountFromTheBeginningOrTheRecordBefore(_ times: [String], _ last: Double) throws {
    let log = times.map { "    9 x        \($0) CALL  geteuid\n" }.joined()
    let end = "    9 x        \(times[3]) PSIG  SIGTERM SIG_DFL\n"
    let expected = times[2] == "0.125000" ? last + 1 : last
    #expect(try events(log + end).last?.time == expected)
  }

  @Test func threadsOfTwoProcessesMayHaveOneNumber() throws {
    let log = """
       20      2 a        CALL  open(0x1,0,0)
       21      2 b        CALL  open(0x1,0,0)
       21      2 b        NAMI  "/b"
       20      2 a        NAMI  "/a"
       20      2 a        RET   open -1 errno 2 No such file or directory
       21      2 b        RET   open -1 errno 13 Permission denied

      """
    #expect(try calls(log).map(\.path) == ["/a", "/b"])
  }

  /// The name of the core file comes last; that is no new process of the same number.
  @Test func whatFollowsTheEndIsPassedOver() throws {
    let log = """
        9 x        PSIG  SIGSEGV SIG_DFL code=SEGV_MAPERR<1> addr=0x0 trapno=6
        9 x        NAMI  "x.core"
        9 x        CSW   resume kernel

      """
    let starts = try events(log).filter {
      if case .processStarted = $0.body { true } else { false }
    }
    #expect(starts.count == 1)
  }

  @Test func aBrokenPromiseIsAFailedCall() throws {
    let log = """
       9 x        CALL  ioctl(3,TIOCGETA,0x7f7ffffc9740)
       9 x        PLDG  ioctl, "tty", errno 1 Operation not permitted
       9 x        PSIG  SIGABRT SIG_DFL

      """
    #expect(
      try calls(log) == [
        SystemCall(
          name: "ioctl", arguments: [.descriptor(number: 3)],
          outcome: .failed(error: .notPermitted))
      ])
    let notes = try events(log).compactMap { event -> String? in
      if case .note(let note) = event.body { note.text } else { nil }
    }
    #expect(notes.contains { $0.contains("\"tty\"") })
  }

  /// Of the environment (OpenBSD) and of user records the rest is in the next lines.
  @Test func whatGoesOnInTheNextLinesIsNotStrange() throws {
    let log = """
        9 x        ENV
      \t[0] = "HOME=/root"
      \t[1] = "LANG=C"
        9 x        USER  malloc: 2 bytes
             "no"
        9 x        Events dropped.
        9 x        CALL  exit(0x1)

      """
    let notes = try events(log).compactMap { event -> CaptureNote? in
      if case .note(let note) = event.body, note.kind == .incomplete { note } else { nil }
    }
    #expect(notes.count == 1)
    #expect(notes.first?.text.contains("left records out") == true)
  }

  @Test(
    arguments: [
      ("       \"caf\\M-C\\M-) \\^[[1m\"", "café \u{1B}[1m"),
      ("       0x0000 6361 66c3 a90a            |caf...|", "café\n"),
      ("       \"\\M^?\\0\\000.\"", "\u{10FFFF}  ."),
    ])
  func wordsThatAreNotASCIIAreRead(_ data: String, _ text: String) throws {
    let log = "    9 x        GIO   fd 2 wrote 7 bytes\n\(data)\n    9 x        RET   write 7\n"
    let words = try events(log).compactMap { event -> String? in
      if case .words(let words) = event.body { words.text } else { nil }
    }
    #expect(words == [text])
  }

  /// OpenBSD before and after 2014, FreeBSD, NetBSD.
  @Test(arguments: [
    "SIGSEGV SIG_DFL code SEGV_MAPERR<1> addr=0x18 trapno=6",
    "SIGSEGV SIG_DFL code=SEGV_MAPERR<1> addr=0x18 trapno=6",
    "SIGSEGV SIG_DFL: code=SEGV_MAPERR, addr=0x18, trap=6)",
  ])
  func theAddressOfAFaultIsRead(_ record: String) throws {
    let signals = try events("    9 x        PSIG  \(record)\n").compactMap {
      if case .signal(let signal) = $0.body { signal } else { nil }
    }
    #expect(signals.map(\.faultAddress) == [0x18])
    #expect(signals.map(\.code) == [1])
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
