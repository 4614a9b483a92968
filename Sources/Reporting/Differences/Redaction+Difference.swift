internal import RunComparison

extension Redaction {
  /// A difference with the secrets in its values replaced, which `found` then has too: a variable's name
  /// announces what its value is.
  static func redacted(_ difference: Difference, found: inout Set<String>) -> Difference {
    var result = difference
    let prefix = difference.kind == .environment ? difference.subject + "=" : ""
    for value in [\Difference.there, \Difference.here] {
      guard let raw = difference[keyPath: value] else { continue }
      let text = replacingSecrets(in: prefix + raw, found: &found)
      result[keyPath: value] =
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : placeholder
    }
    return result
  }

  /// `difference` with its secrets replaced in every text, and with those that were `found` before.
  static func redacted(_ difference: RunDifference, found: Set<String>) -> RunDifference {
    var found = found
    let redacted = difference.mappingTexts(
      { text, _ in replacingSecrets(in: text, found: &found) },
      command: { redactedCommand($0, found: &found) })
    let literals = found.filter(isTelling).sorted { $0.utf8.count > $1.utf8.count }
    guard !literals.isEmpty else { return redacted }
    let replace = { (text: String) in
      literals.prefix(64).reduce(text) { text, secret in replacing(secret, in: text) }
    }
    return redacted.mappingTexts({ text, _ in replace(text) }, command: { $0.map(replace) })
  }
}
