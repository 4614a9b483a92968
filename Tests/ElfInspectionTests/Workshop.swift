import ElfInspection
import Glibc
import Testing
import TraceCapture
import TraceEvents

/// A directory of programs that is gone after the test.
@safe
struct Workshop: ~Copyable {
  /// Its absolute path.
  let path: String

  init() {
    var template = Array("/tmp/elf-inspection-XXXXXX".utf8CString)
    path = unsafe String(cString: mkdtemp(&template))
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }

  /// Writes a file here; gives its path.
  func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    let file = unsafe fopen("\(path)/\(name)", "w")
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
    return "\(path)/\(name)"
  }

  /// The bytes of a file here; nil if it is not there.
  func bytes(_ name: String) -> [UInt8]? {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { return nil }
    defer { unsafe fclose(file) }
    return unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
  }

  /// Runs a shell command here; true if it succeeded.
  func run(_ command: String) -> Bool {
    receivingSignals {
      unsafe system("cd '\(path)' && { \(command); } >/dev/null 2>&1") == 0
    }
  }

  /// Runs a shell command here, which must succeed.
  func must(_ command: String) throws {
    let succeeded = run(command)
    try #require(succeeded, "\(command)")
  }

  /// What a shell command writes.
  func output(of command: String) -> String {
    let pipe = unsafe receivingSignals {
      unsafe popen("cd '\(path)' && { timeout 60 \(command); } 2>/dev/null", "r")
    }
    guard let pipe = unsafe pipe else { return "" }
    var bytes: [UInt8] = []
    var line = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe fread(&line, 1, line.count, pipe)
      if count == 0 { break }
      bytes += line[..<count]
    }
    unsafe pclose(pipe)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Compiles one file of source; gives the program, or nil if the compiler refuses.
  func compile(_ source: String, _ options: String, suffix: String = "c") throws -> String {
    let file = write("program.\(suffix)", source.utf8)
    let compiler = suffix == "c" ? "gcc" : "g++"
    try must("\(compiler) -o program \(options) '\(file)' -lpthread")
    return path + "/program"
  }
}

/// Threads of a pool block all signals, a command inherits that, and gdb then waits for ever.
private func receivingSignals<Result>(_ body: () -> Result) -> Result {
  var none = sigset_t()
  var before = sigset_t()
  unsafe sigemptyset(&none)
  unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
  return body()
}

/// What the machine has.
enum Machine {
  static func has(_ command: String) -> Bool {
    unsafe system("command -v \(command) >/dev/null 2>&1") == 0
  }
  static let hasNarrowCompiler: Bool = {
    let workshop = Workshop()
    _ = workshop.write("x.c", "int main(void) { return 0; }".utf8)
    return workshop.run("gcc -m32 -o x x.c")
  }()
  /// True if the kernel leaves core files beside the program (`core(5)`). gdb's have their notes at the
  /// end.
  static let dumpsCore: Bool = {
    let workshop = Workshop()
    _ = workshop.run("ulimit -c unlimited; sh -c 'kill -SEGV $$'")
    return workshop.run("ls core*")
  }()
  static let canTrace = crash("/bin/true").outcome == .exited(0)
}

/// What a traced run told of signals.
struct Crash: Sendable {
  var signals: [SignalDelivery] = []
  var facts: [Fact] = []
  var outcome: LaunchOutcome?
  var walks = 0
  /// The stack of the last signal.
  var stack: [StackFrame] { signals.last?.stack ?? [] }
}

/// Runs a command under the tracer with the walker, on a thread made for it.
func crash(_ command: String..., tellsThreads: Bool = false) -> Crash {
  final class Box: StackWalker {
    var crash = Crash()
    let request: LaunchRequest
    init(_ request: LaunchRequest) { self.request = request }
    func stack(
      of process: ProcessID, thread: ProcessID, limit: Int, address: UInt64?
    ) -> WalkedStack {
      crash.walks += 1
      return LiveStackWalker().stack(
        of: process, thread: thread, limit: limit, address: address)
    }
    func run() {
      let tracer = Tracer(request, inspector: Reading(), walker: self) { event in
        if case .signal(let signal) = event.body { self.crash.signals.append(signal) }
        if case .fact(let fact) = event.body { self.crash.facts.append(fact) }
      }
      crash.outcome = try? tracer.run()
    }
  }
  let box = Box(
    LaunchRequest(
      command: command, environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"],
      tellsThreads: tellsThreads, ownsProcessSignals: false))
  var thread = pthread_t()
  let argument = unsafe Unmanaged.passRetained(box).toOpaque()
  unsafe pthread_create(
    &thread, nil,
    { argument in
      if let argument = unsafe argument {
        unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run()
      }
      return nil
    }, argument)
  pthread_join(thread, nil)
  return box.crash
}

/// An inspector that knows programs alone.
private struct Reading: SystemInspector {
  func answer(_ question: SystemQuestion) -> SystemAnswer {
    guard case .program(let path) = question, let facts = try? programFile(path) else {
      return .unknown(reason: "a test")
    }
    return .program(facts: facts)
  }
}
