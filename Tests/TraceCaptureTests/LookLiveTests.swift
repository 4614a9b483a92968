import Glibc
import Testing
@testable import TraceCapture
import TraceEvents

/// What is told of calls that look at a path is what came of them, although most of them are
/// answered before they run.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"),
  .enabled(if: Machine.hasCompiler, "there is no gcc here to compile the programs with"))
struct LookLiveTests {
  /// Runs `body`, in a directory of its own that holds the file `there`; `look(at, name)` writes what
  /// came of each look, in order. Gives that, and what the events say.
  private func looks(_ body: String) throws -> (program: [String], events: [String]) {
    let scratch = Scratch()
    let compiled = scratch.compile(
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <sched.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <sys/wait.h>
      #include <unistd.h>
      static FILE *results;
      static void look(int at, const char *name) {
        struct stat status;
        int result = fstatat(at, name, &status, at == AT_FDCWD ? AT_SYMLINK_NOFOLLOW : 0);
        fprintf(results, "%s %s\\n", name, result ? strerrorname_np(errno) : "there");
        fflush(results);
      }
      int main(int count, char **words) {
        results = fopen("results", "a");
        close(open("there", O_CREAT | O_WRONLY, 0644));
        look(AT_FDCWD, "there");
      \(body)
        return 0;
      }
      """)
    let program = try #require(compiled)
    let run = record(program, directory: scratch.path, timeout: 60)
    #expect(run.outcome == .exited(0))
    let told = run.calls.compactMap { call -> String? in
      guard call.name == "newfstatat", let path = call.paths.first?.path,
        path.first == "/" ? path == "/etc/passwd" || path == "/inner" : true
      else { return nil }
      if case .failed(let error) = call.outcome { return "\(path) \(error.name)" }
      return "\(path) there"
    }
    let said = String(
      decoding: scratch.bytes("results"), as: UTF8.self
    ).split(separator: "\n")
    return (said.map(String.init), told)
  }

  @Test func directoryThatIsRenamed() throws {
    let (program, events) = try looks(
      """
        mkdir("a", 0755);
        close(open("a/first", O_CREAT | O_WRONLY, 0644));
        int a = open("a", O_RDONLY | O_DIRECTORY);
        look(a, "first");
        int copy = fcntl(a, F_DUPFD_CLOEXEC, 3);
        look(copy, "first");
        rename("a", "b");
        mkdir("a", 0755);
        close(open("a/second", O_CREAT | O_WRONLY, 0644));
        look(a, "second");
        look(a, "first");
        look(copy, "second");
        int up = openat(a, "..", O_RDONLY | O_DIRECTORY);
        look(up, "there");
        look(up, "second");
        chdir("b");
        look(AT_FDCWD, "first");
        look(AT_FDCWD, "there");
        fchdir(up);
        look(AT_FDCWD, "there");
        look(AT_FDCWD, "");
        look(AT_FDCWD, "there/");
      """)
    #expect(program.count == 13 && program == events)
  }

  @Test func descriptorOfAnotherDirectory() throws {
    let (program, events) = try looks(
      """
        mkdir("a", 0755);
        mkdir("b", 0755);
        close(open("a/first", O_CREAT | O_WRONLY, 0644));
        int a = open("a", O_RDONLY | O_DIRECTORY);
        look(a, "first");
        close(a);
        int b = open("b", O_RDONLY | O_DIRECTORY);
        look(b, "first");
        dup2(open("a", O_RDONLY | O_DIRECTORY), b);
        look(b, "first");
        close(b);
        look(b, "first");
        open("there", O_RDONLY);
        look(b, "first");
      """)
    #expect(program.count == 6 && program == events)
  }

  /// Of copies the number is told as the kernel gave it, whoever else opens and closes.
  @Test func copiesOfDescriptors() throws {
    let scratch = Scratch()
    let compiled = scratch.compile(
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/resource.h>
      #include <unistd.h>
      int main() {
        FILE *results = fopen("results", "w");
        int copies[8];
        copies[0] = fcntl(0, F_DUPFD, 3);
        copies[1] = fcntl(0, F_DUPFD_CLOEXEC, 3);
        close(copies[0]);
        copies[2] = fcntl(0, F_DUPFD, 0);
        copies[3] = fcntl(0, F_DUPFD_CLOEXEC, 100);
        copies[4] = fcntl(77, F_DUPFD, 3);
        copies[5] = fcntl(0, F_DUPFD, 5000000);
        struct rlimit limit = {6, 6};
        setrlimit(RLIMIT_NOFILE, &limit);
        copies[6] = fcntl(0, F_DUPFD, 3);
        copies[7] = fcntl(0, F_DUPFD, 3);
        for (int i = 0; i < 8; i++) fprintf(results, "%d\\n", copies[i]);
        return 0;
      }
      """)
    let program = try #require(compiled)
    let run = record(program, directory: scratch.path, timeout: 60)
    let told = run.calls.filter { $0.name == "fcntl" }.map { call in
      if case .returned(let value) = call.outcome { return "\(value)" }
      return "-1"
    }
    let given = String(decoding: scratch.bytes("results"), as: UTF8.self).split(separator: "\n")
    #expect(given.count == 8 && told == given.map(String.init))
  }

  /// Of files that are not there, and of what comes to be in between.
  @Test func opensOfWhatIsMissing() throws {
    let scratch = Scratch()
    let compiled = scratch.compile(
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <unistd.h>
      static FILE *results;
      static void look(const char *name, int flags) {
        int file = open(name, flags, 0644);
        fprintf(results, "%s %s\\n", name, file < 0 ? strerrorname_np(errno) : "there");
        fflush(results);
        if (file >= 0) close(file);
        fprintf(results, "%s %s\\n", name, access(name, R_OK) ? strerrorname_np(errno) : "there");
        fflush(results);
      }
      int main() {
        results = fopen("results", "w");
        for (int i = 0; i < 3; i++) look("a", O_RDONLY);
        look("b/a", O_RDONLY);
        look("a", O_RDONLY);
        look("a", O_RDONLY | O_CREAT);
        look("a", O_RDONLY);
        look("a/b", O_RDONLY);
        unlink("a");
        look("a", O_RDONLY | O_NOFOLLOW);
        symlink("nowhere", "a");
        look("a", O_RDONLY | O_NOFOLLOW);
        look("a", O_RDONLY);
        mkdir("b", 0755);
        look("b/", O_RDONLY);
        look("b/./c", O_RDONLY);
        return 0;
      }
      """)
    let program = try #require(compiled)
    let run = record(program, directory: scratch.path, timeout: 60)
    let told = run.calls.compactMap { call -> String? in
      guard call.name == "openat" || call.name == "access", let path = call.paths.first?.path,
        !path.hasPrefix("/"), path != "results"
      else { return nil }
      return "\(path) \(call.error?.name ?? "there")"
    }
    let given = String(decoding: scratch.bytes("results"), as: UTF8.self).split(separator: "\n")
    #expect(given.count == 26 && told == given.map(String.init))
  }

  /// The loader gets the lowest number that is free.
  @Test func descriptorsOfTheLoader() throws {
    let run = record(
      "/bin/sh", "-c", "exec 3</dev/null 5</dev/null; exec /bin/true", timeout: 60)
    let numbers = run.events.drop {
      if case .programExecuted(let execution) = $0.body { return execution.path != "/bin/true" }
      return true
    }.compactMap { event -> Int64? in
      guard case .systemCall(let call) = event.body, call.name == "openat",
        case .returned(let value) = call.outcome
      else { return nil }
      return value
    }
    #expect(numbers.count >= 2 && numbers.allSatisfy { $0 == 4 })
  }

  @Test func addressThatIsNone() throws {
    let (_, events) = try looks(
      "  fstatat(AT_FDCWD, \"there\", (struct stat *)16, AT_SYMLINK_NOFOLLOW);")
    #expect(events == ["there there", "there EFAULT"])
  }

  @Test func links() throws {
    let scratch = Scratch()
    let run = record(
      "/bin/sh", "-c", "ln -s nowhere link; readlink link; readlink .; readlink missing; true",
      directory: scratch.path, timeout: 60)
    let told = run.calls.filter { $0.name.hasPrefix("readlink") }.compactMap { call -> String? in
      guard let path = call.paths.first?.path, !path.hasPrefix("/") else { return nil }
      if case .failed(let error) = call.outcome { return "\(path) \(error.name)" }
      return path
    }
    #expect(told == ["link", "missing ENOENT"])
  }

  @Test(arguments: [true, false])
  func whatIsNeverConfigurationIsNotToldOfWhereNothingElseIsAskedFor(_ asks: Bool) throws {
    let file = "/usr/include/stdio.h"
    let look = "[ -e \(file) ]; [ -e /etc/passwd ];"
    let run = record(
      LaunchRequest(
        command: ["/bin/sh", "-c", look + look + look + "true"],
        environment: ["PATH=/usr/bin:/bin"], timeout: 60, asksForConfiguration: asks,
        ownsProcessSignals: false))
    func count(_ path: String) -> Int {
      run.calls.count { $0.name == "newfstatat" && $0.paths.first?.path == path }
    }
    #expect(count("/etc/passwd") == 3)
    // The first look may find that the kernel does not know the name yet.
    #expect(asks ? count(file) <= 1 : count(file) == 3)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can become another user, or enter another root"))
  func anotherUserAndAnotherRoot() throws {
    let (program, events) = try looks(
      """
        mkdir("closed", 0700);
        close(open("closed/file", O_CREAT | O_WRONLY, 0644));
        look(AT_FDCWD, "closed/file");
        if (!fork()) {
          if (setresuid(65534, 65534, 65534)) return 1;
          look(AT_FDCWD, "closed/file");
          return 0;
        }
        wait(0);
        look(AT_FDCWD, "closed/file");
        if (!fork()) {
          if (unshare(CLONE_NEWNS)) return 1;
          look(AT_FDCWD, "there");
          return 0;
        }
        wait(0);
        mkdir("root", 0755);
        mkdir("root/inner", 0755);
        look(AT_FDCWD, "/etc/passwd");
        if (chroot("root") || chdir("/")) return 1;
        look(AT_FDCWD, "/etc/passwd");
        look(AT_FDCWD, "/inner");
        look(AT_FDCWD, "there");
      """)
    #expect(program.count == 9 && program == events)
  }
}

/// Which parts of a complaint are looked at again.
@Suite struct UnseenLookTests {
  @Test(arguments: [
    ("du: cannot access 't/d/f': Permission denied", ["t/d/f"]),
    ("find: ‘./a b/c’: Permission denied", ["./a b/c"]),
    ("tar: t/d/e: Cannot stat: Permission denied", ["t/d/e"]),
    ("du: Zugriff auf \"t/d\" nicht möglich: Keine Berechtigung", ["t/d"]),
    ("make: Nothing to be done", []),
    ("'", []),
  ])
  func paths(_ line: String, _ expected: [String]) {
    #expect(TraceSession.paths(in: line[...]) == expected)
  }
}
