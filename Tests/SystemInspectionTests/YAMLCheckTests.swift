import Testing

@testable import SystemInspection

/// What is YAML, and what is not.
struct YAMLCheckTests {
  @Test(arguments: [
    ("a: 1\nb: [x, y]\n", true), ("a: 1\n---\nb: 2\n", true), ("", true),
    ("expr: sum(rate(x[5m])) by\n", true), ("a: b: c\n", false), ("a: [1, 2\n", false),
    ("key:\n\t- tab\n", false), (String(repeating: "[", count: 5000), false),
  ])
  func isTold(_ text: String, isValid: Bool) throws {
    let scratch = try Scratch()
    let path = try scratch.file("a.yml", text)
    #expect(try (YAMLCheck.fault(of: path) == nil) == isValid)
  }
}
