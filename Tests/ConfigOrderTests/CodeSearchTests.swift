import ConfigOrder
import History
import Testing
import TraceEvents
import TraceTestSupport

/// What a program looks for in a place of configuration without looking for configuration.
@Suite struct CodeSearchTests {
  private func paths(_ build: (inout Trace) -> Void) -> [String] { entries(build).map(\.path) }

  @Test func whatIsFoundAmongTheProgramsCodeIsNotMissedBeforeIt() {
    let found = paths {
      $0.open("/etc/app/cl-extra.el", .fails(.noEntry))
      $0.read("/usr/share/app/lisp/cl-extra.elc.gz")
      $0.open("/etc/app/site.el", .fails(.noEntry))
      $0.open("/etc/app/apprc.el", .fails(.noEntry))
      $0.open("/usr/share/app/apprc.el", .fails(.noEntry))
    }
    #expect(found == ["/etc/app/site.el", "/etc/app/apprc.el"])
  }

  @Test func formsOfOneNameAreOneTry() {
    let found = paths {
      $0.open("/home/ann/.app/early.el", .fails(.noEntry))
      $0.open("/home/ann/.app/early", .fails(.noEntry))
      $0.open("/home/ann/.app/early.el.el", .fails(.noEntry))
    }
    #expect(found == ["/home/ann/.app/early.el"])
  }

  @Test func aDirectoryThatLacksManyIsAPlaceOfASearchPath() {
    let names = ["a", "b", "c", "d"].map { "/etc/app/functions/\($0).fish" }
    #expect(paths { for name in names { $0.open(name, .fails(.noEntry)) } } == [])
    #expect(paths { for name in names.dropLast() { $0.open(name, .fails(.noEntry)) } }.count == 3)
    let some = paths {
      $0.read("/etc/app/functions/mine.fish")
      for name in names { $0.open(name, .fails(.noEntry)) }
    }
    #expect(some.count == 5)
  }

  @Test func theTwoFormsOfAModuleAreNoSettings() {
    let found = paths {
      $0.read("/home/ann/.config/app/init.lua")
      for name in ["lib", "lib/init"] {
        $0.open("/home/ann/.config/app/\(name).lua", .fails(.noEntry))
      }
    }
    #expect(found == ["/home/ann/.config/app/init.lua"])
  }

  @Test func whatBelongsToClassesIsLookedForWhereTheyAre() {
    let found = paths {
      $0.open("/etc/app/logging/com/x/Main.class", .fails(.noEntry))
      $0.open("/etc/app/logging/com/x/x.properties", .fails(.noEntry))
      $0.open("/etc/app/logging/app.properties", .fails(.noEntry))
    }
    #expect(found == ["/etc/app/logging/app.properties"])
  }

  @Test func aSocketIsNoConfiguration() {
    let found = paths {
      $0.stat("/etc/app/config")
      $0.socket("connect", .unix(path: "/etc/app/config"))
      $0.stat("/etc/app/other")
      $0.socket("connect", .unix(path: "/etc/app/other"), .fails(.noEntry))
    }
    #expect(found == ["/etc/app/other"])
  }
}
