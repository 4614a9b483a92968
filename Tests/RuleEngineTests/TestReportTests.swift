import Testing

@testable import RuleEngine

@Suite("What runners of tests report")
struct TestReportTests {
  @Test("The first failure of each form", arguments: Self.reports)
  func report(text: String, message: String, test: String?, file: String?, line: Int?) {
    let lines = text.split(separator: "\n").map(String.init)
    let found = TestReport.find(in: lines)
    #expect(found?.message == message)
    #expect(found?.test == test)
    #expect(found?.file == file)
    #expect(found?.lineNumber == line)
  }

  @Test(
    "What only looks like one",
    arguments: [
      "E: Unable to locate package foo",
      "not ok 1 - adds # TODO later",
      "! this is no message of TeX",
      "1) Failure: of the disk",
      "____________________",
      "===== FAILURES =====\nnothing here",
    ])
  func none(text: String) {
    #expect(TestReport.find(in: text.split(separator: "\n").map(String.init)) == nil)
  }

  @Test("Cut and empty lines make no trap", arguments: 0..<80)
  func cut(length: Int) {
    for (text, _, _, _, _) in Self.reports {
      let lines = text.split(separator: "\n").map { String($0.prefix(length)) }
      for count in 0...lines.count { _ = TestReport.find(in: Array(lines.prefix(count))) }
    }
  }

  private static let reports: [(String, String, String?, String?, Int?)] = [
    (
      """
      [ RUN      ] Cart.Sum
      t.cpp:2: Failure
      Expected equality of these values:
        1+1
          Which is: 2
        3
      [  FAILED  ] Cart.Sum (0 ms)
      """, "Expected equality of these values: 1+1 Which is: 2 3", "Cart.Sum", "t.cpp", 2
    ),
    (
      """
      Failure -> spec/a_spec.lua @ 1
      a b
      spec/a_spec.lua:1: Expected objects to be equal.
      """, "spec/a_spec.lua:1: Expected objects to be equal.", "a b", "spec/a_spec.lua", 1
    ),
    (
      """
      =================================== FAILURES ===================================
      __________________________________ test_total __________________________________
          def test_total():
      >       assert 1+1==3
      E       assert (1 + 1) == 3
      :2: AssertionError
      =========================== short test summary info ============================
      FAILED test_t.py::test_total - assert (1 + 1) == 3
      """, "assert (1 + 1) == 3", "test_total", "test_t.py", 2
    ),
    (
      """
      ___________________________ ERROR at setup of test_x ___________________________
      file /p/test_a.py, line 4
        def test_x(clinet): assert clinet
      E       fixture 'clinet' not found
      >       available fixtures: cache, client
      """, "fixture 'clinet' not found", "test_x", "/p/test_a.py", 4
    ),
    (
      """
      _________________________ ERROR collecting b/test_x.py _________________________
      import file mismatch:
      imported module 'test_x' has this __file__ attribute:
        /p/a/test_x.py
      HINT: remove __pycache__
      =========================== short test summary info ============================
      """,
      "import file mismatch: imported module 'test_x' has this __file__ attribute: /p/a/test_x.py",
      "b/test_x.py", "b/test_x.py", nil
    ),
    (
      """
        1) U n
           Failure/Error: class U; def n; @x.name; end; end
           NoMethodError:
             undefined method `name' for nil:NilClass
           # ./spec/u_spec.rb:1:in `n'
      1 example, 1 failure
      """, "NoMethodError: undefined method `name' for nil:NilClass", "U n", "./spec/u_spec.rb", 1
    ),
    (
      """
        1) Failure:
      T#test_total [t.rb:3]:
      Expected: 3
        Actual: 2
      1 runs, 1 assertions, 1 failures, 0 errors, 0 skips
      """, "Expected: 3, Actual: 2", "T#test_total", "t.rb", 3
    ),
    (
      """
      File "/p/m.py", line 3, in m.f
      Failed example:
          f()
      Expected:
          3
      Got:
          2
      """, "f() gave 2, and not 3", "m.f", "/p/m.py", 3
    ),
    (
      """
      not ok 1 - adds
        ---
        location: '/p/t/a.test.js:1:56'
        error: |-
          Expected values to be strictly equal:
          2 !== 3
        code: 'ERR_ASSERTION'
      """, "Expected values to be strictly equal: 2 !== 3", "adds", "/p/t/a.test.js", 1
    ),
    (
      """
      1..1
      not ok 1 adds
      # (in test file a.bats, line 3)
      #   `[ "$status" -eq 0 ]' failed
      """, "`[ \"$status\" -eq 0 ]' failed", "adds", "a.bats", 3
    ),
    (
      """
      ! Undefined control sequence.
      l.3 \\sectoin
                  {A}
      """, "Undefined control sequence: \\sectoin", nil, nil, 3
    ),
  ]
}
