import ElfInspection
import Glibc
import Testing
import TraceEvents
import TraceTestSupport

/// Core files that gdb makes at a crash, and what is told of them.
@Suite(
  .serialized,
  .enabled(
    if: Machine.has("gdb"), "gdb, which writes core files and is the judge, is not installed"),
  .enabled(if: Machine.has("gcc") && Machine.has("g++"), "there is no C or C++ compiler"))
struct CoreFileTests {
  /// Nothing of the machine is known.
  private struct Nothing: SystemInspector {
    func answer(_ question: SystemQuestion) -> SystemAnswer { .unknown(reason: "a test") }
  }

  private struct Told {
    var signals: [SignalDelivery] = []
    var signal: SignalDelivery?
    var execution: ProgramExecution?
    var words = ""
    var notes: [String] = []
    var end: ProcessEnd?
    var stack: [StackFrame] { signal?.stack ?? [] }
  }

  private func told(_ path: String, program: String? = nil) throws -> Told {
    var trace = CoreTrace(try CoreFile(path: path), program: program)
    var told = Told()
    for event in trace.events(Nothing()) {
      switch event.body {
      case .signal(let signal):
        told.signals.append(signal)
        told.signal = signal
      case .programExecuted(let execution): told.execution = execution
      case .words(let words): told.words += words.text
      case .note(let note): told.notes.append(note.text)
      case .processEnded(let end): told.end = end
      default: break
      }
    }
    return told
  }

  /// Runs `program` under gdb until it crashes, and lets gdb write a core file; gives what gdb judges of
  /// its frames. What stands before the program, such as arguments, is gdb's.
  private func dump(
    _ program: String, arguments: String = "", in workshop: borrowing Workshop
  ) -> [String] {
    _ = workshop.write("judge.py", Backtrace.script.utf8)
    return workshop.output(
      of: "gdb -nx -batch -ex 'run \(arguments)' -ex 'generate-core-file core' -x judge.py "
        + "'\(program)' </dev/null | sed -n 's/^judged //p'"
    ).split(separator: "\n").map(String.init)
  }

  @Test(arguments: CrashProgram.all, ["-O0", "-O2", "-O2 -static"])
  func asGdbSays(_ program: CrashProgram, options: String) throws {
    let workshop = Workshop()
    let path = try workshop.compile(program.source, "-g \(options)", suffix: program.suffix)
    let judged = dump(path, in: workshop)
    try #require(judged.count > 1)
    let told = try told(workshop.path + "/core")
    #expect(told.stack.map(Backtrace.line).prefix(judged.count) == judged[...])
    #expect(told.execution?.executable == path)
    #expect(told.notes == [])
  }

  @Test(
    .enabled(if: Machine.hasNarrowCompiler, "no 32-bit programs can be compiled here"),
    arguments: [CrashProgram.null, .abort, .thread])
  func narrowPrograms(_ program: CrashProgram) throws {
    let workshop = Workshop()
    let path = try workshop.compile(program.source, "-m32 -g -O1 -fno-optimize-sibling-calls")
    try #require(dump(path, in: workshop).count > 1)
    let places = try told(workshop.path + "/core").stack.filter {
      $0.file?.hasSuffix("/program.c") == true
    }
    #expect(places.map { "\($0.function ?? "??"):\($0.line ?? 0)" } == program.frames)
  }

  @Test func wordsArgumentsAndEnvironment() throws {
    let workshop = Workshop()
    let path = try workshop.compile(
      "#include <assert.h>\nint main(int count, char **v) { (void)v; assert(count > 9); }\n", "-g")
    _ = dump(path, arguments: "first \"second word\"", in: workshop)
    let told = try told(workshop.path + "/core")
    #expect(told.execution?.arguments == [path, "first", "second word"])
    #expect(told.execution?.environment.contains { $0.hasPrefix("PATH=") } == true)
    #expect(told.words.contains("Assertion `count > 9' failed"))
    #expect(told.end == .killed(signal: .abort, coreDumped: true))
  }

  /// What the handler is installed with, and what raises the signal.
  private func handled(
    _ flags: String, _ fault: String, then: String = "abort();"
  ) throws -> [SignalDelivery] {
    let workshop = Workshop()
    let path = try workshop.compile(
      """
      #include <signal.h>
      #include <stdlib.h>
      #include <unistd.h>
      static volatile int zero, *nowhere = (int *)24;
      static char room[1 << 16];
      static void handler(int number) { (void)number; \(then) }
      __attribute__((noinline)) static int deep(void) {
        \(fault)
        return *nowhere + zero;
      }
      int main(void) {
        stack_t other = {.ss_sp = room, .ss_size = sizeof room};
        sigaltstack(&other, 0);
        struct sigaction action = {.sa_handler = handler, .sa_flags = \(flags)};
        for (int number = 1; number < 16; number++) sigaction(number, &action, 0);
        signal(SIGABRT, SIG_DFL);
        return deep();
      }
      """, "-g -O0 -w")
    _ = workshop.output(
      of: "gdb -nx -batch -ex 'handle SIGSEGV SIGFPE SIGTERM nostop noprint pass' -ex run "
        + "-ex 'generate-core-file core' '\(path)' </dev/null")
    return try told(workshop.path + "/core").signals
  }

  @Test(arguments: ["0", "SA_SIGINFO", "SA_ONSTACK", "SA_SIGINFO | SA_ONSTACK"])
  func theFaultWhoseHandlerAborted(flags: String) throws {
    let signals = try handled(flags, "")
    try #require(signals.map(\.signal) == [.segmentationViolation, .abort])
    let fault = signals[0]
    #expect(fault.endedInHandler == true)
    #expect(fault.faultAddress == 24)
    #expect(fault.code == 1)
    #expect(fault.stack.first?.function == "deep")
    #expect(fault.stack.first?.line == 9)
    #expect(fault.stack.dropFirst().first?.function == "main")
    #expect(fault.instructionPointer == fault.stack.first?.address)
    #expect(fault.machine?.code.isEmpty == false)
  }

  @Test(arguments: ["0", "SA_SIGINFO"]) func theDivisionWhoseHandlerAborted(flags: String) throws {
    let signals = try handled(flags, "zero = 7 / zero;")
    try #require(signals.map(\.signal) == [.floatingPoint, .abort])
    #expect(signals[0].stack.first?.line == 8)
  }

  @Test(
    arguments: ["0", "SA_SIGINFO"],
    [
      ("raise(SIGTERM);", "abort();"), ("raise(SIGSEGV);", "abort();"),
      // One that was mended before, by a handler that returned.
      ("raise(SIGTERM); nowhere = &zero; abort();", ""),
    ])
  func aHandlerOfNoFault(flags: String, fault: (String, String)) throws {
    let signals = try handled(flags, fault.0, then: fault.1)
    #expect(signals.map(\.signal) == [.abort])
  }

  @Test func uncaughtExceptions() throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.exception.source, "-g", suffix: "cpp")
    _ = dump(path, in: workshop)
    let told = try told(workshop.path + "/core")
    #expect(
      told.words
        == "terminate called after throwing an instance of 'std::runtime_error'\n  what():  too many\n"
    )
  }

  @Test func anotherBuildIsNotTakenForTheOneThatCrashed() throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.null.source, "-g -O0")
    _ = dump(path, in: workshop)
    try workshop.must("mv program first")
    let missing = try told(workshop.path + "/core")
    #expect(missing.notes.contains { $0.contains("cannot be read here") })
    #expect(missing.stack.allSatisfy { $0.file?.hasSuffix("program.c") != true })
    _ = try workshop.compile(CrashProgram.abort.source, "-g -O0")
    let other = try told(workshop.path + "/core")
    #expect(other.notes.contains { $0.contains("another build") })
    #expect(other.stack.allSatisfy { $0.file?.hasSuffix("program.c") != true })
    let named = try told(workshop.path + "/core", program: workshop.path + "/first")
    #expect(named.notes == [])
    #expect(named.stack.first?.function == "inner")
  }

  @Test(.enabled(if: Machine.dumpsCore, "the kernel writes no core file into the directory here"))
  func cutOffAnywhere() throws {
    let workshop = Workshop()
    _ = try workshop.compile(CrashProgram.thread.source, "-g -O0")
    _ = workshop.run("ulimit -c unlimited; ./program")
    try workshop.must("test -e core || mv core.* core")
    let size = try #require(workshop.bytes("core")?.count)
    var wholeStacks = 0
    for length in [0, 3, 63, 64, 400, 1800, 4096, 20_000, 100_000, 400_000] where length < size {
      try workshop.must("head -c \(length) core > part")
      guard let told = try? told(workshop.path + "/part") else { continue }
      #expect(told.notes.contains { $0.contains("not complete") })
      wholeStacks += told.stack.first?.function == "divide" ? 1 : 0
    }
    // The notes are at the beginning, and the place of the crash is in a register.
    #expect(wholeStacks > 2)
  }

  /// Overwrites parts of headers and notes, at places that a fixed sequence chooses.
  @Test(arguments: 1...20) func damagedHeaders(seed: UInt64) throws {
    let workshop = Workshop()
    let path = try workshop.compile(CrashProgram.null.source, "-g -O0")
    _ = dump(path, in: workshop)
    var state = seed
    let file = unsafe fopen(workshop.path + "/core", "r+")
    for _ in 0..<20 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // The file's own first bytes stay, or it is no ELF file at all.
      unsafe fseek(file, 20 + Int((state >> 33) % 8000), SEEK_SET)
      unsafe fputc(Int32(truncatingIfNeeded: state >> 56), file)
    }
    unsafe fclose(file)
    guard let told = try? told(workshop.path + "/core") else { return }
    #expect(told.end != nil)
  }

  @Test func whatIsNoCoreFile() throws {
    let workshop = Workshop()
    let program = try workshop.compile("int main(void) { return 0; }\n", "")
    let text = workshop.write("text", "no core".utf8)
    let codes: [(String, CoreFileError.Code)] = [
      (program, .otherKind(.shared)), (text, .elf(.notElf)),
      (workshop.path, .elf(.unreadable(.isDirectory))),
      (workshop.path + "/none", .elf(.unreadable(.noEntry))),
    ]
    for (path, code) in codes {
      #expect(throws: CoreFileError(code: code, path: path)) { try CoreFile(path: path) }
    }
  }
}
