import Foundation
import Testing
import TraceEvents
import TraceTestSupport

/// gdb is the judge: of each case of Corpus/ that crashes, the first ten frames have the functions and
/// lines that gdb gives them.
@Suite(
  .enabled(if: Host.path(of: "gdb") != nil, "gdb, which is the judge, is not installed"))
struct CrashFrameTests {
  /// What gdb and we do not agree on, or gdb cannot judge, and why.
  private static let differing: [String: String] = [
    "signal/debugger-trap":
      "gdb tells the line behind the breakpoint, where the program counter is, and we that of the call",
    "signal/half-a-program":
      "the kernel ends the process between two programs, and gdb does not stop there",
    "signal/inlined-at-link-time":
      "the first instruction of an inlined call: gdb stands before the call, and we in the function",
    "signal/jni-null-pointer":
      "the virtual machine handles faults for its own ends as it starts, and gdb stops at the first",
    "signal/return-address-overwritten":
      "gdb goes on over a stack that was overwritten, with addresses that are none",
  ]

  /// The cases in which a fault ends a process, as their recordings tell.
  static let crashing = CorpusCase.all.filter { corpusCase in
    guard let recording = try? Data(contentsOf: corpusCase.recordingFile) else { return false }
    return crash(in: recording) != nil
  }

  /// The part of an event that is needed here.
  private struct Event: Decodable {
    var pid: ProcessID
    var signal: SignalDelivery?
  }

  private static let signals: Set<SignalNumber> = [
    .segmentationViolation, .bus, .floatingPoint, .illegalInstruction, .trap, .abort,
    .badSystemCall,
  ]

  /// The fault of a recording whose handler ended the process, or else the last signal that has a stack.
  private static func crash(in recording: Data) -> SignalDelivery? {
    let mark = Data(#""stack":[{"#.utf8)
    let events = recording.split(separator: UInt8(ascii: "\n")).filter { $0.range(of: mark) != nil }
    // What another process sends stops a process wherever it is: that is no crash, and gdb need not
    // stop it at the same place.
    let crashes = events.compactMap { try? JSONDecoder().decode(Event.self, from: $0) }
      .filter { $0.signal?.sender == nil || $0.signal?.sender == $0.pid }
      .compactMap(\.signal)
      .filter { signals.contains($0.signal) && !$0.stack.isEmpty }
    // Who hands on how a child ended sends itself the signal.
    return crashes.first { $0.endedInHandler == true } ?? crashes.last { $0.sender == nil }
      ?? crashes.last
  }

  /// Rust's first mangling is read by gdb from the types: it numbers the closures and adds what a
  /// function was made for, where the mangled name has neither.
  private static func withoutDetails(_ line: String) -> String {
    line.replacing(/\{+closure(_env)?(#\d+)?\}+/, with: "{closure}")
      .replacing(/<.*>/, with: "")
  }

  @Test(arguments: crashing)
  func asGdbSays(_ corpusCase: CorpusCase) async throws {
    try corpusCase.cancelIfImpossible()
    if let obstacle = corpusCase.tracingObstacle { try skip(corpusCase.id, obstacle) }
    // `python` of gdb's command line is one line.
    let script = "exec(\(Self.literal(Backtrace.script)))"
    let debugged = try await corpusCase.run(.debugged(script: script)).target
    let judged = debugged.outputText.split(separator: "\n")
      .compactMap { $0.hasPrefix("judged ") ? Self.withoutDetails(String($0.dropFirst(7))) : nil }
    let traced = try await corpusCase.run(.traced)
    let recording = try #require(traced.recording, "\(traced.target.errorText.suffix(600))")
    let own = try #require(Self.crash(in: recording)).stack
      .map { Self.withoutDetails(Backtrace.line($0)) }
    func check() {
      #expect(
        !judged.isEmpty, "\(debugged.outputText.suffix(600)) \(debugged.errorText.suffix(600))")
      #expect(own.prefix(judged.count) == judged[...])
    }
    if let reason = Self.differing[corpusCase.id] {
      withKnownIssue("\(reason)") { check() }
    } else {
      check()
    }
  }

  /// `text` as a literal of Python.
  private static func literal(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"").replacingOccurrences(of: "\n", with: "\\n")
    return "\"" + escaped + "\""
  }
}
