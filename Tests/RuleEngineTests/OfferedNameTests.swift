import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Names that are offered in place of others, and names that are not")
struct OfferedNameTests {
  /// What is offered as fixes for a run of /srv/app.
  private func fixes(
    _ inspector: FakeInspector, program: String = "/srv/app", _ build: (inout Trace) -> Void
  ) -> [String] {
    var trace = Trace(program)
    build(&trace)
    trace.exit(1)
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: inspector)
      .diagnosis().findings.first?.fixes.map(\.text) ?? []
  }

  private func isOffered(_ name: String, in fixes: [String]) -> Bool {
    fixes.contains { $0.hasPrefix("If \(name) is meant") }
  }

  @Test("Neither the program itself nor its source is meant by a file of configuration")
  func program() {
    var inspector = FakeInspector()
    inspector.setMissing("/srv/app.conf")
    inspector[.similarNames(directory: "/srv", name: "app.conf")] = .names(
      list: ["app", "app.c", "app.conf.sample"])
    inspector.setMissing("/srv/tool")
    inspector[.similarNames(directory: "/srv", name: "tool")] = .names(list: ["tool.py"])
    let configuration = fixes(inspector) {
      $0.open("/srv/app.conf", .fails(.noEntry))
      $0.say("app: /srv/app.conf: No such file or directory")
    }
    #expect(isOffered("/srv/app.conf.sample", in: configuration))
    #expect(!configuration.contains { $0.contains("/srv/app.c ") || $0.contains("/srv/app ") })
    let script = fixes(inspector) {
      $0.open("/srv/tool", .fails(.noEntry))
      $0.say("app: /srv/tool: No such file or directory")
    }
    #expect(isOffered("/srv/tool.py", in: script))
  }

  @Test("What was read is not meant by what is missing, nor is a file of a package")
  func elsewhere() {
    var inspector = FakeInspector()
    inspector.setMissing("/srv/lib/Cargo.toml")
    let roots = Observer.neighbourhood(["/srv/lib", "/home/ann", "/srv"])
    inspector[.nearby(names: ["Cargo.toml"], roots: roots)] = .names(
      list: ["/srv/Cargo.toml", "/usr/share/x/Cargo.toml", "/srv/other/Cargo.toml"])
    let offered = fixes(inspector) {
      $0.read("/srv/Cargo.toml")
      $0.open("/srv/lib/Cargo.toml", .fails(.noEntry))
      $0.say("app: /srv/lib/Cargo.toml: No such file or directory")
    }
    #expect(isOffered("/srv/other/Cargo.toml", in: offered))
    // An absolute path does not count from where the program is started.
    #expect(!offered.contains { $0.contains("start app in") })
  }

  @Test("For a value the program knows no near word; for a setting it does")
  func value() {
    func offered(_ source: String, _ word: String, near: String) -> [String] {
      var inspector = FakeInspector()
      inspector[.linesAround(file: "/srv/pg.conf", line: 3, context: 0)] = .lines(
        list: [TextLine(file: "/srv/pg.conf", number: 3, text: source)])
      inspector[.nearWords(word: word, files: ["/srv/app"])] = .names(list: [near])
      return fixes(inspector) {
        $0.read("/srv/pg.conf")
        $0.say("syntax error in file \"/srv/pg.conf\" line 3, near token \"\(word)\"")
      }
    }
    let value = offered("buffers = 12 parsecs", "parsecs", near: "parsers")
    #expect(!isOffered("parsers", in: value))
    let setting = offered("bufers = 12", "bufers", near: "buffers")
    #expect(isOffered("buffers", in: setting))
    let sameWord = offered("Buffers = 12", "Buffers", near: "buffers")
    #expect(!isOffered("buffers", in: sameWord))
  }

  @Test("The certificate that was read beside a wrong key is told, and no store of the system")
  func certificate() {
    let offered = fixes(FakeInspector()) {
      $0.read("/srv/a.crt")
      $0.read("/etc/ssl/openssl.pem")
      $0.read("/srv/b.key")
      $0.say("SSL_CTX_use_PrivateKey(\"/srv/b.key\") failed (key values mismatch)")
    }
    #expect(offered.contains { $0.hasSuffix(" -in /srv/a.crt") })
  }

  @Test("A Go package of the module itself is looked for in its own directory")
  func goPackage() throws {
    var inspector = FakeInspector()
    inspector[.linesMentioning(words: ["module"], files: ["/home/ann/go.mod"])] = .lines(
      list: [TextLine(file: "/home/ann/go.mod", number: 1, text: "module qz.example/app")])
    inspector[.similarNames(directory: "/home/ann/internal", name: "stor")] = .names(
      list: ["store"])
    func finding(_ package: String) throws -> Finding {
      var trace = Trace("/usr/bin/go", ["build"])
      trace.say(
        "main.go:2:8: cannot find module providing package \(package): module lookup disabled")
      trace.exit(1)
      return try #require(
        Diagnostician(history: trace.history, catalog: .embedded, inspector: inspector)
          .diagnosis().findings.first)
    }
    let own = try finding("qz.example/app/internal/stor")
    #expect(own.heuristic == "packages/go-own")
    #expect(isOffered("/home/ann/internal/store", in: own.fixes.map(\.text)))
    #expect(try finding("qz.example/other").heuristic == "packages/go")
  }
}
