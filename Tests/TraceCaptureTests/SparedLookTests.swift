import Glibc
import Testing
@testable import TraceCapture
import TraceEvents

/// What is won back of looks that a diagnosis does not stop at.
@Suite struct SparedLookTests {
  @Test(arguments: [
    ("realpath: /a/b: No such file or directory", ErrorNumber.noEntry),
    ("Error: Permission denied (os error 13)", .accessDenied),
    ("[Errno 20] Not a directory: '/a'", .notDirectory), ("/a: ELOOP", .tooManyLinks),
  ])
  func errorsThatComplaintsName(_ line: String, _ error: ErrorNumber) {
    #expect(TraceSession.error(in: line[...]) == error)
  }

  @Test(arguments: ["Connection refused", "os error 22", "done", "13 files"])
  func errorsThatAreOfNoPath(_ line: String) {
    #expect(TraceSession.error(in: line[...]) == nil)
  }

  @Test func argumentsThatAreLikePaths() {
    let arguments = [
      "/bin/it", "run", "a.toml", "-v", "--file=b/c", "--name=x", "d/e", "https://host/f",
    ]
    #expect(TraceSession.paths(in: arguments) == ["a.toml", "b/c", "d/e"])
  }

  @Test func pathsThatWereSeenInOtherWords() {
    var seen = SeenFailures()
    seen.note("/work/conf/a.toml", .noEntry)
    #expect(seen.knows("/work/conf/a.toml") && seen.knows("conf/a.toml") && seen.knows("/work"))
    #expect(!seen.knows("nf/a.toml") && !seen.knows("/work/conf/b.toml"))
    #expect(seen.saw(.noEntry) && !seen.saw(.accessDenied))
  }
}

/// The same of real programs.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"),
  .enabled(if: Machine.hasCompiler, "there is no gcc here to compile the programs with"))
struct SparedLookLiveTests {
  /// Runs `body` with `words` as a diagnosis does. Gives the looks that failed in the directory of the
  /// run, and whether all of them were told before the first words.
  private func looks(
    _ body: String, _ words: [String]
  ) throws -> (told: [String], isBeforeWords: Bool) {
    let scratch = Scratch()
    let compiled = scratch.compile(
      """
      #include <errno.h>
      #include <fcntl.h>
      #include <limits.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      int main(int count, char **words) {
        static char place[PATH_MAX];
        \(body)
      }
      """)
    let program = try #require(compiled)
    let run = record(
      LaunchRequest(
        command: [program] + words, environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"], timeout: 60,
        isThorough: false, workingDirectory: scratch.path, ownsProcessSignals: false))
    #expect(run.outcome == .exited(3))
    var told: [String] = []
    var isBeforeWords = true
    var hasSpoken = false
    for event in run.events {
      if case .words = event.body { hasSpoken = true }
      guard case .systemCall(let call) = event.body, let error = call.error,
        let path = call.paths.last?.path, !path.hasPrefix("/etc"), !path.hasPrefix("/usr")
      else { continue }
      let place =
        path.hasPrefix(scratch.path) ? String(path.dropFirst(scratch.path.utf8.count)) : path
      told.append("\(call.name) \(place) \(error.name)")
      if hasSpoken { isBeforeWords = false }
    }
    return (told, isBeforeWords)
  }

  @Test func lookThatIsComplainedOf() throws {
    let (told, isBeforeWords) = try looks(
      "if (!realpath(words[1], place)) perror(words[1]); return 3;", ["a/b/c"])
    #expect(told == ["readlink /a ENOENT"] && isBeforeWords)
  }

  @Test func lookThatIsComplainedOfInPieces() throws {
    let (told, isBeforeWords) = try looks(
      """
      realpath(words[1], place);
      const char *error = strerror(errno);
      write(2, "it: ", 4); write(2, words[1], strlen(words[1])); write(2, ": ", 2);
      write(2, error, strlen(error)); write(2, "\\n", 1); return 3;
      """, ["a/b/c"])
    #expect(told == ["readlink /a ENOENT"] && isBeforeWords)
  }

  /// Others go on between the pieces.
  @Test func lookThatIsComplainedOfInPiecesBesideOthers() throws {
    let (told, isBeforeWords) = try looks(
      """
      int go[2], done[2];
      if (pipe(go) || pipe(done)) return 1;
      if (!fork()) {
        close(done[0]);
        read(go[0], place, 1);
        access("none", R_OK);
        close(done[1]);
        pause();
      }
      close(done[1]);
      realpath(words[1], place);
      const char *error = strerror(errno);
      write(2, words[1], strlen(words[1]));
      write(go[1], "x", 1); read(done[0], place, 1);
      write(2, ": ", 2); write(2, error, strlen(error)); write(2, "\\n", 1);
      return 3;
      """, ["a/b/c"])
    #expect(told == ["access none ENOENT", "readlink /a ENOENT"] && isBeforeWords)
  }

  @Test func lookAtAnArgument() throws {
    let (told, _) = try looks(
      "realpath(words[1], place); fprintf(stderr, \"%s\\n\", strerror(errno)); return 3;",
      ["b.conf"])
    #expect(told == ["readlink b.conf ENOENT"])
  }

  @Test func lookOfOneThatSaysNothing() throws {
    let (told, _) = try looks("realpath(words[1], place); return 3;", ["./a/b"])
    #expect(told == ["readlink /a ENOENT"] || told == ["readlink /./a ENOENT"])
  }

  @Test func whatWasSeenIsNotToldTwice() throws {
    let (told, _) = try looks(
      "if (open(words[1], O_RDONLY) < 0) perror(words[1]); return 3;", ["a/b"])
    #expect(told == ["openat a/b ENOENT"])
  }

  @Test func whatIsThereIsNotToldOf() throws {
    let (told, _) = try looks(
      "fprintf(stderr, \"/dev/null: No such file or directory\\n\"); return 3;", ["/dev"])
    #expect(told == [])
  }

  @Test func linksAreToldOfWhereAllIsAskedFor() throws {
    let run = record("/usr/bin/realpath", "/proc/nosuch/file", timeout: 60)
    #expect(run.calls.contains { $0.name == "readlink" && $0.paths.last?.path == "/proc/nosuch" })
  }
}
