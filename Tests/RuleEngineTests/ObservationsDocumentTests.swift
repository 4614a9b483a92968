import Glibc
import HeuristicCatalog
import Testing

@testable import RuleEngine

@Suite("docs/observations.md")
struct ObservationsDocumentTests {
  /// The page, beside this file's package.
  private static let path: String = {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + here + "/docs/observations.md"
  }()

  @Test("The page lists what the engine declares")
  func isCurrent() {
    let expected = ObservationSchema.engine.markdown
    guard let found = Self.contents(), found == expected else {
      if unsafe getenv("WHYFAIL_REWRITE_GOLDEN").map({ unsafe String(cString: $0) }) == "1" {
        Self.write(expected)
        Issue.record("docs/observations.md was rewritten; look at it, and run again without it")
      } else {
        Issue.record(
          "docs/observations.md is not what the engine declares: WHYFAIL_REWRITE_GOLDEN=1 rewrites it"
        )
      }
      return
    }
  }

  private static func contents() -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private static func write(_ text: String) {
    guard let file = unsafe fopen(path, "w") else { return }
    defer { unsafe fclose(file) }
    unsafe fputs(text, file)
  }
}
