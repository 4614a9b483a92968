@testable import HeuristicCatalog
import Glibc
import Testing
import TraceEvents

@Suite struct RenderingTests {
  private func line(_ template: String, _ context: [String: FieldValue]) -> String {
    ExplanationTemplate(template, .line).rendered(with: context)
  }

  private func command(_ template: String, _ context: [String: FieldValue]) -> String {
    ExplanationTemplate(template, .command).rendered(with: context)
  }

  @Test(arguments: [
    ("/etc/a.conf", "/etc/a.conf"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"),
    ("$(rm -rf /)", "'$(rm -rf /)'"), ("`id`", "'`id`'"), ("a;b", "'a;b'"), ("~", "'~'"),
    ("A=b", "'A=b'"), ("a\nb", "$'a\\nb'"), ("a\u{1B}[2J'\\", "$'a\\033[2J\\047\\134'"),
    ("\u{202E}x", "$'\\342\\200\\256x'"), ("\u{10FFFF}", "$'\\377'"), ("é ", "'é '"),
    ("\u{FFFF0}", "'\u{FFFF0}'"),
  ]) func words(_ value: String, _ expected: String) {
    #expect(ShellQuoting.quoted(value) == expected)
  }

  @Test(arguments: [
    "$(rm -rf /)", "'; touch /tmp/x; '", "a\n\nb\t", "\"$HOME\"", "\\", "'\\'", "-n", "  two  ",
    "*",
    "é\u{10FFFE}", "!!", "a\\'b\n'; echo c; '",
  ]) func shellsReadBackWhatWasQuoted(_ value: String) throws {
    let shown = command("printf '%s' x {{value}}", ["value": .text(value)])
    // A value without control characters must be safe for every POSIX shell.
    let shell = shown.contains("$'") ? "bash" : "sh"
    #expect(try output(of: [shell, "-c", shown]) == Array("x".utf8) + TargetText.bytes(of: value))
  }

  @Test func aShellWithoutDollarQuotesRunsNothingOfTheValue() throws {
    let shown = command("printf '%s' {{value}}", ["value": "a\n'; echo broken; '\\'$(echo worse)"])
    let text = String(decoding: try output(of: ["sh", "-c", shown]), as: UTF8.self)
    #expect(text.contains("echo"))
  }

  @Test func proseIsNotEscapedAndKeepsValuesWhole() {
    #expect(line("{{a}} & <b>", ["a": "<x> \"&\""]) == "<x> \"&\" & <b>")
    #expect(line("a  {{a}}  b", ["a": "two  spaces ."]) == "a two  spaces . b")
    #expect(line("in {{a}}", ["a": "."]) == "in .")
    #expect(line("{{a}}", ["a": "line\nnext\ttab\r"]) == "line\\nnext\\ttab\\r")
    #expect(
      line("{{a}}|{{b}}|{{c}}|{{d}}", ["a": 3, "b": 0.5, "c": 4711, "d": -1]) == "3|0.5|4711|-1")
    #expect(line("{{a}}", ["a": "{{b}} {{#c}}", "b": "no"]) == "{{b}} {{#c}}")
  }

  @Test func whiteSpaceOfSectionsIsCollapsed() {
    #expect(line("a {{#x}}(x){{/x}} b {{#x}}y{{/x}}, c {{#x}}z{{/x}}.", [:]) == "a b, c.")
    #expect(line("the file .bashrc", [:]) == "the file .bashrc")
    #expect(line("a\n{{#x}}\nb\n{{/x}}\nc", ["x": true]) == "a b c")
    #expect(line("{{#x}}gone{{/x}}", ["x": ""]) == "")
    #expect(line("{{#x}}gone{{/x}}{{^x}}none{{/x}}", ["x": []]) == "none")
    #expect(command("a {{#x}}b{{/x}} c 'd  e' {{#x}}f{{/x}}", [:]) == "a c 'd  e'")
    #expect(command("a {{#x}}{{.}} {{/x}}", ["x": ["b  c", "d"]]) == "a 'b  c' d")
    #expect(command("a \\\n  b\n", [:]) == "a \\\nb")
  }

  @Test func lists() {
    let near: FieldValue = ["a b", "c", "d"]
    #expect(line("{{near}}", ["near": near]) == "a b, c and d")
    #expect(
      line("{{#near}}{{.}}{{^last()}} → {{/last()}}{{/near}}", ["near": near]) == "a b → c → d")
    #expect(line("{{count(near)}} {{first(near)}} {{last(near)}}", ["near": near]) == "3 a b d")
    #expect(
      line("{{#r}}{{a}}-{{b}};{{/r}}", ["r": [["a": "x"], ["a": "y", "b": "z"]], "b": "out"])
        == "x-out;y-z;")
    #expect(line("{{r.a.b}}", ["r": ["a": ["b": 1]]]) == "1")
  }

  @Test func paragraphs() {
    let template = """
      One line
      goes on.
      {{#gone}}
      gone
      {{/gone}}
      Still {{#gone}}x{{/gone}}
      {{#gone}}x{{/gone}}
      here.

      Second:
        kept   {{v}}
        lines
      after.

      - item
      - item
      {{#there}}

      Third
      {{/there}}
      {{#gone}}

      Fourth
      {{/gone}}

      """
    let rendered = ExplanationTemplate(template, .paragraphs)
      .paragraphs(with: ["there": true, "v": "a\n\nb  c"])
    #expect(
      rendered == [
        "One line goes on. Still here.", "Second:\n  kept a\\n\\nb  c\n  lines\nafter.",
        "- item\n- item", "Third",
      ])
  }

  @Test func theSubjectIsExact() {
    let template = ExplanationTemplate("{{path}}\n", .exact)
    #expect(template.rendered(with: ["path": "a  <b>\n'c"]) == "a  <b>\n'c")
  }

  private func fixes(_ fixes: String, _ context: [String: FieldValue]) throws -> [String] {
    let sound = "fixes:\n    - do: touch {{path}}\n      safety: safe"
    let indented = fixes.split(separator: "\n").map { "\n    " + $0 }.joined()
    let sample = try #require(heuristic(soundHeuristic.replacing(sound, with: "fixes:" + indented)))
    return sample.rendered(with: context).fixes.map(\.text)
  }

  @Test func fixesAppearWhereTheirConditionsHold() throws {
    let yaml = """
      - {say: A, if: package}
      - {say: B, unless: package}
      - {say: C, if: fatal}
      - {say: D, unless: near}
      - {say: E, if: count}
      - {say: F, if: holder.pid}
      """
    #expect(
      try fixes(yaml, ["package": "x", "fatal": false, "near": [], "count": 0]) == ["A", "D", "E"])
    #expect(
      try fixes(yaml, ["fatal": true, "near": ["a"], "holder": ["pid": 1]]) == ["B", "C", "F"])
  }

  @Test func commandsWithHolesAreLeftOut() throws {
    let yaml = """
      - {do: "rm -r /srv/{{path}}", safety: destructive}
      - {do: "a {{#path}}{{path}}{{/path}}", safety: safe}
      - {do: "b {{^path}}{{package}}{{/path}}", safety: safe}
      - {do: "c {{#near}}{{.}} {{/near}}", safety: safe}
      - {do: "d {{#searched}}{{directory}} {{/searched}}", safety: safe}
      - {do: "e {{#path}}{{package}}{{/path}}", safety: safe}
      """
    #expect(try fixes(yaml, [:]) == ["a", "c", "d", "e"])
    #expect(
      try fixes(yaml, ["path": "p", "near": ["x"], "searched": [["directory": "q"], [:]]])
        == ["rm -r /srv/p", "a p", "b", "c x"])
    #expect(try fixes(yaml, ["path": "", "package": "k"]) == ["a", "b k", "c", "d", "e"])
  }

  @Test func theContextHoldsTheDeclaredFields() {
    let observation = SampleObservation(fields: ["path": "/a", "pid": 2, "undeclared": "x"])
    let context = sampleSchema.context(of: observation, general: ["path": "/b", "pid": 1])
    #expect(context == ["path": "/a", "pid": 1])
  }

  @Test func aWholeExplanation() throws {
    let sample = try #require(heuristic(soundHeuristic))
    let rendered = sample.rendered(with: ["program": "nginx", "path": "/a b"])
    #expect(
      rendered
        == RenderedExplanation(
          title: "nginx needs /a b", because: ["It is not there."], subject: "/a b",
          fixes: [.init(text: "touch '/a b'", isCommand: true, safety: .safe, note: nil)],
          references: []))
  }

  /// What a program writes to its standard output.
  private func output(of arguments: [String]) throws -> [UInt8] {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let status = unsafe posix_spawnp(&pid, arguments[0], &actions, nil, &words, environ)
    close(ends[1])
    defer { close(ends[0]) }
    try #require(status == 0)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var result: [UInt8] = []
    while case let count = unsafe read(ends[0], &buffer, buffer.count), count > 0 {
      result += buffer[..<count]
    }
    var exit: Int32 = 0
    #expect(unsafe waitpid(pid, &exit, 0) == pid)
    return result
  }
}
