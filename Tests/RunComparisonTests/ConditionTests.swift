import TraceEvents
import TraceTestSupport
import Testing

@testable import RunComparison

/// Under which conditions two runs began, and which of those the failure has to do with.
@Suite struct ConditionTests {
  private func run(
    _ environment: [String] = ["HOME=/home/ann"], credentials: Credentials = Trace.user,
    directory: String = "/home/ann", status: Int32 = 0, cause: ComparedRun.Cause? = nil,
    _ body: (inout Trace) -> Void = { _ in }
  ) -> ComparedRun {
    var trace = Trace(
      "/usr/bin/app", environment: environment, directory: directory, credentials: credentials)
    body(&trace)
    trace.exit(status)
    return trace.run(directory: directory, failing: cause)
  }

  @Test func variablesThatDifferAndThoseOfASession() {
    let comparison = RunComparison(
      good: run(["A=1", "MODE=fast", "SHLVL=1", "SSH_CLIENT=x", "T=/tmp/tmpab3dxk9q"]),
      bad: run(["A=1", "MODE=slow", "MORE=x", "SHLVL=2", "T=/tmp/tmpzzzzzzzz"]))
    #expect(comparison.differences.map(\.subject) == ["MODE", "MORE"])
    #expect(comparison.comparesEnvironments)
  }

  @Test func theVariableThatLedThereIsRelated() throws {
    let good = run(["HOME=/home/ann", "LIBS=/opt/old:/opt/mods", "OTHER=1"]) {
      $0.open("/opt/mods/billing.py")
    }
    let bad = run(["HOME=/home/ann", "LIBS=/opt/old"], status: 1, cause: .init("billing", nil)) {
      $0.open("/opt/old/billing.py", .fails(.noEntry))
    }
    let comparison = RunComparison(good: good, bad: bad)
    #expect(comparison.counterpart == .foundElsewhere(name: "/opt/mods/billing.py"))
    let related = comparison.differences.filter(\.isRelated).map(\.subject)
    #expect(Set(related) == ["billing", "LIBS"])
    #expect(comparison.of(.environment).map(\.subject) == ["LIBS", "OTHER"])
  }

  @Test func theVariableThatWasSpokenOfIsRelated() {
    let good = run(["DATABASE_URL=x", "DATABASE=y"])
    let bad = run(["B=1"], status: 2, cause: .init("start.sh", nil)) {
      $0.say("start.sh: 2: DATABASE_URL: parameter not set")
    }
    let comparison = RunComparison(good: good, bad: bad)
    #expect(comparison.differences.filter(\.isRelated).map(\.subject) == ["DATABASE_URL"])
  }

  @Test func theUserIsRelatedToARefusalAndToNothingElse() {
    let good = run(credentials: Trace.root) { $0.open("/srv/key") }
    let refused = run(status: 1, cause: .init("/srv/key", .accessDenied)) {
      $0.open("/srv/key", .fails(.accessDenied))
    }
    let missing = run(status: 1, cause: .init("/srv/key")) {
      $0.open("/srv/key", .fails(.noEntry))
    }
    let one = RunComparison(good: good, bad: refused).of(.user)
    #expect(one.map(\.isRelated) == [true])
    #expect(one.map(\.there) == ["0"])
    #expect(RunComparison(good: good, bad: missing).of(.user).map(\.isRelated) == [false])
  }

  @Test func capabilitiesOfTheSameUserAreCompared() {
    var less = Trace.root
    less.capabilities = 1 << 10
    let comparison = RunComparison(good: run(credentials: Trace.root), bad: run(credentials: less))
    #expect(comparison.of(.capabilities).map(\.there) == ["all"])
    #expect(comparison.of(.capabilities).map(\.here) == ["CAP_NET_BIND_SERVICE"])
    #expect(comparison.of(.user).isEmpty)
  }

  @Test func groupsAreComparedWithoutTheUsersOwn() {
    var member = Trace.user
    member.groups = [1000, 44]
    let comparison = RunComparison(good: run(credentials: member), bad: run())
    #expect(comparison.of(.groups).map(\.there) == ["44, 1000"])
    #expect(comparison.of(.groups).map(\.here) == [nil])
    member.groups = [1000]
    #expect(RunComparison(good: run(credentials: member), bad: run()).of(.groups).isEmpty)
  }

  @Test func theDirectoryMattersForARelativePath() {
    let good = run(directory: "/srv/app") { $0.open("app.ini") }
    let bad = run(directory: "/", status: 1, cause: .init("/app.ini")) {
      $0.open("app.ini", .fails(.noEntry))
    }
    let comparison = RunComparison(good: good, bad: bad)
    #expect(comparison.counterpart == .worked(name: "/srv/app/app.ini"))
    #expect(comparison.of(.directory).map(\.isRelated) == [true])
  }

  @Test func theSameFileInTheHomeOfAnother() {
    let good = run(["HOME=/root"], credentials: Trace.root, directory: "/srv") {
      $0.open("/root/.apprc")
    }
    let bad = run(directory: "/var", status: 1, cause: .init("/home/ann/.apprc")) {
      $0.open("/home/ann/.apprc", .fails(.noEntry))
    }
    #expect(RunComparison(good: good, bad: bad).counterpart == .worked(name: "/root/.apprc"))
  }

  @Test func whatOneRunDoesNotTellIsNotCompared() {
    let comparison = RunComparison(good: run([]), bad: run())
    #expect(!comparison.comparesEnvironments)
    #expect(comparison.of(.environment).isEmpty)
  }

  @Test func anEmptyRunIsNoTrap() {
    let empty = ComparedRun(usage: RunUsage(), command: [], processes: [])
    #expect(RunComparison(good: empty, bad: empty).differences.isEmpty)
    let comparison = RunComparison(good: empty, bad: run(status: 1, cause: .init("/x")))
    #expect(comparison.counterpart == nil)
  }

  @Test func aCircleOfParentsEnds() {
    let process = ComparedRun.Process(parent: 1, name: "a", arguments: [], status: 0)
    let run = ComparedRun(usage: RunUsage(), command: [], processes: [process, process, process])
    #expect(RunComparison(good: run, bad: run).differences.isEmpty)
  }
}
