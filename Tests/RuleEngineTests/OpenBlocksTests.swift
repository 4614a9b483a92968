import Testing
import TraceEvents

@testable import RuleEngine

@Suite("What source opens and does not close")
struct OpenBlocksTests {
  @Test(
    "The line that opens it",
    arguments: [
      ("a.js", "function f() {\n  if (x) {\n    g();\n}\n", 2),
      ("a.js", "f({\n  a: [1, 2,\n  b: 3\n});", 2),
      ("a.c", "int main() { // {\n  puts(\"{\");\n}\n", nil),
      ("a.rb", "def f\n  if x\n    1\nend\n", 2), ("a.rb", "[1].each do |x|\n  p x\n", 1),
      ("a.rb", "def f\n  return 1 if x\nend\n", nil),
      ("a.lua", "local function f()\n  if x then\n    y()\nend\n", 2),
      ("a.lua", "if x then y() end\n", nil), ("a.sh", "for i in a; do\n  echo $i\n", 1),
      ("a.sh", "if true; then echo a; fi\n", nil), ("a.scm", "(define (f)\n  (g 'x)\n", 1),
    ])
  func opener(file: String, text: String, number: Int?) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
      TextLine(file: file, number: $0.offset + 1, text: String($0.element))
    }
    #expect(OpenBlocks.opener(in: lines)?.number == number)
  }
}
