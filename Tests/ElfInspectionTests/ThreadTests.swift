import ElfInspection
import Testing
import TraceCapture
import TraceEvents

/// What the threads of a crashed program were in, live and from a core file.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so stacks cannot be walked"),
  .enabled(if: Machine.has("gcc"), "there is no C compiler"))
struct ThreadTests {
  /// The worker takes a lock, sees that the others wait, and crashes at line 24.
  private static let source = """
    #include <pthread.h>
    #include <stdlib.h>
    #include <unistd.h>
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, queue = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
    static int ends[2];
    static int *volatile table;
    static void *idle(void *unused) {
      pthread_mutex_lock(&queue);
      for (;;) pthread_cond_wait(&work, &queue);
      return unused;
    }
    static void *reader(void *unused) { char c; (void)!read(ends[0], &c, 1); return unused; }
    static void *locker(void *unused) { pthread_mutex_lock(&lock); return unused; }
    static pthread_t start(void *(*body)(void *)) {
      pthread_t thread;
      pthread_create(&thread, 0, body, 0);
      return thread;
    }
    static void *worker(void *unused) {
      pthread_mutex_lock(&lock);
      for (int i = 0; i < POOL; i++) start(idle);
      start(reader); start(locker); sleep(2);
      *table = 1;
      return unused;
    }
    int main(void) {
      if (pipe(ends)) return 1;
      pthread_join(start(worker), 0);
      return 0;
    }
    """

  private func moments(_ facts: [Fact]) -> [ThreadMoment]? {
    for fact in facts {
      if case .crashedThreads = fact.question, case .threads(let list) = fact.answer { return list }
    }
    return nil
  }

  private func expect(_ list: [ThreadMoment], idle count: Int) {
    #expect(list.first?.stack.first?.function == "worker")
    #expect(list.first?.stack.first?.line == 24)
    let functions = list.map { $0.stack.compactMap(\.function) }
    #expect(functions.count { $0.contains("idle") } == count)
    for name in ["main", "reader", "locker"] {
      #expect(functions.count { $0.contains(name) } == 1, "\(name)")
    }
    let crashed = list.first?.thread
    let locker = list.first { $0.stack.contains { $0.function == "locker" } }
    #expect(locker?.lock?.kind == .mutex)
    #expect(locker?.lock?.owner == crashed)
    let main = list.first { $0.stack.contains { $0.function == "main" } }
    #expect(main?.lock?.kind == .join)
    #expect(main?.lock?.owner == crashed)
    let reader = list.first { $0.stack.contains { $0.function == "reader" } }
    #expect(reader?.call?.name == "read")
    #expect(reader?.descriptors.count == 1)
  }

  @Test func live() throws {
    let workshop = Workshop()
    let path = try workshop.compile(Self.source, "-g -O0 -DPOOL=5")
    let run = crash(path, tellsThreads: true)
    #expect(run.signals.last?.signal == .segmentationViolation)
    expect(try #require(moments(run.facts)), idle: 5)
  }

  @Test func onlyWhereItIsAskedFor() throws {
    let workshop = Workshop()
    let path = try workshop.compile(Self.source, "-g -O0 -DPOOL=2")
    let run = crash(path)
    #expect(moments(run.facts) == nil)
    #expect(run.walks == 1)
  }

  @Test func stacksOfSixtyFour() throws {
    let workshop = Workshop()
    let path = try workshop.compile(Self.source, "-g -O0 -DPOOL=80")
    let list = try #require(moments(crash(path, tellsThreads: true).facts))
    #expect(list.count == 84)
    #expect(list.first?.stack.first?.function == "worker")
    // A walk may run out of its time on a busy machine, and so may all of them together.
    #expect(list.count { !$0.stack.isEmpty } <= 64)
    #expect(list.count { !$0.stack.isEmpty } > 1)
  }

  @Test(.enabled(if: Machine.has("gdb"), "gdb, which writes core files, is not installed"))
  func fromACoreFile() throws {
    let workshop = Workshop()
    let path = try workshop.compile(Self.source, "-g -O0 -DPOOL=5")
    _ = workshop.output(
      of: "gdb -nx -batch -ex run -ex 'generate-core-file core' '\(path)' </dev/null")
    var trace = CoreTrace(try CoreFile(path: workshop.path + "/core"), program: nil)
    let facts = trace.events(Nothing(), tellsThreads: true).compactMap { event -> Fact? in
      if case .fact(let fact) = event.body { fact } else { nil }
    }
    expect(try #require(moments(facts)), idle: 5)
  }

  private struct Nothing: SystemInspector {
    func answer(_ question: SystemQuestion) -> SystemAnswer { .unknown(reason: "a test") }
  }
}
