import TraceEvents
import TraceTestSupport

/// A machine on which `path` leads nowhere from `missing` on.
private func missing(_ path: String, from missing: String? = nil) -> FakeInspector {
  var inspector = FakeInspector()
  inspector.setMissing(path, from: missing)
  return inspector
}

/// A machine on which `component` refuses the way to `path`.
private func refusing(
  _ path: String, _ operation: AccessOperation, by component: String, _ type: FileType,
  mode: UInt16, needs: AccessWalk.Right, reason: AccessWalk.Reason
) -> FakeInspector {
  var inspector = FakeInspector()
  inspector.setRefusal(
    path, operation, by: PathComponent(path: component, type: type, mode: mode, ownerName: "root"),
    needs: needs, reason: reason)
  return inspector
}

/// Runs that failed, one for each of the first heuristics.
let failingRuns: [RunCase] = [
  RunCase(
    name: "a missing file", heuristic: "files/missing", subject: "/srv/data/in.csv",
    inspector: missing("/srv/data/in.csv"),
    build: {
      $0.open("/etc/ld.so.preload", .fails(.noEntry))
      $0.open("/srv/data/in.csv", .fails(.noEntry))
      $0.say("app: cannot open /srv/data/in.csv: No such file or directory")
      $0.exit(1)
    }),
  RunCase(
    name: "a missing directory for a new file",
    heuristic: "files/missing-directory-for-new-file", subject: "/srv/out",
    inspector: missing("/srv/out/x.log", from: "/srv/out"),
    build: {
      $0.open("/srv/out/x.log", .fails(.noEntry), flags: "O_WRONLY|O_CREAT")
      $0.say("app: cannot create /srv/out/x.log: No such file or directory")
      $0.exit(1)
    }),
  RunCase(
    name: "too many open files in the whole system", heuristic: "resources/system-descriptors",
    subject: "fs.file-max", inspector: FakeInspector(),
    build: {
      $0.open("/srv/data/in.csv", .fails(.tooManyOpenSystemwide))
      $0.say("app: /srv/data/in.csv: Too many open files in system")
      $0.exit(1)
    }),
  RunCase(
    name: "a dangling link", heuristic: "files/dangling-link", subject: "/srv/current",
    inspector: FakeInspector([
      .path(path: "/srv/current/x"): .pathWalk(
        walk: PathWalk(
          components: [],
          end: .danglingLink(link: "/srv/current", target: "v7", missing: "/srv/v7")))
    ]),
    build: {
      $0.open("/srv/current/x", .fails(.noEntry))
      $0.say("app: /srv/current/x: No such file or directory")
      $0.exit(1)
    }),
  RunCase(
    name: "a directory that refuses", heuristic: "permissions/directory-refuses",
    subject: "/home/bob/x",
    inspector: refusing(
      "/home/bob/x", .read, by: "/home/bob", .directory, mode: 0o700, needs: .search,
      reason: .otherBits),
    build: {
      $0.open("/home/bob/x", .fails(.accessDenied))
      $0.say("app: /home/bob/x: Permission denied")
      $0.exit(1)
    }),
  RunCase(
    name: "a file whose bits refuse", heuristic: "permissions/bits-refuse", subject: "/etc/shadow",
    inspector: refusing(
      "/etc/shadow", .read, by: "/etc/shadow", .regular, mode: 0o640, needs: .read,
      reason: .otherBits),
    build: {
      $0.open("/etc/shadow", .fails(.accessDenied))
      $0.say("app: /etc/shadow: Permission denied")
      $0.exit(1)
    }),
  RunCase(
    name: "a read-only file system", heuristic: "permissions/read-only-file-system",
    subject: "/mnt/x",
    build: {
      $0.open("/mnt/x", .fails(.readOnly), flags: "O_WRONLY|O_CREAT")
      $0.say("app: /mnt/x: Read-only file system")
      $0.exit(1)
    }),
  RunCase(
    name: "a directory in place of a file", heuristic: "files/is-a-directory", subject: "/srv/data",
    build: {
      $0.open("/srv/data", .fails(.isDirectory), flags: "O_WRONLY")
      $0.say("app: /srv/data: Is a directory")
      $0.exit(1)
    }),
  RunCase(
    name: "a command that is not there", heuristic: "programs/command-not-found", subject: "foo",
    program: "/bin/sh", environment: ["PATH=/usr/bin:/bin"],
    build: {
      $0.failToExecute("/usr/bin/foo", .noEntry)
      $0.failToExecute("/bin/foo", .noEntry)
      $0.say("sh: 1: foo: not found")
      $0.exit(127)
    }),
  RunCase(
    name: "an address in use", heuristic: "network/address-in-use", subject: "0.0.0.0:80",
    build: {
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 80), .fails(.addressInUse))
      $0.say("app: bind() to 0.0.0.0:80 failed (98: Address already in use)")
      $0.exit(1)
    }),
  RunCase(
    name: "a privileged port", heuristic: "network/privileged-port", subject: "0.0.0.0:80",
    build: {
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 80), .fails(.accessDenied))
      $0.say("app: bind: Permission denied")
      $0.exit(1)
    }),
  RunCase(
    name: "a connection that is refused", heuristic: "network/connection-refused",
    subject: "127.0.0.1:5432",
    build: {
      $0.socket("connect", .ip4(address: "127.0.0.1", port: 5432), .fails(.connectionRefused))
      $0.say("app: could not connect to 127.0.0.1, port 5432: Connection refused")
      $0.exit(2)
    }),
  RunCase(
    name: "a socket whose server does not run", heuristic: "network/socket-missing",
    subject: "/run/db.sock",
    build: {
      $0.socket("connect", .unix(path: "/run/db.sock"), .fails(.noEntry))
      $0.say("app: cannot connect to /run/db.sock: No such file or directory")
      $0.exit(1)
    }),
  RunCase(
    name: "a library that is missing", heuristic: "loader/library-missing", subject: "libx.so.1",
    build: {
      $0.open("/lib/libx.so.1", .fails(.noEntry))
      $0.open("/usr/lib/libx.so.1", .fails(.noEntry))
      $0.say(
        "app: error while loading shared libraries: libx.so.1: cannot open shared object file: "
          + "No such file or directory")
      $0.exit(127)
    }),
  RunCase(
    name: "a null pointer", heuristic: "processes/null-pointer", subject: "/usr/bin/app",
    build: { $0.kill(.segmentationViolation, code: 1, faultAddress: 0x18) }),
  RunCase(
    name: "a crash", heuristic: "processes/crash", subject: "/usr/bin/app",
    build: { $0.kill(.segmentationViolation, code: 1, faultAddress: 0xdead_beef) }),
  RunCase(
    name: "an abort", heuristic: "processes/aborted", subject: "/usr/bin/app",
    build: {
      $0.say("app: x.c:3: main: Assertion `x' failed.")
      $0.kill(.abort, code: -6, sender: Trace.first)
    }),
  RunCase(
    name: "a kill from outside", heuristic: "processes/killed", subject: "/usr/bin/app",
    build: { $0.kill(.kill, sender: 4000) }),
  RunCase(
    name: "a full file system", heuristic: "resources/space", subject: "/srv/x",
    build: {
      $0.open("/srv/x", .gives(3), flags: "O_WRONLY|O_CREAT")
      $0.call("write", 3, nil, .fails(.noSpace))
      $0.say("app: write error: No space left on device")
      $0.exit(1)
    }),
  RunCase(
    name: "too many descriptors", heuristic: "resources/descriptors", subject: "RLIMIT_NOFILE",
    build: {
      $0.open("/srv/x", .fails(.tooManyOpen))
      $0.say("app: /srv/x: Too many open files")
      $0.exit(1)
    }),
  RunCase(
    name: "a lock that is held", heuristic: "locks/held", subject: "/run/app.lock",
    build: {
      $0.open("/run/app.lock", .gives(3), flags: "O_RDWR|O_CREAT")
      $0.call("flock", 3, "LOCK_EX|LOCK_NB", .fails(.tryAgain))
      $0.say("app: another instance is running: could not lock /run/app.lock")
      $0.exit(1)
    }),
  RunCase(
    name: "a program's own complaint", heuristic: "words/complaint", subject: "/etc/app.conf:3",
    build: {
      $0.read("/etc/app.conf")
      $0.say("app: syntax error in /etc/app.conf:3")
      $0.exit(1)
    }),
  RunCase(
    name: "a child of make", heuristic: "files/missing", subject: "/home/ann/x.h",
    program: "/usr/bin/make", inspector: missing("/home/ann/x.h"),
    build: {
      $0.stat("x.o", .fails(.noEntry))
      $0.spawn(200, "/usr/bin/cc", ["-c", "x.c", "-o", "x.o"])
      $0.open("x.h", .fails(.noEntry), by: 200)
      $0.say("x.c:1:10: fatal error: x.h: No such file or directory", by: 200)
      $0.exit(1, by: 200)
      $0.say("make: *** [Makefile:2: x.o] Error 1")
      $0.exit(2)
    }),
]

/// Runs in which something happened that looks like a cause, and is not.
let nearMisses: [RunCase] = [
  RunCase(
    name: "a file that was found elsewhere", heuristic: "files/missing",
    subject: "/usr/local/x.dat",
    build: {
      $0.open("/usr/local/x.dat", .fails(.noEntry))
      $0.open("/usr/share/x.dat")
      $0.say("app: fatal: bad arguments")
      $0.exit(2)
    }),
  RunCase(
    name: "a benign probe before a complaint of another thing", heuristic: "files/missing",
    subject: "/etc/ld.so.preload",
    build: {
      $0.open("/etc/ld.so.preload", .fails(.noEntry))
      $0.say("app: invalid option -- z")
      $0.exit(2)
    }),
  RunCase(
    name: "a port that could be had later", heuristic: "network/address-in-use",
    subject: "0.0.0.0:80",
    build: {
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 80), .fails(.addressInUse))
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 80))
      $0.say("app: fatal: bad configuration")
      $0.exit(1)
    }),
  RunCase(
    name: "a worker that its own supervisor ended", heuristic: "processes/killed",
    subject: "/usr/bin/worker", program: "/usr/bin/supervisor",
    build: {
      $0.spawn(200, "/usr/bin/worker")
      $0.say("supervisor: fatal: syntax error in the rules")
      $0.kill(.terminate, 200, sender: Trace.first)
      $0.exit(1)
    }),
  RunCase(
    name: "a command that was found further along PATH", heuristic: "programs/command-not-found",
    subject: "tool", program: "/bin/sh", environment: ["PATH=/usr/local/bin:/usr/bin"],
    build: {
      $0.fork(200)
      $0.failToExecute("/usr/local/bin/tool", .noEntry, by: 200)
      $0.execute("/usr/bin/tool", by: 200)
      $0.say("tool: error: bad input", by: 200)
      $0.exit(1, by: 200)
      $0.exit(1)
    }),
]

/// A script that went on after a command had failed, and then failed over something else.
let overcomeRefusal = RunCase(
  name: "a refusal that a helper got over", heuristic: "permissions/refused", subject: "/srv/x",
  program: "/bin/sh",
  build: {
    $0.spawn(200, "/bin/cat")
    $0.open("/srv/x", .fails(.accessDenied), by: 200)
    $0.say("cat: /srv/x: Permission denied", by: 200)
    $0.exit(1, by: 200)
    for child: ProcessID in 300..<304 {
      $0.spawn(child, "/bin/true")
      $0.exit(0, by: child)
    }
    $0.say("sh: 9: Syntax error: \"fi\" unexpected")
    $0.exit(2)
  })

/// Runs that succeeded.
let healthyRuns: [RunCase] = [
  RunCase(
    name: "many probes", heuristic: nil, subject: nil,
    build: {
      for index in 0..<100 { $0.open("/etc/probe/\(index)", .fails(.noEntry)) }
      $0.open("/srv/secret", .fails(.accessDenied))
      $0.say("app: warning: cannot open /srv/secret: Permission denied")
      $0.exit(0)
    }),
  RunCase(
    name: "a child that failed", heuristic: nil, subject: nil, program: "/bin/sh",
    build: {
      $0.spawn(200, "/bin/false")
      $0.exit(1, by: 200)
      $0.spawn(300, "/usr/bin/crash")
      $0.kill(.segmentationViolation, 300, code: 1, faultAddress: 0)
      $0.exit(0)
    }),
  RunCase(
    name: "a pipeline whose reader had enough", heuristic: nil, subject: nil, program: "/bin/sh",
    build: {
      $0.pipe(3, 4)
      $0.spawn(200, "/usr/bin/yes")
      $0.spawn(300, "/usr/bin/head")
      $0.exit(0, by: 300)
      $0.kill(.brokenPipe, 200)
      $0.exit(0)
    }),
]
