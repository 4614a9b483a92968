import ElfInspection
import Testing
import TraceCapture
import TraceEvents

/// Faults that programs handle, under the real tracer.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so stacks cannot be walked"),
  .enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct HandledFaultTests {
  /// A program whose fault is in `deep()`, at line 9, with a handler made of `body`.
  private func run(_ body: String, then: String = "", options: String = "-g -O0") throws -> Crash {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      #include <setjmp.h>
      #include <signal.h>
      #include <stdlib.h>
      #include <unistd.h>
      static sigjmp_buf back;
      static volatile int *nowhere = (int *)24;
      static void handler(int number) { (void)back; (void)number; \(body) }
      __attribute__((noinline)) static int deep(void) {
        return *nowhere;
      }
      int main(void) {
        struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER};
        sigaction(SIGSEGV, &action, 0);
        if (!sigsetjmp(back, 1)) deep();
        \(then)
        return 5;
      }
      """, options)
    return crash(path)
  }

  private func expectFault(_ told: SignalDelivery?, _ comment: Comment) {
    #expect(told?.signal == .segmentationViolation, comment)
    #expect(told?.endedInHandler == true, comment)
    #expect(told?.faultAddress == 24, comment)
    #expect(told?.stack.first?.function == "deep", comment)
    #expect(told?.stack.first?.line == 9, comment)
    #expect(told?.stack.first?.isInterrupted == true, comment)
    #expect(told?.stack.dropFirst().first?.function == "main", comment)
    #expect(told?.machine?.code.isEmpty == false, comment)
  }

  @Test(
    "A fault whose handler ends the process is told once more, with its own stack",
    arguments: ["_exit(3);", "exit(3);", "if (fork() == 0) _exit(0); _exit(3);"])
  func exits(body: String) throws {
    let run = try run(body)
    #expect(run.outcome == .exited(3))
    #expect(run.signals.map(\.endedInHandler) == [nil, true])
    #expect(run.signals.first?.stack.isEmpty == true)
    expectFault(run.signals.last, "\(body)")
    #expect(run.walks == 1)
  }

  @Test(
    "So is one whose handler meets another deadly signal, before that",
    arguments: [
      ("abort();", SignalNumber.abort),
      ("signal(number, SIG_DFL); raise(number);", .segmentationViolation),
      ("signal(SIGILL, SIG_DFL); __builtin_trap();", .illegalInstruction),
    ])
  func dies(body: String, last: SignalNumber) throws {
    let run = try run(body)
    let told = run.signals.filter { $0.endedInHandler == true }
    #expect(told.count == 1)
    expectFault(told.first, "\(body)")
    #expect(run.signals.last?.signal == last)
    #expect(run.signals.last?.endedInHandler == nil)
    #expect(run.signals.last?.disposition == .standard)
  }

  @Test("Of faults that a handler meets itself, and masters, the first is told")
  func nested() throws {
    let run = try run(
      "static int level; if (level++ > 0) siglongjmp(back, 1);"
        + " for (volatile int turn = 0; turn < 40; turn++)"
        + " if (!sigsetjmp(back, 1)) (void)*(volatile int *)4096; abort();")
    #expect(run.signals.count == 43)
    let told = run.signals.filter { $0.endedInHandler == true }
    #expect(told.count == 1)
    expectFault(told.first, "nested")
  }

  @Test("A handler's signal that is blocked comes where the fault was")
  func raisedWhileBlocked() throws {
    let run = try run(
      "sigset_t set; sigemptyset(&set); sigaddset(&set, number); sigprocmask(SIG_BLOCK, &set, 0);"
        + "signal(number, SIG_DFL); raise(number);")
    let told = run.signals.filter { $0.endedInHandler == true }
    #expect(told.count == 1)
    #expect(told.first?.stack.first?.function == "deep")
    #expect(run.signals.last?.sender != nil)
  }

  @Test("One that the handler left is not, whatever comes then", arguments: ["-O0", "-O2"])
  func leaves(optimization: String) throws {
    let run = try run(
      "siglongjmp(back, 1);",
      then: "for (int turn = 0; turn < 50; turn++) if (!sigsetjmp(back, 1)) deep();",
      options: "-g \(optimization)")
    #expect(run.outcome == .exited(5))
    #expect(run.signals.count == 51)
    #expect(run.signals.allSatisfy { $0.endedInHandler == nil && $0.stack.isEmpty })
  }

  @Test("A run that ends well, or another program, walks no stack")
  func endsWell() throws {
    let well = try run("_exit(0);")
    #expect(well.outcome == .exited(0) && well.walks == 0)
    let other = try run("execl(\"/bin/false\", \"false\", (char *)0);")
    #expect(other.outcome == .exited(1) && other.walks == 0)
  }

  @Test("Of a thread's fault the thread's stack is told")
  func inThread() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      #include <pthread.h>
      #include <signal.h>
      #include <unistd.h>
      static void handler(int number) { (void)number; _exit(4); }
      static void *work(void *pointer) {
        return (void *)(long)*(volatile int *)pointer;
      }
      static void *idle(void *pointer) { for (;;) pause(); return pointer; }
      int main(void) {
        pthread_t threads[2];
        signal(SIGSEGV, handler);
        pthread_create(&threads[0], 0, idle, 0);
        pthread_create(&threads[1], 0, work, 0);
        pthread_join(threads[0], 0);
      }
      """, "-g -O0")
    let run = crash(path)
    #expect(run.outcome == .exited(4))
    #expect(run.signals.last?.endedInHandler == true)
    #expect(run.signals.last?.stack.first?.function == "work")
    #expect(run.walks == 1)
  }

  @Test(
    "Programs of 32 bits, and static ones",
    .enabled(if: Machine.hasNarrowCompiler, "no 32-bit programs can be compiled here"),
    arguments: ["-g -O0 -m32", "-g -O0 -static", "-g -O0 -m32 -static"])
  func kinds(options: String) throws {
    let run = try run("_exit(3);", options: options)
    #expect(run.outcome == .exited(3))
    expectFault(run.signals.last, "\(options)")
  }
}
