import Foundation
import Testing

/// `whyfail -p`: what it tells of processes that run, and that they do not notice it.
@Suite struct AttachTests {
  private struct Report: Decodable {
    struct Source: Decodable { var kind: String }
    struct Outcome: Decodable { var kind: String }
    struct Verdict: Decodable {
      var status: String
      var summary: String
    }
    struct Finding: Decodable {
      var heuristic: String
      var role: String
      var subject: String
    }
    struct Actor: Decodable { var pid: Int32 }
    struct Open: Decodable {
      var fd: Int32
      var role: String
      var name: String
      var peers: [Actor]
    }
    struct Process: Decodable {
      var pid: Int32
      var name: String
      var watched: Bool
      var doing: String?
      var open: [Open]
    }
    struct Snapshot: Decodable { var processes: [Process] }
    var source: Source
    var outcome: Outcome
    var verdict: Verdict
    var findings: [Finding]
    var snapshot: Snapshot?
  }

  /// Runs a script in which `$W` is whyfail with a JSON report into the file `$R`, and `$D` a directory.
  private func run(_ script: String) async throws -> (output: String, reports: [Report]) {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let beginning = """
      D=\(scratch)
      W() { n=$((n + 1)); \(Host.whyfail) --format json -o $D/report$n "$@"; }
      """
    let result = try await ChildProcess.run(
      ["/bin/bash", "-c", beginning + "\n" + script], directory: scratch)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch)
      .filter { $0.hasPrefix("report") }.sorted()
      .filter { FileManager.default.contents(atPath: scratch + "/" + $0)?.isEmpty == false }
    let reports = try names.map {
      try JSONDecoder().decode(
        Report.self, from: Data(contentsOf: URL(fileURLWithPath: scratch + "/" + $0)))
    }
    return (result.outputText + result.errorText, reports)
  }

  /// A tracer that was there before has made the call one that goes on by restart_syscall(2).
  @Test func aSleepIsOneForASecondTracerToo() async throws {
    let (output, reports) = try await run(
      """
      sleep 30 & p=$!
      W -p $p --timeout 0.3
      W -p $p --timeout 0.3
      kill $p; wait
      """)
    #expect(reports.count == 2, "\(output)")
    for report in reports {
      #expect(report.findings.isEmpty)
      #expect(report.verdict.summary.hasSuffix("it sleeps, for 30 s at most."), "\(report.verdict)")
    }
  }

  @Test(arguments: [2, 3])
  func aDeadlockIsNamedWithItsFunctions(_ count: Int) async throws {
    let program = try await CPrograms.shared.path("deadlock", flags: ["-g", "-O0"])
    let (output, reports) = try await run(
      """
      \(program) \(count) & p=$!
      W -p $p --timeout 2
      grep -H TracerPid /proc/$p/status
      kill $p; wait
      """)
    let report = try #require(reports.first, "\(output)")
    #expect(report.source.kind == "attach" && report.outcome.kind == "still-running")
    #expect(report.verdict.status == "hung")
    #expect(report.findings.first?.heuristic == "processes/deadlock")
    #expect(report.findings.first?.role == "cause")
    for function in ["move_left()", "move_right()", "move_up()"].prefix(count) {
      #expect(report.verdict.summary.contains(function), "\(report.verdict.summary)")
    }
    #expect(output.contains("TracerPid:\t0\n"))
  }

  @Test func noCallOfItEndsForUs() async throws {
    let program = try await CPrograms.shared.path("interrupted")
    let (output, reports) = try await run(
      """
      mkfifo fifo
      \(program) < fifo & p=$!
      exec 9> fifo
      for i in 1 2 3 4; do W -p $p --timeout 0.2; done
      exec 9>&-
      wait $p; echo "status $?"
      """)
    #expect(reports.count == 4)
    #expect(output == "interrupted 0, not its input\nstatus 0\n")
  }

  @Test func whatIsStoppedStaysSo() async throws {
    let (output, reports) = try await run(
      """
      sleep 600 & p=$!
      kill -STOP $p
      W -p $p --timeout 0.3
      grep State: /proc/$p/status
      kill -CONT $p; kill $p; wait $p; echo $?
      """)
    #expect(output.contains("State:\tT (stopped)") && output.hasSuffix("143\n"), "\(output)")
    #expect(reports.first?.verdict.status == "hung")
    #expect(reports.first?.findings.first?.heuristic == "processes/stopped")
  }

  @Test func theTreeAndWhatIsOpenAreTold() async throws {
    let (output, reports) = try await run(
      """
      bash -c 'exec 8>> some.log; sleep 600 | cat; true' & p=$!
      until pgrep -P $p -x cat > pid && pgrep -P $p -x sleep >> pid; do sleep 0.05; done
      W -p $p --timeout 1.5
      W -p $p --no-children --timeout 0.3
      kill $p $(cat pid); cat pid
      """)
    #expect(reports.count == 2, "\(output)")
    let snapshot = try #require(reports.first?.snapshot)
    let watched = snapshot.processes.filter(\.watched)
    #expect(Set(watched.map(\.name)) == ["bash", "sleep", "cat"])
    let cat = try #require(watched.first { $0.name == "cat" })
    let sleep = try #require(watched.first { $0.name == "sleep" })
    #expect(cat.open.first { $0.fd == 0 }?.peers.map(\.pid) == [sleep.pid])
    #expect(cat.doing?.contains("which sleep (pid \(sleep.pid)) has to write") == true)
    let shell = try #require(watched.first { $0.name == "bash" })
    #expect(shell.open.contains { $0.role == "log" && $0.name.hasSuffix("/some.log") })
    // Sleep is what keeps all of it.
    #expect(reports[0].findings.first?.subject.hasSuffix("sleep") == true)
    #expect(reports[1].snapshot?.processes.filter(\.watched).map(\.name) == ["bash"])
  }

  @Test func whatFailsMeanwhileIsToldAndItsEndToo() async throws {
    let (output, reports) = try await run(
      """
      bash -c 'until [ -e go ]; do sleep 0.1; done; cat /no/such/file 2>&1; exec sleep 600' & p=$!
      (until grep -q 'TracerPid:.[1-9]' /proc/$p/status; do sleep 0.05; done; sleep 0.3; touch go) &
      W -p $p --timeout 6
      kill $p; wait $p
      bash -c 'until [ -e gone ]; do sleep 0.1; done; cat /nor/this; exit 3' & p=$!
      (until grep -q 'TracerPid:.[1-9]' /proc/$p/status; do sleep 0.05; done; sleep 0.3; touch gone) &
      W -p $p; echo "status $?"
      """)
    #expect(reports.count == 2, "\(output)")
    #expect(reports[0].findings.contains { $0.subject == "/no/such/file" }, "\(reports[0])")
    #expect(reports[1].verdict.status == "failed")
    #expect(reports[1].findings.first?.subject == "/nor/this", "\(reports[1])")
    #expect(output.contains("status 3"))
  }

  @Test(arguments: [
    ("4194303", "there is no process 4194303"), ("99999999999", "there is no process"),
    ("no-such-name", "there is no process called no-such-name"), ("0", "takes the numbers"),
    ("1,4194303", "there is no process 4194303"),
  ])
  func whatCannotBeWatchedIsSaidInOneLine(_ word: String, _ says: String) async throws {
    let (output, _) = try await run("W -p \(word) --timeout 0.1; echo \"status $?\"")
    let lines = output.split(separator: "\n").sorted()
    #expect(lines.count == 2 && lines[0] == "status 125" && lines[1].contains(says), "\(output)")
  }

  @Test func zombiesThreadsAndTheTracedAreSaid() async throws {
    let program = try await CPrograms.shared.path("deadlock", flags: ["-g", "-O0"])
    let (output, _) = try await run(
      """
      python3 -c 'import os, time
      pid = os.fork()
      if pid == 0: os._exit(0)
      print(pid, flush=True); time.sleep(600)' > zombie & z=$!
      until [ -s zombie ]; do sleep 0.05; done
      until grep -q 'State:.Z' /proc/$(cat zombie)/status; do sleep 0.05; done
      W -p $(cat zombie)
      \(program) & p=$!
      until [ $(ls /proc/$p/task | wc -l) = 3 ]; do sleep 0.05; done
      W -p $(ls /proc/$p/task | tail -1)
      W -p $p --timeout 600 & w=$!
      until ! grep -q 'TracerPid:.0$' /proc/$p/status; do sleep 0.05; done
      W -p $p
      kill -TERM $w; wait $w
      kill $p $z
      """)
    #expect(output.contains("it is a zombie, as its parent, process"), "\(output)")
    #expect(output.contains("is a thread of process"), "\(output)")
    #expect(output.contains("(whyfail) traces it already"), "\(output)")
  }
}
