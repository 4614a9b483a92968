import Glibc
import Testing
@testable import TraceCapture
import TraceEvents

/// Children that a program wants to hide from tracers (`CLONE_UNTRACED`).
@Suite(
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"),
  .enabled(if: Machine.hasCompiler, "there is no gcc here to compile the programs with"))
struct UntracedChildTests {
  /// The child opens a file, and the program sees the flags that it gave.
  @Test(arguments: ["clone", "clone3", "clone with shared memory"])
  func childIsTracedAndNoticesNothing(_ way: String) throws {
    let scratch = Scratch()
    let make =
      switch way {
      case "clone": "syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0)"
      case "clone3": "syscall(SYS_clone3, &asked, sizeof asked)"
      default: "clone(child, stack + sizeof stack, CLONE_UNTRACED | CLONE_VM | SIGCHLD, 0)"
      }
    let compiled = scratch.compile(
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <linux/sched.h>
      #include <sched.h>
      #include <signal.h>
      #include <sys/syscall.h>
      #include <sys/wait.h>
      #include <unistd.h>
      static char stack[65536] __attribute__((aligned(16)));
      static struct clone_args asked = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
      static int child(void *nothing) {
        if (asked.flags != CLONE_UNTRACED) return 8;
        return open("/etc/passwd", O_RDONLY) < 0 ? 7 : 0;
      }
      int main() {
        long made = \(make);
        if (made == 0) _exit(child(0));
        int status;
        if (made < 0 || wait(&status) != made) return 9;
        if (asked.flags != CLONE_UNTRACED) return 10;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 11;
      }
      """, "-w")
    let program = try #require(compiled)
    let run = record(program, directory: scratch.path, timeout: 60)
    #expect(run.outcome == .exited(0))
    let opener = run.events.first {
      if case .systemCall(let call) = $0.body { return call.paths.last?.path == "/etc/passwd" }
      return false
    }
    #expect(opener.map { $0.process != run.events.first?.process } == true)
  }
}
