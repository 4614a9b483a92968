import Foundation
import Testing

/// `whyfail --holder`, beside what lsof and fuser say of the same things.
@Suite struct HolderReportTests {
  private struct Report: Decodable {
    struct Use: Decodable {
      var kind: String
      var what: String
    }
    struct Ancestor: Decodable { var pid: Int32 }
    struct Fix: Decodable { var `do`: String }
    struct Entry: Decodable {
      var pid: Int32?
      var details: [Use]
      var started_by: [Ancestor]
      var release: [Fix]
    }
    var kind: String
    var summary: String
    var holders: [Entry]
  }

  /// Holds things below its first argument, whose names it tells, in as many ways as there are.
  private static let holder = """
    import fcntl, mmap, os, socket, sys, time
    os.chdir(sys.argv[1])
    os.makedirs("tree/sub"); os.chdir("tree/sub")
    log = open("a.log", "a")
    lock = open("lock", "w"); fcntl.flock(lock, fcntl.LOCK_EX)
    gone = open("gone", "w"); os.unlink("gone")
    data = open("data", "w+b"); data.write(b"x" * 4096); data.flush()
    mapping = mmap.mmap(data.fileno(), 4096); data.close()
    stream = socket.socket(); stream.bind(("127.0.0.1", 0)); stream.listen()
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagram.bind(("127.0.0.1", 0))
    local = socket.socket(socket.AF_UNIX); local.bind(sys.argv[1] + "/unix"); local.listen()
    with open("../../ready.new", "w") as f:
        print(stream.getsockname()[1], datagram.getsockname()[1], file=f)
    os.rename("../../ready.new", "../../ready")
    time.sleep(600)
    """

  private func run(_ script: String) async throws -> String {
    let scratch = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try Self.holder.write(toFile: scratch + "/holder.py", atomically: true, encoding: .utf8)
    let beginning = """
      D=\(scratch)
      python3 holder.py $D & p=$!
      trap 'kill $p' EXIT
      until [ -e ready ]; do sleep 0.05; done
      read tcp udp < ready
      W() { \(Host.whyfail) --format json --holder "$@" -o $D/report; }
      """
    let result = try await ChildProcess.run(
      ["/bin/bash", "-c", beginning + "\n" + script], directory: scratch)
    return result.outputText + result.errorText
  }

  @Test(arguments: [
    ("tree", "directory", ["open", "lock", "working-directory", "mapped"]),
    ("tree/sub/lock", "file", ["open", "lock"]), ("$D/tree/sub/a.log", "file", ["open"]),
    ("tree/sub/gone", "file", ["open"]), (":$tcp", "port", ["listening"]),
    ("127.0.0.1:$tcp/tcp", "port", ["listening"]), ("$udp/udp", "port", ["bound"]),
    ("udp:$udp", "port", ["bound"]), (":$udp", "port", ["bound"]),
    ("unix", "socket", ["listening"]),
  ])
  func everyUseIsTold(_ word: String, _ kind: String, _ uses: [String]) async throws {
    let output = try await run("echo $p; W \"\(word)\"; echo $?; cat report; exec 1>&-")
    let lines = output.split(separator: "\n", maxSplits: 2).map(String.init)
    try #require(lines.count == 3, "\(output)")
    let report = try JSONDecoder().decode(Report.self, from: Data(lines[2].utf8))
    #expect(lines[1] == "0" && report.kind == kind)
    let entry = try #require(report.holders.first { $0.pid.map(String.init) == lines[0] })
    for use in uses { #expect(entry.details.contains { $0.kind == use }, "\(use): \(output)") }
    #expect(entry.started_by.count > 1 && entry.release.last?.do == "kill \(lines[0])")
  }

  @Test func whatNobodyHoldsAndWhatIsNothing() async throws {
    let output = try await run(
      """
      touch free; W free; echo $?; grep -c 'Nobody that may be seen' report
      W no/such/file; echo $?
      W nosuchword; echo $?
      """)
    let lines = output.split(separator: "\n")
    #expect(lines.prefix(4) == ["1", "1", "125", "125"], "\(output)")
    #expect(lines.count { $0.contains("there is no such file") } == 2, "\(output)")
  }

  @Test func allThatLsofAndFuserFind() async throws {
    guard Host.path(of: "lsof") != nil, Host.path(of: "fuser") != nil else {
      try skip("a comparison", "needs lsof and fuser")
    }
    // A second process that works there, and a third that has a file of it open.
    let output = try await run(
      """
      (cd tree/sub && exec sleep 600) & q=$!
      sleep 600 < tree/sub/a.log & r=$!
      until [ "$(readlink /proc/$q/exe)$(readlink /proc/$r/exe)" = "$(readlink -f /usr/bin/sleep)$(readlink -f /usr/bin/sleep)" ]
      do sleep 0.05; done
      own() { W "$1"; grep -oE '^      "pid" : [0-9]+' report | grep -oE '[0-9]+' | sort -u; }
      same() { [ "$2" = "$3" ] && echo "same $1" || echo "$1: they: $2, we: $3"; }
      sorted() { tr -cs '0-9' '\\n' | grep . | sort -u; }
      same tree "$(lsof -t +D tree 2>&- | sorted)" "$(own tree)"
      same file "$(lsof -t tree/sub/a.log 2>&- | sorted)" "$(own tree/sub/a.log)"
      same fuser "$(fuser tree/sub/a.log 2>&- | sorted)" "$(own tree/sub/a.log)"
      same port "$(lsof -t -i tcp:$tcp 2>&- | sorted)" "$(own :$tcp)"
      same udp "$(fuser -n udp $udp 2>&- | sorted)" "$(own $udp/udp)"
      kill $q $r
      """)
    let lines = output.split(separator: "\n").filter { $0.hasPrefix("same ") }
    #expect(lines.count == 5, "\(output)")
  }
}
