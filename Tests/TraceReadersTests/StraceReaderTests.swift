import Testing
import TraceEvents

@testable import TraceReaders

/// The events of a log.
private func events(_ log: String) throws -> [TraceEvent] {
  let file = try TemporaryFile(log)
  let reader = try LogReader(path: file.path)
  return try reader.rest()
}

private func calls(_ log: String) throws -> [SystemCall] {
  try events(log).compactMap { if case .systemCall(let call) = $0.body { call } else { nil } }
}

@Suite struct StraceLineTests {
  @Test(
    arguments: [
      ("openat(AT_FDCWD, \"/x\", O_RDONLY) = 3", nil, nil),
      ("1234 openat(AT_FDCWD, \"/x\", O_RDONLY) = 3", 1234, nil),
      ("[pid  1234] openat(AT_FDCWD, \"/x\", O_RDONLY) = 3", 1234, nil),
      ("1234  10:00:01 open(\"/x\", O_RDONLY) = 3", 1234, LogClock.Stamp.ofDay(36001)),
      ("1234  10:00:01.5 open(\"/x\", O_RDONLY) = 3", 1234, .ofDay(36001.5)),
      ("1700000000.25 open(\"/x\", O_RDONLY) = 3", nil, .absolute(1_700_000_000.25)),
      ("     0.000250 open(\"/x\", O_RDONLY) = 3", nil, .relative(0.00025)),
      ("[pid 7] 0.5 [00007f6ddf1e2b17] open(\"/x\", O_RDONLY) = 3", 7, .relative(0.5)),
      ("7 10:00:01 (+     0.000123) open(\"/x\", O_RDONLY) = 3", 7, .ofDay(36001)),
      ("7<sh> open(\"/x\", O_RDONLY) = 3", 7, nil),
      ("[pid 7<a b>] open(\"/x\", O_RDONLY) = 3", 7, nil),
      ("7 [system_u:system_r:init_t:s0] open(\"/x\", O_RDONLY) = 3", 7, nil),
      ("7 [ 257] open(\"/x\", O_RDONLY) = 3", 7, nil),
    ] as [(String, ProcessID?, LogClock.Stamp?)])
  func beginsWithWhoAndWhen(_ text: String, _ thread: ProcessID?, _ stamp: LogClock.Stamp?) {
    let bytes = Array(text.utf8)
    let line = StraceLine(bytes, 0..<bytes.count)
    #expect(line.thread == thread)
    #expect(line.stamp == stamp)
    guard case .call(let name) = line.kind else {
      Issue.record("no call")
      return
    }
    #expect(String(decoding: bytes[name], as: UTF8.self).hasPrefix("open"))
  }

  @Test func timesGoOnAfterMidnight() {
    var clock = LogClock()
    clock.take(.ofDay(86_399))
    clock.take(.ofDay(1))
    #expect(clock.now == 2)
  }
}

@Suite struct StraceArgumentTests {
  @Test(
    arguments: [
      (
        #"open("/a b", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)"#,
        SystemCall(
          name: "open", arguments: [.path(text: "/a b"), .symbol(name: "O_RDONLY|O_CLOEXEC")],
          outcome: .failed(error: .noEntry))
      ),
      (
        #"openat(AT_FDCWD</tmp>, "\x2f\164\n\"", O_RDWR|O_CREAT, 0644) = 3</tmp/x> <0.000012>"#,
        SystemCall(
          name: "openat",
          arguments: [
            .directory(descriptor: -100), .path(text: "/t\n\""), .symbol(name: "O_RDWR|O_CREAT"),
            .octal(value: 0o644),
          ], outcome: .returned(value: 3))
      ),
      (
        #"connect(3<TCP:[1->2]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)"#,
        SystemCall(
          name: "connect",
          arguments: [
            .descriptor(number: 3), .address(address: .ip4(address: "10.0.0.1", port: 80)),
          ], outcome: .failed(error: .connectionRefused))
      ),
      (
        #"connect(4, {sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 EINPROGRESS (Operation now in progress)"#,
        SystemCall(
          name: "connect",
          arguments: [.descriptor(number: 4), .address(address: .ip6(address: "::1", port: 1))],
          outcome: .failed(error: .inProgress))
      ),
      (
        #"connect(5, {sa_family=AF_FILE, path="/dev/log"}, 110) = -1 ENOENT (No such file or directory)"#,
        SystemCall(
          name: "connect",
          arguments: [.descriptor(number: 5), .address(address: .unix(path: "/dev/log"))],
          outcome: .failed(error: .noEntry))
      ),
      (
        #"socket(PF_FILE, SOCK_STREAM, 0) = 3"#,
        SystemCall(
          name: "socket",
          arguments: [
            .symbol(name: "AF_UNIX"), .symbol(name: "SOCK_STREAM"), .integer(value: 0),
          ], outcome: .returned(value: 3))
      ),
      (
        #"pipe2([3<pipe:[5]>, 4<pipe:[5]>], O_CLOEXEC) = 0"#,
        SystemCall(
          name: "pipe2",
          arguments: [.descriptors(first: 3, second: 4), .symbol(name: "O_CLOEXEC")],
          outcome: .returned(value: 0))
      ),
      (
        #"wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 12"#,
        SystemCall(
          name: "wait4",
          arguments: [.integer(value: -1), .integer(value: 0x8B), .symbol(name: "0")],
          outcome: .returned(value: 12))
      ),
      (
        #"setrlimit(RLIMIT_NOFILE, {rlim_cur=4*1024, rlim_max=RLIM64_INFINITY}) = -1 EPERM (Operation not permitted)"#,
        SystemCall(
          name: "setrlimit",
          arguments: [.symbol(name: "RLIMIT_NOFILE"), .integer(value: 4096)],
          outcome: .failed(error: .notPermitted))
      ),
      (
        #"getsockopt(3, SOL_SOCKET, SO_ERROR, [111], [4]) = 0"#,
        SystemCall(
          name: "getsockopt",
          arguments: [
            .descriptor(number: 3), .symbol(name: "SOL_SOCKET"), .symbol(name: "SO_ERROR"),
            .integer(value: 111),
          ], outcome: .failed(error: .connectionRefused))
      ),
    ] as [(String, SystemCall)])
  func areDecoded(_ line: String, _ expected: SystemCall) throws {
    #expect(try calls("12 \(line)\n") == [expected])
  }

  @Test func whatIsAskedToWaitForAChildWithoutWaitingTellsNothing() throws {
    #expect(try calls("12 wait4(-1, 0x7ffe, WNOHANG, NULL) = -1 ECHILD (No child)\n") == [])
  }
}

@Suite struct StraceProcessTests {
  @Test func aChildThatSpeaksBeforeItsParentIsItsParentsChild() throws {
    let events = try events(
      """
      10 execve("/bin/make", ["make"], 0x7ffd /* 3 vars */) = 0
      10 vfork( <unfinished ...>
      11 execve("/bin/cc", ["cc", "a.c"], 0x55 /* 3 vars */ <unfinished ...>
      10 <... vfork resumed>)                = 11
      11 <... execve resumed>)               = 0
      11 exit_group(1)                       = ?
      11 +++ exited with 1 +++
      10 +++ exited with 2 +++

      """)
    let starts = events.compactMap { event -> (ProcessID, ProcessID?)? in
      if case .processStarted(let start) = event.body { (event.process, start.parent) } else { nil }
    }
    #expect(starts.map(\.0) == [10, 11])
    #expect(starts.map(\.1) == [nil, 10])
    let ends = events.compactMap { event -> ProcessEnd? in
      if case .processEnded(let end) = event.body { end } else { nil }
    }
    #expect(ends == [.exited(status: 1), .exited(status: 2)])
    let programs = events.compactMap { event -> [String]? in
      if case .programExecuted(let execution) = event.body { execution.arguments } else { nil }
    }
    #expect(programs == [["make"], ["cc", "a.c"]])
  }

  @Test func ofSeveralThatForkTheResultTellsWhoseChildItIs() throws {
    let events = try events(
      """
      10 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 11
      10 vfork( <unfinished ...>
      11 vfork( <unfinished ...>
      20 execve("/bin/a", ["a"], 0x1 /* 0 vars */) = 0
      11 <... vfork resumed>) = 20
      10 <... vfork resumed>) = 21
      21 execve("/bin/b", ["b"], 0x1 /* 0 vars */) = 0

      """)
    let parents = events.reduce(into: [ProcessID: ProcessID]()) { parents, event in
      if case .processStarted(let start) = event.body { parents[event.process] = start.parent }
    }
    #expect(parents == [11: 10, 20: 11, 21: 10])
  }

  @Test func aThreadIsNoProcess() throws {
    let events = try events(
      """
      10 clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_FILES, stack=0x1}, 88) = 11
      11 openat(AT_FDCWD, "/x", O_RDONLY) = -1 ENOENT (No such file or directory)

      """)
    let failed = try #require(events.last { if case .systemCall = $0.body { true } else { false } })
    #expect(failed.process == 10)
    #expect(failed.thread == 11)
  }

  @Test func anEndWithoutAMessageIsThatOfTheCall() throws {
    let events = try events("open(\"/x\", O_RDONLY) = -1 ENOENT (No)\nexit_group(3) = ?\n")
    #expect(events.contains { $0.body == .processEnded(end: .exited(status: 3)) })
  }

  @Test func aSignalOfBeforeHasAnAddress() throws {
    let events = try events(
      "write(1, \"x\", 1) = -1 EPIPE (Broken pipe)\n--- SIGPIPE (Broken pipe) @ 0 (0) ---\n"
        + "+++ killed by SIGPIPE +++\n")
    let delivery = events.compactMap { event -> SignalDelivery? in
      if case .signal(let delivery) = event.body { delivery } else { nil }
    }.first
    #expect(delivery?.signal == .brokenPipe)
    #expect(delivery?.duringCall?.descriptor == 1)
  }

  @Test func aLogThatIsCutOffDoesNotWait() throws {
    let log = "10 execve(\"/bin/x\", [\"x\"], 0x1 /* 0 vars */) = 0\n10 mmap(NULL, 40"
    #expect(
      try !events(log).contains {
        if case .note(let note) = $0.body { note.kind == .endOfLog } else { false }
      })
  }

  @Test func whoWaitsAtTheEndIsToldOf() throws {
    let last = try events("10 execve(\"/bin/x\", [\"x\"], 0x1 /* 0 vars */) = 0\n10 read(4, ")
      .compactMap { event -> SystemCall? in
        if case .systemCall(let call) = event.body { call } else { nil }
      }.last
    #expect(
      last
        == SystemCall(
          name: "read", arguments: [.descriptor(number: 4)], outcome: .unfinished))
  }
}

@Suite struct StraceWordTests {
  private func words(_ log: String) throws -> [String] {
    try events(log).compactMap { if case .words(let words) = $0.body { words.text } else { nil } }
  }

  @Test func areThoseOfStandardError() throws {
    #expect(try words("9 write(2, \"cat: \", 5) = 5\n9 write(7, \"data\", 4) = 4\n") == ["cat: "])
  }

  @Test func whatWasCutEndsItsLine() throws {
    #expect(try words("9 write(2, \"a long mes\"..., 80) = 80\n") == ["a long mes…\n"])
  }

  @Test func onStracesOwnTerminalTheyStandInTheLine() throws {
    let log = """
      write(2, "cat: ", 5cat: )        = 5
      write(2, "two lines, of whic"..., 22two lines) = 3,
      of 22
      )                 = 22
      write(2, "2", 12)               = 1
      write(2, "/nonexistent", 12) = 12
      write(2, "\\n", 1
      )                 = 1

      """
    #expect(
      try words(log) == ["cat: ", "two lines) = 3,\nof 22\n", "2", "/nonexistent", "\n"])
  }

  @Test func aMessageOfStraceInTheMidstOfACallIsLeftOut() throws {
    let log = """
      vfork(strace: Process 12 attached
       <unfinished ...>
      [pid    12] write(2, "child", 5)        = 5
      [pid    11] <... vfork resumed>)        = 12

      """
    let events = try events(log)
    #expect(try words(log) == ["child"])
    #expect(events.filter { if case .processStarted = $0.body { true } else { false } }.count == 2)
  }
}

@Suite struct StraceDamageTests {
  @Test(arguments: [
    "", "\n", "{}", "hello\nworld\n", "\0\0\0\0",
    "% time     seconds  usecs/call     calls    errors syscall\n------ ---- ---\n",
  ])
  func whatIsNoLogIsRefused(_ text: String) throws {
    let file = try TemporaryFile(text)
    let error = #expect(throws: TraceReaderError.self) { _ = try LogReader(path: file.path) }
    #expect(error?.code == .notALog)
  }

  @Test func linesThatAreNoneAreCounted() throws {
    let notes = try events("10 close(3) = 0\nwhat?\n10 open(\"/x\nhow?\n10 close(4) = 0\n")
      .compactMap { event -> String? in
        if case .note(let note) = event.body, note.kind == .incomplete { note.text } else { nil }
      }
    #expect(notes.contains { $0.hasPrefix("2 lines") && $0.contains("line 2") })
  }

  @Test func wrappedLinesAreReadAsOne() throws {
    let log = """
      > open("/etc/one", O_RDONLY) = -1 ENOENT (No such file or
      > directory)
      > connect(3, {sa_family=AF_INET, sin_port=htons(80),
      > sin_addr=inet_addr("10.0.0.1")}, 16) = -1
      > ECONNREFUSED (Connection refused)

      """
    #expect(try calls(log).map(\.name) == ["open", "connect"])
  }

  @Test(arguments: [
    "10 open(\"", "10 open(\"\\", "10 open(((((((((", "10 write(2, \"a\", 99999999999999999999",
    "10 close(9999999999999999999999) = 0", "10 open([{[{<\"", "10 --- SIG", "10 +++ exited with",
    "10 <... open resumed>", "99999999999999999999 close(3) = 0", "[pid", "10:99:99 close(1) = 0",
    "10 clone() = 99999999999", "10 kill(10, SIG) = 0", "10 read(3<, 1) = -1 (errno",
    "10 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == ", "10 connect(3, {, 16) = 0",
    "10 writev(2, [{\"a\", 1}, {\"", "10 exit_group(-9223372036854775808) = ?",
    "10 setrlimit(RLIMIT_AS, {rlim_cur=99999999*9999999999999}) = 0",
    "10 brk(0xffffffffffffffffff) = 0x0", "10 pipe([1]) = 0",
  ])
  func nothingStopsTheReader(_ line: String) throws {
    _ = try events("10 close(3) = 0\n\(line)\n10 close(4) = 0\n\(line)")
  }
}

@Suite struct StraceLogWriterTests {
  /// What is written is read again as what it was.
  @Test func isReadAgain() throws {
    let log = #"""
      10 execve("/bin/x", ["x", "a b\n"], ["HOME=/"]) = 0
      10 openat(AT_FDCWD, "/\303\244\"\\", O_RDONLY) = -1 ENOENT (No such file or directory)
      10 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}, 16) = 0
      10 clone(child_stack=NULL, flags=SIGCHLD) = 11
      11 write(2, "oh\0337", 4) = 4
      11 --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=0x18} ---
      11 +++ killed by SIGSEGV (core dumped) +++
      10 wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 11
      10 exit_group(3) = ?
      10 +++ exited with 3 +++

      """#
    let before = try events(log)
    let file = try TemporaryFile()
    let writer = try StraceLogWriter(path: file.path, begin: 1_700_000_000)
    for event in before { writer.append(event) }
    try writer.close()
    let after = try events(String(decoding: file.contents(), as: UTF8.self))
    #expect(after.map(\.body) == before.map(\.body))
    #expect(after.count > 8)
  }
}
