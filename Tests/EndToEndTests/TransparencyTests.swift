import Foundation
import Testing

/// The target must not notice that it is traced: whatever it can ask gives the native answer.
@Suite struct TransparencyTests {
  @Test func standardStreamsAreByteForByteTheSame() async throws {
    let input = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let native = try await Comparison(
      command: ["/bin/sh", "-c", #"printf 'out\0\377\n'; printf 'err\033[31m' >&2; cat; exit 3"#],
      input: input
    ).expectEqual()
    #expect(native.status == 3)
    #expect(native.output.count == input.count + 6)
  }

  @Test(arguments: [0, 1, 2, 77, 125, 126, 127, 200, 255])
  func exitStatusIsTheTargets(_ status: Int) async throws {
    let native = try await Comparison(command: ["/bin/sh", "-c", "exit \(status)"]).expectEqual()
    #expect(native.status == status)
  }

  @Test(arguments: ["HUP", "INT", "QUIT", "ILL", "ABRT", "KILL", "USR1", "SEGV", "PIPE", "TERM"])
  func deathBySignalIs128AndItsNumber(_ signal: String) async throws {
    let native = try await Comparison(
      surroundings: Self.inShell("ulimit -c 0"),
      command: ["/usr/bin/perl", "-e", "kill '\(signal)', $$; sleep 5"]
    ).expectEqual()
    #expect(native.status > 128)
  }

  /// What a process can ask about itself, in surroundings that differ from the ordinary.
  struct Question: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var surroundings: [String] = []
    var command: [String]
  }

  private static func inShell(_ preparation: String) -> [String] {
    ["/bin/bash", "-c", preparation + #"; exec "$@""#, "surroundings"]
  }

  static let questions: [Question] = [
    Question(
      testDescription: "signal dispositions and mask",
      surroundings: inShell("trap '' HUP PIPE USR2"),
      command: ["/bin/grep", "-E", "^Sig(Blk|Ign|Cgt|Pnd)|^ShdPnd", "/proc/self/status"]),
    Question(
      testDescription: "an ignored SIGCHLD and SIGINT",
      surroundings: inShell("trap '' CHLD INT QUIT"),
      command: ["/bin/grep", "-E", "^SigIgn", "/proc/self/status"]),
    Question(
      testDescription: "a signal mask",
      surroundings: [
        "/usr/bin/python3", "-c",
        "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [10, 14, 15, 17]); "
          + "os.execvp(sys.argv[1], sys.argv[1:])",
      ],
      command: ["/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]),
    Question(
      testDescription: "identity and capabilities",
      command: ["/bin/grep", "-E", "^(Uid|Gid|Groups|Cap...|Umask|Threads)", "/proc/self/status"]),
    Question(
      testDescription: "environment",
      surroundings: ["/usr/bin/env", "-i", "A=1", "EMPTY=", "LD_LIBRARY_PATH=/nowhere", "Ü=ü"],
      command: ["/usr/bin/env"]),
    Question(
      testDescription: "umask", surroundings: inShell("umask 027"),
      command: [
        "/bin/sh", "-c",
        "umask; touch made-by-umask-test; stat -c %a made-by-umask-test; "
          + "rm made-by-umask-test",
      ]),
    Question(
      testDescription: "limits",
      surroundings: inShell("ulimit -Sn 99; ulimit -s 4096; ulimit -c 0; ulimit -t 500"),
      command: ["/bin/bash", "-c", "ulimit -Sa; ulimit -Ha"]),
    Question(testDescription: "nproc", command: ["/usr/bin/nproc"]),
    Question(
      testDescription: "nproc, from a command that starts others",
      command: ["/bin/sh", "-c", "for i in 1 2 3 4 5; do nproc; done; true & nproc; wait; nproc"]),
    Question(
      testDescription: "a restricted affinity", surroundings: ["/usr/bin/taskset", "-c", "0"],
      command: [
        "/bin/sh", "-c", "nproc; taskset -pc $$ | sed 's/.*://'",
      ]),
    Question(
      testDescription: "affinity, from Python",
      command: ["/usr/bin/python3", "-c", "import os; print(sorted(os.sched_getaffinity(0)))"]),
    Question(testDescription: "open descriptors", command: ["/bin/ls", "/proc/self/fd"]),
    Question(
      testDescription: "inherited descriptors",
      surroundings: inShell("exec 3</etc/passwd 7>&1 45</dev/null"),
      command: ["/bin/ls", "/proc/self/fd"]),
    Question(
      testDescription: "closed standard streams", surroundings: inShell("exec 0<&-"),
      command: ["/bin/sh", "-c", "ls /proc/self/fd; cat; echo $?"]),
    Question(
      testDescription: "working directory",
      command: ["/bin/sh", "-c", "pwd; readlink /proc/self/cwd /proc/self/root"]),
    Question(
      testDescription: "arguments", command: ["/bin/cat", "/proc/self/cmdline"]),
    Question(
      testDescription: "niceness", surroundings: ["/usr/bin/nice", "-n", "7"],
      command: ["/usr/bin/nice"]),
    Question(
      testDescription: "scheduling and memory policy",
      command: ["/bin/cat", "/proc/self/oom_score_adj", "/proc/self/personality"]),
    Question(
      testDescription: "name of the program", command: ["/bin/cat", "/proc/self/comm"]),
  ]

  @Test(arguments: questions)
  func answersAreTheNativeOnes(_ question: Question) async throws {
    let native = try await Comparison(
      surroundings: question.surroundings, command: question.command
    ).expectEqual()
    #expect(!native.output.isEmpty, "a question without an answer: \(native.errorText)")
  }

  /// A program of Tests/Programs, and what it must do in any case.
  struct Program: CustomTestStringConvertible, Sendable {
    var name: String
    var flags: [String] = []
    var status: Int32 = 0
    /// A part of what it writes.
    var says: String

    var testDescription: String { ([name] + flags).joined(separator: " ") }
  }

  static let programs = [
    Program(name: "self", says: "after setting: 1 1"),
    Program(name: "signals", says: "write -1 EPIPE"),
    Program(name: "threads", says: "4000"),
    Program(name: "forks", says: "24750"),
    Program(name: "exec-from-thread", status: 9, says: "replaced"),
    Program(name: "vfork", says: "42 5\n3"),
    Program(name: "own-filter", status: 4, says: "getppid -1 1\nopen -1 1\nopen 3"),
    Program(name: "plain", status: 6, says: "8 -1 1"),
    Program(name: "plain", flags: ["-static"], status: 6, says: "8 -1 1"),
    Program(name: "plain", flags: ["-m32"], status: 6, says: "4 -1 1"),
  ]

  @Test(arguments: programs)
  func programsBehaveAsAlone(_ program: Program) async throws {
    let path = try await CPrograms.shared.path(program.name, flags: program.flags)
    let native = try await Comparison(command: [path, "one", "two words"]).expectEqual()
    #expect(native.status == program.status)
    #expect(native.outputText.contains(program.says))
  }

  @Test func aDebuggerInsideFailsWithAClearNote() async throws {
    guard Host.path(of: "strace") != nil else { try skip("a debugger inside", "needs strace") }
    let results = try await Comparison(
      command: ["/usr/bin/strace", "-f", "-o", "/dev/null", "/bin/true"],
      options: ["--format", "json"]
    ).run()
    #expect(results.native.status == 0)
    #expect(results.traced.status != 0, "one process has one tracer")
    let said = try Regex("debugger|tracer|traced|ptrace").ignoresCase()
    #expect(results.report.contains(said), "\(results.report)")
  }
}
