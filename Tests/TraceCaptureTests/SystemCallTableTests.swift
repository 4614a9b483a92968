import Glibc
import Testing
import TraceCapture

/// The table against itself and against the kernel's headers.
@Suite struct SystemCallTableTests {
  @Test func eachNumberHasOneRow() {
    let wide = SystemCallTable.rows.compactMap(\.number)
    let narrow = SystemCallTable.rows.compactMap(\.number32)
    #expect(Set(wide).count == wide.count)
    #expect(Set(narrow).count == narrow.count)
    #expect(Set(SystemCallTable.rows.map(\.name)).count == SystemCallTable.rows.count)
  }

  @Test func everyRowHasANumberAndTestsAnArgument() {
    for row in SystemCallTable.rows {
      #expect(row.number != nil || row.number32 != nil, "\(row.name)")
      #expect(row.arguments.count <= 6, "\(row.name)")
      for test in row.condition.joined() { #expect((0...5).contains(test.argument), "\(row.name)") }
    }
  }

  @Test(arguments: [
    ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", false),
    ("/usr/include/x86_64-linux-gnu/asm/unistd_32.h", true),
  ])
  func numbersAreThoseOfTheHeaders(_ header: String, _ isNarrow: Bool) throws {
    let numbers = try #require(Self.numbers(in: header), "no kernel headers: \(header)")
    var compared = 0
    for row in SystemCallTable.rows {
      // Headers may be older than the call.
      guard let known = numbers[row.name] else { continue }
      #expect(known == (isNarrow ? row.number32 : row.number), "\(row.name)")
      compared += 1
    }
    #expect(compared > 100)
  }

  private static func numbers(in header: String) -> [String: Int32]? {
    guard let file = unsafe fopen(header, "r") else { return nil }
    defer { unsafe fclose(file) }
    var numbers: [String: Int32] = [:]
    var line = [CChar](repeating: 0, count: 512)
    while unsafe fgets(&line, 512, file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }
      if words.count == 3, words[1].hasPrefix("__NR_"), let number = Int32(words[2]) {
        numbers[String(words[1].dropFirst(5))] = number
      }
    }
    return numbers
  }
}
