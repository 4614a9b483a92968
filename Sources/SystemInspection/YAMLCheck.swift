import TraceEvents
import Yams

/// Whether a file is YAML at all: words that reject one can be about what it says.
enum YAMLCheck {
  /// In bytes; the parser itself bounds how deep a document may go (libyaml, 1000 levels).
  private static let mostBytes = 1 << 20

  /// What the parser complains of, nil where it takes the file; throws where that cannot be read or is too long.
  static func fault(of path: String) throws(InspectionError) -> String? {
    let bytes = try FileReading.contents(of: path, limit: mostBytes)
    guard !bytes.isTruncated else {
      throw InspectionError(code: .fileTooLarge, path: path)
    }
    do {
      let parser = try Parser(yaml: String(decoding: bytes.bytes, as: UTF8.self))
      while try parser.nextRoot() != nil {}
      return nil
    } catch {
      return "\(error)"
    }
  }
}
