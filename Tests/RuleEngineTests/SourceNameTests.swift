import Testing

@testable import RuleEngine

@Suite("Names of source that nothing defines")
struct SourceNameTests {
  @Test(
    "The name in words of many languages",
    arguments: [
      ("Undefined subroutine &main::load_confg called at a.pl line 3.", "load_confg"),
      ("Can't locate object method \"encod\" via package \"JSON::PP\" at e.pl line 4.", "encod"),
      ("Global symbol \"$totl\" requires explicit package name at s.pl line 3.", "totl"),
      ("TypeError: u.laod is not a function", "laod"),
      ("gawk: a.awk:2: fatal: function `totl' not defined", "totl"),
      ("lua: a.lua:2: attempt to call global 'load_confg' (a nil value)", "load_confg"),
      ("Unbound variable: load-confg", "load-confg"), ("./a.go:5:23: undefined: totl", "totl"),
      ("  symbol:   method totl(int[])", "totl"),
      ("AttributeError: type object 'datetime' has no attribute 'nwo'", "nwo"),
      ("NameError: uninitialized constant A::Confg", "Confg"), ("nothing is undefined here", nil),
      ("undefined: ", nil), ("invalid command name \"\"", nil),
    ])
  func name(line: String, name: String?) {
    #expect(SourceName.find(in: [line]) == name)
  }
}
