import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct SimilarNamesTests {
  @Test(arguments: [
    ("config.yml", "Config.yml"), ("site.crt", "site.pem"), ("libssl.so.1.1", "libssl.so.3"),
    ("nginx.conf", "nginx.conf.bak"), ("app.conf.example", "app.conf"), ("setting", "settings"),
    ("setting.ini", "settings.ini"), ("my-app", "my_app"), ("pyhton3", "python3"),
    ("requirements.txt", "requirement.txt"), ("abc", "abd"), ("data.json", "data.yaml"),
    ("libfoo.so", "libfoo.so.2"), ("postgresql.conf", "postgresq.conf"), ("log", "logs"),
    ("backup", "backup-2024"), ("build", "build-release"), ("server.key", "server-key.pem"),
    ("redis.conf", "redis-6380.conf"),
  ])
  func near(_ asked: String, _ candidate: String) {
    #expect(SimilarNames.best(of: ["unrelated", candidate, "zzz"], for: asked) == [candidate])
  }

  @Test(arguments: [
    ("abc", "xyc"), ("ls", "ps"), ("a", "b"), ("site.crt", "side.key"), ("nginx", "apache"),
    ("libssl.so.3", "libcrypto.so.3"), ("libssl.so.1.1", "libnsl.so.1"), ("file", "file"),
    ("", "x"), ("cat", "catalogue"),
    (".bashrc", ".profile"), ("main", "mast"), ("app.conf", "app-6380.yaml"),
    ("build", "builder-release"), ("log", "log-2024-11-29.txt"), ("redis.conf", "redis-a-b-c.conf"),
  ])
  func notNear(_ asked: String, _ candidate: String) {
    #expect(SimilarNames.best(of: [candidate], for: asked).isEmpty)
  }

  @Test func bestComesFirstAndFiveAreEnough() {
    let names = ["report1", "rebort", "REPORT", "report.bak", "reports", "repart", "reportx"]
    let best = SimilarNames.best(of: names, for: "report")
    #expect(best.count == 5)
    #expect(Array(best.prefix(3)) == ["REPORT", "report.bak", "reports"])
  }

  @Test func directoryIsListed() throws {
    let scratch = try Scratch()
    try scratch.file("Makefile")
    let answer = LiveSystemInspector().answer(
      .similarNames(directory: scratch.path, name: "makefile"))
    #expect(answer == .names(list: ["Makefile"]))
    guard
      case .unknown(let reason) = LiveSystemInspector().answer(
        .similarNames(directory: scratch("none"), name: "x"))
    else {
      Issue.record("a directory that does not exist was listed")
      return
    }
    #expect(reason == "\(scratch("none")): No such file or directory")
  }

  @Test func commandElsewhereComesBeforeNearOnes() throws {
    let scratch = try Scratch()
    try scratch.file("hs", mode: 0o755)
    try scratch.file("shh", mode: 0o755)
    try scratch.file("shhh", mode: 0o644)
    let elsewhere = SimilarNames.commands(to: "sh", searchPath: [scratch.path])
    #expect(elsewhere == ["/usr/bin/sh"] || elsewhere == ["/bin/sh"])
    #expect(SimilarNames.commands(to: "shx", searchPath: [scratch.path]) == [scratch("shh")])
    #expect(SimilarNames.commands(to: "../x", searchPath: [scratch.path]).isEmpty)
  }
}
