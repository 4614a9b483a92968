import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct ProcessTests {
  private let inspector = LiveSystemInspector()

  @Test func processIsIdentified() throws {
    let child = try Child(["/bin/bash", "-c", "echo ready; read line", "a b", ""])
    #expect(child.readLine() == "ready")
    let identity = try ProcessIdentity(pid: child.pid)
    #expect(identity.name == "bash")
    #expect(identity.arguments == ["/bin/bash", "-c", "echo ready; read line", "a b", ""])
    #expect(identity.executable?.hasSuffix("/bin/bash") == true)
    #expect(identity.parent == getpid())
    #expect(identity.userName == (UserDatabase.userName(geteuid()) ?? String(geteuid())))
    #expect(["R", "S"].contains(identity.state))
  }

  @Test func processThatHasGoneIsUnknown() throws {
    let child = try Child(["/bin/true"])
    #expect(child.wait() == 0)
    guard case .unknown = inspector.answer(.process(pid: child.pid)) else {
      Issue.record("a process that has gone was identified")
      return
    }
  }

  @Test(arguments: [
    ("/system.slice/nginx.service", "nginx.service"),
    ("/user.slice/user-1000.slice/session-3.scope", nil),
    ("/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "foo.service"),
    ("/user.slice/user-1000.slice/user@1000.service/init.scope", nil),
    ("/docker/0123456789abcdef0123456789abcdef", "docker-0123456789ab"),
    ("/system.slice/docker-0123456789abcdef0123456789abcdef.scope", "docker-0123456789ab"),
    ("/lxc/web", "lxc-web"), ("/", nil),
  ])
  func unitIsInTheGroup(_ path: String, _ unit: String?) {
    #expect(ProcessIdentity.unit(inGroup: path) == unit)
  }

  @Test func limitsAreThoseThatWereSet() throws {
    let script = "ulimit -S -n 77; ulimit -c 0; exec 9</dev/null; echo ready; read line"
    let child = try Child(["/bin/bash", "-c", script])
    #expect(child.readLine() == "ready")
    guard case .limits(let limits) = inspector.answer(.limits(pid: child.pid)) else {
      Issue.record("no limits")
      return
    }
    #expect(limits.count == 16)
    let files = try #require(limits.first { $0.name == "RLIMIT_NOFILE" })
    #expect(files.soft == 77)
    let open = try FileReading.names(in: "/proc/\(child.pid)/fd", limit: 100).count
    #expect(files.used == UInt64(open))
    #expect(limits.first { $0.name == "RLIMIT_CORE" }?.hard == 0)
    #expect((limits.first { $0.name == "RLIMIT_NPROC" }?.used ?? 0) >= 1)
    #expect((limits.first { $0.name == "RLIMIT_AS" }?.used ?? 0) > 1 << 20)
  }

  @Test func unlimitedIsNil() {
    let limits = ResourceLimits.parse(
      "Max stack size            8388608              unlimited            bytes     \nMax x 1 2\n")
    #expect(limits == [ResourceLimit(name: "RLIMIT_STACK", soft: 8_388_608, hard: nil)])
  }

  @Test func fileSystemIsThatOfTheNearestParent() throws {
    guard
      case .fileSystem(let proc) = inspector.answer(.fileSystem(path: "/proc/self/none/deeper")),
      case .fileSystem(let scratch) = inspector.answer(.fileSystem(path: "/tmp/none/at/all"))
    else {
      Issue.record("no file system")
      return
    }
    #expect(proc.mountPoint == "/proc")
    #expect(proc.type == "proc")
    #expect(scratch.totalBytes > 0)
    #expect(scratch.availableBytes <= scratch.totalBytes)
    #expect(scratch.options.contains("rw") || scratch.options.contains("ro"))
  }

  @Test func mountPointsAreUnescaped() {
    let line =
      "36 35 98:0 /m /mnt/a\\040b\\134c rw,noexec master:1 - ext4 /dev/x\\040y rw,errors=ro"
    let mount = Mount(line: line.utf8)
    #expect(mount?.mountPoint == "/mnt/a b\\c")
    #expect(mount?.source == "/dev/x y")
    #expect(mount?.options == ["rw", "noexec"])
    #expect(mount?.superOptions == ["rw", "errors=ro"])
    #expect(Mount(line: "36 35 98:0 /m /mnt rw -".utf8) == nil)
  }

  @Test func namesOfUsersAndGroups() {
    #expect(inspector.answer(.userName(user: 0)) == .names(list: ["root"]))
    #expect(inspector.answer(.groupName(group: 0)) == .names(list: ["root"]))
    #expect(inspector.answer(.userName(user: 3_999_999_999)) == .names(list: []))
  }
}
