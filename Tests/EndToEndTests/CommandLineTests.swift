import Foundation
import Testing

/// What whyfail itself does with its arguments: its own failures are one clear line and 125, and
/// what it cannot start it diagnoses.
@Suite struct CommandLineTests {
  private func whyfail(_ arguments: String..., directory: String = "/tmp") async throws
    -> ProcessResult
  {
    try await ChildProcess.run([Host.whyfail] + arguments, directory: directory)
  }

  /// Runs `body` in a fresh directory that is removed afterwards.
  private func inScratch(_ body: (String) async throws -> Void) async throws {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try await body(scratch)
  }

  private func requireTracing() throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
  }

  @Test func noCommandIsAUsageError() async throws {
    let result = try await whyfail()
    #expect(result.status == 125)
    #expect(result.outputText == "")
    #expect(result.errorText.lowercased().contains("usage"))
  }

  /// A command line that is wrong, and what of it the one line must name.
  static let mistakes: [(words: [String], named: String)] = [
    (["--no-such-option", "true"], "--no-such-option"),
    (["-x", "true"], "-x"),
    (["--format", "jsn", "true"], "jsn"),
    (["--timeout", "soon", "true"], "soon"),
    (["--timeout", "0", "true"], "--timeout"),
    (["--timeout"], "--timeout"),
    (["--output"], "--output"),
    (["--replay", "recording", "true"], "--replay"),
    (["--format", "json"], "no command"),
    (["--forma", "json", "true"], "--format?"),
    (["--verbose=yes", "true"], "--verbose"),
    (["--list", "--version"], "--list"),
    (["--list", "true"], "true"),
    (["--record", "recording", "--replay", "recording"], "--record"),
    (["--"], "no command"),
    (["--user", "no-such-user-here", "true"], Host.isRoot ? "no-such-user-here" : "--user"),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsOneLine(_ words: [String], _ named: String) async throws {
    let result = try await ChildProcess.run([Host.whyfail] + words)
    #expect(result.status == 125)
    #expect(result.outputText == "")
    #expect(result.errorText.contains(named), "\(result.errorText)")
    #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
    #expect(result.errorText.hasPrefix("whyfail: "))
  }

  @Test(arguments: [["-h"], ["--help"], ["--format", "json", "--help"]])
  func helpIsOnStandardOutput(_ words: [String]) async throws {
    let result = try await ChildProcess.run([Host.whyfail] + words)
    #expect(result.status == 0)
    #expect(result.outputText.contains("Usage: whyfail"))
    #expect(result.errorText == "")
  }

  @Test func wordsReachTheTargetByteForByte() async throws {
    try requireTracing()
    // A shell makes the byte 0xFF, which Swift's own strings cannot hold.
    let result = try await ChildProcess.run([
      "/bin/bash", "-c", #"X=$'\xfe' exec "$0" -o/dev/null -- printf '%s|' $'a\xffb' '' -- "$@""#,
      Host.whyfail, "--format",
    ])
    #expect(Array(result.output) == Array("a".utf8) + [0xFF] + Array("b||--|--format|".utf8))
    #expect(result.status == 0)
  }

  @Test(arguments: ["2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
  func theStatusIsTheTargetsWhereNobodyReads(_ streams: String) async throws {
    try requireTracing()
    let result = try await ChildProcess.run([
      "/bin/sh", "-c", "\"$0\" sh -c 'exit 9' \(streams)", Host.whyfail,
    ])
    #expect(result.status == 9)
  }

  @Test func aFileDoesNotTakeTheNumberOfAClosedStream() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let result = try await ChildProcess.run(
        [
          "/bin/sh", "-c",
          "\"$0\" --record recording -o report sh -c 'echo lost >&2; exit 9' <&- >&- 2>&-",
          Host.whyfail,
        ], directory: scratch)
      #expect(result.status == 9)
      for name in ["recording", "report"] {
        let text = try String(contentsOfFile: scratch + "/" + name, encoding: .utf8)
        #expect(text.hasPrefix(name == "report" ? "──" : "{"), "\(text)")
      }
    }
  }

  @Test(arguments: ["--version", "--list"])
  func informationGoesToStandardOutput(_ option: String) async throws {
    let result = try await whyfail(option)
    #expect(result.status == 0)
    #expect(!result.outputText.isEmpty)
    #expect(result.errorText == "")
  }

  @Test func everyListedHeuristicIsExplained() async throws {
    let list = try await whyfail("--list").outputText
    let ids = list.matches(of: /(?m)^\s*([a-z0-9-]+\/[a-z0-9-]+)/).map { String($0.output.1) }
    try #require(!ids.isEmpty, "\(list)")
    for id in ids {
      let explanation = try await whyfail("--explain", id)
      #expect(explanation.status == 0)
      #expect(explanation.outputText.contains(id))
    }
    let unknown = try await whyfail("--explain", "no/such-heuristic")
    #expect(unknown.status == 125)
    #expect(unknown.errorText.contains("no/such-heuristic"))
  }

  @Test func optionsOfTheCommandAreItsOwn() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let result = try await whyfail("-o", scratch + "/report", "echo", "--format", "--help")
      #expect(result.outputText == "--format --help\n")
      #expect(result.status == 0)
    }
  }

  /// Lines that are read without a parser mean what the parser finds in them.
  @Test func waysToSayWhereAReportGoes() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let (path, command) = (scratch + "/report", ["sh", "-c", "exit 9"])
      for words in [
        ["-o", path, "--format", "json"], ["--format=json", "-o", path],
        ["--format", "json", "--output", path, "--"], ["-o" + path, "--format", "json"],
        ["--output=" + path, "--format", "json", "--"],
        ["--format", "text", "-o", scratch + "/none", "--format", "json", "-o", path],
      ] {
        try? FileManager.default.removeItem(atPath: path)
        let result = try await ChildProcess.run([Host.whyfail] + words + command)
        #expect(result.status == 9, "\(words): \(result.errorText)")
        #expect(result.errorText == "")
        let report = try String(contentsOfFile: path, encoding: .utf8)
        #expect(report.hasPrefix("{") && report.contains("exit 9"), "\(words): \(report)")
        #expect(!FileManager.default.fileExists(atPath: scratch + "/none"))
      }
      for words in [["-o", "", "true"], ["-o"], ["-o", path], ["-o", path, "--"], ["--"]] {
        #expect(try await ChildProcess.run([Host.whyfail] + words).status == 125, "\(words)")
      }
    }
  }

  @Test func aSuccessIsOneLine() async throws {
    try requireTracing()
    let result = try await whyfail("true")
    #expect(result.status == 0)
    #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
  }

  @Test func aReportHasNoColourOutsideOfATerminal() async throws {
    try requireTracing()
    let result = try await whyfail("cat", "/nowhere/at-all")
    #expect(result.status == 1)
    #expect(result.errorText.contains("/nowhere"))
    #expect(!result.errorText.contains("\u{1b}"))
    for line in result.errorText.split(separator: "\n") {
      #expect(line.count <= 80, "\(line)")
    }
  }

  @Test func aProgramThatIsNowhereIs127() async throws {
    let result = try await whyfail("no-such-program-at-all")
    #expect(result.status == 127)
    #expect(result.errorText.contains("no-such-program-at-all"))
  }

  @Test func aFileThatIsNoProgramIs126() async throws {
    try await inScratch { scratch in
      try Data("x".utf8).write(to: URL(fileURLWithPath: scratch + "/plain"))
      let result = try await whyfail(scratch + "/plain")
      #expect(result.status == 126)
      #expect(result.errorText.contains(scratch + "/plain"))
    }
  }

  @Test(arguments: ["--output", "--record"])
  func whatCannotBeWrittenIsSaidBeforeTheTargetStarts(_ option: String) async throws {
    try await inScratch { scratch in
      let result = try await whyfail(option, "/nowhere/file", "touch", scratch + "/started")
      #expect(result.status == 125)
      #expect(result.errorText.contains("/nowhere/file"))
      #expect(!FileManager.default.fileExists(atPath: scratch + "/started"))
    }
  }

  @Test func aRecordingReplaysToTheSameReport() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let recording = scratch + "/recording.jsonl"
      for format in ["text", "json", "markdown"] {
        let live = scratch + "/live", replayed = scratch + "/replayed"
        let run = try await whyfail(
          "--format", format, "--record", recording, "-o", live, "cat", "/nowhere/at-all")
        #expect(run.status == 1)
        let replay = try await whyfail("--format", format, "-o", replayed, "--replay", recording)
        #expect(replay.status == 0)
        let first = try String(contentsOfFile: live, encoding: .utf8)
        #expect(first.contains("/nowhere"))
        // Where the events came from is the one thing that differs.
        #expect(
          try String(contentsOfFile: replayed, encoding: .utf8).withoutSource
            == first.withoutSource)
      }
    }
  }

  @Test(arguments: [
    ("", "empty"), ("not json\n", "line 1"), ("{\"schema\": \"another/9\"}\n", "line 1"),
  ])
  func aDamagedRecordingIsNamed(_ contents: String, _ place: String) async throws {
    try await inScratch { scratch in
      let recording = scratch + "/recording.jsonl"
      try contents.write(toFile: recording, atomically: true, encoding: .utf8)
      let result = try await whyfail("--replay", recording)
      #expect(result.status == 125)
      #expect(result.errorText.contains(recording))
      #expect(result.errorText.contains(place), "\(result.errorText)")
    }
  }

  @Test func aRecordingThatIsCutShortNamesTheLine() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let recording = scratch + "/recording.jsonl"
      _ = try await whyfail(
        "--record", recording, "-o", scratch + "/report", "cat", "/nowhere/at-all")
      let lines = try String(contentsOfFile: recording, encoding: .utf8).split(separator: "\n")
      try #require(lines.count > 4)
      let damaged = lines[..<3].joined(separator: "\n") + "\n" + lines[3].prefix(5) + "\n"
      try damaged.write(toFile: recording, atomically: true, encoding: .utf8)
      let result = try await whyfail("--replay", recording)
      #expect(result.status == 125)
      #expect(result.errorText.contains("line 4"), "\(result.errorText)")
    }
  }

  @Test(arguments: [
    ["--output", "FILE"], ["--output=FILE"], ["-o", "FILE"], ["-oFILE"], ["-o", "FILE", "--"],
  ])
  func aFileIsNamedInTheUsualWays(_ options: [String]) async throws {
    try requireTracing()
    try await inScratch { scratch in
      let words = options.map { $0.replacingOccurrences(of: "FILE", with: scratch + "/report") }
      let result = try await ChildProcess.run([Host.whyfail] + words + ["sh", "-c", "exit 4"])
      #expect(result.status == 4)
      #expect(result.errorText == "")
      let report = try String(contentsOfFile: scratch + "/report", encoding: .utf8)
      #expect(report.contains("sh failed (exit status 4)"))
    }
  }

  @Test func harmlessCallsAreListedWithAll() async throws {
    try requireTracing()
    let brief = try await whyfail("cat", "/nowhere/at-all").errorText
    #expect(!brief.contains("ld.so.preload"), "\(brief)")
    let full = try await whyfail("--all", "cat", "/nowhere/at-all").errorText
    #expect(full.contains("ld.so.preload"), "\(full)")
  }

  @Test func tracingThatIsForbiddenIsOneLineAndStartsNothing() async throws {
    try requireTracing()
    let jail = try await CPrograms.shared.path("deny-ptrace")
    let tracers = [([jail], "seccomp"), (["/usr/bin/strace", "-f", "-o/dev/null"], "strace")]
    for (tracer, reason) in tracers
    where Host.path(of: tracer[0].lastName) != nil || tracer == [jail] {
      let result = try await ChildProcess.run(tracer + [Host.whyfail, "sh", "-c", "echo started"])
      #expect(result.status == 125)
      #expect(result.outputText == "")
      #expect(result.errorText.contains(reason), "\(result.errorText)")
      #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
    }
  }

  @Test func aTimeoutEndsTheTargetAndReports() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let report = scratch + "/report.json"
      let result = try await whyfail(
        "--timeout", "4", "--format", "json", "-o", report, "sh", "-c", "echo started; sleep 600")
      #expect(result.outputText == "started\n")
      #expect(result.status != 0)
      let data = try Data(contentsOf: URL(fileURLWithPath: report))
      #expect(try JSONDecoder().decode(JSONReport.self, from: data).status == "hung")
    }
  }

  @Test func anotherUserRunsTheTarget() async throws {
    try requireTracing()
    guard let user = Host.ordinaryUser else { try skip("--user", "needs root") }
    try await inScratch { scratch in
      let result = try await whyfail(
        "--user", user, "-o", scratch + "/report", "sh", "-c", "id -un; id -Gn; umask")
      #expect(result.outputText == "\(user)\n\(user)\n0022\n")
      let variables = try await ChildProcess.run([
        "/usr/bin/env", "-i", "Z=1", "HOME=/of-another", "A=2", "USER=another", "M=3",
        Host.whyfail, "--user", user, "-o", scratch + "/report", "/usr/bin/env",
      ])
      let lines = variables.outputText.split(separator: "\n")
      #expect(
        lines.map { String($0.prefix { $0 != "=" }) }
          == ["Z", "HOME", "A", "USER", "M", "LOGNAME", "SHELL"])
      #expect(lines.contains("LOGNAME=\(user)") && lines.contains("USER=\(user)"))
      #expect(!lines.contains("HOME=/of-another"))
    }
  }

  @Test func secretsAreRedacted() async throws {
    try requireTracing()
    let command = ["cat", "/nowhere", "--password=hunter2secret"]
    let report = try await ChildProcess.run([Host.whyfail, "--format", "json", "--"] + command)
    #expect(!report.errorText.split(separator: "\n").filter { $0.contains("{") }.isEmpty)
    let object = report.errorText.drop { $0 != "{" }
    #expect(object.contains("[redacted]"))
    #expect(!object.contains("hunter2secret"))
    let plain = try await ChildProcess.run(
      [Host.whyfail, "--no-redact", "--format", "json", "--"] + command)
    #expect(plain.errorText.drop { $0 != "{" }.contains("hunter2secret"))
  }

  @Test func aRecordingForSharingHoldsNoSecret() async throws {
    try requireTracing()
    try await inScratch { scratch in
      let file = scratch + "/recording.jsonl"
      let command = [
        "env", "DB_PASSWORD=other4secret", "sh", "-c", "echo tried $1 >&2; cat /nowhere", "sh",
        "--password=hunter2secret",
      ]
      let run = try await ChildProcess.run([Host.whyfail, "--redact", "--record", file] + command)
      #expect(run.status == 1)
      let recording = String(
        decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
      #expect(recording.contains("[redacted]"))
      #expect(!recording.contains("hunter2secret") && !recording.contains("other4secret"))
      let replay = try await whyfail("--replay", file)
      #expect(replay.errorText.contains("/nowhere does not exist"), "\(replay.errorText)")
    }
  }

  @Test func aBrokenHeuristicIsNamedWithItsLine() async throws {
    try await inScratch { scratch in
      let file = scratch + "/broken.yaml"
      try "id: broken\nmaturity: stable\nno_such_key: 1\n".write(
        toFile: file, atomically: true, encoding: .utf8)
      let result = try await whyfail("--check-heuristics", scratch)
      #expect(result.status != 0)
      let text = result.outputText + result.errorText
      #expect(text.contains("broken.yaml"))
      #expect(text.contains("no_such_key"))
      #expect(text.contains(/broken\.yaml:\d+/))
    }
  }

  @Test func aBrokenHeuristicDoesNotEndTheRun() async throws {
    try requireTracing()
    try await inScratch { home in
      let directory = home + "/.config/whyfail/heuristics"
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      try "id: broken\nno_such_key: 1\n".write(
        toFile: directory + "/broken.yaml", atomically: true, encoding: .utf8)
      let result = try await ChildProcess.run(
        ["/usr/bin/env", "HOME=" + home, Host.whyfail, "cat", "/nowhere/at-all"])
      #expect(result.status == 1)
      #expect(result.errorText.contains(/broken\.yaml:\d+/), "\(result.errorText)")
      #expect(result.errorText.contains("/nowhere/at-all does not exist"), "\(result.errorText)")
    }
  }

  @Test func noHeuristicsOfOnesOwnAreNoProblem() async throws {
    try await inScratch { home in
      let result = try await ChildProcess.run(
        ["/usr/bin/env", "-i", "HOME=" + home, Host.whyfail, "--check-heuristics"])
      #expect(result.status == 0)
      #expect(result.errorText == "")
    }
  }
}

extension String {
  fileprivate var lastName: String { split(separator: "/").last.map(String.init) ?? self }
}
