import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("Words about servers, versions and tests")
struct ToolWordsTests {
  @Test(
    "The status with which a server answered",
    arguments: [
      ("curl: (22) The requested URL returned error: 404", 404),
      ("urllib.error.HTTPError: HTTP Error 401: Unauthorized", 401),
      ("2026-11-28 15:04:03 ERROR 500: Internal Server Error.", 500),
      ("HTTP/1.1 503 Service Unavailable", 503), ("requests: 404 Client Error", nil),
      ("GET /x: 403 Forbidden", 403), ("expected 401, got 200", nil),
      ("read 404 bytes", nil), ("error: line 500 is too long", nil), ("status code: 204", nil),
      ("error 4040", nil), ("error at 10.0.0.404", nil),
    ] as [(String, Int?)])
  func status(line: String, status: Int?) { #expect(HTTPWords.status(in: line) == status) }

  @Test("An address of the web, without what ends a sentence")
  func address() {
    #expect(HTTPWords.address(in: "for url: https://a.example/x?y=1.") == "https://a.example/x?y=1")
    #expect(HTTPWords.address(in: "('http://a.example:80/x')") == "http://a.example:80/x")
    #expect(HTTPWords.address(in: "https:// is missing") == nil)
  }

  @Test(
    "What is too old, and for what",
    arguments: [
      (
        "CMake 3.30 or higher is required.  You are running version 3.25.1", "CMake", "3.25.1",
        "3.30"
      ),
      (
        "Perl v5.40.0 required--this is only v5.36.0, stopped at a.pl line 1.", "Perl", "v5.36.0",
        "v5.40.0"
      ),
      ("note: module requires Go 1.99", "Go", nil, "1.99"),
      (
        "Package 'qq' has version '1.2', required version is '>= 2.0'", "qq", "1.2", ">= 2.0"
      ),
      ("Requested 'qq >= 2.0' but version of qq is 1.2", "qq", "1.2", "qq >= 2.0"),
      (
        "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.99'", "Python",
        "3.11.2",
        ">=3.99"
      ),
      (
        "Your Ruby version is 3.1.2, but your Gemfile specified 3.9", "Ruby", "3.1.2", "3.9"
      ),
    ] as [(String, String, String?, String?)])
  func versions(line: String, thing: String, present: String?, wanted: String?) {
    let found = VersionWords(in: line)
    #expect(found?.thing == thing)
    #expect(found?.present == present)
    #expect(found?.wanted == wanted)
    #expect(Complaint.isOfVersions(line.lowercased()) || thing == "qq")
  }

  @Test(
    "Words that tell of no version",
    arguments: [
      "a password is required", "version 2 of the protocol is not supported", "requires root",
      "Package 'qq' has no version", "error: the Gemfile specified nothing",
    ])
  func noVersions(line: String) { #expect(VersionWords(in: line) == nil) }

  @Test(
    "Lines of tests that failed",
    arguments: [
      ("fail - rejects: expected 401", true), ("  not ok 3 adds", true), ("✗ adds", true),
      ("failover of the node", false), ("fail", false), ("ok 1 fail", false),
    ])
  func failedTest(line: String, isOne: Bool) { #expect(Complaint.isFailedTest(line) == isOne) }

  @Test(
    "Steps of a build are information",
    arguments: [
      ("[3/12] cc -c error.c", true), ("[ 50%] building c object fail.c.o", true),
      ("[1 of 2] compiling main ( main.hs, main.o )", true), ("[12] error: no such file", false),
      ("[1/x] error", false), ("[error] build failed", false),
    ])
  func progress(line: String, isOne: Bool) { #expect(Complaint.isInformation(line) == isOne) }

  @Test("The list that ctest ends with")
  func list() {
    let found = TestReport.find(in: [
      "0% tests passed, 1 tests failed out of 1", "The following tests FAILED:",
      "\t  1 - compares (Failed)", "Errors while running CTest",
    ])
    #expect(found?.test == "compares")
    #expect(found?.line == 2)
    #expect(TestReport.find(in: ["The following tests FAILED:", "none"]) == nil)
  }

  @Test(
    "A heading and its one word",
    arguments: [
      (
        "error: it lacks these commits:", "error: 1c904e6", "error: it lacks these commits: 1c904e6"
      ),
      ("The following paths are ignored:", "build", "The following paths are ignored: build"),
      ("it lacks these commits", "1c904e6", nil), ("see below:", "two words", nil),
      ("Traceback:", "x", nil),
    ] as [(String, String, String?)])
  func heading(before: String, line: String, whole: String?) {
    #expect(Observer.headed(line, by: before) == whole)
  }
}
