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

  @Test("A library of the system is none, where the source of its caller is known")
  func libraryOfTheSystem() throws {
    let inflate = StackFrame(
      address: 0x400100, module: "/usr/lib/x86_64-linux-gnu/libz.so.1", function: "inflate")
    let words = try title([inflate, frame("load", "/src/app/a.c", 5)])
    #expect(words.contains("load() used a null pointer, at /src/app/a.c line 5"))
    // Without source it is not known to be the program's.
    let bare = StackFrame(address: 0x400200, module: "/opt/app/app", function: "load")
    #expect(try title([inflate, bare]).contains("inflate() used a null pointer"))
  }

  @Test("Nor is the C library within a static program")
  func staticProgram() throws {
    let length = StackFrame(
      address: 0x400100, module: "/opt/app/app", function: "__strlen_evex")
    let words = try title([length, frame("size", "/src/app/a.c", 13)])
    #expect(words.contains("size() used a null pointer, at /src/app/a.c line 13"))
  }

  @Test("Where the interpreter of Python crashed, its own frame is told")
  func python() throws {
    let top = StackFrame(
      address: 0x400100, module: "/usr/lib/x86_64-linux-gnu/libffi.so.8", function: nil)
    let words = try title(
      [top],
      said: """
        Fatal Python error: Segmentation fault

        Current thread 0x00007f907cfebb80 (most recent call first):
          File "/srv/t.py", line 4 in inner
          File "/srv/t.py", line 5 in <module>
        """)
    #expect(words.contains("inner() used a null pointer, at /srv/t.py line 4"))
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
