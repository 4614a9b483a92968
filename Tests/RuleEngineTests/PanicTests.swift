import HeuristicCatalog
import RuleEngine
import Testing
import TraceEvents
import TraceTestSupport

@Suite("Panics of Rust and Go")
struct PanicTests {
  private func diagnosis(
    _ said: String, end: ProcessEnd, stack: [StackFrame] = [],
    _ inspector: FakeInspector = FakeInspector(), before build: (inout Trace) -> Void = { _ in }
  ) -> Diagnosis {
    var trace = Trace("/opt/app/app")
    build(&trace)
    for line in said.split(separator: "\n") { trace.say(String(line)) }
    if case .killed(let signal, _) = end {
      var delivery = SignalDelivery(signal: signal, code: -6, sender: Trace.first)
      delivery.stack = stack
      trace.add(.signal(signal: delivery))
    }
    trace.add(.processEnded(end: end))
    return Diagnostician(history: trace.history, catalog: .embedded, inspector: inspector)
      .diagnosis()
  }

  private static let unwrap = """
    thread 'main' (4711) panicked at src/main.rs:3:26:
    called `Option::unwrap()` on a `None` value
    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
    """

  @Test("Rust: place, message and meaning; the line of source below the program's directory")
  func rust() throws {
    var machine = FakeInspector()
    machine[.linesAround(file: "/opt/app/src/main.rs", line: 3, context: 2)] = .lines(
      list: [TextLine(file: "/opt/app/src/main.rs", number: 3, text: "  settings.get().unwrap()")])
    let cause = try #require(
      diagnosis(Self.unwrap, end: .exited(status: 101), machine).findings.first)
    #expect(cause.heuristic == "processes/panic")
    #expect(cause.role == .cause)
    #expect(cause.subject == "/opt/app/src/main.rs:3")
    #expect(cause.title.contains("it panicked at /opt/app/src/main.rs line 3: called `Option"))
    #expect(cause.because.joined().contains("settings.get().unwrap()"))
    #expect(
      cause.fixes.contains { $0.text == "env RUST_BACKTRACE=1 app" }, "\(cause.fixes.map(\.text))")
    #expect(!cause.fixes.contains { $0.text.contains("advises") })
  }

  @Test(
    "Rust: the innermost function of the program's own, in each of the notations",
    arguments: [
      """
         0: __rustc::rust_begin_unwind
                   at /rustc/59807616/library/std/src/panicking.rs:689:5
         3: core::option::Option<T>::unwrap
                   at /root/.rustup/lib/rustlib/src/rust/library/core/src/option.rs:1016:21
         4: shop::price
                   at ./src/main.rs:3:26
         5: shop::main
                   at ./src/main.rs:7:20
      """,
      """
         0:     0x55ee57a5c1ea - core[c1f1a4ba060b9bfa]::panicking::panic_fmt
         1:     0x55ee57a22cce - shop[00f1a4ba060b9bfa]::price
                                     at ./src/main.rs:3:26
         2:     0x55ee57a22b6c - main
      """,
      """
         0: rust_begin_unwind
         1: core::panicking::panic::h0123456789abcdef
         2: shop::price::h0123456789abcdef
         3: shop::main::h0123456789abcdef
      """,
    ])
  func frames(backtrace: String) throws {
    let said =
      "thread 'main' panicked at 'called `Option::unwrap()` on a `None` value', src/main.rs:3:26\n"
      + "stack backtrace:\n" + backtrace
    let cause = try #require(diagnosis(said, end: .exited(status: 101)).findings.first)
    #expect(cause.title.contains("it panicked in shop::price(), at src/main.rs line 3"))
    #expect(cause.title.hasSuffix("called `Option::unwrap()` on a `None` value"))
    #expect(!cause.fixes.contains { $0.text.contains("RUST_BACKTRACE") })
  }

  @Test("Rust: a panic that another thread's one left behind is not the first")
  func joined() throws {
    let said = """
      thread 'worker' (12) panicked at src/work.rs:9:5:
      no job for worker 3
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
      thread 'main' (11) panicked at src/main.rs:20:14:
      called `Result::unwrap()` on an `Err` value: Any { .. }
      """
    let cause = try #require(diagnosis(said, end: .exited(status: 101)).findings.first)
    #expect(cause.title.hasSuffix("it panicked at src/work.rs line 9: no job for worker 3"))
    #expect(cause.because.joined().contains("in the thread worker"))
  }

  @Test("Rust: one that aborts has its function from the stack that was walked")
  func aborts() throws {
    let stack = [
      StackFrame(address: 1, module: "/usr/lib/libc.so.6", function: "abort"),
      StackFrame(
        address: 2, module: "/opt/app/app", function: "abort_internal",
        file: "/rustc/59807616/library/std/src/sys/unix/mod.rs", line: 305),
      StackFrame(
        address: 3, module: "/opt/app/app", function: "shop::price", file: "/src/main.rs", line: 3),
    ]
    let cause = try #require(
      diagnosis(Self.unwrap, end: .killed(signal: .abort, coreDumped: false), stack: stack)
        .findings.first)
    #expect(cause.heuristic == "processes/panic")
    #expect(cause.title.contains("killed by SIGABRT: it panicked in shop::price(), at src/main.rs"))
  }

  @Test("Rust: a failed call that the panic tells is the cause, and the panic its place")
  func overACall() throws {
    let said = """
      thread 'main' (4711) panicked at src/main.rs:3:26:
      no settings: Os { code: 2, kind: NotFound, message: "No such file or directory" }
      """
    let cause = try #require(
      diagnosis(said, end: .exited(status: 101)) {
        $0.open("/etc/shop.toml", .fails(.noEntry))
      }.findings.first)
    #expect(cause.subject == "/etc/shop.toml")
    #expect(cause.because.joined().contains("panicked over it at src/main.rs line 3"))
  }

  @Test(
    "Go: the innermost function of the program's own, not the runtime's",
    arguments: [
      (
        """
        panic: assignment to entry in nil map

        goroutine 1 [running]:
        main.(*store).add(...)
        \t/src/shop/main.go:7
        main.main()
        \t/src/shop/main.go:11 +0x3a
        """, "it panicked in main.(*store).add(), at /src/shop/main.go line 7: assignment"
      ),
      (
        """
        runtime: goroutine stack exceeds 1000000000-byte limit
        fatal error: stack overflow

        runtime stack:
        runtime.throw({0x499db9?, 0x516880?})
        \t/usr/lib/go-1.19/src/runtime/panic.go:1047 +0x5d
        goroutine 1 [running]:
        runtime.morestack()
        \t/usr/lib/go-1.19/src/runtime/asm_amd64.s:570 +0x8b
        example.org/shop.deep(0x1)
        \t/src/shop/deep.go:5 +0x3a
        """,
        "the Go runtime ended it in example.org/shop.deep(), at /src/shop/deep.go line 5: stack"
      ),
      (
        """
        fatal error: unexpected signal during runtime execution
        [signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x4838d5]
        goroutine 1 [syscall]:
        runtime.cgocall(0x4838c0, 0xc000088f18)
        \t/usr/lib/go-1.19/src/runtime/cgocall.go:158 +0x5c
        main._Cfunc_second(0xc0000160a0)
        \t_cgo_gotypes.go:47 +0x4c
        main.main()
        \t/src/shop/main.go:12 +0x3a
        """, "over the C function second(), called in main.main(), at /src/shop/main.go line 12"
      ),
    ])
  func go(said: String, title: String) throws {
    let cause = try #require(diagnosis(said, end: .exited(status: 2)).findings.first)
    #expect(cause.heuristic == "processes/panic")
    #expect(cause.title.contains(title), "\(cause.title)")
  }

  @Test(
    "What only looks like a panic, or tells that something could not be had, is none",
    arguments: [
      ("panic: something is wrong", ProcessEnd.exited(status: 2)),
      ("thread 'main' panicked at nowhere", .exited(status: 101)),
      (Self.unwrap, .exited(status: 1)),
      (
        "fatal error: runtime: out of memory\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:3",
        .exited(status: 2)
      ),
    ])
  func none(said: String, end: ProcessEnd) {
    #expect(!diagnosis(said, end: end).findings.contains { $0.heuristic == "processes/panic" })
  }

  @Test("Hostile words end the reading, and nothing else")
  func hostile() {
    let long = String(repeating: "(", count: 3000)
    for said in [
      "panic: \(long)\ngoroutine 1 [running]:\n\(long)\n\t:::::0\n)\n\t1:99999999999999999999",
      "thread '' panicked at ::\n\nstack backtrace:\n 0: \n at :\n99999999999999999999: x",
      "thread ' panicked at '', ', :1:1",
    ] {
      for end in [ProcessEnd.exited(status: 2), .exited(status: 101)] {
        #expect(!diagnosis(said, end: end).findings.isEmpty)
      }
    }
  }
}
