import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

/// What is around a file tells whether it is configuration: its package, a script, a directory.
@Suite struct ConfigurationSurroundingsTests {
  /// Lines of a file, as the machine would give them.
  private func lines(_ file: String, _ texts: String...) -> SystemAnswer {
    .lines(
      list: texts.enumerated().map { TextLine(file: file, number: $0.offset + 1, text: $0.element) }
    )
  }

  @Test func theOtherPlaceInTheHomeDirectoryIsNoFile() {
    let found = entries {
      for path in [".config/app", ".config/other", ".app.conf"] {
        $0.stat("/home/ann/\(path)", .fails(.noEntry))
      }
      $0.read("/home/ann/.app/config")
    }
    #expect(
      found.map(\.path) == [
        "/home/ann/.config/other", "/home/ann/.app.conf", "/home/ann/.app/config",
      ])
  }

  @Test func anUnderscoreStandsForTheDot() {
    let found = entries {
      for directory in ["/srv/work", "/home/ann"] {
        $0.open("\(directory)/_app-format", .fails(.noEntry))
        $0.read("\(directory)/.app-format")
      }
    }
    #expect(found.map(\.path).contains("/home/ann/_app-format"))
  }

  @Test func whatDocumentsAScriptLeadsToNothing() {
    var machine = FakeInspector()
    let script = "/usr/bin/app"
    machine[.references(file: script)] = .lines(
      list: [
        TextLine(file: script, number: 1, text: "this would require reading a file at a time."),
        TextLine(file: script, number: 2, text: "require 'settings'"),
      ])
    var trace = Trace("/usr/bin/perl", [script], environment: ["HOME=/home/ann"])
    trace.read(script)
    trace.read("/home/ann/file")
    trace.read("/home/ann/settings")
    #expect(configuration(of: trace, on: machine).map(\.path) == ["/home/ann/settings"])
  }

  @Test func settingsWhereAPackageKeepsItsDataAreTwinsOfThoseInEtc() {
    let found = entries {
      for directory in ["/etc/sasl2", "/usr/lib/sasl2"] {
        $0.open("\(directory)/app.conf", .fails(.noEntry))
        $0.open("\(directory)/app.so", .fails(.noEntry))
      }
    }
    #expect(found.map(\.path) == ["/etc/sasl2/app.conf", "/usr/lib/sasl2/app.conf"])
  }

  @Test func theTwinWithoutADotLiesBesideOtherConfiguration() {
    let found = entries {
      for name in ["config", "appignore", "rows"] { $0.read("/srv/app/root/\(name)") }
      $0.read("/home/ann/.appignore")
    }
    #expect(
      found.map(\.path) == [
        "/srv/app/root/config", "/srv/app/root/appignore", "/home/ann/.appignore",
      ])
  }

  @Test func whatALinkLeadsToIsOfThePackageThatHasIt() {
    var machine = FakeInspector()
    machine[.packageConfiguration(paths: ["/etc/app/chains.xml"])] = .names(
      list: ["/etc/app/chains.xml"])
    let found = entries(on: machine) {
      $0.open("/usr/share/app/conf/chains.xml")
      $0.release(3, "/etc/app/chains.xml", position: 9)
    }
    #expect(found.map(\.path) == ["/usr/share/app/conf/chains.xml"])
  }

  @Test func aPackageSaysWhatItsConfigurationIs() {
    var machine = FakeInspector()
    let paths = ["/etc/app/page.css", "/etc/app/page.png"]
    machine[.packageConfiguration(paths: paths)] = .names(list: ["/etc/app/page.css"])
    let found = entries(on: machine) { trace in
      for path in paths { trace.read(path) }
      trace.stat("/etc/app/other.css")
    }
    #expect(found.map(\.path) == ["/etc/app/page.css"])
  }

  @Test func aScriptReadsItsSettings() {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/run.sh")] = lines(
      "/srv/work/run.sh", ". /srv/work/settings", "source /srv/work/library.sh",
      "cat /srv/work/notes", ". /srv/work/config.sh", ". \"$(dirname \"$0\")/near\"")
    let found = entries(with: ["/srv/work/run.sh"], on: machine) { trace in
      for name in ["run.sh", "settings", "library.sh", "notes", "config.sh", "near"] {
        trace.read("/srv/work/\(name)")
      }
    }
    #expect(found.map(\.path) == ["/srv/work/settings", "/srv/work/config.sh", "/srv/work/near"])
    guard case .line(let line, _) = found.last?.origin else {
      Issue.record("no line led to it")
      return
    }
    #expect(line.number == 5)
  }

  @Test(arguments: [("conf.d", true), ("site-config", true), ("things", false)])
  func aDirectoryThatConfigurationWasFoundIn(_ name: String, _ isConfiguration: Bool) {
    let found = entries { trace in
      trace.open("/srv/work/\(name)", flags: "O_RDONLY|O_DIRECTORY")
      trace.call("getdents64", 3)
      trace.read("/srv/work/\(name)/a.conf")
    }
    let directory = isConfiguration ? ["/srv/work/\(name)"] : []
    #expect(found.map(\.path) == directory + ["/srv/work/\(name)/a.conf"])
  }

  @Test func aDirectoryThatAPatternNames() {
    var machine = FakeInspector()
    machine[.references(file: "/srv/work/app.conf")] = lines(
      "/srv/work/app.conf", "rule_files: [\"things/*.yml\"]")
    let found = entries(on: machine) { trace in
      trace.read("/srv/work/app.conf")
      for name in ["things", "others"] {
        trace.open("/srv/work/\(name)", flags: "O_RDONLY|O_DIRECTORY")
        trace.call("getdents64", 3)
        trace.read("/srv/work/\(name)/a.yml")
      }
    }
    #expect(
      found.map(\.path) == ["/srv/work/app.conf", "/srv/work/things", "/srv/work/things/a.yml"])
  }

  @Test(arguments: [(".d", true), ("-conf", true), ("", false)])
  func aDirectoryThatIsMissing(_ end: String, _ isConfiguration: Bool) {
    let found = entries {
      $0.open(
        "/etc/app/places\(end)", .fails(.noEntry), flags: "O_RDONLY|O_DIRECTORY")
    }
    #expect(found.map(\.status) == (isConfiguration ? [.missing] : []))
  }

  @Test func aFileThatWasTriedAsADirectoryFirst() {
    let found = entries { trace in
      trace.open("/etc/app.conf", .fails(.notDirectory), flags: "O_RDONLY|O_DIRECTORY")
      trace.read("/etc/app.conf")
    }
    #expect(found.map(\.isDirectory) == [false])
  }

  @Test func aFileOfAPackageThatLeadsToConfiguration() {
    var machine = FakeInspector()
    machine[.references(file: "/usr/share/app/session.conf")] = lines(
      "/usr/share/app/session.conf", "<include>/etc/app/session.conf</include>")
    machine[.references(file: "/usr/share/app/other.conf")] = lines(
      "/usr/share/app/other.conf", "icon /usr/share/app/icon.png")
    let found = entries(on: machine) { trace in
      trace.read("/usr/share/app/other.conf")
      trace.read("/usr/share/app/session.conf")
      trace.open("/etc/app/session.conf", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/usr/share/app/session.conf", "/etc/app/session.conf"])
  }

  @Test func anEmptyFileIsReadAtOnce() {
    var machine = FakeInspector()
    let question = { SystemQuestion.linesAround(file: $0, line: 1, context: 0) }
    machine[question("/etc/app/empty.conf")] = .lines(list: [])
    machine[question("/etc/app/full.conf")] = lines("/etc/app/full.conf", "a = 1")
    let found = entries(on: machine) { trace in
      trace.open("/etc/app/empty.conf")
      trace.open("/etc/app/full.conf")
    }
    #expect(found.map(\.status) == [.read, .opened])
  }

  @Test func aWordOfTheCommandIsNoFile() {
    let found = entries(with: ["config", "list"]) {
      $0.stat("/home/ann/config", .fails(.noEntry))
      $0.stat("/home/ann/other/config", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/other/config"])
  }

  @Test(arguments: [
    (["--data-file=/srv/work/x"], false), (["--app-file=/srv/work/x"], true),
    (["--rules-config", "/srv/work/x"], true), (["-init", "/srv/work/x"], true),
    (["--source", "/srv/work/x"], false),
  ])
  func anOptionByItsName(_ arguments: [String], _ isConfiguration: Bool) {
    let found = entries(with: arguments) { $0.read("/srv/work/x") }
    #expect(found.map(\.path) == (isConfiguration ? ["/srv/work/x"] : []))
  }

  @Test func anOptionThatSaysConfigurationMayNameAnyFile() {
    let found = entries(with: ["--config", "/srv/work/x.txt", "--csv=/srv/work/y.csv"]) {
      $0.read("/srv/work/x.txt")
      $0.read("/srv/work/y.csv")
    }
    #expect(found.map(\.path) == ["/srv/work/x.txt"])
  }

  @Test(arguments: [
    (["/usr/bin/app", "-c", "/srv/work/x.py"], true), (["-c", "/srv/work/x.py"], false),
  ])
  func aShortOptionBelongsToTheScript(_ arguments: [String], _ isConfiguration: Bool) {
    let found = entries(with: arguments) { $0.read("/srv/work/x.py") }
    #expect(found.map(\.path) == (isConfiguration ? ["/srv/work/x.py"] : []))
  }

  @Test func aDirectoryOfConfigurationHoldsItInTheProgramsLanguage() {
    let found = entries(environment: ["XDG_CONFIG_HOME=/srv/c"]) {
      $0.read("/srv/c/app/config.fish")
      $0.read("/srv/c/app/lib.py")
    }
    #expect(found.map(\.path) == ["/srv/c/app/config.fish"])
  }

  @Test func whatAnOptionGoesToIsWhereToWork() {
    let found = entries(with: ["-C", "/srv/work"]) { $0.read("/srv/work/x") }
    #expect(found.isEmpty)
  }

  @Test func aThemeOfThePackageIsLookedForAtHomeFirst() {
    let found = entries { trace in
      trace.stat("/home/ann/.config/app/colors/default.py", .fails(.noEntry))
      trace.read("/usr/lib/app/colors/default.py")
      trace.stat("/home/ann/.config/app/default.py", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/.config/app/default.py"])
  }

  @Test func aTwinInTheWorkingDirectoryCounts() {
    let found = entries { trace in
      trace.read("/home/ann/.app/init.lisp")
      trace.stat("/home/ann/init.lisp", .fails(.noEntry))
      trace.stat("/home/ann/other.lisp", .fails(.noEntry))
      trace.stat("/srv/init.lisp", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/.app/init.lisp", "/home/ann/init.lisp"])
  }

  @Test func aTwinOfWhatIsNowhereDoesNot() {
    let found = entries { trace in
      trace.stat("/home/ann/.app/init.lisp", .fails(.noEntry))
      trace.stat("/home/ann/init.lisp", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/.app/init.lisp"])
  }

  @Test(arguments: [
    ("app.yml", true), ("app.settings.json", true), (".app.pro", true), (".style.app", true),
    ("Appfile", true), ("application.json", false), ("app.png", false), ("other.yml", false),
  ])
  func aFileCalledAfterTheProgramCountsWhereItWorks(_ name: String, _ counts: Bool) {
    let found = entries { trace in
      trace.read("/home/ann/\(name)")
      trace.read("/srv/data/\(name)")
    }
    #expect(found.map(\.path).contains("/home/ann/\(name)") == counts)
    #expect(!found.map(\.path).contains("/srv/data/\(name)"))
  }

  @Test func aSearchForModulesDoesNotEndTheTale() {
    let found = entries { trace in
      for number in 0..<9000 {
        trace.stat("/srv/lib/\(number)/a.rb", .fails(.noEntry))
      }
      trace.read("/etc/app.conf")
    }
    #expect(found.map(\.path) == ["/etc/app.conf"])
  }

  @Test(arguments: ["DIALOGRC", "CATALOG_CONF", "APP_CERT_CONFIG"])
  func aVariableThatEndsInConfigurationNamesSome(_ name: String) {
    let found = entries(environment: ["HOME=/home/ann", "\(name)=/srv/a.b"]) { $0.read("/srv/a.b") }
    #expect(found.map(\.path) == ["/srv/a.b"])
  }

  @Test(arguments: [("--admindir", false), ("--config-dir", true)])
  func whatLiesInADirectoryThatAnOptionNames(_ option: String, _ counts: Bool) {
    let found = entries(with: ["\(option)=/var/lib/app"]) { $0.read("/var/lib/app/status") }
    #expect(found.map(\.path).contains("/var/lib/app/status") == counts)
  }

  @Test func theSystemsFileBeforeThePersonsIsNoSearchForTheFirst() {
    let all = ["/etc/app/app.conf", "/home/ann/.config/app/app.conf", "/srv/.app/app.conf"]
    // Of the machine and of a person; of a person and of a project.
    for (places, order) in [
      (Array(all[...1]), Array(all[...1])), (Array(all[...1]), all[...1].reversed()),
      (Array(all[1...]), Array(all[1...])), (Array(all[1...]), all[1...].reversed()),
    ] {
      let found = entries { trace in
        trace.stat(order[0], .fails(.noEntry))
        trace.read(order[1])
      }
      #expect(
        ConfigurationPrecedence.all(found)
          == (order == places ? [] : [.first(missing: [order[0]], taken: order[1])]))
    }
  }
}
