import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

/// What a program does with a file tells whether it is configuration.
@Suite struct ConfigurationUseTests {
  @Test func whatItMadeBeforeItLookedIsItsOwn() {
    let found = entries {
      $0.open("/etc/app/table.25", flags: "O_WRONLY|O_CREAT|O_EXCL")
      $0.stat("/etc/app/table.25")
      $0.stat("/etc/app/table")
    }
    #expect(found.map(\.path) == ["/etc/app/table"])
  }

  @Test func whatLiesInADirectoryThatItMadeIsItsOwn() {
    let found = entries {
      $0.stat("/srv/work/out", .fails(.noEntry))
      $0.call("mkdir", [.path(text: "/srv/work/out")], .gives(0))
      $0.open("/srv/work/out/app.conf", .fails(.noEntry))
      $0.call("mkdir", [.path(text: "/home/ann/.app")], .gives(0))
      $0.open("/home/ann/.app/app.conf", .fails(.noEntry))
    }
    #expect(found.map(\.path) == ["/home/ann/.app/app.conf"])
  }

  @Test(arguments: [(true, "/usr/bin/app"), (false, "/usr/bin/other")])
  func whoOpenedAFileReadItThoughAChildClosesItFirst(_ isInherited: Bool, _ reader: String) {
    let found = entries {
      if isInherited { $0.open("/etc/app.conf", .gives(3)) }
      $0.spawn(101, "/usr/bin/other")
      if !isInherited { $0.open("/etc/app.conf", .gives(3), by: 101) }
      $0.release(3, "/etc/app.conf", position: 20, by: 101)
    }
    #expect(found.map(\.readerProgram) == [reader])
  }

  @Test func aFifoThatNobodyWritesToIsNeitherMissingNorOpened() {
    let found = entries { $0.open("/etc/app.conf", .unfinished) }
    #expect(found.map(\.status) == [.error] && found.first?.error == nil)
  }

  @Test func whatPathsOfProgramsLeadByIsNoConfiguration() {
    let found = entries {
      for name in ["umount", "app.ini"] {
        $0.stat("/home/ann/.config/app/\(name)", .fails(.noEntry))
        $0.stat("/usr/bin/\(name)", .fails(.noEntry))
      }
    }
    #expect(found.map(\.path) == ["/home/ann/.config/app/app.ini"])
  }

  @Test func whatLiesBesideConfigurationIsSoInAHiddenDirectoryAlone() {
    let found = entries {
      for directory in ["/home/ann/.app", "/home/ann/work"] {
        $0.read("\(directory)/.appconfig")
        $0.read("\(directory)/servers")
      }
    }
    #expect(
      found.map(\.path) == [
        "/home/ann/.app/.appconfig", "/home/ann/.app/servers", "/home/ann/work/.appconfig",
      ])
  }

  @Test func whatItRunsIsAProgram() {
    let found = entries {
      $0.spawn(101, "/etc/app/hooks/df", environment: ["HOME=/home/ann"])
      $0.open("/etc/app/hooks/df", by: 101)
      $0.read("/etc/app/hooks/df.conf")
    }
    #expect(found.map(\.path) == ["/etc/app/hooks/df.conf"])
  }

  @Test func whoKnowsWhatADirectoryHasLooksAtItWithoutReadingIt() {
    let found = entries {
      for directory in ["/srv/work", "/etc/app"] {
        $0.stat("\(directory)/Makefile")
        $0.open(directory)
        $0.call("getdents64", 3, nil, .gives(100))
      }
    }
    #expect(found.map(\.path) == ["/etc/app/Makefile", "/etc/app"])
  }

  @Test func aDirectoryThatAVariableNamesIsNoFile() {
    var machine = FakeInspector()
    machine[.entries(directory: "/srv/work", limit: 1)] = .names(list: ["x"])
    let found = entries(environment: ["APP_CONFIG=/srv/work"], on: machine) {
      $0.open("/srv/work")
    }
    #expect(found.isEmpty)
  }

  @Test(arguments: [
    ("/srv/work/CMakeLists.txt", true), ("/srv/work/notes.txt", false),
    ("/srv/work/apprc", true), ("/srv/work/otherrc", true), ("/srv/work/othersrc", false),
    ("/srv/work/session.conf", true), ("/srv/work/session", false),
    ("/etc/app/session.d/x", true), ("/home/ann/.RData", false), ("/home/ann/.app-local", true),
    ("/srv/work/app.config.js", true), ("/srv/work/app.js", false), ("/srv/work/.apprc.cjs", true),
    ("/srv/work/config/default.json", true), ("/srv/work/other/default.json", false),
    ("/srv/work/test.env", true),
    ("/home/ann/.app/startup/00-first.py", true), ("/home/ann/.app/lib/first.py", false),
    ("/srv/work/conftest.py", true), ("/srv/work/jail.local", true),
    ("/usr/share/app/conftest.py", false), ("/srv/work/.appignore", true),
    ("/srv/work/.app.yml", true), ("/srv/work/app.yml", false),
    ("/srv/work/.mailmap", true), ("/srv/work/.app_info.json", false), ("/etc/magic.mgc", false),
    ("/home/ann/.config/app/hooks", false), ("/home/ann/.app/lock/slot", false),
    ("/srv/work/group_vars/all.yml", true), ("/etc/lsb-release", false),
    ("/usr/local/etc/openssl", false),
  ])
  func names(_ path: String, _ isConfiguration: Bool) {
    #expect(entries { $0.read(path) }.map(\.path) == (isConfiguration ? [path] : []))
  }

  @Test func anOptionThatSaysNothingNamesNoFile() {
    let found = entries(with: ["--no-daemon", "/srv/work/app.conf"]) {
      $0.read("/srv/work/app.conf")
    }
    #expect(found.map(\.origin) == [.argument])
  }

  @Test(arguments: [
    ("/srv/work/table", ["# jobs", "1 5 x true"], true),
    ("/srv/work/jobs", ["1 5 x true"], true), ("/srv/work/rows", ["1 5 6 7"], false),
    ("/srv/work/client.app", ["dev tun", "proto udp"], true),
    ("/srv/work/client", ["dev tun", "proto udp"], false),
    ("/srv/work/x", ["[main]", "a = 1"], true),
    ("/srv/work/x", ["main {", "  a 1;", "}"], true),
    ("/srv/work/x", ["#!/bin/sh", "a=1"], false),
    ("/srv/work/x", ["# notes", "This is what I wrote on Monday."], false),
    ("/srv/work/x.json", ["{", "\"a\": 1"], false),
    ("/srv/work/x.txt", ["a = 1"], false), ("/srv/work/x.go", ["// x", "a = 1"], false),
  ])
  func aFileOfTheCommandLineByItsText(_ path: String, _ lines: [String], _ isSettings: Bool) {
    var machine = FakeInspector()
    machine[.linesAround(file: path, line: 1, context: 50)] = .lines(
      list: lines.enumerated().map { TextLine(file: path, number: $0.offset + 1, text: $0.element) }
    )
    let found = entries(with: ["-t", path], on: machine) { $0.read(path) }
    #expect(found.map(\.path) == (isSettings ? [path] : []))
  }

  @Test func whatLiesInAPlaceOfTheCommandLineHasTheOptionsName() {
    let found = entries(with: ["-D", "/srv/work", "/srv/data"]) {
      $0.read("/srv/work/app.conf")
      $0.read("/srv/data/app.conf")
    }
    #expect(found.map(\.origin) == [.option(name: "-D"), .builtIn])
  }

  @Test func aServerIsGivenNothingElse() {
    let found = entries(with: ["/srv/work/x"]) {
      $0.read("/srv/work/x")
      $0.call("listen", 5)
    }
    #expect(found.map(\.path) == ["/srv/work/x"])
  }

  @Test func directoriesOfOneNameGoTogether() {
    let found = entries {
      for place in ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/srv"] {
        $0.open(
          "\(place)/apps.d", place == "/srv" ? .fails(.accessDenied) : .fails(.noEntry),
          flags: "O_RDONLY|O_DIRECTORY")
      }
      $0.open("/run/app.pid")
    }
    #expect(
      found.map(\.path) == [
        "/etc/apps.d", "/run/apps.d", "/usr/local/lib/apps.d", "/usr/lib/apps.d",
      ])
  }

  @Test func theTitleOfADaemonIsItsCommandLine() {
    var trace = Trace()
    let state = ProcessState(
      executable: "/usr/sbin/appd", arguments: ["appd: master process appd -c /srv/work/x"],
      workingDirectory: "/", rootDirectory: "/", credentials: Trace.user,
      descriptors: Trace.standardStreams)
    trace.add(.processStarted(start: ProcessStart(parent: nil, state: state)))
    trace.read("/srv/work/x")
    #expect(configuration(of: trace).map(\.origin) == [.option(name: "-c")])
  }

  @Test(arguments: [("LOCK_SH", ConfigurationEntry.Status.read), ("LOCK_EX", .opened)])
  func whoSharesAFileReadsIt(_ lock: String, _ status: ConfigurationEntry.Status) {
    let found = entries {
      $0.open("/etc/app.conf")
      $0.call("flock", 3, lock)
    }
    #expect(found.map(\.status) == [status])
  }
}
