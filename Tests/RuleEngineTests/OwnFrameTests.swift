import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("The frame of a stack that is the program's own")
struct OwnFrameTests {
  private func frame(
    _ function: String, _ file: String?, _ line: Int = 1, inlined: Bool? = nil,
    module: String = "/opt/app/app"
  ) -> StackFrame {
    StackFrame(
      address: inlined == true ? 0x400100 : 0x400100, module: module, function: function,
      file: file,
      line: line, isInlined: inlined)
  }

  private func title(_ stack: [StackFrame], said: String? = nil) throws -> String {
    var trace = Trace("/opt/app/app")
    if let said { trace.say(said) }
    var delivery = SignalDelivery(
      signal: .segmentationViolation, code: 1, faultAddress: 24, instructionPointer: 0x400100)
    delivery.stack = stack
    trace.add(.signal(signal: delivery))
    trace.add(.processEnded(end: .killed(signal: .segmentationViolation, coreDumped: false)))
    return try #require(
      Diagnostician(history: trace.history, catalog: .embedded, inspector: FakeInspector())
        .diagnosis().findings.first
    ).title
  }

  @Test("What was inlined from another program's headers is not its own")
  func foreignHeader() throws {
    let stack = [
      frame("PyType_HasFeature", "/root/env/include/python3.11/object.h", 772, inlined: true),
      frame("PyList_GET_SIZE", "/root/env/include/python3.11/listobject.h", 34, inlined: true),
      frame("total", "/src/shop/ext.c", 3),
    ]
    #expect(try title(stack).contains("total() used a null pointer, at /src/shop/ext.c line 3"))
  }

  @Test("What was inlined from a header of its own is")
  func ownHeader() throws {
    let stack = [
      frame("price", "/src/shop/include/price.h", 7, inlined: true),
      frame("main", "/src/shop/main.c", 3),
    ]
    #expect(try title(stack).contains("price() used a null pointer, at /src/shop/include/price.h"))
  }

  @Test("A function of which a line comes from the C++ library is told by the line that calls it")
  func rowOfTheLibrary() throws {
    let stack = [
      frame(
        "Range::check(int) const", "/usr/include/c++/12/bits/new_allocator.h", 90, inlined: true),
      frame("use(Range const&, int)", "/src/shop/use.cc", 2),
    ]
    #expect(
      try title(stack).contains("Range::check() used a null pointer, at /src/shop/use.cc line 2"))
  }

  @Test("Functions of libraries' headers are passed over")
  func libraries() throws {
    let stack = [
      frame("std::vector<int>::at(unsigned long)", "/usr/include/c++/12/bits/stl_vector.h", 9),
      frame("boost::get<int>(int)", "/usr/include/boost/get.hpp", 9),
      frame("printf", "/usr/include/x86_64-linux-gnu/bits/stdio2.h", 86, inlined: true),
      frame("generic specialization <Swift.Int> of Swift.Array.append", "/src/shop/a.swift", 9),
      frame("main", "/src/shop/main.cc", 3),
    ]
    #expect(try title(stack).contains("main() used a null pointer, at /src/shop/main.cc line 3"))
  }

  @Test("A function in C of which a line comes from a header is its own")
  func rowOfAHeader() throws {
    let stack = [frame("main", "/usr/include/x86_64-linux-gnu/bits/stdio2.h", 86)]
    #expect(try title(stack).contains("main() used a null pointer"))
  }

  @Test("What Swift's runtime said is the fault")
  func swift() throws {
    let stack = [
      frame(
        "Swift._assertionFailure(_: Swift.StaticString) -> Swift.Never", nil,
        module: "libswiftCore.so"),
      frame("shop.pick(Swift.Array<Swift.Int>, Swift.Int) -> Swift.Int", "/src/shop/a.swift", 2),
    ]
    let said = "Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range"
    let title = try title(stack, said: said)
    #expect(title.contains("shop.pick()"))
  }
}
