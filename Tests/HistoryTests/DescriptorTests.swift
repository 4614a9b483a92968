import History
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Descriptors and directories of a history")
struct DescriptorTests {
  private func file(_ path: String) -> DescriptorTarget { .file(path: path, isWritable: false) }

  @Test("A fork has its parent's descriptors and directory, and then its own")
  func inheritance() {
    var trace = Trace("/bin/sh")
    trace.call("chdir", "/srv")
    trace.open("data", .gives(3), flags: "O_RDONLY")
    trace.fork(200)
    trace.call("close", 3)
    trace.call("chdir", "sub", by: 200)
    trace.open("x", .gives(4), by: 200)
    let history = trace.history
    #expect(history.processes[0].descriptors[3] == nil)
    #expect(history.processes[0].workingDirectory == "/srv")
    #expect(history.processes[1].descriptors[3] == file("/srv/data"))
    #expect(history.processes[1].descriptors[4] == file("/srv/sub/x"))
    #expect(history.processes[0].descriptors[4] == nil)
  }

  @Test(
    "Becoming another program closes what is marked for it, and nothing else",
    arguments: [("O_RDONLY|O_CLOEXEC", false), ("O_RDONLY", true)])
  func closeOnExec(flags: String, survives: Bool) {
    var trace = Trace("/bin/sh")
    trace.open("/etc/x", .gives(3), flags: flags)
    #expect(trace.history.processes[0].descriptors[3] == file("/etc/x"))
    trace.execute("/bin/ls")
    #expect((trace.history.processes[0].descriptors[3] != nil) == survives)
    #expect(trace.history.processes[0].descriptors[0] != nil)
  }

  @Test("What most of the open descriptors are: the same file, or files of one directory")
  func crowd() {
    var same = Trace("/usr/bin/app")
    for number: Int32 in 3..<9 { same.open("/srv/x", .gives(Int64(number))) }
    same.open("/srv/y", .fails(.tooManyOpen))
    #expect(same.history.processes[0].crowd?.name == "/srv/x")
    #expect(same.history.processes[0].crowd?.count == 6)
    var parts = Trace("/usr/bin/app")
    for number: Int32 in 3..<9 { parts.open("/srv/parts/\(number).csv", .gives(Int64(number))) }
    parts.open("/srv/y", .fails(.tooManyOpen))
    #expect(parts.history.processes[0].crowd?.name == "files in /srv/parts")
    #expect(parts.history.processes[0].crowd?.count == 6)
  }

  @Test("Standard streams that are closed when a program begins, and where its output goes")
  func streams() {
    var trace = Trace("/bin/sh")
    trace.fork(200)
    trace.call("close", 0, by: 200)
    trace.open("/dev/full", .gives(7), flags: "O_WRONLY", by: 200)
    trace.duplicate(7, as: 1, by: 200)
    trace.execute("/usr/bin/sort", by: 200)
    let history = trace.history
    #expect(history.processes[0].closedStreams.isEmpty && history.processes[0].outputFile == nil)
    #expect(history.processes[1].closedStreams == [0])
    #expect(history.processes[1].outputFile == "/dev/full")
  }

  @Test("What a program throws away itself was shown to nobody, even where the user does the same")
  func thrownAway() {
    var trace = Trace(
      "/bin/sh", descriptors: [0: "/dev/null", 1: "/dev/null", 2: "/dev/null"])
    trace.say("sh: for the user")
    trace.fork(200)
    trace.open("/dev/null", .gives(2), flags: "O_WRONLY|O_CREAT", by: 200)
    trace.say("sh: for nobody", by: 200)
    #expect(trace.history.words.lines.map(\.isShown) == [true, false])
  }

  @Test("Copies refer to the same file; dup and dup2 take the mark off, dup3 and fcntl set it")
  func duplicates() throws {
    var trace = Trace("/bin/sh")
    trace.open("/etc/x", .gives(3))
    trace.call("dup", 3, nil, .gives(4))
    trace.duplicate(3, as: 5)
    trace.call(
      "dup3", [.descriptor(number: 3), .descriptor(number: 6), .symbol(name: "O_CLOEXEC")],
      .gives(6))
    trace.call("fcntl", 3, "F_DUPFD_CLOEXEC", .gives(7))
    trace.call("fcntl", 3, "F_DUPFD", .gives(8))
    trace.call("fcntl", 3, "F_GETFL", .gives(9))
    let before = trace.history.processes[0].descriptors
    for descriptor in Int32(3)...8 { #expect(before[descriptor] == file("/etc/x")) }
    #expect(before[9] == nil)
    trace.execute("/bin/ls")
    let after = trace.history.processes[0].descriptors.all.keys.sorted()
    #expect(after == [0, 1, 2, 4, 5, 8])
  }

  @Test("dup2 onto itself keeps the mark")
  func duplicateOntoItself() {
    var trace = Trace("/bin/sh")
    trace.open("/etc/x", .gives(3))
    trace.duplicate(3, as: 3)
    trace.execute("/bin/ls")
    #expect(trace.history.processes[0].descriptors[3] == nil)
  }

  @Test("A copy of a descriptor that is not known is not known either")
  func duplicateOfUnknown() {
    var trace = Trace("/bin/sh")
    trace.duplicate(50, as: 1)
    #expect(trace.history.processes[0].descriptors[1] == nil)
  }

  @Test("close_range closes what lies in it, to the end of all numbers")
  func closeRange() {
    var trace = Trace("/bin/sh")
    for descriptor in Int64(3)...9 { trace.open("/etc/x", .gives(descriptor)) }
    trace.call("close_range", [.integer(value: 5), .integer(value: 6), .symbol(name: "0")])
    #expect(trace.history.processes[0].descriptors.all.keys.sorted() == [0, 1, 2, 3, 4, 7, 8, 9])
    trace.call(
      "close_range", [.integer(value: 3), .integer(value: 4_294_967_295), .symbol(name: "0")])
    #expect(trace.history.processes[0].descriptors.all.keys.sorted() == [0, 1, 2])
  }

  @Test("A failed call changes nothing")
  func failuresChangeNothing() {
    var trace = Trace("/bin/sh")
    trace.call("chdir", "/gone", .fails(.noEntry))
    trace.call("close", 0, nil, .fails(.interrupted))
    trace.open("/etc/x", .fails(.noEntry))
    let root = trace.history.processes[0]
    #expect(root.workingDirectory == "/home/ann")
    #expect(root.descriptors.all.keys.sorted() == [0, 1, 2])
  }

  // MARK: Paths

  @Test(
    "A relative path counts from the working directory, folded",
    arguments: [
      ("x", "/srv/www/x"), ("./x", "/srv/www/x"), ("../x", "/srv/x"), ("a//b/", "/srv/www/a/b"),
      ("../../../..", "/"), (".", "/srv/www"), ("/etc/../x", "/x"), ("", "/srv/www"),
    ])
  func relativePath(given: String, resolved: String) {
    var trace = Trace("/bin/sh")
    trace.call("chdir", "/srv/www")
    trace.open(given, .fails(.noEntry))
    #expect(trace.history.failures.calls.first?.path == resolved)
  }

  @Test("A relative path counts from the descriptor that is given; an absolute one from the root")
  func relativeToDescriptor() {
    var trace = Trace("/bin/sh")
    trace.open("/etc/app", .gives(3), flags: "O_RDONLY|O_DIRECTORY")
    trace.open("one", .fails(.noEntry), from: 3)
    trace.open("/two", .fails(.noEntry), from: 3)
    trace.open("three", .fails(.noEntry), from: 44)
    let paths = trace.history.failures.calls.map(\.path)
    #expect(paths == ["/etc/app/one", "/two", "/home/ann/three"])
  }

  @Test("fchdir goes where the descriptor refers to")
  func changeByDescriptor() {
    var trace = Trace("/bin/sh")
    trace.open("/etc/app", .gives(3), flags: "O_RDONLY|O_DIRECTORY")
    trace.call("fchdir", 3)
    #expect(trace.history.processes[0].workingDirectory == "/etc/app")
  }

  @Test("Both paths of a rename are resolved")
  func twoPaths() {
    var trace = Trace("/bin/mv")
    trace.call("rename", "a", "/mnt/b", .fails(.crossDevice))
    let call = trace.history.failures.calls.first
    #expect(call?.path == "/home/ann/a" && call?.secondPath == "/mnt/b")
  }

  @Test("A call on a descriptor is a call on its file")
  func pathOfDescriptor() {
    var trace = Trace("/bin/sh")
    trace.open("/var/lock/x", .gives(3), flags: "O_RDWR|O_CREAT")
    trace.call("flock", 3, "LOCK_EX|LOCK_NB", .fails(.tryAgain))
    let call = trace.history.failures.calls.first
    #expect(call?.path == "/var/lock/x")
    #expect(call?.target == .file(path: "/var/lock/x", isWritable: true))
  }

  @Test("Below a chroot, paths are those of the machine")
  func changedRoot() {
    var trace = Trace("/usr/sbin/chroot", credentials: Trace.root)
    trace.call("chroot", "/srv/jail")
    trace.open("/etc/x", .fails(.noEntry))
    trace.call("chdir", "/")
    trace.open("y", .fails(.noEntry))
    trace.fork(200)
    trace.open("/z", .fails(.noEntry), by: 200)
    trace.execute("/bin/app", directory: "/srv/jail", by: 200)
    let history = trace.history
    #expect(
      history.failures.calls.map(\.path) == ["/srv/jail/etc/x", "/srv/jail/y", "/srv/jail/z"])
    #expect(history.processes[1].executedPath == "/srv/jail/bin/app")
  }

  @Test("A file that was opened to be read is remembered, one to be written is not")
  func recentFiles() {
    var trace = Trace("/usr/bin/app")
    trace.open("/etc/app.conf")
    trace.open("/var/log/app", flags: "O_WRONLY|O_CREAT")
    trace.open("/etc/app.d", flags: "O_RDONLY|O_DIRECTORY")
    trace.open("/etc/other.conf", .fails(.accessDenied))
    #expect(trace.history.processes[0].recentFiles == ["/etc/app.conf"])
    for index in 0..<100 { trace.open("/data/\(index)") }
    trace.open("/data/20")
    let files = trace.history.processes[0].recentFiles
    #expect(files.count == 96 && Set(files).count == 96 && files.last == "/data/20")
  }
}
