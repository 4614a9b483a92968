import Testing

@testable import History

@Suite("Work on the text of paths")
struct PathNameTests {
  @Test(
    "a path taken from a directory, its dots folded; what begins nowhere known stays relative",
    arguments: [
      ("x.conf", "/srv", "/srv/x.conf"), ("/etc/x", "/srv", "/etc/x"), ("", "/srv", "/srv"),
      ("../a/./b", "/srv/app", "/srv/a/b"), ("../../..", "/srv", "/"), ("x/../y", "/", "/y"),
      ("two.txt", "", "two.txt"), ("two.txt", ".", "two.txt"), ("../two.txt", "b", "two.txt"),
      ("../../two.txt", "b", "../two.txt"), ("..", "b", "."),
    ])
  func absolute(path: String, base: String, result: String) {
    #expect(PathName.absolute(path, from: base) == result)
  }
}
