import Glibc
import TraceCapture
import TraceEvents

/// What one traced run gave.
struct Recorded: Sendable {
  var events: [TraceEvent] = []
  var outcome: LaunchOutcome?
  var error: CaptureError?

  /// The calls, in order.
  var calls: [SystemCall] {
    events.compactMap { if case .systemCall(let call) = $0.body { call } else { nil } }
  }
  /// The programs that began, in order.
  var executions: [ProgramExecution] {
    events.compactMap {
      if case .programExecuted(let execution) = $0.body { execution } else { nil }
    }
  }
  /// The signals, in order.
  var signals: [SignalDelivery] {
    events.compactMap { if case .signal(let signal) = $0.body { signal } else { nil } }
  }
  /// The ends of processes, in order.
  var ends: [ProcessEnd] {
    events.compactMap { if case .processEnded(let end) = $0.body { end } else { nil } }
  }
  /// The processes that came to be, in order.
  var starts: [ProcessStart] {
    events.compactMap { if case .processStarted(let start) = $0.body { start } else { nil } }
  }
  /// How many threads were created.
  var threadCount: Int {
    events.count { if case .threadStarted = $0.body { true } else { false } }
  }
  /// The kinds of the notes, in order.
  var notes: [CaptureNote.Kind] {
    events.compactMap { if case .note(let note) = $0.body { note.kind } else { nil } }
  }
  /// The facts, in order.
  var facts: [Fact] {
    events.compactMap { if case .fact(let fact) = $0.body { fact } else { nil } }
  }
  /// Everything written to one stream.
  func words(_ stream: Words.Stream) -> String {
    events.compactMap {
      if case .words(let words) = $0.body, words.stream == stream { words.text } else { nil }
    }.joined()
  }
  /// The calls with this name and path.
  func calls(_ name: String, _ path: String) -> [SystemCall] {
    calls.filter { $0.name == name && $0.path == path }
  }
}

/// An inspector that knows nothing: its questions show what was asked.
struct Unknowing: SystemInspector {
  func answer(_ question: SystemQuestion) -> SystemAnswer { .unknown(reason: "a test") }
}

/// Runs a request to its end on a thread made for it.
func record(_ request: LaunchRequest) -> Recorded {
  final class Box {
    var recorded = Recorded()
    let request: LaunchRequest
    init(_ request: LaunchRequest) { self.request = request }
  }
  let box = Box(request)
  var thread = pthread_t()
  let argument = unsafe Unmanaged.passRetained(box).toOpaque()
  unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
      let tracer = Tracer(box.request, inspector: Unknowing()) { box.recorded.events.append($0) }
      do throws(CaptureError) {
        box.recorded.outcome = try tracer.run()
      } catch {
        box.recorded.error = error
      }
      return nil
    }, argument)
  pthread_join(thread, nil)
  return box.recorded
}

/// Runs a command to its end.
func record(_ command: String..., directory: String? = nil, timeout: Double? = nil) -> Recorded {
  record(
    LaunchRequest(
      command: command, environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"], timeout: timeout,
      workingDirectory: directory, ownsProcessSignals: false))
}

/// A directory that is gone after the test.
@safe
struct Scratch: ~Copyable {
  /// Its absolute path.
  let path: String

  init() {
    var template = Array("/tmp/trace-capture-XXXXXX".utf8CString)
    path = unsafe String(cString: mkdtemp(&template))
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }

  /// What a file of this directory holds; nothing if it is not there.
  func bytes(_ name: String) -> [UInt8] {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { return [] }
    defer { unsafe fclose(file) }
    return unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
  }

  /// Compiles a C program into this directory. Nil if the compiler refuses.
  func compile(_ source: String, _ options: String = "") -> String? {
    let file = path + "/program.c"
    guard let output = unsafe fopen(file, "w") else { return nil }
    unsafe fputs(source, output)
    unsafe fclose(output)
    let command = "gcc -o '\(path)/program' \(options) '\(file)' -lpthread 2>/dev/null"
    return unsafe system(command) == 0 ? path + "/program" : nil
  }
}

/// What the machine has for live tests.
enum Machine {
  /// True if C programs can be compiled.
  static let hasCompiler = unsafe system("command -v gcc >/dev/null 2>&1") == 0
  /// True if 32-bit C programs can be compiled.
  static let hasNarrowCompiler: Bool = {
    let scratch = Scratch()
    return scratch.compile("int main(void) { return 0; }", "-m32") != nil
  }()
  /// True if a process may be traced here.
  static let canTrace = record("/bin/true").outcome == .exited(0)
}
