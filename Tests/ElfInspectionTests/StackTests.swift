import ElfInspection
import Glibc
import Testing
import TraceCapture
import TraceEvents
import TraceTestSupport

/// Real crashes under the real tracer, one after the other.
@Suite(
  .serialized,
  .enabled(if: Machine.canTrace, "tracing is not permitted here, so stacks cannot be walked"),
  .enabled(if: Machine.has("gcc") && Machine.has("g++"), "there is no C or C++ compiler"))
struct StackTests {
  private func places(_ stack: [StackFrame], in file: String) -> [String] {
    stack.filter { $0.file?.hasSuffix(file) == true }.map {
      "\($0.function ?? "??"):\($0.line ?? 0)"
    }
  }

  @Test(
    arguments: CrashProgram.all, ["-O0 -pie -fPIE", "-O2 -pie -fPIE", "-O0 -no-pie", "-O2 -no-pie"])
  func functionsAndLines(_ program: CrashProgram, options: String) throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      program.source, "-g -fno-optimize-sibling-calls \(options)", suffix: program.suffix)
    let stack = crash(path).stack
    #expect(places(stack, in: "/program.\(program.suffix)") == program.frames)
    let functions = stack.map { $0.function ?? "" }
    for name in program.through {
      #expect(functions.contains { $0.contains(name) }, "\(functions)")
    }
    #expect(
      stack.first { $0.file?.hasSuffix("/program.\(program.suffix)") == true }?.module == path)
  }

  @Test(
    .enabled(if: Machine.hasNarrowCompiler, "no 32-bit programs can be compiled here"),
    arguments: [CrashProgram.null, .abort, .callback, .wildCall, .thread, .handler])
  func narrowPrograms(_ program: CrashProgram) throws {
    let workshop = Workshop()
    let path = try workshop.compile(program.source, "-m32 -g -O1 -fno-optimize-sibling-calls")
    #expect(places(crash(path).stack, in: "/program.c") == program.frames)
  }

  @Test(
    .enabled(if: Machine.has("gdb"), "gdb, which is the judge, is not installed"),
    arguments: CrashProgram.all, ["-O0", "-O2", "-O3 -static"])
  func asGdbSays(_ program: CrashProgram, options: String) throws {
    let workshop = Workshop()
    let path = try workshop.compile(program.source, "-g \(options)", suffix: program.suffix)
    _ = workshop.write("judge.py", Backtrace.script.utf8)
    let judged = workshop.output(
      of: "gdb -nx -batch -ex run -x judge.py '\(path)' </dev/null | sed -n 's/^judged //p'"
    ).split(separator: "\n").map(String.init)
    try #require(judged.count > 1)
    let own = crash(path).stack.map(Backtrace.line)
    #expect(own.prefix(judged.count) == judged[...])
  }

  @Test func withoutDebuggingInformation() throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.null.source, "-O1 -s")
    let stack = crash(path).stack
    let own = stack.filter { $0.module == path }
    #expect(own.count >= 3)
    #expect(own.allSatisfy { $0.function == nil && $0.file == nil && $0.line == nil })
    // The offset is that of an address that a return or fault can have: inside the code.
    let sections = workshop.output(of: "objdump -h program | awk '$2 == \".text\" {print $3, $4}'")
    let numbers = sections.split(whereSeparator: \.isWhitespace).compactMap {
      UInt64($0, radix: 16)
    }
    try #require(numbers.count == 2)
    #expect(own.prefix(3).allSatisfy { ($0.offset - numbers[1]) < numbers[0] })
  }

  @Test func separateDebuggingInformation() throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.null.source, "-g -O0")
    try workshop.must(
      "objcopy --only-keep-debug program program.debug && strip program"
        + " && objcopy --add-gnu-debuglink=program.debug program")
    #expect(places(crash(path).stack, in: "/program.c") == CrashProgram.null.frames)
  }

  @Test func inlinedFunctions() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      static int *volatile nothing;
      static inline __attribute__((always_inline)) int load(void) {
        return *nothing;
      }
      static inline __attribute__((always_inline)) int twice(void) {
        return 2 * load();
      }
      int main(void) {
        return twice();
      }
      """, "-g -O0")
    let stack = crash(path).stack
    #expect(places(stack, in: "/program.c") == ["load:3", "twice:6", "main:9"])
    #expect(stack.prefix(3).map(\.isInlined) == [true, true, nil])
    #expect(Set(stack.prefix(3).map(\.address)).count == 1)
  }

  /// Their functions are declared in another unit, or described in another file.
  @Test(arguments: ["-flto", "-gsplit-dwarf", "-gdwarf-4 -fdebug-types-section"])
  func inlinedFunctionsOfOtherUnits(options: String) throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      struct list { struct list *next; int value; };
      static inline void clear(struct list *list) {
        *(volatile int *)&list->next->value = 0;
      }
      __attribute__((noinline)) int report(struct list *list, int times) {
        clear(list);
        return list->value * times;
      }
      int main(int count, char **words) {
        struct list list = {0, count};
        (void)words;
        return report(&list, count) + 1;
      }
      """, "-g -O2 \(options)")
    let stack = crash(path).stack
    #expect(places(stack, in: "program.c") == ["clear:3", "report:6", "main:12"])
  }

  @Test func runawayRecursion() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      static volatile int depth;
      __attribute__((noinline)) int sink(int n) {
        char room[64];
        room[0] = (char)n;
        depth++;
        return sink(n + room[0]) + room[n & 63];
      }
      int main(void) {
        return sink(1);
      }
      """, "-g -O0")
    let run = crash(path)
    #expect(run.signals.last?.signal == .segmentationViolation)
    let stack = run.stack
    #expect(stack.count == 72)
    #expect(stack.prefix(64).allSatisfy { $0.function == "sink" })
    // 8 MiB of stack hold tens of thousands of these frames.
    #expect(stack[64].skipped ?? 0 > 10_000)
    #expect(stack.suffix(8).contains { $0.function == "main" && $0.line == 9 })
    #expect(stack.count { $0.skipped != nil } == 1)
  }

  @Test func handledSignalsCostNoWalk() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      #include <signal.h>
      #include <unistd.h>
      static void handler(int number) { (void)number; _exit(0); }
      int main(void) {
        signal(SIGSEGV, handler);
        signal(SIGQUIT, SIG_IGN);
        raise(SIGQUIT);
        return *(volatile int *)8;
      }
      """, "-g")
    let run = crash(path)
    #expect(run.outcome == .exited(0))
    #expect(run.signals.map(\.disposition) == [.ignored, .handled])
    #expect(run.walks == 0)
    #expect(run.signals.allSatisfy { $0.stack.isEmpty })
  }

  @Test func sharedLibrary() throws {
    let workshop = Workshop()
    _ = workshop.write("part.c", "int part(int *p) {\n  return *p + 1;\n}\n".utf8)
    try workshop.must("gcc -g -shared -fPIC -o libpart.so part.c")
    let path = try workshop.compile(
      "int part(int *);\nint main(void) {\n  return part(0) + 1;\n}\n",
      "-g -L'\(workshop.path)' -Wl,-rpath,'\(workshop.path)' -Wl,--no-as-needed -lpart")
    let stack = crash(path).stack
    #expect(stack.first?.module == workshop.path + "/libpart.so")
    #expect(stack.first?.function == "part")
    #expect(stack.first?.line == 2)
    #expect(places(stack, in: "/program.c") == ["main:3"])
  }

  /// Overwrites parts of the debugging information, at places that a fixed sequence chooses.
  @Test(arguments: 1...12) func damagedDebuggingInformation(seed: UInt64) throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.null.source, "-g -O0")
    let sections = [".debug_info", ".debug_abbrev", ".debug_line", ".debug_str", ".debug_aranges"]
    var state = seed
    for section in sections {
      let position = workshop.output(
        of: "objdump -h program | awk '$2 == \"\(section)\" {print $3, $6}'")
      let numbers = position.split(whereSeparator: \.isWhitespace).compactMap {
        UInt64($0, radix: 16)
      }
      try #require(numbers.count == 2)
      let file = unsafe fopen(path, "r+")
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        unsafe fseek(file, Int(numbers[1] + (state >> 33) % numbers[0]), SEEK_SET)
        unsafe fputc(Int32(truncatingIfNeeded: state >> 56), file)
      }
      unsafe fclose(file)
    }
    // A copy that no descriptor of ours was open on for writing: a child that another test forked
    // meanwhile may hold that, and exec would fail (ETXTBSY).
    try workshop.must("cp program damaged")
    let run = crash(workshop.path + "/damaged")
    #expect(run.signals.last?.signal == .segmentationViolation)
    // Whatever became of the rest, the program counter is a register.
    #expect(run.stack.isEmpty || run.stack.first?.address == run.signals.last?.instructionPointer)
    let died = if case .killed(.segmentationViolation, _) = run.outcome { true } else { false }
    #expect(died)
  }
}
