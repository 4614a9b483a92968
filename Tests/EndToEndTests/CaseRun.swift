import Foundation

/// What came of running a case once.
struct CaseOutcome: Sendable {
  var target: ProcessResult
  /// The JSON report, where whyfail ran the program.
  var report: Data?
  /// The recording, where whyfail ran the program.
  var recording: Data?
}

extension CorpusCase {
  /// Who runs the program: nobody, whyfail, or gdb with a script of Python for where it crashes.
  enum Mode: Sendable {
    case native, traced
    case debugged(script: String)

    var isTraced: Bool { if case .traced = self { true } else { false } }
  }

  /// The case could not be run: its setup failed, or what runs beside it never became ready.
  struct SetupError: Error, CustomStringConvertible {
    var description: String
  }

  /// A few real programs at a time; the machine may have two processors.
  private static let gate = Gate(width: 3)

  /// Runs the case in a scratch directory of its own, and takes all of it away again.
  func run(_ mode: Mode) async throws -> CaseOutcome {
    try await Self.gate.pass {
      let results = try Host.makeTemporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: results) }
      try script(mode, results: results)
        .write(toFile: results + "/case.sh", atomically: true, encoding: .utf8)
      let shell = ["/bin/bash", results + "/case.sh"]
      let driver = try await ChildProcess.run(
        Host.canIsolate ? Host.unshare + shell : shell, limit: 4 * timeLimit + 60)

      func file(_ name: String) -> Data? {
        FileManager.default.contents(atPath: results + "/" + name)
      }
      func text(_ name: String) -> String { String(decoding: file(name) ?? Data(), as: UTF8.self) }
      let statusText = text("status").trimmingCharacters(in: .whitespacesAndNewlines)
      guard let status = Int32(statusText) else {
        throw SetupError(
          description: "\(id) did not run: " + text("trouble") + text("setup.log").suffix(800)
            + driver.errorText.suffix(800))
      }
      return CaseOutcome(
        target: ProcessResult(
          status: status, output: file("stdout") ?? Data(), error: file("stderr") ?? Data()),
        report: file("report.json"), recording: file("recording.jsonl"))
    }
  }

  /// Seconds after which the program itself is ended.
  private var timeLimit: Int { description.timeout ?? 30 }

  /// The bash script that prepares the case, runs it, and leaves what came of it in `results`.
  private func script(_ mode: Mode, results: String) throws -> String {
    let work = scratchDirectory
    let ordinary = description.user == .ordinary
    let user = ordinary && Host.isRoot ? Host.ordinaryUser ?? "root" : NSUserName()
    var environment = Host.environment
    environment.merge(
      ["W": work, "HOME": work + "/home", "USER": user, "LOGNAME": user, "CASEUSER": user],
      uniquingKeysWith: { $1 })
    let helperEnvironment = "env -i " + assignments(environment)
    for (name, value) in description.env ?? [:] { environment[name] = substituted(value) }

    var lines = ["umask 022", "out=\(quoted(results))", "W=\(quoted(work))"]
    if Host.canIsolate {
      lines += [
        "ip link set lo up",
        "mkdir -p \(Self.scratchBase)",
        "mount -t tmpfs -o mode=755 tmpfs \(Self.scratchBase) || exit 1",
      ]
    }
    lines += [
      #"rm -rf "$W"; mkdir -p "$W" && cd "$W" || exit 1"#,
      "files=\(quoted(directory.path + "/files"))",
      #"[ ! -d "$files" ] || cp -rL "$files/." "$W/""#,
      #"mkdir "$W/home""#,
    ]
    if ordinary && Host.isRoot { lines.append(#"chown -R "\#(user):" "$W""#) }
    if mode.isTraced && bindsProgram(ordinary: ordinary) {
      lines.append(#"touch "$out/whyfail"; mount --bind \#(quoted(Host.whyfail)) "$out/whyfail""#)
    }
    if let setup = description.setup {
      try setup.write(toFile: results + "/setup.sh", atomically: true, encoding: .utf8)
      lines.append(
        helperEnvironment + #" sh -e "$out/setup.sh" </dev/null >"$out/setup.log" 2>&1"#
          + #" || { echo setup failed: >"$out/trouble"; exit 1; }"#)
    }
    for background in description.background ?? [] {
      lines.append(
        "setsid \(helperEnvironment) sh -c \(quoted(background.run))"
          + #" </dev/null >/dev/null 2>&1 & helpers="$helpers $!""#)
      guard let ready = background.ready else { continue }
      lines += [
        "ready=no",
        "for try in $(seq 100); do",
        "  \(helperEnvironment) bash -c \(quoted(ready)) </dev/null >/dev/null 2>&1"
          + " && { ready=yes; break; }",
        "  sleep 0.1",
        "done",
        #"[ $ready = yes ] || { echo "not ready: "\#(quoted(background.run)) >"$out/trouble"; exit 1; }"#,
      ]
    }
    lines += [
      "cd \(quoted(substituted(description.cwd ?? "$W"))) || exit 1",
      "env -i \(assignments(environment)) \(command(mode, ordinary: ordinary, results: results))"
        + #" </dev/null >"$out/stdout" 2>"$out/stderr""#,
      #"echo $? >"$out/status""#,
      "cd /",
      // Where nothing is isolated, what was started is ended and removed by hand.
      "for helper in $helpers; do kill -KILL -- -$helper 2>/dev/null; done",
      #"chmod -R u+rwX "$W"; rm -rf "$W""#,
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func command(_ mode: Mode, ordinary: Bool, results: String) -> String {
    var words = ordinary ? Host.asOrdinaryUser : []
    words += ["/usr/bin/timeout", "--foreground", "-s", "KILL"]
    switch mode {
    case .native:
      words += ["\(timeLimit)"]
    case .traced:
      words += ["\(3 * timeLimit)"]
      words.append(bindsProgram(ordinary: ordinary) ? results + "/whyfail" : Host.whyfail)
      words += ["--format", "json", "--output", results + "/report.json"]
      words += ["--record", results + "/recording.jsonl"]
      words += description.arguments ?? []
      words.append("--")
    case .debugged(let script):
      words += ["\(3 * timeLimit)", "gdb", "-nx", "-batch"]
      words += ["-ex", "set follow-fork-mode child"]
      words += ["-ex", "run", "-ex", "python \(script)", "--args"]
    }
    words += description.run.words.map(substituted)
    return words.map(quoted).joined(separator: " ")
  }

  /// Whether the program is bound to a place that the ordinary user can reach.
  private func bindsProgram(ordinary: Bool) -> Bool { ordinary && Host.canIsolate }

  private func substituted(_ word: String) -> String {
    word.replacingOccurrences(of: "$W", with: scratchDirectory)
  }

  private func assignments(_ environment: [String: String]) -> String {
    environment.sorted { $0.key < $1.key }
      .map { quoted("\($0.key)=\($0.value)") }.joined(separator: " ")
  }

  private func quoted(_ word: String) -> String {
    "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
  }
}
