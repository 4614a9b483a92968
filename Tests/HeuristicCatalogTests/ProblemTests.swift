@testable import HeuristicCatalog
import HeuristicSyntax
import Testing

@Suite struct ProblemTests {
  /// Lines of a heuristic, one of which is wrong, and what is said about it.
  struct Case: CustomTestStringConvertible {
    /// What is replaced in `soundHeuristic`.
    var old: String
    var new: String
    /// The problems, as `line:column: part of the message`.
    var expected: [String]

    init(_ old: String, _ new: String, _ expected: String...) {
      (self.old, self.new, self.expected) = (old, new, expected)
    }

    var testDescription: String { "\(new.debugDescription) for \(old.debugDescription)" }
  }

  static let cases: [Case] = [
    Case("", ""),
    Case("id: files/missing", "id: Files/Missing", "1:5: small letters"),
    Case("id: files/missing", "id:", "1:4: 'id' is empty"),
    Case("maturity: stable", "maturity: old", "2:11: stable or incubating, not 'old'"),
    Case("maturity: stable\n", "", "1:1: a heuristic needs the key 'maturity'"),
    Case("summary: A", "sumary: A", "1:1: needs the key 'summary'", "3:1: unknown key 'sumary'"),
    Case("summary: A file is missing.\n", "", "1:1: needs the key 'summary'"),
    Case(
      "maturity: stable\nsummary: A file is missing.",
      "summary: A file is missing.\nmaturity: stable", "3:1: 'maturity' must come before 'summary'"),
    Case("confidence: 0.9", "confidence: 1.5", "7:13: from 0 to 1, not '1.5'"),
    Case("confidence: 0.9", "confidence: nan", "7:13: from 0 to 1"),
    Case("confidence: 0.9", "confidence: 0.9\nlowers: 0.5", "8:9: role is benign"),
    Case("confidence: 0.9", "confidence: 0.9\nrole: guilty", "8:7: 'role' must be cause or"),
    Case(
      "observation: file-missing", "observation: file-mising", "5:16: did you mean 'file-missing'"),
    Case("  observation: file-missing\n", "", "5:3: 'when' must begin"),
    Case(
      "path|endswith: .conf", "paht|endswith: .conf",
      "6:3: no field 'paht' here; did you mean 'path'"),
    Case("path|endswith: .conf", "path|ends: .conf", "6:3: unknown modifier 'ends'"),
    Case("path|endswith: .conf", "path|gt: 3", "6:3: 'gt' does not fit 'path', which is text"),
    Case("path|endswith: .conf", "path|endswith:", "6:17: 'path|endswith' has no value"),
    Case("path|endswith: .conf", "path|endswith: ''", "6:18: has no value"),
    Case("path|endswith: .conf", "path: ''"),
    Case("path|endswith: .conf", "path|endswith: {a: b}", "6:18: a value must be a text"),
    Case("path|endswith: .conf", "path|in: a", "6:12: needs a list"),
    Case("path|endswith: .conf", "path|in: []", "6:12: empty list"),
    Case("path|endswith: .conf", "path|re: '(a'", "6:12: not a regular expression"),
    Case("path|endswith: .conf", "path|re: '(x[+*]\\+a+?)*$'", "6:12: can take for ever"),
    Case("path|endswith: .conf", "path|re: '(a{2,}b)+'", "6:12: can take for ever"),
    Case("path|endswith: .conf", "path|re: '(a{2,3}[b+*]\\+)+c*(d|e+)(f)*?'"),
    Case(
      "path|endswith: .conf", "path|re: '\(String(repeating: "(", count: 20_000))'",
      "6:12: not a regular expression"),
    Case(
      "It is not there.", "{{\(String(repeating: "uppercased(", count: 5))path)))))}}",
      "12:5: more than 4 transforms"),
    Case(
      "path|endswith: .conf", "count|contains: a",
      "6:3: 'contains' does not fit 'count', which is a number"),
    Case("path|endswith: .conf", "count|gt: many", "6:13: 'gt' needs a number, not 'many'"),
    Case("path|endswith: .conf", "count: many", "6:10: 'count' needs a number, not 'many'"),
    Case(
      "path|endswith: .conf", "fatal: [true, yes]", "6:17: 'fatal' needs true or false, not 'yes'"),
    Case("path|endswith: .conf", "path|exists: maybe", "6:16: 'exists' needs true or false"),
    Case("path|endswith: .conf", "holder: x", "6:3: 'holder' is a record and cannot be compared"),
    Case("path|endswith: .conf", "holder.program|endswith: x"),
    Case("path|endswith: .conf", "searched.directory|glob: x"),
    Case("path|endswith: .conf", "near|endswith: x"),
    Case("path|endswith: .conf", "program|re: x"),
    Case("confidence", "unless: []\nconfidence"),
    Case("confidence", "unless: x\nconfidence", "7:9: 'unless' must hold tests"),
    Case("confidence", "unless:\n  - nope: x\nconfidence", "8:5: there is no field 'nope'"),
    Case("\"{{path}}\"", "\"{{pth}}\"", "8:11: no variable 'pth' here; did you mean 'path'"),
    Case("subject: \"{{path}}\"\n", "", "1:1: needs the key 'subject'"),
    Case("{{program}} needs", "{{x}}", "10:11: there is no variable 'x' here; known are"),
    Case("title: \"{{program}} needs {{path}}\"", "title: ''", "10:10: 'title' is empty"),
    Case("title: \"{{program}} needs {{path}}\"", "title: a {{b", "10:12: {{ and does not end"),
    Case("It is not there.", "It\n      {{is}} not {{there}}.", "13:7: 'is'", "13:18: 'there'"),
    Case("It is not there.", "{{#near}}{{.}}{{path}}{{#last()}}x{{/last()}}{{/near}}"),
    Case(
      "It is not there.", "{{#searched}}{{directory}}{{/searched}}{{directory}}",
      "12:44: 'directory'"),
    Case("It is not there.", "{{#searched}}{{dir}}{{/searched}}", "12:18: 'dir'"),
    Case("It is not there.", "{{searched.directory}}", "12:5: leads through a list"),
    Case("It is not there.", "{{holder.program}} {{holder.user}}", "12:24: 'holder.user'"),
    Case("It is not there.", "{{holder}}", "12:5: is a record; name a field"),
    Case("It is not there.", "{{fatal}}", "12:5: is a flag; use a section"),
    Case("It is not there.", "{{near}} {{count(near)}}"),
    Case("It is not there.", "{{searched}}", "12:5: is a list of records; use a section"),
    Case(
      "It is not there.", "{{plural(count)}}",
      "12:5: 'plural' is nothing that can be made of a number"),
    Case("It is not there.", "{{#fatal}}x{{/near}}", "12:16: 'fatal' is open here"),
    Case("It is not there.", "{{#fatal}}x", "12:5: 'fatal' has no end"),
    Case("It is not there.", "x{{/fatal}}", "12:6: 'fatal', which was not opened"),
    Case("It is not there.", "{{> partial}}", "12:5: only variables and sections"),
    Case("It is not there.", "{{=<% %>=}}", "12:5: only variables and sections"),
    Case("It is not there.", "{{last()}}", "12:5: only directly in the section of a list"),
    Case("It is not there.", "{{! said by a comment }}x{{{path}}}{{&path}}"),
    Case("touch {{path}}", "touch {{{path}}}", "14:17: unquoted"),
    Case("touch {{path}}", "touch '{{path}}'", "14:18: in quotes; leave them out"),
    Case("touch {{path}}", "touch \"a {{path}}\"", "14:20: in quotes"),
    Case("touch {{path}}", "touch ${{path}}", "14:18: follows '$'"),
    Case("touch {{path}}", "touch `a`", "14:17: a backquote", "14:19: a backquote"),
    Case("touch {{path}}", "cat <<E", "14:15: here-document"),
    Case("touch {{path}}", "touch 'a", "14:17: a quote that is not closed"),
    Case("touch {{path}}", "touch {{near}}", "14:17: is a list"),
    Case("touch {{path}}", "touch {{#near}}{{.}} {{/near}}'a b' # done"),
    Case("do: touch {{path}}", "do: 'true # {{path}}'", "14:19: in a comment"),
    Case("      safety: safe", "", "14:11: a command needs 'safety'"),
    Case("safety: safe", "safety: harmless", "15:15: 'safety' must be safe or"),
    Case("do: touch {{path}}", "do: a\n      say: b", "15:12: not both"),
    Case("do: touch {{path}}\n      safety", "safety", "14:7: needs 'do'"),
    Case(
      "do: touch {{path}}\n", "do: touch {{path}}\n      if: pakage\n",
      "15:11: did you mean 'package'"),
    Case("do: touch {{path}}\n", "do: touch {{path}}\n      unless: holder.pid\n"),
    Case("  fixes:", "  files:", "13:3: unknown key 'files'"),
    Case("because:", "becuase:", "10:3: needs the key 'because'", "11:3: unknown key 'becuase'"),
    Case("id: files/missing", "id: [a", "2:9: not valid YAML"),
    Case("summary: A", "id: A", "1:1: the key 'id' is there twice"),
    Case("summary: A", "summary: &x A"),
    Case("A file is missing.", "\"\\e[2J\"", "3:10: a control character"),
    Case(
      "path|endswith: .conf", "path|endswith: [*a, &a b]",
      "6:19: not valid YAML: found undefined alias"),
    Case("path|endswith: .conf", "path|endswith: [&a b, *a]", "6:25: aliases (*a) are not allowed"),
  ]

  @Test(arguments: cases) func messages(of example: Case) {
    let yaml =
      example.old.isEmpty
      ? soundHeuristic : soundHeuristic.replacing(example.old, with: example.new)
    let problems = Self.problems(in: yaml)
    let shown = problems.map { "\($0.place.line):\($0.place.column): \($0.message)" }
    let isRight =
      shown.count == example.expected.count
      && zip(shown, example.expected).allSatisfy { shown, expected in
        let parts = expected.split(separator: ": ", maxSplits: 1).map(String.init)
        return parts.allSatisfy { shown.contains($0) }
          && (parts.count < 2 || shown.hasPrefix(parts[0]))
      }
    #expect(isRight, "\(shown) instead of \(example.expected)")
  }

  static func problems(in yaml: String) -> [SyntaxProblem] {
    do throws(SyntaxProblem) {
      let root = try SyntaxNode(yaml: yaml)
      return
        (HeuristicGrammar.problems(in: root, id: nil)
        + SchemaCheck.problems(in: root, sampleSchema))
        .sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    } catch {
      return [error]
    }
  }

  @Test(arguments: [
    "", "# nothing\n", "a\n", "- a\n", "---\na: b\n---\nc: d\n", "\u{1}", "? [a]\n: b\n", "\t",
    "a: !!x b",
    String(repeating: "[", count: 60_000), String(repeating: "- ", count: 30_000),
    String(repeating: "{a: ", count: 10_000), String(repeating: "? ", count: 30_000),
    String(repeating: "a", count: 70_000),
  ]) func textsThatAreNoHeuristics(_ yaml: String) {
    #expect(!Self.problems(in: yaml).isEmpty)
  }

  @Test func deepSectionsAreNoHarm() throws {
    let depth = 240
    let deep =
      String(repeating: "{{#fatal}}", count: depth) + "x"
      + String(repeating: "{{/fatal}}", count: depth)
    let yaml = soundHeuristic.replacing("It is not there.", with: deep)
    #expect(Self.problems(in: yaml).isEmpty)
    #expect(try #require(heuristic(yaml)).rendered(with: ["fatal": true]).because == ["x"])
    let deeper = soundHeuristic.replacing("It is not there.", with: deep + deep)
    #expect(Self.problems(in: deeper).map(\.message) == ["nested too deep"])
  }

  @Test func anAliasBombIsRefused() {
    var bomb = "a0: &a0 [x, x]\n"
    for level in 1..<40 {
      bomb += "a\(level): &a\(level) {*a\(level - 1): [*a\(level - 1), *a\(level - 1)]}\n"
    }
    let problems = Self.problems(in: bomb)
    #expect(problems.count == 1)
    #expect(problems.first?.place == SyntaxPlace(line: 2, column: 10))
    #expect(problems.first?.message.contains("aliases") == true)
  }

  @Test func problemsAreOrderedAndPrintedAsCompilersDo() {
    let problems = [
      HeuristicProblem(file: "b", line: 1, column: 1, message: "m"),
      HeuristicProblem(file: "a", line: 10, column: 2, message: "m"),
      HeuristicProblem(file: "a", line: 9, message: "m"),
      HeuristicProblem(file: "a", message: "m"),
    ]
    #expect(problems.sorted().map(\.description) == ["a: m", "a:9: m", "a:10:2: m", "b:1:1: m"])
  }
}
