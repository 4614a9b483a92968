import Testing
import TraceCapture

/// The question to a name server that the resolver has ready on its stack.
@Suite struct NameQuestionTests {
  private static func question(_ labels: [String], type: UInt8 = 28) -> [UInt8] {
    let header: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    return header + labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0, 0, type, 0, 1]
  }

  @Test func nameAmongOtherBytes() {
    let bytes = [UInt8](repeating: 7, count: 33) + Self.question(["files", "corp", "example"])
    #expect(NameQuestion.name(inStack: bytes + [1, 2, 3]) == "files.corp.example")
  }

  @Test func ofAName() {
    #expect(NameQuestion.name(inStack: Self.question(["db"], type: 1)) == "db")
  }

  @Test(arguments: [
    [UInt8](repeating: 0, count: 64), [], Array(question(["x"]).dropLast(2)),
    question(["a b"]), question([]),
    // A mail exchanger is no address.
    question(["corp", "example"], type: 15),
  ])
  func noQuestion(bytes: [UInt8]) { #expect(NameQuestion.name(inStack: bytes) == nil) }
}
