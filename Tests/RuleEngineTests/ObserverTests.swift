import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What is made of a candidate")
struct ObserverTests {
  /// The observation of the first candidate that is a failed call (or a write that nobody read).
  private func observation(
    _ inspector: FakeInspector = FakeInspector(), asking: Bool = true,
    of trace: Trace
  ) throws -> any ObservationKind {
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    let observer = Observer(run: run, inquiry: Inquiry(history: history, inspector: inspector))
    let candidate = try #require(
      Ranking(run: run).candidates.first {
        switch $0.source {
        case .call, .lostReader: true
        default: false
        }
      })
    return observer.observation(of: candidate, asking: asking)
  }

  private func trace(_ build: (inout Trace) -> Void) -> Trace {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    trace.exit(1)
    return trace
  }

  @Test("A missing path: the first missing component, near names, how it was asked for")
  func missingPath() throws {
    var inspector = FakeInspector()
    inspector.setMissing("/home/ann/cfg/x.conf", from: "/home/ann/cfg")
    inspector[.similarNames(directory: "/home/ann", name: "cfg")] = .names(list: ["cfgs", ".cfg"])
    let trace = trace { $0.open("cfg/x.conf", .fails(.noEntry)) }
    let seen = try #require(try observation(inspector, of: trace) as? MissingPath)
    #expect(seen.path == "/home/ann/cfg/x.conf" && seen.asked == "cfg/x.conf" && seen.isRelative)
    #expect(seen.firstMissing == "/home/ann/cfg" && seen.existingParent == "/home/ann")
    #expect(seen.near == ["/home/ann/cfgs", "/home/ann/.cfg"])
    #expect(seen.bestNear == "/home/ann/cfgs" && seen.use == "open" && seen.cwd == "/home/ann")

    let unasked = try #require(
      try observation(inspector, asking: false, of: trace) as? MissingPath)
    #expect(unasked.firstMissing == nil && unasked.near.isEmpty)
  }

  @Test("The link that leads nowhere is no near name of its target")
  func linkIsNotNear() throws {
    var inspector = FakeInspector()
    inspector[.path(path: "/srv/keys")] = .pathWalk(
      walk: PathWalk(
        components: [],
        end: .danglingLink(link: "/srv/keys", target: "keys-1", missing: "/srv/keys-1")))
    inspector[.similarNames(directory: "/srv", name: "keys-1")] = .names(list: ["keys", "keys-2"])
    let seen = try #require(
      try observation(inspector, of: trace { $0.open("/srv/keys", .fails(.noEntry)) })
        as? MissingPath)
    #expect(seen.near == ["/srv/keys-2"])
  }

  @Test("A dangling link, a file in place of a directory, a loop")
  func brokenWays() throws {
    let ends: [PathWalk.End] = [
      .danglingLink(link: "/srv/x", target: "../gone", missing: "/gone"),
      .notDirectory(path: "/srv"), .linkLoop(link: "/srv/x"), .exists,
    ]
    let seen = try ends.map { end in
      var inspector = FakeInspector()
      inspector[.path(path: "/srv/x")] = .pathWalk(walk: PathWalk(components: [], end: end))
      return try #require(
        try observation(inspector, of: trace { $0.open("/srv/x", .fails(.noEntry)) })
          as? MissingPath)
    }
    #expect(seen[0].link == "/srv/x" && seen[0].linkTarget == "../gone")
    #expect(seen[0].firstMissing == "/gone")
    #expect(seen[1].notDirectory == "/srv" && seen[2].loop && seen[3].existsNow)
  }

  @Test("A library that is nowhere, with all the places where it was looked for")
  func library() throws {
    let trace = trace {
      $0.open("/usr/local/lib/libx.so.1", .fails(.noEntry))
      $0.open("/usr/lib/libx.so.1", .fails(.noEntry))
    }
    let seen = try #require(try observation(of: trace) as? LibraryNotLoaded)
    #expect(seen.library == "libx.so.1" && seen.trouble == "missing")
    #expect(seen.places == ["/usr/local/lib: not there", "/usr/lib: not there"])
    #expect(seen.libraryUser == nil && !seen.isLoadedAtRunTime, "nobody told")
  }

  @Test("A library that a library needs: the search as the model of the loader has it")
  func libraryChain() throws {
    let start = LoaderStart(
      program: "/usr/bin/app", workingDirectory: "/home/ann", opened: ["/opt/lib/liba.so.1"],
      tried: ["/usr/lib"])
    var finding = LibraryFinding(
      chain: ["app", "liba.so.1", "libb.so.2"], requester: "/opt/lib/liba.so.1",
      requesterRunPath: "/opt/lib",
      places: [
        LibraryPlace(
          path: "/opt/lib", source: .rpath(object: "app"),
          verdict: .skipped(reason: "liba.so.1 has a RUNPATH")),
        LibraryPlace(
          path: "/opt/lib/libb.so.2", source: .runpath(object: "liba.so.1"),
          verdict: .otherClass(bits: 32)),
        LibraryPlace(path: "/usr/lib/libb.so.2", source: .standard, verdict: .absent),
      ])
    let seen = {
      var inspector = FakeInspector()
      inspector[.library(name: "libb.so.2", version: nil, start: start)] =
        .library(finding: finding)
      let trace = trace {
        $0.open("/opt/lib/liba.so.1", .gives(3))
        $0.open("/usr/lib/glibc-hwcaps/x86-64-v3/libb.so.2", .fails(.noEntry))
        $0.open("/usr/lib/libb.so.2", .fails(.noEntry))
      }
      return try #require(try observation(inspector, of: trace) as? LibraryNotLoaded)
    }
    let rejected = try seen()
    #expect(rejected.chain == "app → liba.so.1 → libb.so.2")
    #expect(rejected.libraryUser == "/opt/lib/liba.so.1" && !rejected.isLoadedAtRunTime)
    #expect(rejected.runPath == "/opt/lib" && rejected.trouble == "rejected")
    #expect(rejected.file == "/opt/lib/libb.so.2")
    #expect(rejected.content?.contains("32-bit") == true)
    #expect(rejected.places[0].hasSuffix("RPATH of app: skipped: liba.so.1 has a RUNPATH"))
    finding.places[1].verdict = .danglingLink(target: "libb.so.2.1")
    let dangling = try seen()
    #expect(dangling.trouble == "dangling" && dangling.linkTarget == "libb.so.2.1")
    finding.places[1].verdict = .absent
    #expect(try seen().trouble == "missing")
    #expect(try seen().missingLink == nil)
    finding.unlinked = ["/opt/lib/libb.so.2.1"]
    #expect(try seen().missingLink == "/opt/lib/libb.so.2")
    #expect(try seen().isRemedied)
  }

  @Test(
    "What an installed package has, and is gone: a library, a file", arguments: ["libx.so.1", "x"])
  func ownerOfWhatIsGone(name: String) throws {
    var inspector = FakeInspector()
    inspector[.packageOwning(path: "/usr/lib/\(name)")] = .names(list: ["libx1"])
    inspector[
      .library(
        name: name, version: nil,
        start: LoaderStart(
          program: "/usr/bin/app", workingDirectory: "/home/ann", tried: ["/usr/lib"]))] =
      .library(
        finding: LibraryFinding(
          chain: ["app", name],
          places: [LibraryPlace(path: "/usr/lib/\(name)", source: .standard, verdict: .absent)]))
    let trace = trace {
      $0.open("/usr/lib/\(name)", .fails(.noEntry))
      $0.say("app: /usr/lib/\(name): No such file or directory")
    }
    let seen = try observation(inspector, of: trace)
    #expect((seen as? LibraryNotLoaded)?.owner ?? (seen as? MissingPath)?.owner == "libx1")
  }

  @Test("A refusal: the component, whose bits, which right")
  func accessRefused() throws {
    var inspector = FakeInspector()
    inspector.setRefusal(
      "/home/bob/x", .read,
      by: PathComponent(
        path: "/home/bob", type: .directory, mode: 0o700, owner: 1001, ownerName: "bob",
        group: 1001, groupName: "bob"),
      needs: .search, reason: .otherBits, detail: "the bits for others")
    let trace = trace { $0.open("/home/bob/x", .fails(.accessDenied)) }
    let seen = try #require(try observation(inspector, of: trace) as? AccessRefused)
    #expect(seen.component == "/home/bob" && seen.componentType == "directory")
    #expect(seen.mode == "0700" && seen.owner == "bob" && seen.refusedByParent)
    #expect(seen.needs == "search" && seen.classLetter == "o" && seen.rightLetter == "x")
    #expect(seen.user == "ann" && seen.action == "read" && !seen.isRoot)
    #expect(seen.detail == "the bits for others")
  }

  @Test("A fact of the stream counts before what the machine says later")
  func factFirst() throws {
    var inspector = FakeInspector()
    inspector[.listener(address: .ip4(address: "0.0.0.0", port: 80), isDatagram: false)] =
      .holders(list: [])
    let holder = Holder(
      process: ProcessIdentity(
        pid: 4711, name: "nginx", executable: "/usr/sbin/nginx", arguments: ["nginx", "-g", "x"],
        userName: "www-data", parent: 1, state: "S", ageSeconds: 10, unit: "nginx.service"),
      manner: "listening on 0.0.0.0:80")
    let trace = trace {
      $0.fact(
        .listener(address: .ip4(address: "0.0.0.0", port: 80), isDatagram: false),
        .holders(list: [holder]))
      $0.socket("bind", .ip4(address: "0.0.0.0", port: 80), .fails(.addressInUse))
    }
    let seen = try #require(try observation(inspector, of: trace) as? AddressInUse)
    #expect(seen.address == "0.0.0.0:80" && seen.port == 80 && seen.holder == "nginx")
    #expect(seen.holderPid == 4711 && seen.holderUnit == "nginx.service" && !seen.isOwnProcess)
    #expect(seen.holderCommand == "nginx -g x" && seen.manner == "listening on 0.0.0.0:80")
  }

  @Test("A Unix socket that nobody holds is stale")
  func staleSocket() throws {
    var inspector = FakeInspector()
    inspector[.listener(address: .unix(path: "/home/ann/s"), isDatagram: false)] =
      .holders(list: [])
    let trace = trace { $0.socket("bind", .unix(path: "s"), .fails(.addressInUse)) }
    let seen = try #require(try observation(inspector, of: trace) as? AddressInUse)
    #expect(seen.staleSocket && seen.path == "/home/ann/s" && seen.port == nil)
  }

  @Test("A connection that failed: how often, whether it is local")
  func connection() throws {
    let trace = trace {
      for _ in 0..<3 {
        $0.socket("connect", .ip4(address: "127.0.0.1", port: 5432), .fails(.connectionRefused))
      }
    }
    let seen = try #require(try observation(of: trace) as? ConnectionFailed)
    #expect(seen.address == "127.0.0.1:5432" && seen.host == "127.0.0.1" && seen.isLocal)
    #expect(seen.error == "ECONNREFUSED" && seen.attempts == 3 && !seen.isUnix)
  }

  @Test(
    "The display that a variable names, and addresses of others",
    arguments: [
      (":97", SocketAddress.ip4(address: "127.0.0.1", port: 6097), true),
      (":97.0", .abstract(name: "/tmp/.X11-unix/X97"), true),
      ("far:2", .unix(path: "/tmp/.X11-unix/X2"), true),
      (":97", .ip4(address: "127.0.0.1", port: 6000), false),
      (":97", .unix(path: "/tmp/X97"), false),
      ("none", .ip4(address: "127.0.0.1", port: 6000), false),
    ])
  func display(variable: String, address: SocketAddress, isOfDisplay: Bool) throws {
    var trace = Trace("/usr/bin/xclock", environment: ["DISPLAY=" + variable])
    trace.socket("connect", address, .fails(.connectionRefused))
    trace.exit(1)
    let seen = try #require(try observation(of: trace) as? ConnectionFailed)
    #expect(seen.display == (isOfDisplay ? variable : nil))
  }

  @Test("A connection to this machine that nobody accepts: who listens there")
  func unaccepted() throws {
    let address = SocketAddress.ip4(address: "127.0.0.1", port: 8080)
    var inspector = FakeInspector()
    let server = ProcessIdentity(
      pid: 7, name: "python3", executable: nil, arguments: ["python3"], userName: "root", parent: 1,
      state: "S",
      ageSeconds: 9)
    inspector[.listener(address: address, isDatagram: false)] =
      .holders(list: [Holder(process: server, manner: "listening")])
    let trace = trace { $0.socket("connect", address, .fails(.timedOut)) }
    let seen = try #require(try observation(inspector, of: trace) as? ConnectionFailed)
    #expect(seen.listener == "python3 (pid 7)")
  }

  @Test(
    "Why a file that exists cannot run",
    arguments: [
      ("#!/usr/bin/pithon3", "interpreter-missing"), ("echo hello", "no-interpreter-line"),
      (nil, "binary-interpreter-missing"),
    ])
  func rejected(firstLine: String?, reason: String) throws {
    var inspector = FakeInspector()
    inspector.setExisting("/srv/tool", mode: 0o755)
    if let firstLine { inspector.setFirstLine("/srv/tool", firstLine) }
    let trace = trace { $0.failToExecute("/srv/tool", .noEntry) }
    let seen = try #require(try observation(inspector, of: trace) as? ProgramRejected)
    #expect(seen.reason == reason && seen.path == "/srv/tool")
    #expect(seen.interpreter == (reason == "interpreter-missing" ? "/usr/bin/pithon3" : nil))
  }

  @Test("A script with Windows line ends")
  func carriageReturn() throws {
    var inspector = FakeInspector()
    inspector.setExisting("/srv/tool", mode: 0o755)
    inspector.setFirstLine("/srv/tool", "#!/usr/bin/env -S python3\u{D}")
    let trace = trace { $0.failToExecute("/srv/tool", .noEntry) }
    let seen = try #require(try observation(inspector, of: trace) as? ProgramRejected)
    #expect(seen.hasCarriageReturn && seen.interpreter == "/usr/bin/env")
    #expect(seen.envCommand == "python3")
  }

  @Test("A command along PATH, and where else it is")
  func command() throws {
    var inspector = FakeInspector()
    inspector[.similarCommands(name: "ifconfig", searchPath: ["/usr/bin", "/bin"])] =
      .names(list: ["/usr/sbin/ifconfig", "/usr/bin/ipconfig"])
    inspector[.packageShipping(name: "ifconfig")] = .names(list: ["net-tools"])
    var trace = Trace("/bin/sh", environment: ["PATH=/usr/bin:/bin"])
    trace.failToExecute("/usr/bin/ifconfig", .noEntry)
    trace.failToExecute("/bin/ifconfig", .noEntry)
    trace.exit(127)
    let seen = try #require(try observation(inspector, of: trace) as? CommandNotFound)
    #expect(seen.command == "ifconfig" && seen.searched == ["/usr/bin", "/bin"])
    // A near name tells nothing beside the name itself.
    #expect(seen.bestElsewhere == "/usr/sbin/ifconfig" && seen.similar == [] && seen.isKnown)
    #expect(seen.package == "net-tools" && seen.byName == "sh")
  }

  @Test("A full file system, and one without inodes")
  func space() throws {
    let status = FileSystemStatus(
      mountPoint: "/srv", type: "ext4", source: "/dev/sda1", options: [], totalBytes: 20 << 30,
      availableBytes: 0, totalInodes: 1000, availableInodes: 5)
    var inspector = FakeInspector()
    inspector[.fileSystem(path: "/srv/x")] = .fileSystem(status: status)
    let trace = trace { $0.open("/srv/x", .fails(.noSpace), flags: "O_WRONLY|O_CREAT") }
    let full = try #require(try observation(inspector, of: trace) as? ResourceExhausted)
    #expect(full.resource == "space" && full.mountPoint == "/srv" && full.total == "20 GiB")
    #expect(full.available == "0 bytes" && full.fileSystemType == "ext4")

    var empty = status
    empty.availableInodes = 0
    inspector[.fileSystem(path: "/srv/x")] = .fileSystem(status: empty)
    let inodes = try #require(try observation(inspector, of: trace) as? ResourceExhausted)
    #expect(inodes.resource == "inodes")
  }

  @Test("A limit that was reached, and one that is not known")
  func limits() throws {
    let trace = trace { $0.open("/srv/x", .fails(.tooManyOpen)) }
    var inspector = FakeInspector()
    inspector[.limits(pid: Trace.first)] = .limits(
      list: [ResourceLimit(name: "RLIMIT_NOFILE", soft: 64, hard: 64, used: 64)])
    let known = try #require(try observation(inspector, of: trace) as? ResourceExhausted)
    #expect(known.resource == "descriptors" && known.limit == "64" && known.used == "64")
    #expect(known.limitWasLow && known.ulimitOption == "-n")
    let unknown = try #require(try observation(of: trace) as? ResourceExhausted)
    #expect(unknown.limit == nil && !unknown.limitWasLow)
  }

  @Test("A lock, and who holds it")
  func lock() throws {
    var inspector = FakeInspector()
    let process = ProcessIdentity(
      pid: 9, name: "apt", executable: nil, arguments: ["apt", "upgrade"], userName: "root",
      parent: 1, state: "S", ageSeconds: 1)
    inspector[.lockers(path: "/var/lib/x")] = .holders(
      list: [Holder(process: process, manner: "holds an exclusive flock lock")])
    let trace = trace {
      $0.open("/var/lib/x", .gives(3))
      $0.call("flock", 3, "LOCK_EX|LOCK_NB", .fails(.tryAgain))
    }
    let seen = try #require(try observation(inspector, of: trace) as? LockHeld)
    #expect(seen.path == "/var/lib/x" && seen.holder == "apt" && seen.holderPid == 9)
    #expect(seen.holderCommand == "apt upgrade" && seen.manner == "holds an exclusive flock lock")
  }

  @Test("The kernel's log refuses by its setting, where its mode lets everybody read it")
  func kernelLog() throws {
    for (error, isItsSetting) in [(ErrorNumber.notPermitted, true), (.accessDenied, false)] {
      let seen = try observation(of: trace { $0.open("/dev/kmsg", .fails(error)) })
      let best = HeuristicCatalog.embedded.matches(seen).first?.id
      #expect((best == "permissions/kernel-log") == isItsSetting, "\(best ?? "none")")
    }
  }

  @Test("Whatever call fails, however, there is a heuristic that says something of it")
  func completeness() throws {
    let builds: [@Sendable (inout Trace, SystemCall.Outcome) -> Void] = [
      { $0.open("/srv/x", $1) }, { $0.open("/srv/x", $1, flags: "O_WRONLY|O_CREAT") },
      { $0.stat("/srv/x", $1) }, { $0.call("mkdir", "/srv/x", $1) },
      { $0.call("rename", "/srv/x", "/srv/y", $1) }, { $0.call("chdir", "/srv/x", $1) },
      { $0.call("execve", "/srv/x", $1) }, { $0.call("mmap", [], $1) },
      { $0.call("clone", [], $1) }, { $0.call("write", 1, nil, $1) },
      { $0.socket("connect", .ip4(address: "10.0.0.1", port: 80), $1) },
      { $0.socket("bind", .ip6(address: "::", port: 80), $1) },
      { $0.socket("connect", .unix(path: "/run/x"), $1) },
      { $0.socket("connect", .abstract(name: "x"), $1) },
      { $0.socket("sendto", .netlink, $1) }, { $0.call("flock", 7, "LOCK_EX", $1) },
      { $0.call("openat", [.unreadable(address: 1)], $1) },
    ]
    for number in Int32(1)...133 {
      for build in builds {
        let trace = trace { build(&$0, .fails(ErrorNumber(rawValue: number))) }
        guard !trace.history.failures.calls.isEmpty else { continue }
        for asking in [true, false] {
          let seen = try observation(asking: asking, of: trace)
          let matches = HeuristicCatalog.embedded.matches(seen).filter { $0.role != .benign }
          let notation = trace.history.failures.calls[0].call.notation
          #expect(!matches.isEmpty, "\(notation) makes a \(seen.kind) that nothing explains")
        }
      }
    }
  }
}
