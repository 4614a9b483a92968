import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Names of functions as reports say them")
struct FunctionTitleTests {
  private static let string =
    "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"

  /// The title and explanation of a crash in a function of this name.
  private func told(_ function: String) throws -> (title: String, because: String) {
    var trace = Trace("/opt/app/app")
    var delivery = SignalDelivery(
      signal: .segmentationViolation, code: 1, faultAddress: 24, instructionPointer: 0x400100)
    delivery.stack = [StackFrame(address: 0x400100, module: "/opt/app/app", function: function)]
    trace.add(.signal(signal: delivery))
    trace.add(.processEnded(end: .killed(signal: .segmentationViolation, coreDumped: false)))
    let finding = try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first)
    return (finding.title, finding.because.joined(separator: "\n"))
  }

  @Test(arguments: [
    ("price", "price"),
    ("shop::price(int)", "shop::price"),
    ("Config::get(\(string) const&) const", "Config::get"),
    ("void shop::sort<int>(std::vector<int>&)", "shop::sort<int>"),
    ("main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"),
    ("(anonymous namespace)::price(int)", "(anonymous namespace)::price"),
    ("shop::Price::operator bool() const", "shop::Price::operator bool"),
    ("shop.price(shop.Shop, Swift.String) -> Swift.Int", "shop.price"),
    ("main.(*store).add", "main.(*store).add"),
    (
      "<shop::Store as core::ops::drop::Drop>::drop", "<shop::Store as core::ops::drop::Drop>::drop"
    ),
    (")", ")"), ("()", "()"), ("f(", "f("),
  ])
  func title(function: String, title: String) throws {
    #expect(try told(function).title.contains(" \(title)() used a null pointer"))
  }

  @Test("A long signature keeps its name, without what is in its brackets")
  func long() throws {
    let pair = "std::pair<\(Self.string) const, \(Self.string) >"
    let map = "std::map<\(Self.string), std::less<\(Self.string) >, std::allocator<\(pair) > >"
    #expect(try told("\(map)::at(\(Self.string) const&)").because.contains("#0 std::map<…>::at(…)"))
    #expect(
      try told("Config::get(\(Self.string) const&) const").because
        .contains("#0 Config::get(std::string const&) const"))
  }
}
