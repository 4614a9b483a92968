import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

/// What a line, an option or a program that ran a file say of it.
@Suite struct ConfigurationLeadsTests {
  private func lines(_ file: String, _ texts: String...) -> SystemAnswer {
    .lines(
      list: texts.enumerated().map { TextLine(file: file, number: $0.offset + 1, text: $0.element) }
    )
  }

  private func list(_ path: String, _ trace: inout Trace) {
    trace.open(path, flags: "O_RDONLY|O_DIRECTORY")
    trace.call("getdents64", 3)
  }

  @Test(arguments: ["@include 'f.d/';", "import f.d/*", "include f.d"])
  func aLineThatIncludesADirectory(_ line: String) {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/app.conf")] = lines("/srv/work/app.conf", line)
    let found = entries(on: machine) { trace in
      trace.read("/srv/work/app.conf")
      list("/srv/work/f.d", &trace)
      trace.read("/srv/work/f.d/a")
    }
    #expect(
      found.map(\.path) == ["/srv/work/app.conf", "/srv/work/f.d", "/srv/work/f.d/a"], "\(line)")
  }

  @Test func aKeyOfDocumentsSaysWhatItsValueIs() {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/tsconfig.json")] = lines(
      "/srv/work/tsconfig.json", "{\"extends\":\"./base.json\",\"files\":[\"a.ts\"]}")
    let found = entries(on: machine) { trace in
      for name in ["tsconfig.json", "base.json", "a.ts"] { trace.read("/srv/work/\(name)") }
    }
    #expect(found.map(\.path) == ["/srv/work/tsconfig.json", "/srv/work/base.json"])
  }

  @Test(arguments: [("maildir", false), ("file", true)])
  func theAddressOfSomethingElse(_ scheme: String, _ isConfiguration: Bool) {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/app.conf")] = lines(
      "/srv/work/app.conf", "source=\(scheme):///home/ann/things")
    let found = entries(on: machine) { trace in
      trace.read("/srv/work/app.conf")
      list("/home/ann/things", &trace)
    }
    #expect(found.map(\.path).contains("/home/ann/things") == isConfiguration)
  }

  @Test(arguments: [true, false])
  func aDirectoryOfMail(_ isMail: Bool) {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/app.conf")] = lines(
      "/srv/work/app.conf", "source /home/ann/things")
    let found = entries(on: machine) { trace in
      trace.read("/srv/work/app.conf")
      list("/home/ann/things", &trace)
      for name in isMail ? ["cur", "new", "tmp"] : ["cur", "new"] {
        trace.stat("/home/ann/things/\(name)")
      }
    }
    #expect(found.map(\.path).contains("/home/ann/things") != isMail)
  }

  @Test func aPartOfAPackageIsNoConfiguration() {
    var machine = FakeInspector()
    machine[.references(file: "/usr/share/app/apprc")] = lines(
      "/usr/share/app/apprc", "source page.tmac", "source page.conf", "source other.tmac")
    let found = entries(on: machine) { trace in
      trace.read("/usr/share/app/apprc")
      trace.open("/home/ann/page.tmac", .fails(.noEntry))
      for name in ["page.tmac", "page.conf"] { trace.read("/usr/share/app/\(name)") }
    }
    #expect(found.map(\.path) == ["/usr/share/app/apprc", "/usr/share/app/page.conf"])
  }

  @Test(arguments: [("/etc/auto.m", true), ("/srv/auto.m", false)])
  func anEndingOfCodeInThePlaceOfConfiguration(_ path: String, _ isConfiguration: Bool) {
    var machine = FakeInspector()
    machine[.references(file: "/etc/app.conf")] = lines("/etc/app.conf", "/m \(path)")
    let found = entries(on: machine) { trace in
      trace.read("/etc/app.conf")
      trace.read(path)
    }
    #expect(found.map(\.path).contains(path) == isConfiguration)
  }

  @Test(arguments: [("source if.d/*", true), ("auto lo", false)])
  func anOptionsFileThatLeadsOn(_ line: String, _ isConfiguration: Bool) {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/if")] = lines("/srv/work/if", line)
    let found = entries(with: ["-i", "/srv/work/if", "--list"], on: machine) { trace in
      trace.read("/srv/work/if")
      list("/srv/work/if.d", &trace)
      trace.read("/srv/work/if.d/a")
    }
    let all = ["/srv/work/if", "/srv/work/if.d", "/srv/work/if.d/a"]
    #expect(found.map(\.path) == (isConfiguration ? all : []))
  }

  @Test(arguments: [
    ("/home/ann/.config/app/start", true), ("/home/ann/.app/start.sh", true),
    ("/home/ann/.config/app/start.py", false), ("/home/ann/.config/other/start", false),
    ("/home/ann/.config/app/bin/start", false),
  ])
  func aScriptThatAProgramRunsFromItsOwnPlace(_ path: String, _ isConfiguration: Bool) {
    let found = entries { trace in
      trace.spawn(200, "\(path)", environment: ["HOME=/home/ann"])
      trace.read(path, by: 200)
    }
    #expect(found.map(\.path) == (isConfiguration ? [path] : []))
  }

  @Test func theProgramThatReadIsTheOneOfThatTime() {
    let found = entries { trace in
      trace.read("/etc/app/app.conf")
      trace.execute("/bin/sh")
    }
    #expect(found.map(\.readerProgram) == ["/usr/bin/app"])
  }

  @Test func twinsWithAndWithoutADot() {
    let found = entries { trace in
      trace.execute("/usr/bin/app", environment: ["HOME=/home/ann"], directory: "/srv/work")
      trace.open("/home/ann/.config/pep8", .fails(.noEntry))
      trace.read("/home/ann/.config/config")
      trace.open("/srv/work/.pep8", .fails(.noEntry))
      trace.open("/srv/work/.things", .fails(.noEntry))
    }
    #expect(
      found.map(\.path) == [
        "/home/ann/.config/pep8", "/home/ann/.config/config", "/srv/work/.pep8",
      ])
  }

  @Test func aPlaceOfConfigurationThatIsCalledLikeTheProgram() {
    let found = entries { trace in
      trace.stat("/usr/bin/style")
      trace.open("/home/ann/.config/style", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/.config/style"])
  }

  @Test func directoriesBesideOneThatIsListed() {
    let found = entries { trace in
      list("/home/ann/.config/keys/modules", &trace)
      for name in ["keys", "other"] {
        trace.open("/etc/\(name)/modules", .fails(.noEntry), flags: "O_RDONLY|O_DIRECTORY")
      }
    }
    #expect(found.map(\.path) == ["/home/ann/.config/keys/modules", "/etc/keys/modules"])
  }

  @Test(arguments: [
    ("/home/ann/.app/sub/film.ifo", []), ("/home/ann/.app/film.wav.conf", ["film.wav.conf"]),
    ("/home/ann/.app/other.ifo", ["other.ifo"]),
  ])
  func dataOfAFileOfTheCommandLine(_ path: String, _ expected: [String]) {
    let found = entries(with: ["film.wav"]) { $0.open(path, .fails(.noEntry)) }
    #expect(found.map { PathName.base(of: $0.path) } == expected)
  }

  @Test func aProgramInAWordIsNoFile() {
    let word = "p load('config/none.yml') rescue nil"
    let found = entries(with: ["-e", word]) {
      $0.open("/home/ann/config/none.yml", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/config/none.yml"])
  }

  @Test func whatIsMissingWhereTheProgramMadeADirectoryForTheMoment() {
    let found = entries { trace in
      trace.call("mkdir", "/tmp/appX1")
      for place in ["/tmp/appX1", "/tmp/appX2"] {
        trace.open("\(place)/app.conf", .fails(.noEntry))
      }
      trace.read("/tmp/appX1/other.conf")
    }
    #expect(found.map(\.path) == ["/tmp/appX2/app.conf", "/tmp/appX1/other.conf"])
  }

  @Test(arguments: [("-v", true), ("/dev/sda1 /x ext4 defaults 0 0", true), ("- apples", false)])
  func theTextOfAnOptionsFile(_ line: String, _ isConfiguration: Bool) {
    var machine = FakeInspector()
    machine[.linesAround(file: "/srv/work/d.dcf", line: 1, context: 50)] = lines(
      "/srv/work/d.dcf", line)
    let found = entries(with: ["-B", "/srv/work/d.dcf"], on: machine) { $0.read("/srv/work/d.dcf") }
    #expect(found.isEmpty != isConfiguration)
  }
}
