import HeuristicCatalog
import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Programs that cannot start: what is there and what is missing")
struct ProgramStartTests {
  private func finding(
    _ trace: Trace, _ inspector: FakeInspector = FakeInspector()
  ) throws -> Finding {
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    return try #require(diagnosis.findings.first)
  }

  /// `env job`, with two directories in PATH.
  private var search: Trace {
    var trace = Trace("/usr/bin/env", ["job"], environment: ["PATH=/opt/a/bin:/usr/bin"])
    for directory in ["/opt/a/bin", "/usr/bin"] {
      trace.call(
        "execve", [.path(text: directory + "/job"), .strings(list: ["job"])], .fails(.noEntry))
    }
    trace.say("env: 'job': No such file or directory")
    trace.exit(127)
    return trace
  }

  @Test("A command that is in PATH, and whose interpreter is not there")
  func interpreterOfCommand() throws {
    var inspector = FakeInspector()
    inspector.setExisting("/opt/a/bin/job")
    inspector.setMissing("/usr/bin/job")
    inspector[.program(path: "/opt/a/bin/job")] = .program(
      facts: .script(firstLine: "#!/opt/php7/bin/php"))
    inspector.setMissing("/opt/php7/bin/php", from: "/opt/php7")
    let found = try finding(search, inspector)
    #expect(found.heuristic == "programs/interpreter-missing")
    #expect(found.subject == "/opt/php7/bin/php")
    inspector[.program(path: "/opt/a/bin/job")] = .program(
      facts: .script(firstLine: "#!/usr/bin/php\r"))
    #expect(try finding(search, inspector).heuristic == "programs/carriage-return")
  }

  @Test("One whose interpreter is there by now was not there itself")
  func commandMadeLater() throws {
    var inspector = FakeInspector()
    inspector.setExisting("/opt/a/bin/job")
    inspector[.program(path: "/opt/a/bin/job")] = .program(
      facts: .script(firstLine: "#!/bin/sh"))
    inspector.setExisting("/bin/sh")
    #expect(try finding(search, inspector).heuristic == "programs/command-not-found")
  }

  @Test("A carriage return behind the option of a first line", arguments: ["\r", ""])
  func markedOption(end: String) throws {
    var trace = Trace()
    trace.start()
    trace.execute("/home/ann/go", executable: "/usr/bin/bash")
    trace.say("/bin/bash: - : invalid option")
    trace.exit(1)
    var inspector = FakeInspector()
    inspector[.program(path: "/home/ann/go")] = .program(
      facts: .script(firstLine: "#!/bin/bash -e" + end))
    let found = try finding(trace, inspector)
    #expect((found.heuristic == "programs/option-carriage-return") == !end.isEmpty)
    if !end.isEmpty { #expect(found.title.contains("the option -e")) }
  }

  @Test(
    "Scripts whose interpreters are scripts, further than the kernel goes, or a circle of links")
  func chainsAndCircles() throws {
    var trace = Trace("/usr/bin/app")
    trace.call("execve", [.path(text: "/s/6"), .strings(list: ["6"])], .fails(.tooManyLinks))
    trace.exit(126)
    var inspector = FakeInspector()
    for number in 1...6 {
      inspector.setExisting("/s/\(number)")
      inspector[.program(path: "/s/\(number)")] = .program(
        facts: .script(firstLine: "#!/s/\(number - 1)"))
    }
    #expect(try finding(trace, inspector).heuristic == "programs/interpreter-chain")
    inspector[.path(path: "/s/5")] = .pathWalk(
      walk: PathWalk(components: [], end: .linkLoop(link: "/s/5")))
    #expect(try finding(trace, inspector).heuristic == "programs/interpreter-circle")
  }

  @Test("What the kernel runs files of a kind with is not there")
  func handler() throws {
    var trace = Trace("/usr/bin/app")
    trace.call("execve", [.path(text: "/s/a.wx"), .strings(list: ["a.wx"])], .fails(.noEntry))
    trace.exit(127)
    var inspector = FakeInspector()
    inspector.setExisting("/s/a.wx")
    inspector[.program(path: "/s/a.wx")] = .program(facts: .other(content: .data))
    inspector[.binaryFormat(path: "/s/a.wx")] = .names(list: ["wx", "/opt/runwx", "enabled"])
    inspector.setMissing("/opt/runwx")
    let found = try finding(trace, inspector)
    #expect(found.heuristic == "programs/handler-missing" && found.subject == "/opt/runwx")
  }

  @Test("A look of the loader into a directory for newer processors explains nothing")
  func variants() throws {
    var trace = Trace("/usr/bin/app")
    trace.call("newfstatat", "/opt/l/x86_64", .fails(.noEntry))
    trace.exit(1)
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: FakeInspector()
    ).diagnosis()
    #expect(!diagnosis.findings.contains { $0.role == .cause })
  }

  @Test("A file that its own program still writes to")
  func ownWriter() throws {
    var trace = Trace("/usr/bin/app")
    trace.fact(
      .openers(path: "/home/ann/tool"),
      .holders(list: [
        Holder(
          process: ProcessIdentity(
            pid: Trace.first, name: "app", executable: "/usr/bin/app", arguments: ["app"],
            userName: "ann", parent: 1, state: "S", ageSeconds: 1),
          manner: "open for writing as descriptor 3")
      ]))
    trace.call(
      "execve", [.path(text: "/home/ann/tool"), .strings(list: ["tool"])], .fails(.textBusy))
    trace.say("app: ./tool: Text file busy")
    trace.exit(126)
    let found = try finding(trace)
    #expect(found.heuristic == "programs/open-for-writing")
    #expect(found.fixes.first?.text.hasPrefix("Close the file") == true)
  }
}

@Suite("Libraries: whose copies serve, and how a program is handed to its loader")
struct LibraryStartTests {
  private func facts(bits: Int, machine: String) -> ElfFacts {
    ElfFacts(
      kind: .shared, bits: bits, machine: machine, interpreter: "/lib/ld-linux.so.2",
      isStatic: false)
  }

  @Test("A copy for other programs is none, and names the package of the one that is needed")
  func otherClass() throws {
    var trace = Trace("/opt/app/app")
    trace.open("/usr/lib/libx.so.1", .fails(.noEntry))
    trace.say(
      "app: error while loading shared libraries: libx.so.1: cannot open shared object file")
    trace.exit(127)
    var inspector = FakeInspector()
    let copy = "/usr/lib/x86_64-linux-gnu/libx.so.1"
    inspector[.program(path: "/opt/app/app")] = .program(
      facts: .elf(facts: facts(bits: 32, machine: "i386")))
    inspector[.program(path: copy)] = .program(
      facts: .elf(facts: facts(bits: 64, machine: "x86_64")))
    inspector[
      .nearby(
        names: ["libx.so.1"],
        roots: ["/opt/app", "/usr/local/lib", "/opt", "/usr/lib"])
    ] = .names(list: [copy])
    inspector[.packageOwning(path: copy)] = .names(list: ["libx1"])
    let diagnosis = Diagnostician(
      history: trace.history, catalog: .embedded, inspector: inspector
    ).diagnosis()
    let found = try #require(diagnosis.findings.first)
    #expect(found.heuristic == "loader/library-missing")
    #expect(found.fixes.contains { $0.text == "apt-get install libx1:i386" })
    #expect(!found.fixes.contains { $0.text.hasPrefix("LD_LIBRARY_PATH=") })
  }

  @Test(
    "The program that a loader is told to run",
    arguments: [
      (["./app", "-v"], "/home/ann/app", nil),
      (["--library-path", "/opt/l", "--argv0", "x", "/srv/app"], "/srv/app", "/opt/l"),
      (["--list"], nil, nil),
    ] as [([String], String?, String?)])
  func loader(arguments: [String], program: String?, path: String?) {
    let trace = Trace("/lib64/ld-linux-x86-64.so.2", arguments)
    let invocation = LoaderInvocation(trace.history.processes[0])
    #expect(invocation?.program == program && invocation?.libraryPath == path)
    #expect(LoaderInvocation(Trace("/usr/bin/ld", arguments).history.processes[0]) == nil)
  }

  @Test("The library that a version is missing of, in brackets")
  func versionInBrackets() {
    let words = LoaderWords(
      "(tried: /e/geo.so (/l/libt.so.1: version `T_2' not found (required by /e/geo.so)))")
    #expect(words?.file == "/l/libt.so.1" && words?.neededBy == "/e/geo.so")
  }
}
