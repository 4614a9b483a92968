import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Words of linkers, and questions to test(1)")
struct LinkerWordsTests {
  @Test(
    "What is wrong with a symbol",
    arguments: [
      ("m.c:(.text+0x5): undefined reference to `helper'", .undefined, "helper"),
      (
        "main.cpp:(.text+0x5): undefined reference to `a::compute(int)'", .undefined,
        "a::compute(int)"
      ),
      ("ld.lld: error: undefined symbol: helper", .undefined, "helper"),
      (
        "ld: /tmp/b.o:(.data+0x0): multiple definition of `g'; /tmp/a.o:(.data+0x0): first defined here",
        .multiple, "g"
      ),
      (
        "ld: a.o: relocation R_X86_64_32 against `.rodata' can not be used; recompile with -fPIC",
        .position, ""
      ),
    ] as [(String, LinkerWords.Trouble, String)])
  func trouble(line: String, trouble: LinkerWords.Trouble, symbol: String) {
    let found = LinkerWords(in: line)
    #expect(found?.trouble == trouble)
    #expect(found?.symbol == symbol)
  }

  @Test(
    "Other words",
    arguments: [
      "undefined reference to `", "undefined reference to `'", "recompile with -fPIC",
      "undefined method `x' for nil", "error: undefined symbol: ",
    ])
  func none(line: String) { #expect(LinkerWords(in: line) == nil) }

  @Test("Names without what they are a member of, and their language")
  func names() {
    let member = LinkerWords(in: "undefined reference to `a::b::run(int)'")
    #expect(member?.name == "run")
    #expect(member?.isOfCPlusPlus == true)
    let plain = LinkerWords(in: "undefined reference to `run'")
    #expect(plain?.name == "run")
    #expect(plain?.isOfCPlusPlus == false)
  }

  @Test(
    "A definition, and what is none",
    arguments: [
      ("int area(int a) {", true), ("double *area(void)", true), ("int area (int a)", true),
      ("int Shape::area() const {", true), ("int area(int a);", false),
      ("  return area(2);", false),
      ("static int area(int a) {", false), ("int n = area(2)", false),
      ("int total_area(int a) {", false),
      ("area(2)", false), ("if (area(2)) {", false),
    ])
  func definition(line: String, isOne: Bool) { #expect(Observer.defines("area", line) == isOne) }

  @Test("What test(1) is asked")
  func questions() {
    #expect(ShellTest(["-s", "data.bin"])?.question == .file(option: "-s", path: "data.bin"))
    #expect(ShellTest(["-n", "", "]"])?.question == .notEmpty(""))
    #expect(ShellTest(["]"])?.question == .notEmpty(""))
    #expect(ShellTest(["!", "-e", "x"])?.isNegated == true)
    #expect(ShellTest(["2", "-gt", "3"])?.question == .pair("2", "-gt", "3"))
    #expect(ShellTest(["-z", "x"])?.question == .empty("x"))
    #expect(ShellTest(["a", "-a", "b"]) == nil)
    #expect(ShellTest(["-f", "a", "-a", "-f", "b"]) == nil)
  }

  @Test(
    "A variable of make",
    arguments: [
      ("\ttest -n \"$(V)\"", "V"), ("\ttest -n \"${NAME_2}\"", "NAME_2"),
      ("\ttest -n \"$(shell x)\"", nil), ("\ttest -n x", nil), ("\ttest -n $(", nil),
    ] as [(String, String?)])
  func variable(line: String, name: String?) { #expect(Observer.variable(in: line) == name) }
}
