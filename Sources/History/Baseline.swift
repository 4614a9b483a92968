internal import TraceEvents

/// The failed calls of a run that went well: what fails there as well is no reason to fail here.
package struct Baseline: Sendable {
  private struct Key: Hashable {
    let name: String
    let subject: String
    let error: ErrorNumber
  }

  private let keys: Set<Key>

  /// The failures of a run.
  package init(_ history: borrowing History) {
    var keys: Set<Key> = []
    for call in history.failures.calls { keys.insert(Self.key(of: call)) }
    self.keys = keys
  }

  /// True if the same call failed there with the same error, on the same path or address.
  package func contains(_ call: FailedCall) -> Bool { keys.contains(Self.key(of: call)) }

  private static func key(of call: FailedCall) -> Key {
    let subject = call.path ?? call.address?.description ?? ""
    return Key(name: call.call.name, subject: withoutNumbers(subject), error: call.error)
  }

  /// A path with each number in it replaced, since those of processes, ports of clients and names of
  /// temporary files differ from run to run.
  private static func withoutNumbers(_ text: String) -> String {
    guard text.hasPrefix("/proc/") || text.hasPrefix("/tmp/") || text.hasPrefix("/dev/pts/") else {
      return text
    }
    var result = ""
    var wasDigit = false
    for scalar in text.unicodeScalars {
      let isDigit = (0x30...0x39).contains(scalar.value)
      if !isDigit { result.unicodeScalars.append(scalar) } else if !wasDigit { result += "0" }
      wasDigit = isDigit
    }
    return result
  }
}
