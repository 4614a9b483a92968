import Foundation
import Testing

/// `whyconf` with programs that do not end by themselves.
@Suite struct ConfigurationRunTests {
  /// A server of the fewest lines that reads its configuration and waits; with a word, in the
  /// background of a process that has ended.
  private static let server = """
    import os, socket, sys
    text = open(sys.argv[1]).read()
    if len(sys.argv) > 2 and os.fork():
        os._exit(0)
    if len(sys.argv) > 2:
        os.setsid()
        if os.fork():
            os._exit(0)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1] + ".listener")
    listener.listen()
    open(sys.argv[1] + ".pid", "w").write(str(os.getpid()))
    listener.accept()
    """

  private struct Report: Decodable {
    struct Outcome: Decodable { var kind: String }
    struct Verdict: Decodable { var status: String }
    struct Entry: Decodable {
      var path: String
      var status: String
    }
    struct Configuration: Decodable { var entries: [Entry] }
    var outcome: Outcome
    var verdict: Verdict
    var config: Configuration
  }

  @Test(arguments: [[], ["background"]])
  func aDaemonIsStoppedOnceItWaits(_ words: [String]) async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let configuration = scratch + "/server.conf"
    try "port = 1\n".write(toFile: configuration, atomically: true, encoding: .utf8)
    try Self.server.write(
      toFile: scratch + "/server.py", atomically: true, encoding: .utf8)
    let whyconf = scratch + "/whyconf"
    try FileManager.default.createSymbolicLink(
      atPath: whyconf, withDestinationPath: Host.whyfail)
    let result = try await ChildProcess.run(
      [
        whyconf, "--settle", "0.5", "--timeout", "60", "--format", "json", "-o",
        scratch + "/report", "--", "/usr/bin/python3", scratch + "/server.py", configuration,
      ] + words)
    #expect(result.status == 0, "\(result.errorText)")
    let data = try #require(FileManager.default.contents(atPath: scratch + "/report"))
    let report = try JSONDecoder().decode(Report.self, from: data)
    #expect(report.verdict.status == "succeeded")
    #expect(report.outcome.kind == (words.isEmpty ? "still-running" : "exited"))
    #expect(report.config.entries.first { $0.path == configuration }?.status == "read")
    // Nothing is left behind.
    let pid = try String(contentsOfFile: configuration + ".pid", encoding: .utf8)
    let state = FileManager.default.contents(atPath: "/proc/\(pid)/stat")
    #expect(state.map { String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? true)
  }

  @Test(arguments: [
    "sleep 3; cat app.conf",
    // A question that a name server does not answer.
    """
    exec /usr/bin/python3 -c 'import select, socket
    client = socket.socket(type=socket.SOCK_DGRAM)
    client.connect(("127.0.0.2", 53))
    poll = select.poll()
    poll.register(client, select.POLLIN)
    poll.poll(3000)
    open("app.conf").read()'
    """,
  ])
  func whatIsSureToEndIsWaitedFor(_ script: String) async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try "port = 1\n".write(toFile: scratch + "/app.conf", atomically: true, encoding: .utf8)
    let whyconf = scratch + "/whyconf"
    try FileManager.default.createSymbolicLink(
      atPath: whyconf, withDestinationPath: Host.whyfail)
    let result = try await ChildProcess.run([
      whyconf, "--settle", "0.5", "--timeout", "60", "--format", "json", "-o", scratch + "/report",
      "--", "/bin/sh", "-c", "cd \(scratch); " + script,
    ])
    let data = try #require(FileManager.default.contents(atPath: scratch + "/report"))
    let report = try JSONDecoder().decode(Report.self, from: data)
    let path = scratch + "/app.conf"
    #expect(
      report.config.entries.first { $0.path == path }?.status == "read", "\(result.errorText)")
  }

  @Test func oneThatEndsByItselfKeepsItsStatus() async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let result = try await ChildProcess.run([
      Host.whyfail, "--settle", "5", "sh", "-c", "exit 7",
    ])
    #expect(result.status == 7)
  }

  /// One that reads its configuration, and again at SIGHUP, and answers on a socket.
  private static let rereader = """
    import os, signal, socket, sys
    def read(*_):
        text = open(sys.argv[1]).read()
        for name in text.split():
            open(name).read()
    read()
    signal.signal(signal.SIGHUP, read)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1] + ".listener")
    listener.listen()
    open(sys.argv[1] + ".pid", "w").write(str(os.getpid()))
    while True:
        peer, _ = listener.accept()
        peer.sendall(b"served")
        peer.close()
    """

  private static let client = """
    import socket, sys
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(sys.argv[1] + ".listener")
    print(peer.recv(16).decode())
    """

  /// A scratch directory with a server, its configuration, and whyconf.
  private func makeServer() throws -> (scratch: String, configuration: String, whyconf: String) {
    let scratch = try Host.makeTemporaryDirectory()
    let configuration = scratch + "/server.conf"
    try "\(scratch)/more\n".write(toFile: configuration, atomically: true, encoding: .utf8)
    try "x\n".write(toFile: scratch + "/more", atomically: true, encoding: .utf8)
    try Self.rereader.write(toFile: scratch + "/server.py", atomically: true, encoding: .utf8)
    try Self.client.write(toFile: scratch + "/client.py", atomically: true, encoding: .utf8)
    let whyconf = scratch + "/whyconf"
    try FileManager.default.createSymbolicLink(
      atPath: whyconf, withDestinationPath: Host.whyfail)
    return (scratch, configuration, whyconf)
  }

  private func expectServes(_ scratch: String) async throws {
    let answer = try await ChildProcess.run([
      "/usr/bin/python3", scratch + "/client.py", scratch + "/server.conf",
    ])
    #expect(answer.outputText == "served\n", "\(answer.errorText)")
  }

  @Test func aDaemonThatIsToStayIsLetGoAndAttachedToAgain() async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let (scratch, configuration, whyconf) = try makeServer()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let started = try await ChildProcess.run([
      whyconf, "--keep-running", "--timeout", "60", "--format", "json", "-o", scratch + "/report",
      "--", "/usr/bin/python3", scratch + "/server.py", configuration,
    ])
    #expect(started.status == 0, "\(started.errorText)")
    let pid = try #require(
      Int32(try String(contentsOfFile: configuration + ".pid", encoding: .utf8)))
    defer { kill(pid, SIGKILL) }
    try await expectServes(scratch)
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    #expect(status.contains("TracerPid:\t0\n") && status.contains("Seccomp:\t0\n"))

    let attached = try await ChildProcess.run([
      whyconf, "-p", "\(pid)", "--reload", "--timeout", "60", "--format", "json",
    ])
    #expect(attached.status == 0)
    let report = try JSONDecoder().decode(Report.self, from: attached.error)
    let read = report.config.entries.filter { $0.status == "read" }.map(\.path)
    #expect(read == [configuration, scratch + "/more"], "\(attached.errorText)")
    try await expectServes(scratch)
    let after = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    #expect(after.contains("TracerPid:\t0\n"))
  }

  @Test func whatIsNoProcessOrNoReportIsSaid() async throws {
    let (scratch, configuration, whyconf) = try makeServer()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    for (words, says) in [
      (["-p", "4194303"], "there is no process"), (["-p", "no-such-name"], "no process called"),
      (["--reload", "true"], "goes with -p"), (["--diff", configuration], "takes two"),
      (["--diff", configuration, configuration], "neither a report"),
    ] {
      let result = try await ChildProcess.run([whyconf] + words)
      #expect(result.status == 125 && result.errorText.contains(says), "\(result.errorText)")
    }
    let other = try await ChildProcess.run([Host.whyfail, "--tree", "true"])
    #expect(other.status == 125 && other.errorText.contains("whyconf"))
  }

  @Test func whatDiffersBetweenTwoRuns() async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let (scratch, configuration, whyconf) = try makeServer()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let command = ["/bin/sh", "-c", "cat \(scratch)/*.conf \(scratch)/other.cfg; true"]
    let first = try await ChildProcess.run(
      [whyconf, "--record", scratch + "/a", "--format", "json", "-o", scratch + "/b"] + command)
    #expect(first.status == 0, "\(first.errorText)")
    // A recording and a report of one run are the same.
    let same = try await ChildProcess.run([whyconf, "--diff", scratch + "/a", scratch + "/b"])
    #expect(same.status == 0, "\(same.errorText)")
    try "y\n".write(toFile: scratch + "/other.cfg", atomically: true, encoding: .utf8)
    _ = try await ChildProcess.run(
      [whyconf, "--find", "y", "--tree", "--format", "json", "-o", scratch + "/c"] + command)
    let different = try await ChildProcess.run([whyconf, "--diff", scratch + "/a", scratch + "/c"])
    #expect(different.status == 1)
    #expect(
      different.errorText == "\(scratch)/other.cfg: on \(scratch)/a it is missing; on "
        + "\(scratch)/c it is read.\n")
    let report = try String(contentsOfFile: scratch + "/c", encoding: .utf8)
    #expect(report.contains("\"is_last\" : true") && configuration.hasPrefix(scratch))
  }

  /// Files that must not be read blindly: whyconf looks into what the program read, at its end.
  @Test(arguments: ["fifo", "huge", "binary", "unreadable", "loop"])
  func hostileFilesAreNotReadBlindly(_ kind: String) async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let (scratch, configuration, whyconf) = try makeServer()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let main = scratch + "/main.conf"
    let make =
      switch kind {
      // It is a plain file while it is read, and another thing when whyconf looks.
      case "fifo": "echo x > \(main); cat \(main); rm \(main); mkfifo \(main)"
      case "huge": "truncate -s 5G \(main); head -c 10 \(main)"
      case "binary": "head -c 100000 /dev/zero > \(main); cat \(main)"
      case "unreadable": "echo x > \(main); chmod 0 \(main); cat \(main)"
      default: "ln -s \(main) \(main); cat \(main)"
      }
    let prefix = kind == "unreadable" && Host.ordinaryUserRunsWhyfail ? Host.asOrdinaryUser : []
    let result = try await ChildProcess.run(
      prefix + [
        prefix.isEmpty ? whyconf : Host.whyfail, "--format", "json", "/bin/sh", "-c",
        "umask 0; \(make) > /dev/null; cat \(configuration)",
      ], limit: 60)
    #expect(result.status != 124 && result.status != 125, "\(result.errorText)")
  }

  @Test func oneThatForksWithoutEndIsEnded() async throws {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let (scratch, _, whyconf) = try makeServer()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try await ChildProcess.run(
      [
        whyconf, "--timeout", "3", "/bin/sh", "-c",
        "while :; do /bin/true; cat /etc/hostname > /dev/null; done",
      ])
    #expect(result.status != 124, "\(result.errorText)")
    #expect(result.errorText.contains("--timeout"))
  }
}
