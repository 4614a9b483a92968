import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Names of hosts, words of others, options")
struct NameWordsTests {
  @Test(
    "The name of a host, by its place in the sentence",
    arguments: [
      ("curl: (6) Could not resolve host: dbserver", "dbserver"),
      ("wget: unable to resolve host address ‘mirror’", "mirror"),
      ("psql: error: could not translate host name \"db-mastr\" to address: …", "db-mastr"),
      ("ssh: Could not resolve hostname x: Temporary failure in name resolution", "x"),
      ("[emerg] 1#1: host not found in upstream \"backnd\" in /a/n.conf:2", "backnd"),
      ("dial tcp: lookup cache on 10.0.0.2:53: no such host", "cache"),
      ("Error: getaddrinfo ENOTFOUND queue", "queue"),
      ("ping: gatewy: Name or service not known", "gatewy"),
      ("rsync: getaddrinfo: backup.corp 873: Name or service not known", "backup.corp"),
      ("socket.gaierror: [Errno -3] Temporary failure in name resolution", nil),
      ("npm ERR! could not resolve dependency: a@1", nil),
      ("Failed to resolve user 'nobuddy': No such process", nil),
      ("cannot open x", nil), ("could not resolve host: ", nil),
    ] as [(String, String?)])
  func host(line: String, name: String?) { #expect(NameWords.host(in: line) == name) }

  @Test(
    "The host of an argument",
    arguments: [
      ("http://dbserver:80/", "dbserver"), ("https://ann@git/x?y=1", "git"), ("ann@box", "box"),
      ("ann@box:/srv/x", "box"), ("http://127.0.0.1:80/", nil), ("http://localhost/", nil),
      ("a@b c", nil), ("file", nil), ("@x", nil), ("http://", nil),
    ] as [(String, String?)])
  func argument(text: String, name: String?) { #expect(NameWords.host(ofArgument: text) == name) }

  @Test(
    "Whose words a line has",
    arguments: [
      ("cat: /x: No such file", "cat"), ("tar: x: Cannot open", "tar"), ("error: x", nil),
      ("connect: Connection refused", nil), ("ValueError: x", nil), ("a sentence: x", nil),
      ("http://x/", nil), (":", nil), ("x:", nil),
    ] as [(String, String?)])
  func speaker(line: String, name: String?) { #expect(RelayedWords.speaker(of: line) == name) }

  @Test(
    "The shell that a line is of",
    arguments: [
      ("bash: line 1: x: command not found", "bash"), ("sh: 1: x: not found", "sh"),
      ("bash: x: command not found", nil), ("bash: line x: y", nil), ("cat: 1: x", nil),
    ] as [(String, String?)])
  func shell(line: String, name: String?) { #expect(RelayedWords.shell(in: line) == name) }

  @Test(
    "Who refuses to be run by root",
    arguments: [
      ("FATAL PgBouncer should not run as root", true),
      ("\"root\" execution of the server is not permitted as root", true),
      ("Please consult the documentation to find out how to run mariadbd as root!", true),
      ("must be run as root", false), ("WARNING: pip should not be run as root", false),
      ("not running", false),
    ])
  func refusesRoot(line: String, refuses: Bool) {
    #expect(PrivilegeWords.refuseRoot(line) == refuses)
  }

  @Test(
    "An option that hides words",
    arguments: [
      (["-sf", "http://x/"], "-sf"), (["-q", "x"], "-q"), (["-qO-", "x"], "-qO-"),
      (["--quiet"], "--quiet"), (["-fsS", "http://x/"], nil), (["-s", "x"], nil),
      (["--", "-q"], nil), ([], nil), (["-Sequel"], nil),
    ] as [([String], String?)])
  func quiet(arguments: [String], option: String?) throws {
    var trace = Trace()
    trace.start()
    trace.execute("/usr/bin/app", ["app"] + arguments)
    trace.exit(1)
    #expect(QuietOption.find(in: try #require(trace.history.root)) == option)
  }

  @Test("Options of mounts, and what the kernel says of them")
  func mounts() {
    #expect(MountOptions.unknownOption(in: "tmpfs: Unknown parameter 'noatme'") == "noatme")
    #expect(
      MountOptions.unknownOption(in: "EXT4-fs: unrecognized mount option \"dat=x\"") == "dat")
    #expect(MountOptions.unknownOption(in: "tmpfs: Bad value for 'size'") == nil)
    #expect(MountOptions.optionOfBadValue(in: "tmpfs: Bad value for 'size'") == "size")
    #expect(MountOptions.near(to: "noatme") == "noatime" && MountOptions.near(to: "size") == nil)
    #expect(MountOptions.near(to: "frobnicate") == nil)
    let directories = MountOptions.directories(in: "lowerdir=a:/b,upperdir=c,x,workdir=d")
    #expect(directories.map(\.path) == ["a", "/b", "c", "d"])
    #expect(directories.map(\.option) == ["lowerdir", "lowerdir", "upperdir", "workdir"])
    #expect(MountOptions.complains("loop0: detected capacity change from 0 to 16384") == false)
  }

  @Test("A capability that root lacks")
  func capabilities() {
    let root = Credentials(user: 0, group: 0, groups: [], capabilities: ~(1 << 10))
    #expect(Capabilities.missing("CAP_NET_BIND_SERVICE", root) == "CAP_NET_BIND_SERVICE")
    #expect(Capabilities.missing("CAP_CHOWN", root) == nil)
    #expect(Capabilities.missing("CAP_NET_BIND_SERVICE", Trace.user) == nil)
    #expect(Capabilities.missing("CAP_NET_BIND_SERVICE", nil) == nil)
  }
}
