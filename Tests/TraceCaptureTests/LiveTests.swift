import Glibc
import Testing
import TraceCapture
import TraceEvents

/// Real programs under the real tracer; one after the other, so that a slow machine stays usable.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"))
struct LiveTests {
  @Suite struct Lives {
    @Test func oneProcess() {
      let run = record("/bin/true")
      #expect(run.outcome == .exited(0))
      #expect(run.executions.map(\.path) == ["/bin/true"])
      #expect(run.starts.count == 1)
      #expect(run.ends == [.exited(status: 0)])
      #expect(run.events.map(\.number) == Array(1...run.events.count))
      let state = run.starts.first?.state
      #expect(state?.arguments == ["/bin/true"])
      #expect(state?.descriptors[2] != nil)
      #expect(state?.credentials?.user == geteuid())
    }

    @Test func arguments() {
      let run = record("sh", "-c", "exit 7", "caf\u{e9}", "")
      #expect(run.outcome == .exited(7))
      #expect(run.executions.first?.arguments == ["sh", "-c", "exit 7", "caf\u{e9}", ""])
      #expect(run.executions.first?.environment == ["PATH=/usr/bin:/bin", "LC_ALL=C"])
    }

    @Test func searchAlongPath() {
      let run = record("no-such-command-at-all", "x")
      #expect(run.outcome == .notStarted(.noEntry))
      #expect(
        run.calls.compactMap(\.path)
          == ["/usr/bin/no-such-command-at-all", "/bin/no-such-command-at-all"])
      #expect(run.calls.allSatisfy { $0.name == "execve" && $0.error == .noEntry })
      #expect(run.ends == [.exited(status: 127)])
    }

    /// What is not there is not tried, up to the first that is: here one that may not be run.
    @Test func searchBeginsAtWhatIsThere() {
      let scratch = Scratch()
      let directory = scratch.path + "/first"
      #expect(unsafe system("mkdir '\(directory)' && : > '\(directory)/true'") == 0)
      let run = record(
        LaunchRequest(
          command: ["true"], environment: ["PATH=/no/such/place:first:/etc/passwd:/bin"],
          workingDirectory: scratch.path, ownsProcessSignals: false))
      #expect(run.outcome == .exited(0))
      let tries = run.calls.filter { $0.name == "execve" }
      #expect(tries.compactMap(\.path) == ["first/true", "/etc/passwd/true"])
      #expect(tries.map(\.error) == [.accessDenied, ErrorNumber(rawValue: 20)])
      #expect(run.executions.map(\.path) == ["/bin/true"])
    }

    @Test func notExecutable() {
      let run = record("/etc/passwd")
      #expect(run.outcome == .notStarted(.accessDenied))
      #expect(run.ends == [.exited(status: 126)])
      #expect(
        run.facts.contains {
          if case .access("/etc/passwd", .execute, _) = $0.question { true } else { false }
        })
    }

    @Test func badRequests() {
      #expect(record(LaunchRequest(command: [])).error?.code == .badRequest)
      #expect(record("a\0b").error?.code == .badRequest)
      let elsewhere = LaunchRequest(
        command: ["/bin/true"], workingDirectory: "/no/such/place", ownsProcessSignals: false)
      #expect(record(elsewhere).error?.code == .cannotEnterDirectory)
    }

    @Test func fiveHundredForks() {
      let run = record(
        "sh", "-c", "i=0; while [ $i -lt 500 ]; do (exit 3); i=$((i+1)); done; exit 4")
      #expect(run.outcome == .exited(4))
      #expect(run.starts.count == 501)
      #expect(run.ends.count { $0 == .exited(status: 3) } == 500)
      let waits = run.calls.filter { $0.name == "wait4" && ($0.value ?? 0) > 0 }
      #expect(waits.count == 500)
      // The raw wait status of exit status 3.
      #expect(waits.allSatisfy { $0.arguments.contains(.integer(value: 3 << 8)) })
    }

    @Test func orderOfPipeline() {
      let run = record("sh", "-c", "cat /etc/passwd | head -n 1 >/dev/null")
      #expect(run.outcome == .exited(0))
      #expect(run.calls.contains { $0.name.hasPrefix("pipe") && $0.madeDescriptors != nil })
      #expect(run.executions.map { $0.arguments[0] }.sorted() == ["cat", "head", "sh"])
    }

    @Test func stoppedAndContinued() {
      let run = record(
        "sh", "-c", "sh -c 'kill -STOP $$; exit 5' & sleep 0.1; kill -CONT $!; wait $!")
      #expect(run.outcome == .exited(5))
      #expect(run.signals.contains { $0.signal == .stop })
    }

    @Test(arguments: ["while :; do :; done", "trap '' TERM; while :; do :; done"])
    func whatNeverSettlesIsEnded(_ script: String) {
      let run = record(
        LaunchRequest(
          command: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"], settle: 0.1,
          patience: 0.3, ownsProcessSignals: false))
      #expect(run.notes == [.restless])
    }

    @Test func aFileThatIsBeingOpenedIsToldOf() {
      let scratch = Scratch()
      let path = scratch.path + "/fifo"
      #expect(unsafe mkfifo(path, 0o600) == 0)
      let run = record(
        LaunchRequest(
          command: ["cat", path], environment: ["PATH=/usr/bin:/bin"], settle: 0.1,
          ownsProcessSignals: false))
      #expect(run.calls("openat", path).map(\.outcome) == [.unfinished])
    }

    @Test(.enabled(if: geteuid() == 0, "only root can run a program as another user"))
    func asAnotherUser() {
      let request = LaunchRequest(
        command: ["sh", "-c", "id -u; id -G; cat /etc/shadow"], environment: ["PATH=/usr/bin:/bin"],
        user: TargetUser(user: 12345, group: 23456, groups: [23456, 34567]),
        ownsProcessSignals: false)
      let run = record(request)
      let credentials = run.executions.first?.credentials
      #expect(credentials?.user == 12345)
      #expect(credentials?.groups == [23456, 34567])
      #expect(credentials?.capabilities == 0)
      #expect(run.calls("openat", "/etc/shadow").first?.error == .accessDenied)
      #expect(
        run.facts.contains {
          if case .access("/etc/shadow", .read, let asker) = $0.question {
            asker.user == 12345
          } else {
            false
          }
        })
      // What the child did to become the user is ours, not the target's.
      #expect(!run.calls.contains { $0.name.hasPrefix("set") })
    }

    @Test func killedBySignal() {
      let run = record("sh", "-c", "kill -KILL $$")
      #expect(run.outcome == .killed(.kill, coreDumped: false))
      let second = record("sh", "-c", "kill -TERM $$")
      #expect(second.outcome == .killed(.terminate, coreDumped: false))
      #expect(second.signals.first?.signal == .terminate)
      #expect(second.signals.first?.disposition == .standard)
      #expect(second.signals.first?.sender != nil)
    }
  }

  @Suite struct Calls {
    @Test func failuresAndTheirWords() {
      let run = record("cat", "/no/such/file")
      #expect(run.outcome == .exited(1))
      #expect(run.calls("openat", "/no/such/file").first?.error == .noEntry)
      #expect(run.words(.standardError).contains("No such file or directory"))
    }

    @Test func wordsOnStandardOutput() {
      let run = record("sh", "-c", "echo a message of some length; echo short >/dev/full")
      #expect(run.words(.standardOutput) == "a message of some length\n")
      let full = record("sh", "-c", "echo a message of some length >/dev/full")
      #expect(full.calls.contains { $0.name == "write" && $0.error == .noSpace })
      #expect(full.facts.contains { $0.question == .fileSystem(path: "/dev/full") })
    }

    @Test func howMuchWasRead() {
      let run = record("head", "-c", "10", "/etc/passwd")
      let releases = run.events.compactMap {
        if case .descriptorReleased(let release) = $0.body { release } else { nil }
      }
      #expect(releases.contains { $0.path == "/etc/passwd" && $0.position >= 10 })
      // Left open, it is told of at the end.
      let left = record("sh", "-c", "exec 3</etc/passwd; read line <&3; exit 0")
      #expect(
        left.events.contains {
          if case .descriptorReleased(let release) = $0.body {
            release.path == "/etc/passwd" && release.position > 0
          } else {
            false
          }
        })
    }

    @Test func readsOfANumberUsedTwice() {
      let run = record("sh", "-c", "exec 3</etc/passwd; read x <&3; exec 3</etc/group; read y <&3")
      let read = run.events.compactMap {
        if case .descriptorReleased(let release) = $0.body, release.position > 0 {
          release.path
        } else {
          nil
        }
      }
      #expect(read == ["/etc/passwd", "/etc/group"])
    }

    @Test func locksEndWithTheTarget() {
      // A copy that outlived the target's own descriptor would keep the lock.
      let run = record(
        "sh", "-c", "exec 9</etc/passwd; flock 9; exec 9<&-; flock -n /etc/passwd true")
      #expect(run.outcome == .exited(0))
    }

    @Test func whoClosedThePipe() {
      let run = record("bash", "-c", "set -o pipefail; seq 1 1000000 | head -n 1 >/dev/null")
      #expect(run.outcome == .exited(141))
      let broken = run.signals.first { $0.signal == .brokenPipe }
      #expect(broken?.duringCall?.descriptor == 1)
      // The shell's ends and the unused ones are told to be closed before the signal.
      let pipe = run.calls.compactMap(\.madeDescriptors).first
      let closes = run.calls.filter { $0.name == "close" && $0.descriptor == pipe?.first }
      #expect(closes.count >= 2)
    }

    @Test func refusedConnection() {
      let run = record(
        "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/1")
      let connect = run.calls.first { $0.name == "connect" && $0.address?.port == 1 }
      #expect(connect?.error == .connectionRefused)
      #expect(connect?.address == .ip4(address: "127.0.0.1", port: 1))
      #expect(
        run.facts.map(\.question)
          == [
            .listener(address: .ip4(address: "127.0.0.1", port: 1), isDatagram: false), .listening,
          ])
    }

    @Test func readOnlyPlace() {
      let run = record("sh", "-c", "mkdir /proc/nothing")
      let call = run.calls("mkdir", "/proc/nothing").first
      #expect(call?.error != nil)
      #expect(call?.arguments.last == .octal(value: 0o777))
    }

    @Test func theNumberOfProcessors() {
      let run = record("nproc")
      let expected = unsafe popen("nproc", "r")
      var line = [CChar](repeating: 0, count: 32)
      _ = unsafe fgets(&line, 32, expected)
      unsafe pclose(expected)
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let scratch = Scratch()
      let written = record(
        "sh", "-c", "nproc > \(scratch.path)/n; grep -qx '\(text.dropLast())' \(scratch.path)/n")
      #expect(run.outcome == .exited(0))
      #expect(written.outcome == .exited(0))
    }
  }

  @Suite struct Limits {
    @Test func timeLimit() {
      let run = record("sleep", "1000", timeout: 1.5)
      #expect(run.outcome == .killed(.terminate, coreDumped: false))
      #expect(run.notes == [.timedOut])
      #expect(run.calls.contains { $0.outcome == .unfinished && $0.name == "clock_nanosleep" })
    }

    /// Without a front nothing can go on: the filter would outlive its tracer.
    @Test func whatIsLeftRunningEndsWithoutAFront() {
      let run = record("sh", "-c", "sleep 1000 & exit 3", timeout: 60)
      #expect(run.outcome == .exited(3))
      #expect(run.notes == [.incomplete])
      let ended = run.events.filter {
        $0.body == .processEnded(end: .killed(signal: .terminate, coreDumped: false))
      }
      #expect(ended.count == 1)
    }

    @Test func timeLimitOfOneThatWillNot() {
      let run = record("sh", "-c", "trap '' TERM; while :; do sleep 1000; done", timeout: 1.5)
      #expect(run.outcome == .killed(.kill, coreDumped: false))
    }

    @Test func whatIsWaitedFor() {
      let run = record("sh", "-c", "sleep 1000 | cat", timeout: 1.5)
      let unfinished = run.calls.filter { $0.outcome == .unfinished }
      #expect(unfinished.map(\.name).sorted() == ["clock_nanosleep", "read", "wait4"])
      #expect(unfinished.contains { $0.name == "read" && $0.descriptor == 0 })
    }
  }
}
