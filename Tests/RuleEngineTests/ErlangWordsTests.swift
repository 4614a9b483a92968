import Testing

@testable import RuleEngine

@Suite("Why Erlang ended")
struct ErlangWordsTests {
  @Test(
    "The function that is undefined",
    arguments: [
      (
        "init terminating in do_boot ({undef,[{bar,strat,[],[]},{init,s,1,[]}]})",
        "bar:strat/0 is undefined"
      ),
      ("{\"init terminating in do_boot\",{undef,[{bar,strat,2,[]}]}}", "bar:strat/2 is undefined"),
      ("{undef,[{bar", nil), ("{undef,[{\"a\",b,[]", nil), ("undefined", nil),
    ])
  func undefined(line: String, meaning: String?) {
    #expect(ErlangWords.undefinedFunction(in: line) == meaning)
  }
}
