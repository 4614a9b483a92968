import Glibc
import Testing
@testable import TraceCapture
import TraceEvents

/// What is told of calls that are not stopped at, or at their entry alone, is what came of them.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"),
  .enabled(if: Machine.hasCompiler, "there is no gcc here to compile the programs with"))
struct SpareStopTests {
  /// Runs `body` as a diagnosis does, in a directory of its own.
  private func run(_ body: String) throws -> (events: [TraceEvent], results: [String]) {
    let scratch = Scratch()
    let compiled = scratch.compile(
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <linux/landlock.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/prctl.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <sys/un.h>
      #include <unistd.h>
      static FILE *results;
      static int look(int at, const char *name, int flags) {
        int file = openat(at, name, flags, 0644);
        fprintf(results, "%s %s\\n", name, file < 0 ? strerrorname_np(errno) : "there");
        fflush(results);
        return file;
      }
      int main() {
        results = fopen("results", "w");
      \(body)
        return 0;
      }
      """)
    let program = try #require(compiled)
    let run = record(
      LaunchRequest(
        command: [program], environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"], timeout: 60,
        isThorough: false, workingDirectory: scratch.path, ownsProcessSignals: false))
    #expect(run.outcome == .exited(0))
    let results = String(decoding: scratch.bytes("results"), as: UTF8.self).split(separator: "\n")
    return (run.events, results.map(String.init))
  }

  /// What the events say of the opens of relative paths: each with the directory that its descriptor
  /// is open on by what was told before.
  private func opens(_ events: [TraceEvent]) -> [(path: String, outcome: String)] {
    var places: [Int64: String] = [:]
    var opens: [(path: String, outcome: String)] = []
    for case .systemCall(let call) in events.map(\.body) {
      switch (call.name, call.outcome, call.arguments.first) {
      case ("fcntl", .returned(let copy), .descriptor(let number)):
        places[copy] = places[Int64(number)]
      case ("openat", let outcome, .directory(let directory)):
        guard let path = call.paths.first?.path, path != "results" else { continue }
        if path.hasPrefix("/") {
          if case .returned(let number) = outcome {
            places[number] = path.split(separator: "/").last.map(String.init)
          }
          continue
        }
        let place = places[Int64(directory)].map { $0 + "/" + path } ?? path
        if case .returned(let number) = outcome { places[number] = place }
        opens.append((place, call.error?.name ?? "there"))
      default: continue
      }
    }
    return opens
  }

  @Test func copiesOfDirectories() throws {
    let (events, _) = try run(
      """
        mkdir("a", 0755);
        mkdir("a/c", 0755);
        mkdir("b", 0755);
        int a = look(AT_FDCWD, "a", O_RDONLY | O_DIRECTORY);
        int copy = fcntl(a, F_DUPFD_CLOEXEC, 3);
        close(a);
        int b = look(AT_FDCWD, "b", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        int other = fcntl(copy, F_DUPFD_CLOEXEC, 0);
        close(copy);
        look(b, "first", O_RDONLY);
        look(other, "first", O_RDONLY);
        int inner = look(other, "c", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        int last = fcntl(inner, F_DUPFD_CLOEXEC, 3);
        close(inner);
        look(last, "second", O_RDONLY);
        look(other, "second", O_RDONLY);
      """)
    #expect(
      opens(events).map { "\($0.path) \($0.outcome)" } == [
        "a there", "b there", "b/first ENOENT", "a/first ENOENT", "a/c there", "a/c/second ENOENT",
        "a/second ENOENT",
      ])
  }

  /// The second directory of a call, one that is entered, and one whose way leads over a link.
  @Test func copiesThatOtherCallsName() throws {
    let (events, _) = try run(
      """
        mkdir("a", 0755);
        mkdir("b", 0755);
        symlink("a", "way");
        int a = look(AT_FDCWD, "way", O_RDONLY | O_DIRECTORY);
        int b = look(AT_FDCWD, "b", O_RDONLY | O_DIRECTORY);
        int from = fcntl(a, F_DUPFD_CLOEXEC, 3);
        int to = fcntl(b, F_DUPFD_CLOEXEC, 3);
        close(a);
        close(b);
        renameat(from, "x", to, "y");
        symlinkat("x", from, "link");
        fchdir(to);
      """)
    var places: [Int64: String] = [:]
    var told: [String] = []
    for case .systemCall(let call) in events.map(\.body) {
      if case .returned(let value) = call.outcome {
        if call.name == "openat", let path = call.paths.first?.path {
          places[value] = path.split(separator: "/").last.map(String.init)
        } else if call.name == "fcntl", case .descriptor(let number)? = call.arguments.first {
          places[value] = places[Int64(number)]
        }
      }
      guard ["renameat", "symlinkat", "fchdir"].contains(call.name) else { continue }
      told += call.arguments.compactMap { argument -> String? in
        switch argument {
        case .directory(let number), .descriptor(let number):
          "\(call.name) \(places[Int64(number)] ?? "?")"
        default: nil
        }
      }
    }
    #expect(told == ["renameat a", "renameat b", "symlinkat a", "fchdir b"])
  }

  /// What it is open on is told as the process sees it.
  @Test(.enabled(if: geteuid() == 0, "only root can enter another root"))
  func copiesOfDirectoriesInAnotherRoot() throws {
    let (events, _) = try run(
      """
        mkdir("root", 0755);
        mkdir("root/a", 0755);
        mkdir("root/a/b", 0755);
        if (chroot("root") || chdir("/")) return 1;
        int a = look(AT_FDCWD, "a/b", O_RDONLY | O_DIRECTORY);
        int copy = fcntl(a, F_DUPFD_CLOEXEC, 3);
        close(a);
        open("/a", O_RDONLY | O_DIRECTORY);
        look(copy, "first", O_RDONLY);
      """)
    let last = events.compactMap { event -> SystemCall? in
      guard case .systemCall(let call) = event.body, call.name == "openat" || call.name == "fcntl"
      else { return nil }
      return call
    }.suffix(2)
    #expect(last.first?.paths.first?.path == "/a/b")
    #expect(last.last?.error == .noEntry)
  }

  @Test func copyThatACallFailsOn() throws {
    let (events, _) = try run(
      """
        int one = socket(AF_UNIX, SOCK_STREAM, 0);
        int other = fcntl(one, F_DUPFD_CLOEXEC, 3);
        struct sockaddr_un address = {AF_UNIX, "nobody"};
        connect(other, (struct sockaddr *)&address, sizeof address);
      """)
    let told = events.compactMap { event -> SystemCall? in
      guard case .systemCall(let call) = event.body,
        ["socket", "fcntl", "connect"].contains(call.name)
      else { return nil }
      return call
    }
    #expect(told.map(\.name) == ["socket", "fcntl", "connect"])
    guard told.count == 3, case .returned(let one) = told[0].outcome,
      case .returned(let other) = told[1].outcome
    else { return }
    #expect(told[1].arguments.first == .descriptor(number: Int32(one)))
    #expect(told[2].arguments.first == .descriptor(number: Int32(other)))
  }

  /// Files and directories, with the numbers that the kernel gives.
  @Test func opensOfWhatIsThere() throws {
    let (events, results) = try run(
      """
        mkdir("a", 0755);
        close(open("a/b.h", O_CREAT | O_WRONLY, 0644));
        symlink("a/b.h", "link.h");
        symlink("a", "way");
        look(AT_FDCWD, "a/b.h", O_RDONLY);
        look(AT_FDCWD, "a/b.h", O_RDONLY | O_CLOEXEC);
        look(AT_FDCWD, "link.h", O_RDONLY);
        look(AT_FDCWD, "link.h", O_RDONLY | O_NOFOLLOW);
        look(AT_FDCWD, "a", O_RDONLY);
        look(AT_FDCWD, "way", O_RDONLY | O_DIRECTORY);
        look(AT_FDCWD, "way", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        look(AT_FDCWD, "a/b.h", O_RDONLY | O_DIRECTORY);
        look(AT_FDCWD, "a/b.h/", O_RDONLY);
        close(0);
        fprintf(results, "%d\\n", look(AT_FDCWD, "a/b.h", O_RDONLY));
        fprintf(results, "%d\\n", look(AT_FDCWD, "a/b.h", O_RDONLY));
      """)
    let told = events.compactMap { event -> String? in
      guard case .systemCall(let call) = event.body, call.name == "openat",
        let path = call.paths.first?.path, !path.hasPrefix("/"), path != "results",
        !call.hasSymbol("O_CREAT")
      else { return nil }
      return "\(path) \(call.error?.name ?? "there")"
    }
    let given = results.filter { Int($0) == nil }
    #expect(given.count == 11 && told == given)
    let numbers = events.compactMap { event -> Int64? in
      guard case .systemCall(let call) = event.body, call.paths.first?.path == "a/b.h",
        case .returned(let value) = call.outcome
      else { return nil }
      return value
    }
    #expect(numbers.suffix(2).map(String.init) == results.filter { Int($0) != nil })
  }

  /// What a process has forbidden itself is refused (landlock(7)), where the kernel knows of that.
  @Test func opensThatAreForbidden() throws {
    let (events, results) = try run(
      """
        close(open("a.h", O_CREAT | O_WRONLY, 0644));
        look(AT_FDCWD, "a.h", O_RDONLY);
        struct landlock_ruleset_attr rules = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE};
        int set = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        syscall(SYS_landlock_restrict_self, set, 0);
        look(AT_FDCWD, "a.h", O_RDONLY);
      """)
    let told = events.compactMap { event -> String? in
      guard case .systemCall(let call) = event.body, call.name == "openat",
        call.paths.first?.path == "a.h", !call.hasSymbol("O_CREAT")
      else { return nil }
      return "a.h \(call.error?.name ?? "there")"
    }
    #expect(results.count == 2 && told == results)
  }

  /// A library that is gone by the second start.
  @Test func libraryThatIsRemoved() throws {
    let scratch = Scratch()
    let run = record(
      LaunchRequest(
        command: [
          "/bin/sh", "-c",
          """
          mkdir x; cp /lib/x86_64-linux-gnu/libc.so.6 x
          LD_LIBRARY_PATH=x /bin/true; LD_LIBRARY_PATH=x /bin/true
          unlink x/libc.so.6; LD_LIBRARY_PATH=x /bin/true
          """,
        ], environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"], timeout: 60, isThorough: false,
        workingDirectory: scratch.path, ownsProcessSignals: false))
    #expect(run.outcome == .exited(0))
    let told = run.calls.compactMap { call -> String? in
      guard call.name == "openat", call.paths.first?.path == "x/libc.so.6",
        call.hasSymbol("O_CLOEXEC")
      else { return nil }
      return call.error?.name ?? "there"
    }
    #expect(told == ["there", "there", "ENOENT"])
  }
}
