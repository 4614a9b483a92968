import FoundationEssentials
import Glibc
import Testing
import TraceEvents

struct NumbersTests {
  // Numbers that x86-64 does not use (41, 58) are left out.
  private static let errors = (Int32(1)...132).filter { ![41, 58].contains($0) }

  @Test(arguments: errors)
  func errorsHaveTheWordsOfTheLibrary(number: Int32) {
    let error = ErrorNumber(rawValue: number)
    #expect(ErrorNumber(name: error.name) == error)
    let words = unsafe String(cString: strerror(number))
    #expect(error.words == words)
  }

  @Test(arguments: [
    ("ENOENT", ENOENT), ("EACCES", EACCES), ("EADDRINUSE", EADDRINUSE), ("ENOSPC", ENOSPC),
    ("ECONNREFUSED", ECONNREFUSED), ("EXDEV", EXDEV), ("EDQUOT", EDQUOT), ("ETIMEDOUT", ETIMEDOUT),
  ])
  func errorsHaveTheirNumbers(name: String, number: Int32) {
    #expect(ErrorNumber(name: name)?.rawValue == number)
    #expect(ErrorNumber(rawValue: number).name == name)
  }

  @Test func aliasesAndUnknownNumbers() {
    #expect(ErrorNumber(rawValue: 4000).name == "E4000")
    #expect(ErrorNumber(name: "ENOSUCH") == nil)
    #expect(ErrorNumber.noEntry.rawValue == ENOENT)
    #expect(ErrorNumber.tryAgain.name == "EAGAIN")
  }

  @Test(arguments: [1, 2, 11, 111, 524, 4000, -3] as [Int32])
  func errorsSurviveCoding(number: Int32) throws {
    let error = ErrorNumber(rawValue: number)
    let data = try JSONEncoder().encode([error])
    #expect(try JSONDecoder().decode([ErrorNumber].self, from: data) == [error])
  }

  @Test(arguments: [
    ("SIGHUP", SIGHUP), ("SIGILL", SIGILL), ("SIGABRT", SIGABRT), ("SIGBUS", SIGBUS),
    ("SIGFPE", SIGFPE), ("SIGKILL", SIGKILL), ("SIGSEGV", SIGSEGV), ("SIGPIPE", SIGPIPE),
    ("SIGTERM", SIGTERM), ("SIGCHLD", SIGCHLD), ("SIGXFSZ", SIGXFSZ), ("SIGSYS", SIGSYS),
  ])
  func signalsHaveTheirNames(name: String, number: Int32) {
    #expect(SignalNumber(rawValue: number).name == name)
  }

  @Test(arguments: [1, 9, 11, 31, 32, 34, 64] as [Int32])
  func signalsSurviveCoding(number: Int32) throws {
    let signal = SignalNumber(rawValue: number)
    let data = try JSONEncoder().encode([signal])
    #expect(try JSONDecoder().decode([SignalNumber].self, from: data) == [signal])
  }
}
