import Foundation
import Testing

/// The terminal of a target is the one that it would have alone: foreground group, keys, job
/// control. A Python program plays the person at the keyboard.
@Suite struct TerminalTests {
  /// What a person does at a terminal: waits for a text, then types.
  struct Session: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// `TRACER` stands for whyfail and its options, or for nothing.
    var command: [String]
    /// Pairs of a text that is waited for and the keys that are pressed then.
    var script: [[String]] = []
    /// What the native session must contain for the test to mean something.
    var shows: String
  }

  static let sessions = [
    Session(
      testDescription: "foreground process group and session",
      command: [
        "TRACER", "python3", "-c",
        "import os; print(os.isatty(0), os.isatty(1), os.isatty(2), "
          + "os.tcgetpgrp(0) == os.getpgrp(), os.getpgrp() == os.getsid(0), "
          + "os.getsid(0) == os.tcgetsid(0) if hasattr(os, 'tcgetsid') else True)",
      ],
      shows: "True True True True"),
    Session(
      testDescription: "window size", command: ["TRACER", "stty", "size"], shows: "33 77"),
    Session(
      testDescription: "terminal settings", command: ["TRACER", "stty", "-a"], shows: "intr = ^C"),
    Session(
      testDescription: "Ctrl-C reaches a handler of the target",
      command: [
        "TRACER", "sh", "-c",
        "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done",
      ],
      script: [["ready", "\u{3}"]], shows: "caught"),
    Session(
      testDescription: "Ctrl-C ends a target that does not handle it",
      command: ["TRACER", "sh", "-c", "echo ready; exec sleep 60"],
      script: [["ready", "\u{3}"]], shows: "status 130"),
    Session(
      testDescription: "Ctrl-\\ ends a target",
      command: ["TRACER", "sh", "-c", "ulimit -c 0; echo ready; exec sleep 60"],
      script: [["ready", "\u{1c}"]], shows: "status 131"),
    Session(
      testDescription: "typed lines arrive",
      command: ["TRACER", "sh", "-c", "echo name?; read name; echo hello $name"],
      script: [["name?", "Ann\r"]], shows: "hello Ann"),
    Session(
      testDescription: "Ctrl-Z and fg",
      command: ["bash", "--norc", "--noprofile", "-i"],
      script: [
        ["bash-", "TRACER sh -c 'echo rea\"\"dy; read line; echo wo\"\"ke $line'\r"],
        ["ready", "\u{1a}"], ["Stopped", "fg >/dev/null\r"], ["\n", "again\r"],
        ["woke again", "exit 7\r"],
      ], shows: "status 7"),
  ]

  @Test(arguments: sessions)
  func isTheNativeOne(_ session: Session) async throws {
    if let obstacle = Host.tracingObstacle { try skip(session.testDescription, obstacle) }
    let native = try await play(session, tracer: [])
    #expect(native.contains(session.shows), "alone: \(native)")
    let report = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: report) }
    let traced = try await play(
      session, tracer: [Host.whyfail, "--output", report + "/report", "--"])
    if session.script.count > 1 {
      // The line that was typed is echoed, and names the tracer.
      #expect(traced.contains(session.shows), "traced: \(traced)")
    } else {
      #expect(traced == native)
    }
  }

  @Test func aReportHasColourOnATerminalAlone() async throws {
    if let obstacle = Host.tracingObstacle { try skip("colour", obstacle) }
    let colour = "\u{1b}["
    for (variables, isColoured) in [
      (["TERM=xterm"], true), (["TERM=xterm", "NO_COLOR=1"], false),
      (["TERM=xterm", "NO_COLOR="], true), (["TERM=dumb"], false),
    ] {
      let session = Session(
        testDescription: "", command: ["env"] + variables + ["TRACER", "cat", "/nowhere/at-all"],
        shows: "")
      let shown = try await play(session, tracer: [Host.whyfail])
      #expect(shown.contains("/nowhere/at-all does not exist"), "\(shown)")
      #expect(shown.contains(colour) == isColoured, "\(variables)")
      // The terminal of these tests has 77 columns.
      for line in shown.replacing(/\x1b\[[0-9;]*m/, with: "").split(separator: "\n") {
        #expect(line.count <= 77, "\(line)")
      }
    }
  }

  private func play(_ session: Session, tracer: [String]) async throws -> String {
    let command = session.command.flatMap { $0 == "TRACER" ? tracer : [$0] }
    let script = session.script.map {
      [$0[0], $0[1].replacingOccurrences(of: "TRACER", with: tracer.joined(separator: " "))]
    }
    let encoder = JSONEncoder()
    let words = try [command, script.flatMap { $0 }].map {
      String(decoding: try encoder.encode($0), as: UTF8.self)
    }
    let person = try await ChildProcess.run(
      ["/usr/bin/python3", Host.repository.path + "/Tests/Programs/terminal.py"] + words,
      directory: "/tmp", limit: 90)
    #expect(person.status == 0, "\(person.errorText)")
    return person.outputText
  }
}
