import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Files in places that have to do with the program")
struct NeighbourTests {
  private func isNeighbour(
    _ file: String, _ name: String, home: String, _ inspector: FakeInspector = FakeInspector(),
    build: (inout Trace) -> Void = { _ in }
  ) -> Bool {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    trace.exit(1)
    let history = trace.history
    let run = RankingContext(history: history, path: FailurePath(in: history))
    return Observer(run: run, inquiry: Inquiry(history: history, inspector: inspector))
      .isNeighbour(file, named: name, of: [home])
  }

  @Test(
    "By place alone",
    arguments: [
      ("/w/one/sub/state", "state", "/w/one", true), ("/w/state", "state", "/w/one", true),
      ("/w/two/state", "state", "/w/one", false),
      ("/w/two/o.git/config", "config", "/w/one", false),
      ("/w/etc/state", "state", "/w/one", true), ("/w/two/state", "state", "/w/bin", true),
      ("/w/two/etc/state", "etc/state", "/w/one", true),
      ("/elsewhere/state", "state", "/w/one", true),
    ])
  func place(file: String, name: String, home: String, isNear: Bool) {
    #expect(isNeighbour(file, name, home: home) == isNear)
  }

  @Test("A project has its mark in the directory above; a run that read there had to do with it")
  func project() {
    var inspector = FakeInspector()
    inspector.setExisting("/w/.git", .directory)
    #expect(isNeighbour("/w/two/state", "state", home: "/w/one", inspector))
    let visited = isNeighbour("/w/two/state", "state", home: "/w/one") { trace in
      trace.read("/w/three/a.conf")
    }
    #expect(visited)
  }
}
