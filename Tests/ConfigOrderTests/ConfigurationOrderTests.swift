import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

@Suite("The configuration that a program tried")
struct ConfigurationOrderTests {
  @Test("What becomes of a file", arguments: Self.fates)
  func status(
    name: String, status: ConfigurationEntry.Status, error: ErrorNumber?,
    build: @Sendable (inout Trace) -> Void
  ) throws {
    let entries = entries(build)
    let entry = try #require(entries.first)
    #expect(entries.count == 1 && entry.path == "/etc/app.conf", "\(name)")
    #expect(entry.status == status && entry.error == error, "\(name)")
  }

  private static let path = "/etc/app.conf"
  private static let fates:
    [(String, ConfigurationEntry.Status, ErrorNumber?, @Sendable (inout Trace) -> Void)] = [
      ("opened and read", .read, nil, { $0.read(path) }),
      (
        "opened and mapped", .read, nil,
        {
          $0.open(path, .gives(3))
          $0.call("mmap", 3, "PROT_READ", .gives(0x7000))
        }
      ),
      (
        "opened by a link, and read", .read, nil,
        {
          $0.open(path, .gives(3))
          $0.release(3, "/etc/alternatives/app.conf", position: 12)
        }
      ),
      ("opened only", .opened, nil, { $0.open(path) }),
      (
        "opened, and closed at its beginning", .opened, nil,
        {
          $0.open(path, .gives(3))
          $0.release(3, path, position: 0)
        }
      ),
      ("only looked at", .checked, nil, { $0.stat(path) }),
      ("missing", .missing, .noEntry, { $0.open(path, .fails(.noEntry)) }),
      ("below no directory", .missing, .notDirectory, { $0.open(path, .fails(.notDirectory)) }),
      ("denied", .denied, .accessDenied, { $0.open(path, .fails(.accessDenied)) }),
      ("not permitted", .denied, .notPermitted, { $0.open(path, .fails(.notPermitted)) }),
      (
        "looked at, then denied", .denied, .accessDenied,
        {
          $0.stat(path)
          $0.open(path, .fails(.accessDenied))
        }
      ),
      (
        "denied, then looked at", .denied, .accessDenied,
        {
          $0.open(path, .fails(.accessDenied))
          $0.stat(path)
        }
      ),
      ("another error", .error, .tooManyLinks, { $0.open(path, .fails(.tooManyLinks)) }),
      (
        "missing at first, then made and read", .read, nil,
        {
          $0.open(path, .fails(.noEntry))
          $0.read(path)
        }
      ),
      (
        "read, then gone", .read, nil,
        {
          $0.read(path)
          $0.open(path, .fails(.noEntry))
        }
      ),
      (
        "denied, then read with other rights", .read, nil,
        {
          $0.open(path, .fails(.accessDenied))
          $0.read(path)
        }
      ),
    ]

  @Test("A directory whose entries were listed, and what it led to")
  func listing() throws {
    let entries = entries {
      $0.open("/etc/app.d", .gives(3), flags: "O_RDONLY|O_DIRECTORY")
      $0.call("getdents64", 3, nil, .gives(100))
      $0.read("/etc/app.d/a.conf")
      $0.read("/etc/other.conf")
    }
    #expect(entries.map(\.path) == ["/etc/app.d", "/etc/app.d/a.conf", "/etc/other.conf"])
    #expect(entries.map(\.status) == [.listed, .read, .read])
    #expect(entries.map(\.isDirectory) == [true, false, false])
    #expect(
      entries.map(\.origin) == [.builtIn, .directory(path: "/etc/app.d"), .builtIn])
  }

  @Test("Entries stand in the order of their first touch, each once")
  func order() {
    let entries = entries {
      $0.stat("/etc/c.conf")
      $0.open("/etc/a.conf", .fails(.noEntry))
      $0.read("/etc/b.conf")
      $0.read("/etc/c.conf")
      $0.fork(200)
      $0.read("/etc/a.conf", by: 200)
    }
    #expect(entries.map(\.path) == ["/etc/c.conf", "/etc/a.conf", "/etc/b.conf"])
    #expect(entries.map(\.status) == [.read, .read, .read])
    #expect(entries.map(\.number) == entries.map(\.number).sorted())
    #expect(entries.map(\.process) == [0, 0, 0])
  }

  @Test("How much was read is the furthest position")
  func bytes() {
    let entries = entries {
      $0.read("/etc/app.conf", bytes: 120)
      $0.read("/etc/app.conf", bytes: 60)
    }
    #expect(entries.map(\.bytes) == [120])
  }

  @Test(
    "What the command line or the environment names says so",
    arguments: [
      (["-c", "/srv/x"], [], .option(name: "-c")),
      (["--config=/srv/x"], [], .option(name: "--config")),
      (["--config-file", "/srv/x"], [], .option(name: "--config-file")),
      (["-f", "../../srv/x"], [], .option(name: "-f")), (["-f/srv/x"], [], .option(name: "-f")),
      ([], ["APP_CONFIG=/srv/x"], .variable(name: "APP_CONFIG")),
      ([], ["ENV=/srv/x"], .variable(name: "ENV")),
    ] as [([String], [String], ConfigurationOrigin)])
  func origin(arguments: [String], environment: [String], origin: ConfigurationOrigin) {
    let entries = entries(with: arguments, environment: environment) { $0.read("/srv/x") }
    #expect(entries.map(\.origin) == [origin])
  }

  @Test(
    "What is named otherwise is no configuration by that",
    arguments: [
      (["/srv/x"], []), (["-o", "/srv/x"], []), ([], ["_=/srv/x"]), ([], ["PWD=/srv/x"]),
      (["-c", "/srv/y"], ["X=/srv/xx"]),
    ])
  func notNamed(arguments: [String], environment: [String]) {
    #expect(entries(with: arguments, environment: environment) { $0.read("/srv/x") }.isEmpty)
  }

  @Test(
    "Configuration by its place or name",
    arguments: [
      "/etc/app.conf", "/etc/app/rules", "/usr/local/etc/x", "/home/ann/.config/app/settings",
      "/home/ann/.apprc", "/opt/app/etc/x", "/opt/app/app.ini", "/srv/app.toml",
      "/home/ann/.ssh/config", "/srv/.env", "/opt/app/server.properties",
    ])
  func likely(path: String) {
    #expect(entries { $0.read(path) }.map(\.path) == [path])
  }

  @Test(
    "No configuration, whatever place or name",
    arguments: [
      "/usr/lib/libx.so", "/lib/libx.so.6", "/proc/self/maps", "/sys/kernel/x.conf", "/dev/null",
      "/etc/ld.so.cache", "/usr/share/locale/de/app.conf", "/usr/share/zoneinfo/UTC",
      "/etc/localtime", "/etc/ssl/certs/x.conf", "/var/cache/app/x.conf", "/var/log/app.conf",
      "/run/app/x.conf", "/home/ann/.cache/x.conf", "/srv/data.csv", "/usr/bin/app",
      "/usr/share/fonts/x.conf", "/usr/lib/python3/dist-packages/x.cfg", "/srv/main.py",
      "/etc/terminfo/x/xterm", "/tmp/build/main.o",
    ])
  func excluded(path: String) {
    #expect(entries { $0.read(path) }.isEmpty)
  }

  @Test("Files that every program touches are marked")
  func systemWide() {
    let entries = entries {
      $0.read("/etc/nsswitch.conf")
      $0.read("/etc/pam.d/login")
      $0.read("/etc/app.conf")
    }
    #expect(entries.map(\.isSystemWide) == [true, true, false])
  }

  @Test("What is only written, removed or linked to is not listed")
  func writes() {
    let entries = entries {
      $0.open("/etc/new.conf", .gives(3), flags: "O_WRONLY|O_CREAT")
      $0.call("unlink", "/etc/old.conf")
      $0.call("readlink", "/etc/link.conf", .fails(.invalidArgument))
      $0.call("execve", "/etc/init.d/x", .fails(.noEntry))
    }
    #expect(entries.isEmpty)
  }

  @Test("A path relative to a directory is resolved")
  func relative() {
    let entries = entries {
      $0.call("chdir", "/etc/app")
      $0.read("main.conf")
      $0.open("/etc/app.d", .gives(9), flags: "O_RDONLY|O_DIRECTORY")
      $0.open("x.conf", .fails(.noEntry), from: 9)
    }
    #expect(entries.map(\.path) == ["/etc/app/main.conf", "/etc/app.d/x.conf"])
  }

  @Test("Their number has a bound")
  func bound() {
    let entries = entries {
      for index in 0..<6000 { $0.open("/etc/x/\(index).conf", .fails(.noEntry)) }
    }
    #expect(entries.count == 4000 && entries.first?.path == "/etc/x/0.conf")
  }

  /// A machine whose files have these lines.
  private func machine(_ files: [String: [String]]) -> FakeInspector {
    var machine = FakeInspector()
    for (file, lines) in files {
      machine[.references(file: file)] = .lines(
        list: lines.enumerated().map {
          TextLine(file: file, number: $0.offset + 1, text: $0.element)
        })
    }
    return machine
  }

  @Test(
    "What a line of configuration leads to",
    arguments: [
      ("include = /srv/more", "/srv/more"), ("Include more", "/etc/app/more"),
      ("!include_try ./more", "/etc/app/more"), ("&include /srv/more", "/srv/more"),
      ("#include \"more\"", "/etc/app/more"), ("source ~/more", "/home/ann/more"),
      (". $HOME/more", "/home/ann/more"), ("[ -f ~/more ] && . ~/more", "/home/ann/more"),
      ("include $unknown/parts/more", "/srv/parts/more"),
      ("<include>more</include>", "/etc/app/more"),
      ("include: \"/srv/more\"", "/srv/more"), ("acl_file /srv/more", "/srv/more"),
      ("EnvironmentFile=-/srv/more", "/srv/more"), ("alias_maps = hash:/srv/more", "/srv/more"),
      ("load(\"/srv/more.lua\")", "/srv/more.lua"), ("import ../more", "/etc/more.x"),
    ])
  func lines(line: String, path: String) {
    let entries = entries(on: machine(["/etc/app/main.conf": ["# a comment", line]])) {
      $0.read("/etc/app/main.conf")
      $0.read(path)
    }
    let text = TextLine(file: "/etc/app/main.conf", number: 2, text: line)
    guard path != "/etc/more.x" else {
      #expect(entries.map(\.origin) == [.builtIn, .builtIn], "\(line)")
      return
    }
    #expect(entries.map(\.path) == ["/etc/app/main.conf", path], "\(line)")
    #expect(entries.last?.origin == .line(line: text, directory: nil), "\(line)")
  }

  @Test(
    "What a line of configuration names as data is none",
    arguments: [
      ("error_log /srv/more", "/srv/more"), ("pid-file=/srv/more", "/srv/more"),
      ("DocumentRoot /srv/more", "/srv/more"), ("include /srv/other", "/srv/more"),
      ("certificate /srv/x.pem", "/srv/x.pem"), ("image = /srv/x.png", "/srv/x.png"),
      ("test -r /srv/more", "/srv/more"),
    ])
  func otherLines(line: String, path: String) {
    let entries = entries(on: machine(["/etc/app/main.conf": [line]])) {
      $0.read("/etc/app/main.conf")
      $0.read(path)
    }
    #expect(entries.map(\.path) == ["/etc/app/main.conf"], "\(line)")
  }

  @Test("What a pattern leads to: the directory, what fits there, and what that includes")
  func pattern() {
    let lines = ["include parts/*.inc", "log /srv/log"]
    let machine = machine([
      "/srv/app.conf": lines, "/srv/parts/a.inc": ["include sub", "include /srv/app.conf"],
    ])
    let entries = entries(with: ["-c", "/srv/app.conf"], on: machine) {
      $0.read("/srv/app.conf")
      $0.open("/srv/parts", .gives(3), flags: "O_RDONLY|O_DIRECTORY")
      $0.call("getdents64", 3, nil, .gives(100))
      $0.read("/srv/parts/a.inc")
      $0.read("/srv/parts/sub")
      $0.read("/srv/parts/a.data")
      $0.open("/srv/parts/none.inc", .fails(.noEntry))
    }
    #expect(
      entries.map(\.path) == [
        "/srv/app.conf", "/srv/parts", "/srv/parts/a.inc", "/srv/parts/sub", "/srv/parts/none.inc",
      ])
    let line = TextLine(file: "/srv/app.conf", number: 1, text: lines[0])
    #expect(entries[1].origin == .line(line: line, directory: nil))
    #expect(entries[2].origin == .line(line: line, directory: "/srv/parts"))
    #expect(entries[1].status == .listed && entries[4].status == .missing)
  }

  @Test("A directory that a line names holds configuration")
  func directory() {
    let machine = machine(["/srv/app.conf": ["[include]", "path = extra", "[user]", "path = x"]])
    let entries = entries(with: ["-c", "/srv/app.conf"], on: machine) {
      $0.read("/srv/app.conf")
      $0.open("/srv/extra", .gives(3), flags: "O_RDONLY|O_DIRECTORY")
      $0.call("getdents64", 3, nil, .gives(100))
      $0.read("/srv/extra/one")
      $0.read("/srv/x")
    }
    #expect(entries.map(\.path) == ["/srv/app.conf", "/srv/extra", "/srv/extra/one"])
  }

  @Test("A link whose target the program opens by its own name")
  func links() {
    let entries = entries {
      $0.call(
        "readlink", [.path(text: "/etc/app/50-x.conf"), .text(text: "../../usr/share/x.conf")],
        .gives(22))
      $0.stat("/etc/app/50-x.conf")
      $0.read("/usr/share/x.conf")
    }
    #expect(entries.map(\.path) == ["/etc/app/50-x.conf"])
    #expect(entries.map(\.status) == [.read])
    #expect(entries.map(\.realPath) == ["/usr/share/x.conf"])
  }

  @Test("Directories on the way, and patterns that matched nothing, are no news")
  func noNews() {
    let entries = entries {
      $0.stat("/home/ann/.app")
      $0.stat("/etc/app")
      $0.read("/etc/app/x.conf")
      $0.open("/etc/app/*.sh", .fails(.noEntry))
      $0.open("/home/ann/.app/y.conf", .fails(.noEntry))
    }
    #expect(entries.map(\.path) == ["/etc/app/x.conf", "/home/ann/.app/y.conf"])
  }
}
