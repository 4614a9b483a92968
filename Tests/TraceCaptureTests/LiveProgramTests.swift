import Glibc
import Testing
import TraceCapture
import TraceEvents

/// Small C programs that do what shells do not.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so live tests cannot run"),
  .enabled(if: Machine.hasCompiler, "there is no gcc here to compile the programs with"))
struct LiveProgramTests {
  private func run(_ source: String, _ options: String = "") throws -> Recorded {
    let scratch = Scratch()
    let compiled = scratch.compile(source, options)
    let program = try #require(compiled)
    return record(program, timeout: 60)
  }

  @Test func twoHundredThreads() throws {
    let run = try run(
      """
      #include <pthread.h>
      #include <unistd.h>
      static void *f(void *a) { access("/no/thread", R_OK); return a; }
      int main(void) {
        pthread_t t[200];
        for (int i = 0; i < 200; i++) if (pthread_create(&t[i], 0, f, 0)) return 1;
        for (int i = 0; i < 200; i++) pthread_join(t[i], 0);
        return 5;
      }
      """)
    #expect(run.outcome == .exited(5))
    #expect(run.threadCount == 200)
    #expect(run.starts.count == 1)
    #expect(run.calls("access", "/no/thread").count == 200)
  }

  @Test func leaderEndsFirst() throws {
    let run = try run(
      """
      #include <pthread.h>
      #include <stdlib.h>
      #include <unistd.h>
      static void *f(void *a) { usleep(50000); exit(6); return a; }
      int main(void) { pthread_t t; pthread_create(&t, 0, f, 0); pthread_exit(0); }
      """)
    #expect(run.outcome == .exited(6))
    #expect(run.ends == [.exited(status: 6)])
  }

  @Test func execFromAThread() throws {
    let run = try run(
      """
      #include <pthread.h>
      #include <unistd.h>
      static void *w(void *a) { pause(); return a; }
      static void *f(void *a) { execl("/bin/sh", "sh", "-c", "exit 9", (char *)0); return a; }
      int main(void) {
        pthread_t t;
        for (int i = 0; i < 5; i++) pthread_create(&t, 0, w, 0);
        pthread_create(&t, 0, f, 0);
        pause();
      }
      """)
    #expect(run.outcome == .exited(9))
    #expect(run.executions.count == 2)
    #expect(run.executions.last?.arguments == ["sh", "-c", "exit 9"])
    #expect(run.ends == [.exited(status: 9)])
    #expect(Set(run.events.map(\.process)).count == 1)
  }

  @Test func vforkAndItsFailure() throws {
    let run = try run(
      """
      #include <sys/wait.h>
      #include <unistd.h>
      int main(void) {
        int s;
        pid_t p = vfork();
        if (!p) { execl("/no/program", "x", (char *)0); execl("/bin/true", "true", (char *)0); }
        waitpid(p, &s, 0);
        return s ? 1 : 8;
      }
      """)
    #expect(run.outcome == .exited(8))
    #expect(run.calls("execve", "/no/program").first?.error == .noEntry)
    #expect(run.starts.count == 2)
    #expect(run.ends.first == .exited(status: 0))
  }

  @Test func brokenPipe() throws {
    let run = try run(
      """
      #include <signal.h>
      #include <unistd.h>
      int main(void) {
        int p[2]; pipe(p); close(p[0]);
        signal(SIGPIPE, SIG_IGN);
        write(p[1], "x", 1);
        signal(SIGPIPE, SIG_DFL);
        write(p[1], "x", 1);
      }
      """)
    #expect(run.outcome == .killed(.brokenPipe, coreDumped: false))
    #expect(run.signals.map(\.disposition) == [.ignored, .standard])
    #expect(run.signals.allSatisfy { $0.duringCall?.name == "write" })
    let pair = run.calls.compactMap(\.madeDescriptors).first
    #expect(run.signals.first?.duringCall?.descriptor == pair?.second)
  }

  @Test func crash() throws {
    let run = try run(
      """
      #include <sys/resource.h>
      int main(void) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        *(volatile int *)0x1234 = 1;
      }
      """)
    guard case .killed(.segmentationViolation, _)? = run.outcome else {
      Issue.record("\(String(describing: run.outcome))")
      return
    }
    #expect(run.signals.last?.faultAddress == 0x1234)
    #expect(run.signals.last?.instructionPointer != 0)
    let limit = run.calls.first { $0.name == "setrlimit" || $0.name == "prlimit64" }
    #expect(limit?.arguments.contains(.symbol(name: "RLIMIT_CORE")) == true)
    #expect(limit?.arguments.contains(.integer(value: 0)) == true)
  }

  @Test func ownFilter() throws {
    let run = try run(
      """
      #include <errno.h>
      #include <linux/filter.h>
      #include <linux/seccomp.h>
      #include <stddef.h>
      #include <sys/prctl.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      int main(void) {
        struct sock_filter code[] = {
          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsid, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {5, code};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 1;
        mkdir("/tmp/denied-by-a-filter", 0777);
        getsid(0);
        access("/no/file", R_OK);
        if (!fork()) { mkdir("/tmp/denied-in-a-child", 0777); _exit(0); }
        sleep(0);
        return 2;
      }
      """)
    #expect(run.outcome == .exited(2))
    #expect(run.notes == [.ownFilter])
    #expect(run.calls("mkdir", "/tmp/denied-by-a-filter").first?.error == .notPermitted)
    #expect(run.calls("mkdir", "/tmp/denied-in-a-child").first?.error == .notPermitted)
    #expect(run.calls("access", "/no/file").first?.error == .noEntry)
    #expect(run.calls.contains { $0.name == "syscall_124" && $0.error == .notPermitted })
  }

  @Test func notDumpable() throws {
    let run = try run(
      """
      #include <sys/prctl.h>
      #include <unistd.h>
      int main(void) {
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        access("/no/such/file/when/not/dumpable", R_OK);
        return 3;
      }
      """)
    #expect(run.outcome == .exited(3))
    #expect(run.calls("access", "/no/such/file/when/not/dumpable").count == 1)
  }

  @Test func tracesItself() throws {
    let run = try run(
      """
      #include <sys/ptrace.h>
      int main(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? 4 : 0; }
      """)
    #expect(run.outcome == .exited(4))
    #expect(run.notes == [.nestedTracing])
  }

  @Test func ownProcessors() throws {
    let run = try run(
      """
      #define _GNU_SOURCE
      #include <sched.h>
      #include <unistd.h>
      int main(void) {
        cpu_set_t all, one, seen;
        sched_getaffinity(0, sizeof all, &all);
        for (int i = 0; i < 500; i++) access("/no/file", R_OK);
        sched_getaffinity(0, sizeof seen, &seen);
        if (!CPU_EQUAL(&all, &seen)) return 1;
        int last = 0;
        for (int i = 0; i < CPU_SETSIZE; i++) if (CPU_ISSET(i, &all)) last = i;
        CPU_ZERO(&one);
        CPU_SET(last, &one);
        sched_setaffinity(0, sizeof one, &one);
        for (int i = 0; i < 500; i++) access("/no/file", R_OK);
        sched_getaffinity(0, sizeof seen, &seen);
        return CPU_EQUAL(&one, &seen) && sched_getcpu() == last ? 7 : 2;
      }
      """)
    #expect(run.outcome == .exited(7))
  }

  @Test func hostileArguments() throws {
    let run = try run(
      """
      #include <fcntl.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/socket.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      int main(void) {
        open((char *)1, O_RDONLY);
        char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(page + 4096, 4096);
        memcpy(page + 4090, "/no/go", 6);
        open(page + 4090, O_RDONLY);
        memcpy(page + 4092, "/no", 4);
        open(page + 4092, O_RDONLY);
        connect(-1, (struct sockaddr *)page, -1);
        syscall(SYS_writev, 2, -1, 1 << 30);
        syscall(SYS_write, 2, -1L, -1L);
        syscall(SYS_clone3, -1L, -1L);
        syscall(SYS_execve, -1L, -1L, -1L);
        syscall(SYS_sendmsg, 0, 1, 0x4000);
        syscall(SYS_openat, -1L, "\\377\\376", -1L, -1L);
        return 3;
      }
      """)
    #expect(run.outcome == .exited(3))
    #expect(run.calls.contains { $0.arguments.contains(.unreadable(address: 1)) })
    #expect(run.calls("open", "/no").count + run.calls("openat", "/no").count == 1)
    #expect(run.calls.contains { $0.name == "clone3" && $0.error != nil })
  }

  @Test(.enabled(if: Machine.hasNarrowCompiler, "gcc -m32 does not work here"))
  func narrowProgram() throws {
    let run = try run(
      """
      #include <arpa/inet.h>
      #include <errno.h>
      #include <stdio.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <unistd.h>
      int main(void) {
        struct stat s;
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(1)};
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        stat("/no/narrow", &s);
        connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof a);
        fprintf(stderr, "narrow words\\n");
        if (!fork()) { execl("/bin/true", "true", (char *)0); }
        return 3;
      }
      """, "-m32")
    #expect(run.outcome == .exited(3))
    #expect(run.calls.contains { $0.path == "/no/narrow" && $0.error == .noEntry })
    #expect(run.words(.standardError) == "narrow words\n")
    let connect = run.calls.first { $0.name == "connect" }
    #expect(connect?.address == .ip4(address: "127.0.0.1", port: 1))
    #expect(connect?.error == .connectionRefused)
    #expect(run.executions.count == 2)
  }

  @Test func endsOfLongWords() throws {
    let run = try run(
      """
      #include <string.h>
      #include <unistd.h>
      static char text[6000];
      int main(void) {
        memset(text, 'x', sizeof text);
        memcpy(text, "first line\\n", 11);
        memcpy(text + sizeof text - 11, "\\nlast line\\n", 11);
        return write(2, text, sizeof text) != sizeof text;
      }
      """)
    #expect(run.outcome == .exited(0))
    let lines = run.words(.standardError).split(separator: "\n")
    #expect(lines.first == "first line" && lines.last == "last line" && lines.count == 3)
    #expect(lines.dropFirst().first?.last == "…")
  }

  @Test func newTailOfALog() throws {
    let scratch = Scratch()
    let log = scratch.path + "/app.log"
    let compiled = scratch.compile(
      """
      #include <fcntl.h>
      #include <sys/wait.h>
      #include <unistd.h>
      static void say(int f, const char *t, int n) { if (write(f, t, n) != n) _exit(99); }
      int main(int argc, char **argv) {
        int f = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
        say(f, "old\\n", 4);
        if (fork() == 0) { say(f, "child\\n", 6); _exit(3); }
        wait(0);
        close(f);
        f = open(argv[1], O_WRONLY | O_APPEND);
        say(f, "new\\n", 4);
        return 4;
      }
      """)
    let program = try #require(compiled)
    let run = record(program, log, timeout: 60)
    #expect(run.outcome == .exited(4))
    let words = run.events.compactMap { event -> (ProcessID, Words)? in
      if case .words(let words) = event.body { (event.process, words) } else { nil }
    }
    #expect(words.map(\.1.text) == ["child\n", "old\nchild\nnew\n"])
    #expect(words.allSatisfy { $0.1.stream == .log && $0.1.path == log })
    #expect(words.first?.0 != words.last?.0)
    // One that succeeds has nothing to explain.
    #expect(record("sh", "-c", "echo x >>\(log)").words(.log).isEmpty)
  }
}
