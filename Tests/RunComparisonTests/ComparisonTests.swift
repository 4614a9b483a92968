import TraceEvents
import TraceTestSupport
import Testing

@testable import RunComparison

/// What differs between two runs, category by category, and what does not.
@Suite struct ComparisonTests {
  private func pair(
    environment: [String] = [], _ there: (inout Trace) -> Void, _ here: (inout Trace) -> Void,
    cause: ComparedRun.Cause? = nil
  ) -> RunComparison {
    var good = Trace("/usr/bin/app", environment: environment)
    there(&good)
    good.exit(0)
    var bad = Trace("/usr/bin/app", environment: environment)
    here(&bad)
    bad.exit(1)
    return RunComparison(good: good.run(), bad: bad.run(failing: cause))
  }

  @Test func whatWasThereAndIsMissingHereIsNamedFirst() throws {
    let comparison = pair(
      {
        $0.stat("/etc/hint", .succeeds)
        $0.open("/etc/app.conf")
      },
      {
        $0.stat("/etc/hint", .fails(.noEntry))
        $0.open("/etc/app.conf", .fails(.noEntry))
      }, cause: .init("/etc/app.conf"))
    #expect(comparison.counterpart == .worked(name: "/etc/app.conf"))
    #expect(comparison.of(.missingHere).map(\.subject) == ["/etc/app.conf", "/etc/hint"])
    let first = try #require(comparison.differences.first)
    #expect(first.isRelated && first.error == .noEntry && first.program == "app")
  }

  @Test func whatIsHereAndWasMissingThereIsToldApart() {
    let comparison = pair(
      { $0.open("/etc/app.d/override.conf", .fails(.noEntry)) },
      { $0.open("/etc/app.d/override.conf") })
    #expect(comparison.of(.missingThere).map(\.subject) == ["/etc/app.d/override.conf"])
    #expect(comparison.of(.missingHere).isEmpty)
  }

  @Test func whatFailedThereAsWellIsNotTheReason() {
    let comparison = pair(
      { $0.open("/etc/app.conf", .fails(.noEntry)) },
      { $0.open("/etc/app.conf", .fails(.noEntry)) }, cause: .init("/etc/app.conf"))
    #expect(comparison.counterpart == .failedToo(name: "/etc/app.conf"))
    #expect(comparison.differences.isEmpty)
  }

  @Test func aSearchThatEndsWellInBothIsNoDifference() {
    let comparison = pair(
      {
        $0.open("/usr/local/etc/app.conf", .fails(.noEntry))
        $0.open("/etc/app.conf")
      },
      {
        $0.open("/usr/local/etc/app.conf", .fails(.noEntry))
        $0.open("/etc/app.conf", .fails(.interrupted))
        $0.open("/etc/app.conf")
      })
    #expect(comparison.differences.isEmpty)
  }

  @Test func aRefusalIsToldFromAnAbsence() {
    let comparison = pair(
      { $0.open("/srv/key") }, { $0.open("/srv/key", .fails(.accessDenied)) },
      cause: .init("/srv/key", .accessDenied))
    #expect(comparison.of(.refusedHere).map(\.subject) == ["/srv/key"])
    #expect(comparison.counterpart == .worked(name: "/srv/key"))
  }

  @Test func lookingIsPermittedInBothAndOpeningInOne() {
    let comparison = pair(
      {
        $0.stat("/srv/key")
        $0.open("/srv/key")
      },
      {
        $0.stat("/srv/key")
        $0.open("/srv/key", .fails(.accessDenied))
      })
    #expect(comparison.of(.refusedHere).map(\.subject) == ["/srv/key"])
  }

  @Test func anotherProgramThatMayDoesNotHideOneThatMayNot() {
    let comparison = pair(
      {
        $0.open("/srv/key")
        $0.spawn(200, "/usr/bin/worker")
        $0.open("/srv/key", by: 200)
      },
      {
        $0.open("/srv/key")
        $0.spawn(200, "/usr/bin/worker")
        $0.open("/srv/key", .fails(.accessDenied), by: 200)
      })
    #expect(comparison.of(.refusedHere).map(\.program) == ["worker"])
  }

  @Test func whatLiesInAMissingDirectoryIsNotListed() {
    let comparison = pair(
      {
        $0.open("/srv/data")
        $0.open("/srv/data/a")
        $0.open("/srv/data/b/c")
      },
      {
        $0.open("/srv/data", .fails(.noEntry))
        $0.open("/srv/data/a", .fails(.noEntry))
        $0.open("/srv/data/b/c", .fails(.noEntry))
      })
    #expect(comparison.of(.missingHere).map(\.subject) == ["/srv/data"])
  }

  @Test func numbersOfProcessesAndTemporaryNamesAreNoDifference() {
    let comparison = pair(
      {
        $0.open("/proc/100/stat")
        $0.open("/tmp/tmpab3dxk9q/x")
        $0.open("/tmp/tmpab3dxk9q/y", .fails(.noEntry))
      },
      {
        $0.open("/proc/987/stat")
        $0.open("/tmp/tmpzz8_xk0a/x")
        $0.open("/tmp/tmpzz8_xk0a/y", .fails(.noEntry))
      })
    #expect(comparison.differences.isEmpty)
  }

  @Test func theOrderOfThreadsAndProcessesIsNoDifference() {
    let comparison = pair(
      {
        for (pid, name) in [(200, "one"), (201, "two")] as [(ProcessID, String)] {
          $0.spawn(pid, "/usr/bin/\(name)", [name])
          $0.exit(0, by: pid)
        }
      },
      {
        for (pid, name) in [(300, "two"), (301, "one")] as [(ProcessID, String)] {
          $0.spawn(pid, "/usr/bin/\(name)", [name])
          $0.exit(0, by: pid)
        }
      })
    #expect(comparison.differences.isEmpty)
  }

  @Test func aChildThatEndsOtherwiseIsFoundAmongItsLikes() {
    let comparison = pair(
      {
        for pid in 200..<203 as Range<ProcessID> {
          $0.spawn(pid, "/usr/bin/cc1", ["file\(pid).c"])
          $0.exit(0, by: pid)
        }
      },
      {
        for pid in 200..<203 as Range<ProcessID> {
          $0.spawn(pid, "/usr/bin/cc1", ["file\(pid).c"])
          $0.exit(pid == 201 ? 1 : 0, by: pid)
        }
      })
    let ended = comparison.of(.ended)
    #expect(ended.map(\.subject) == ["cc1"])
    #expect(ended.map(\.here) == ["1"])
  }

  @Test func aChildIsRunWithOtherArguments() {
    let comparison = pair(
      { $0.spawn(200, "/usr/bin/ld", ["-L/opt/new/lib", "-lz"]) },
      { $0.spawn(200, "/usr/bin/ld", ["-L/opt/old/lib", "-lz"]) })
    #expect(comparison.of(.arguments).map(\.there) == ["-L/opt/new/lib"])
    #expect(comparison.of(.arguments).map(\.here) == ["-L/opt/old/lib"])
  }

  @Test func programsThatRanInOneOfThemAlone() {
    let comparison = pair(
      { $0.spawn(200, "/usr/bin/gzip") }, { $0.spawn(200, "/usr/bin/bzip2") })
    #expect(comparison.of(.ranThere).map(\.subject) == ["gzip"])
    #expect(comparison.of(.ranHere).map(\.subject) == ["bzip2"])
  }

  @Test func aConnectionIsMadeThereAndRefusedHere() {
    let database = SocketAddress.ip4(address: "10.0.0.5", port: 5432)
    let comparison = pair(
      { $0.socket("connect", database) },
      { $0.socket("connect", database, .fails(.connectionRefused)) },
      cause: .init("10.0.0.5:5432", .connectionRefused))
    #expect(comparison.of(.connectionHere).map(\.subject) == ["10.0.0.5:5432"])
    #expect(comparison.counterpart == .worked(name: "10.0.0.5:5432"))
  }

  @Test func aConnectionThatWasNotWaitedForFailsByItsEnd() {
    let server = SocketAddress.ip4(address: "10.0.0.5", port: 80)
    let comparison = pair(
      {
        $0.socket("connect", server, .fails(.inProgress))
        $0.call("getsockopt", 5, "SO_ERROR")
      },
      {
        $0.socket("connect", server, .fails(.inProgress))
        $0.call("getsockopt", 5, "SO_ERROR", .fails(.connectionRefused))
      })
    #expect(comparison.of(.connectionHere).map(\.error) == [.connectionRefused])
  }

  @Test func anotherHostOnTheSamePort() {
    let comparison = pair(
      { $0.socket("connect", .ip4(address: "10.0.0.5", port: 5432)) },
      {
        $0.socket(
          "connect", .ip4(address: "127.0.0.1", port: 5432), .fails(.connectionRefused))
      })
    #expect(comparison.of(.server).map(\.there) == ["10.0.0.5"])
    #expect(comparison.of(.server).map(\.here) == ["127.0.0.1"])
  }

  @Test func anotherVersionOfALibrary() {
    let comparison = pair(
      {
        $0.open("/usr/lib/libssl.so.1.1")
        $0.open("/lib/libc.so.6")
      },
      {
        $0.open("/usr/lib/libssl.so.3")
        $0.open("/usr/lib/libc.so.6")
      })
    #expect(comparison.of(.library).map(\.subject) == ["libssl.so"])
  }

  @Test func theSameNameLeadsToAnotherFile() {
    let comparison = pair(
      {
        $0.open("/usr/lib/libz.so.1", .gives(7))
        $0.release(7, "/usr/lib/libz.so.1.3", position: 10)
      },
      {
        $0.open("/usr/lib/libz.so.1", .gives(7))
        $0.release(7, "/usr/lib/libz.so.1.2.11", position: 10)
      })
    #expect(comparison.of(.library).map(\.there) == ["/usr/lib/libz.so.1.3"])
    #expect(comparison.of(.library).map(\.here) == ["/usr/lib/libz.so.1.2.11"])
  }

  @Test func anotherFileRunsUnderTheName() {
    let comparison = pair(
      { $0.spawn(200, "/opt/node20/bin/node") }, { $0.spawn(200, "/usr/bin/node") })
    #expect(comparison.of(.program).map(\.there) == ["/opt/node20/bin/node"])
    #expect(comparison.of(.program).map(\.here) == ["/usr/bin/node"])
  }

  @Test func aFileOfAnotherLength() {
    let comparison = pair(
      {
        $0.read("/srv/table", bytes: 12)
        $0.read("/proc/stat", bytes: 10)
      },
      {
        $0.read("/srv/table", bytes: 14)
        $0.read("/proc/stat", bytes: 20)
      })
    #expect(comparison.of(.contents).map(\.subject) == ["/srv/table"])
  }
}
