import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

/// What a program does with a file tells whether it is configuration.
@Suite struct ConfigurationUseTests {
  private func entries(
    _ arguments: [String] = [], environment: [String] = ["HOME=/home/ann"],
    on machine: FakeInspector = FakeInspector(), _ build: (inout Trace) -> Void
  ) -> [ConfigurationEntry] {
    var trace = Trace("/usr/bin/app", arguments, environment: environment)
    build(&trace)
    var history = History()
    var order = ConfigurationOrder()
    for event in trace.events {
      let digest = history.apply(event)
      order.apply(event, digest: digest, history: history)
    }
    return order.findings { machine.answer($0) }.entries
  }

  @Test func whatItMadeBeforeItLookedIsItsOwn() {
    let found = entries {
      $0.open("/etc/app/table.25", flags: "O_WRONLY|O_CREAT|O_EXCL")
      $0.stat("/etc/app/table.25")
      $0.stat("/etc/app/table")
    }
    #expect(found.map(\.path) == ["/etc/app/table"])
  }

  @Test func whatItRunsIsAProgram() {
    let found = entries {
      $0.spawn(101, "/etc/app/plugins/df", environment: ["HOME=/home/ann"])
      $0.open("/etc/app/plugins/df", by: 101)
      $0.read("/etc/app/plugins/df.conf")
    }
    #expect(found.map(\.path) == ["/etc/app/plugins/df.conf"])
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
    ("/srv/work/apprc", true), ("/srv/work/otherrc", false),
    ("/home/ann/.app/startup/00-first.py", true), ("/home/ann/.app/lib/first.py", false),
    ("/srv/work/conftest.py", true), ("/srv/work/jail.local", true),
    ("/usr/share/app/conftest.py", false),
  ])
  func names(_ path: String, _ isConfiguration: Bool) {
    #expect(entries { $0.read(path) }.map(\.path) == (isConfiguration ? [path] : []))
  }

  @Test func anOptionThatSaysNothingNamesNoFile() {
    let found = entries(["--no-daemon", "/srv/work/app.conf"]) { $0.read("/srv/work/app.conf") }
    #expect(found.map(\.origin) == [.argument])
  }
}
