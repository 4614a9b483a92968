@testable import HeuristicCatalog
import FoundationEssentials
import Glibc
import HeuristicSyntax
import Testing

/// A directory that is removed again.
private final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/heuristics-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template).map { unsafe String(cString: $0) }
    path = try #require(made)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func directory(_ name: String) { unsafe _ = mkdir(path + "/" + name, 0o755) }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let file = unsafe try #require(unsafe fopen(path + "/" + name, "w"))
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }
}

@Suite struct LoadingTests {
  private let builtIn: HeuristicCatalog

  init() throws { builtIn = HeuristicCatalog([try #require(heuristic(soundHeuristic))]) }

  @Test func aUsersHeuristicReplacesTheBuiltInOneOfItsId() throws {
    let machine = try TemporaryDirectory()
    let user = try TemporaryDirectory()
    for (directory, confidence) in [(machine, "0.2"), (user, "0.1")] {
      directory.directory("files")
      try directory.write(
        soundHeuristic.replacing("0.9", with: confidence), "files/missing.yaml")
    }
    try machine.write(soundHeuristic.replacing("files/missing", with: "own"), "own.yaml")
    let catalog = builtIn.adding(
      userHeuristics: [machine.path, user.path, "/no/such/directory"], schema: sampleSchema)
    #expect(catalog.loadingProblems.isEmpty)
    #expect(catalog.heuristics.map(\.id) == ["files/missing", "own"])
    #expect(catalog["files/missing"]?.confidence == 0.1)
    #expect(catalog["files/missing"]?.file == user.path + "/files/missing.yaml")
    #expect(catalog.listing.map(\.userFile).allSatisfy { $0 != nil })
    #expect(catalog.matches(SampleObservation(fields: ["path": "a.conf"])).count == 2)
  }

  @Test func brokenFilesAreToldOfAndTheOthersGoOn() throws {
    let directory = try TemporaryDirectory()
    let sound = soundHeuristic.replacing("files/missing", with: "sound")
    try directory.write(sound, "sound.yaml")
    try directory.write("id: [", "syntax.yaml")
    try directory.write(soundHeuristic, "other.yaml")
    try directory.write(
      sound.replacing("sound", with: "two").replacing("0.9", with: "2")
        .replacing("path|endswith", with: "nope"), "two.yaml")
    try directory.write([0x61, 0x0A, 0xFF], "bytes.yaml")
    try directory.write(String(repeating: "#", count: 65_537), "long.yaml")
    try directory.write("not looked at", "README.md")
    try directory.write("not looked at", ".hidden.yaml")
    unsafe mkfifo(directory.path + "/pipe.yaml", 0o600)
    unsafe symlink("/no/such/file", directory.path + "/dangling.yaml")
    unsafe symlink(".", directory.path + "/loop")
    let catalog = builtIn.adding(userHeuristics: [directory.path], schema: sampleSchema)
    #expect(catalog.heuristics.map(\.id) == ["files/missing", "sound"])
    let shown = catalog.loadingProblems.filter { !$0.file.contains("/loop/") }.map {
      "\($0)".replacing(directory.path + "/", with: "")
    }
    let expected = [
      "bytes.yaml:2: not UTF-8 text",
      "dangling.yaml: cannot be read: No such file or directory",
      "long.yaml: longer than the 65536 bytes that are allowed",
      "other.yaml:1:5: the id is 'files/missing', but the file's place asks for 'other'",
      "pipe.yaml: not a regular file",
      "syntax.yaml:2:1: not valid YAML",
      "two.yaml:6:3: there is no field 'nope' here",
      "two.yaml:7:13: 'confidence' must be a number from 0 to 1, not '2'",
    ]
    #expect(shown.count == expected.count, "\(shown)")
    for (shown, expected) in zip(shown, expected) { #expect(shown.hasPrefix(expected)) }
    let checked = HeuristicCatalog.check([directory.path], schema: sampleSchema)
    #expect(checked == catalog.loadingProblems)
  }

  @Test func filesCanBeCheckedByThemselves() throws {
    let directory = try TemporaryDirectory()
    try directory.write(soundHeuristic, "draft.yaml")
    try directory.write("a", "bad.yaml")
    let paths = ["draft.yaml", "bad.yaml", "none.yaml"].map { directory.path + "/" + $0 }
    let problems = HeuristicCatalog.check(paths, schema: sampleSchema)
    #expect(problems.map(\.file) == [paths[1], paths[2]])
  }

  @Test func noMoreFilesThanTheLimitAreRead() throws {
    let directory = try TemporaryDirectory()
    for number in 0...HeuristicDirectory.fileLimit {
      try directory.write(
        soundHeuristic.replacing("files/missing", with: "n\(number)"), "n\(number).yaml")
    }
    let catalog = builtIn.adding(userHeuristics: [directory.path], schema: sampleSchema)
    #expect(catalog.heuristics.count == HeuristicDirectory.fileLimit + 1)
    #expect(catalog.loadingProblems.map(\.file) == [directory.path])
  }

  @Test(
    arguments: [
      (["HOME": "/home/ann"], "/home/ann/.config/whyfail/heuristics"),
      (["HOME": "/home/ann", "XDG_CONFIG_HOME": "/x"], "/x/whyfail/heuristics"),
      (["HOME": "/home/ann", "XDG_CONFIG_HOME": "x"], "/home/ann/.config/whyfail/heuristics"),
      ([:], nil),
    ] as [([String: String], String?)])
  func directories(_ environment: [String: String], _ expected: String?) {
    let directories = HeuristicCatalog.userDirectories(environment: environment)
    #expect(directories == ["/etc/whyfail/heuristics"] + (expected.map { [$0] } ?? []))
  }

  @Test func theEmbeddedFormHoldsAllOfTheTree() throws {
    let yaml = soundHeuristic + "\nreferences: ['a''b', \"\\\"\\u00e9\", >\n  folded\n  text\n]"
    let tree = try SyntaxNode(yaml: soundHeuristic)
    #expect(throws: SyntaxProblem.self) { try SyntaxNode(yaml: yaml) }
    let rich = try SyntaxNode(
      yaml: "a: 'b''c'\nd: |\n  é\n\n  f\ng: >\n  h\n  i\n\"j k\": [1, {}]\n")
    let text = CompactForm.encode([("Heuristics/a.yaml", tree), ("Heuristics/b.yaml", rich)])
    let read = try CompactForm.decode(text)
    #expect(read.map(\.name) == ["Heuristics/a.yaml", "Heuristics/b.yaml"])
    #expect(read.map(\.root) == [tree, rich])
    #expect(HeuristicCatalog(embedded: text).loadingProblems.isEmpty)
  }

  @Test func damageToTheEmbeddedFormIsNoticed() throws {
    let text = CompactForm.encode([("a.yaml", try SyntaxNode(yaml: soundHeuristic))])
    for count in 1..<text.utf8.count {
      let cut = String(decoding: text.utf8.prefix(count), as: UTF8.self)
      #expect(throws: SyntaxProblem.self) { try CompactForm.decode(cut) }
    }
    #expect(HeuristicCatalog(embedded: "x").loadingProblems.count == 1)
  }

  @Test func builtInOnesAreCheckedAgainstTheSchema() throws {
    let wrong = try #require(
      heuristic(soundHeuristic.replacing("{{path}}\"\nexplain", with: "{{x}}\"\nexplain")))
    let problems = HeuristicCatalog([wrong]).problems(schema: sampleSchema)
    #expect(problems.map(\.line) == [8])
    #expect(builtIn.problems(schema: sampleSchema).isEmpty)
  }
}

@Suite struct MarkdownTests {
  @Test func observationsAreDocumented() {
    let text = sampleSchema.markdown
    for line in [
      "## Everywhere", "| `program` | text | The program. |", "## file-missing",
      "| `path` | text | The path \\| as asked. |",
      "| `package` | text | The package that ships it. (optional) |",
      "| `near` | a list of texts | Names that are near. |",
      "| `holder.pid` | a number | Id. |", "| `searched.found` | a flag | ? |", "## quiet",
    ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
    #expect(text.hasSuffix("|\n"))
  }
}
