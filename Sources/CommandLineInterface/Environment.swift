import Glibc
import TraceEvents

/// The environment of this process: as it stands, for a target, and by name, for ourselves.
package struct Environment: Sendable {
  /// The entries, usually `NAME=value`, in their order and byte for byte.
  package let entries: [String]
  /// The values by name; of a name that is there twice the first counts, as for `getenv(3)`.
  package let values: [String: String]

  package init(entries: [String]) {
    self.entries = entries
    values = Dictionary(
      entries.compactMap { entry in
        entry.utf8.firstIndex(of: UInt8(ascii: "=")).map {
          (String(entry[..<$0]), String(entry[entry.utf8.index(after: $0)...]))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// What this process was given (`environ(7)`).
  package static var ownProcess: Environment {
    var entries: [String] = []
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      entries.append(unsafe ForeignText.decoding(text))
      unsafe entry += 1
    }
    return Environment(entries: entries)
  }

  /// The entries with the `variables` in the place of those of the same name, in the same order;
  /// new names come last.
  func replacing(_ variables: [(name: String, value: String)]) -> [String] {
    var result = entries
    for (name, value) in variables {
      let isNamed = { (entry: String) in entry.hasPrefix(name + "=") }
      let place = result.firstIndex(where: isNamed) ?? result.endIndex
      result.removeAll(where: isNamed)
      result.insert("\(name)=\(value)", at: place)
    }
    return result
  }
}

/// Texts that the system gave to this process.
private enum ForeignText {
  /// A C string without loss.
  fileprivate static func decoding(_ text: UnsafePointer<CChar>) -> String {
    // The quick way for what is UTF-8 and holds no stand-in of `TargetText`.
    if let plain = unsafe String(validatingCString: text), !plain.utf8.contains(0xF4) {
      return plain
    }
    return TargetText.decoding(
      unsafe Array(UnsafeRawBufferPointer(start: text, count: unsafe strlen(text))))
  }
}
